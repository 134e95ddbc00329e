"""The learner's side of their appeals through the api, and the reviewer's question in the chat."""

import datetime as dt
import uuid
from typing import Any

import pytest
from sqlalchemy import select

from api import building, messages
from api.trial import System, Visitor
from appeals import ruling
from people.actors import ActingMember
from people.models import Member
from store.store import Store
from tests.conftest import NewLearner
from tests.course import disputed, grade, receipt_number, says
from tests.problem import problem
from tests.staff import Staff


def _case(learner: Visitor) -> dict[str, Any]:
    (found,) = learner.ask("GET", f"/v1/appeals?course={learner.course}")["appeals"]
    case: dict[str, Any] = found
    return case


def _path(learner: Visitor, number: str, act: str) -> str:
    return f"/v1/appeals/{number}/{act}?course={learner.course}"


def _ask(system: System, store: Store, reviewer: Staff, number: str, question: str) -> None:
    """The reviewer who holds the case asks the learner something."""
    assert reviewer.post(f"/review/{number}/claim").status == 303
    with store.write(uuid.UUID(system.demo["organisation_id"])) as session:
        member = session.execute(select(Member).where(Member.email == system.demo["reviewer"])).scalar_one()
        who = ActingMember(member.id, member.organisation_id, "", member.name, frozenset({"reviewer"}), "nl")
        vault, now = building.keys(system.settings), dt.datetime.now(dt.UTC)
        ruling.ask(session, vault, who, messages.from_number(number), question, now)


def test_a_statement_takes_the_place_of_the_one_before(learner: Visitor, reviewer: Staff) -> None:
    number = disputed(learner)
    learner.ask("POST", _path(learner, number, "statement"), {"text": "Eerste uitleg."})
    case = learner.ask("POST", _path(learner, number, "statement"), {"text": " Tweede uitleg. "})
    assert case["statement"] == " Tweede uitleg. " and case == _case(learner)
    reviewer.post(f"/review/{number}/claim")
    page = reviewer.get(f"/review/{number}").words
    assert "Tweede uitleg." in page and "Eerste uitleg." not in page


@pytest.mark.parametrize(
    ("body", "status"),
    [({"text": ""}, 422), ({"text": " \n"}, 422), ({"text": "x" * 2001}, 422), ({"words": "x"}, 422), ({}, 422)],
)
def test_a_statement_that_cannot_be_kept_is_refused(learner: Visitor, body: dict[str, str], status: int) -> None:
    number = disputed(learner)
    found = problem(learner, "POST", _path(learner, number, "statement"), body)
    assert found["status"] == status and "xxx" not in str(found)
    assert _case(learner)["statement"] is None


def test_nothing_can_be_done_about_somebody_elses_case(learner: Visitor, new_learner: NewLearner) -> None:
    number, other = disputed(learner), new_learner()
    for act, body in (("statement", {"text": "Van mij."}), ("escalate", {}), ("withdraw", {})):
        assert problem(other, "POST", _path(other, number, act), body)["code"] == "not_found"
    assert _case(learner)["code"] == "filed"


def test_a_second_person_can_be_asked_after_a_ruling_and_once(
    learner: Visitor, reviewer: Staff, second_reviewer: Staff
) -> None:
    number = disputed(learner)
    assert problem(learner, "POST", _path(learner, number, "escalate"))["code"] == "not_possible"
    assert reviewer.rule(number, "approve", "upheld:ambiguous", "Kan ook ja zijn.").status == 303
    assert [one["act"] for one in _case(learner)["can"]] == ["escalate"]
    case = learner.ask("POST", _path(learner, number, "escalate"))
    assert (case["code"], case["level"], case["ruling"]["text"]) == ("escalated", 2, "Kan ook ja zijn.")
    assert second_reviewer.rule(number, "approve", "upheld:graded_correctly").status == 303
    assert problem(learner, "POST", _path(learner, number, "escalate"))["code"] == "not_possible"
    assert _case(learner)["can"] == []


def test_the_second_person_is_asked_in_the_chat_too(learner: Visitor, reviewer: Staff) -> None:
    number = disputed(learner)
    assert reviewer.rule(number, "approve", "upheld:ambiguous").status == 303
    view = learner.ask("GET", f"/v1/conversation?course={learner.course}")
    (card,) = [one for one in view["messages"] if one["type"] == "ruling"]
    asks = next(one for one in card["buttons"] if one["command"] == "appeal")
    reply = learner.command("appeal", about=asks["about"])
    (receipt,) = [one for one in reply["messages"] if one["type"] == "receipt"]
    assert receipt["number"] == number and "iemand anders dan de eerste" in receipt["text"]


def test_the_reviewers_question_is_replied_to_in_the_chat(
    learner: Visitor, reviewer: Staff, system: System, store: Store
) -> None:
    number = disputed(learner)
    _ask(system, store, reviewer, number, "Wat bedoel je daarmee?")
    view = learner.ask("GET", f"/v1/conversation?course={learner.course}")
    (card,) = [one for one in view["messages"] if one["type"] == "case"]
    assert (card["kind"], card["number"], card["text"]) == ("asked", number, "Wat bedoel je daarmee?")
    begun = learner.command("appeal", about=card["buttons"][0]["about"])
    assert begun["input"]["mode"] == "statement" and begun["input"]["max"] == 2000
    assert [one["type"] for one in begun["messages"]] == ["text"] and "Typ je reactie." in says(begun)
    said = learner.say("Ik bedoel dat ik het meld.")
    (told,) = [one for one in said["messages"] if one["type"] == "case"]
    assert (told["kind"], told["title"]) == ("replied", "Je reactie is bij de beoordelaar.")
    assert said["input"]["mode"] == "text", "and on with the question that was open"
    case = _case(learner)
    assert (case["code"], case["statement"], case["reply"]) == ("filed", None, "Ik bedoel dat ik het meld.")


def test_a_reply_can_wait(learner: Visitor, reviewer: Staff, system: System, store: Store) -> None:
    number = disputed(learner)
    _ask(system, store, reviewer, number, "Wat bedoel je daarmee?")
    about = _case(learner)
    learner.command("appeal")
    learner.command("skip")
    assert _case(learner) == about and about["code"] == "awaiting_learner"
    case = learner.ask("POST", _path(learner, number, "statement"), {"text": "Nu wel."})
    assert (case["code"], case["asked"]) == ("filed", "Wat bedoel je daarmee?")


def test_what_is_typed_after_a_withdrawal_elsewhere_opens_no_new_case(learner: Visitor) -> None:
    learner.say("ja, dat doe ik")
    number = receipt_number(learner.command("appeal"))
    view = learner.ask("POST", _path(learner, number, "withdraw"), {})
    assert "Dit bezwaar is al besloten of ingetrokken." in says(view)
    assert "Dit bezwaar is al besloten of ingetrokken." in says(learner.say("maar ik bedoelde nee"))
    assert _case(learner)["code"] == "withdrawn"


def test_what_would_have_passed_does_pass(new_learner: NewLearner) -> None:
    learner, other = new_learner(), new_learner()
    failed = grade(learner.say("ja, dat doe ik"))
    path = f"/v1/questions/{failed['question']}/explanation?course={learner.course}"
    assert learner.ask("GET", path)["changed_by"] == "Met een duidelijk “nee” was je antwoord goedgekeurd."
    assert grade(other.say("nee"))["outcome"] == "passed"
