"""H04: who was wrongly marked wrong gets a decision by a person, with every consequence at once."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api import messages
from api.trial import Visitor
from appeals.models import Appeal
from learning.models import Decision
from tests.course import asked, disputed, grade, receipt_number, says
from tests.staff import Staff


def test_overturned_restores_points_and_progress_at_once(learner: Visitor, reviewer: Staff, employer: Staff) -> None:
    number = disputed(learner, "ik bedoelde dat ik ja zeg tegen melden")
    assert reviewer.rule(number, "disapprove", "overturned:meaning_misread", "Je had gelijk.").status == 303
    view = learner.ask("GET", f"/v1/conversation?course={learner.course}")
    ruling = next(one for one in view["messages"] if one["type"] == "ruling")
    assert ruling["result"] == "overturned" and ruling["text"] == "Je had gelijk."
    assert view["progress"]["points"] == 2 and view["progress"]["open_appeals"] == 0
    assert "Autoriteit Persoonsgegevens" in ruling["complaint"], "the way to complain is in each ruling"


@pytest.mark.parametrize("reason", ["graded_correctly", "ambiguous", "not_ordinary_usage"])
def test_upheld_has_a_reason_and_restores_nothing(learner: Visitor, reviewer: Staff, reason: str) -> None:
    number = disputed(learner)
    assert reviewer.rule(number, "approve", f"upheld:{reason}").status == 303
    view = learner.ask("GET", f"/v1/conversation?course={learner.course}")
    ruling = next(one for one in view["messages"] if one["type"] == "ruling")
    assert ruling["result"] == "upheld" and ruling["reason"] and view["progress"]["points"] == 0


def test_a_ruling_needs_a_reason_of_its_own_and_a_text(learner: Visitor, reviewer: Staff) -> None:
    number = disputed(learner)
    page = reviewer.rule(number, "approve", "upheld:meaning_misread", "Mijn tekst blijft staan.")
    assert page.status == 422 and "Mijn tekst blijft staan." in page.text
    version = reviewer.get(f"/review/{number}").field("version")
    assert reviewer.post(f"/review/{number}/ruling", version=version, choice="upheld:ambiguous", text=" ").status == 422
    assert number in reviewer.whole_line()


def test_all_or_nothing(learner: Visitor, reviewer: Staff, session: Session) -> None:
    """After a ruling decision, appeal and journal say the same thing; there is no state in between."""
    number = disputed(learner)
    reviewer.rule(number, "disapprove", "overturned:ordinary_usage")
    appeal = session.execute(select(Appeal).where(Appeal.number == messages.from_number(number))).scalar_one()
    decision = session.get_one(Decision, appeal.decision_id)
    assert (appeal.state, decision.outcome, decision.maker, decision.points) == ("decided", "passed", "person", 2)
    noted = text("SELECT count(*) FROM journal WHERE act = 'appeal.ruled' AND appeal_id = :appeal")
    assert session.execute(noted, {"appeal": appeal.id}).scalar_one() == 1


def test_two_reviewers_cannot_both_decide(learner: Visitor, reviewer: Staff, second_reviewer: Staff) -> None:
    number = disputed(learner)
    reviewer.post(f"/review/{number}/claim")
    assert second_reviewer.post(f"/review/{number}/claim").status == 409
    assert "Beoordelaar is hiermee bezig" in second_reviewer.get(f"/review/{number}").words
    reviewer.post(f"/review/{number}/reading", reading="approve")
    version = reviewer.get(f"/review/{number}").field("version")
    reply = second_reviewer.post(
        f"/review/{number}/ruling", version=version, choice="upheld:ambiguous", text="Mijn tekst."
    )
    assert reply.status in (403, 409)
    assert number in reviewer.whole_line()


def test_the_machines_doubt_reaches_a_person_who_decides_it(learner: Visitor, reviewer: Staff) -> None:
    learner.say("misschien")
    learner.say("misschien")
    number = reviewer.whole_line()[-1]
    assert reviewer.rule(number, "disapprove", "passed:meaning_clear").status == 303
    assert "een mens" in says(learner.command("status")).lower() or learner.command("repeat")["progress"]["points"] == 2


def test_appealing_is_one_click_and_never_comes_twice(learner: Visitor) -> None:
    first = disputed(learner)
    about = asked(learner.command("repeat"))["question"]
    again = learner.command("appeal")
    assert [one["number"] for one in again["messages"] if one["type"] == "receipt"] == [first]
    assert about


def test_a_passed_answer_can_be_disputed_too_without_risk(learner: Visitor, reviewer: Staff) -> None:
    passed = grade(learner.say("nee, dat doe ik niet"))
    reply = learner.command("appeal", about=passed["question"])
    number = receipt_number(reply)
    learner.command("skip")
    reviewer.rule(number, "approve", "upheld:graded_correctly")
    assert learner.ask("GET", f"/v1/conversation?course={learner.course}")["progress"]["points"] == 2
