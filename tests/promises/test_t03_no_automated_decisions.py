"""T03: who wants no automated decisions has every answer graded by a person; nothing else changes."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import messages
from api.trial import Visitor
from appeals.models import Appeal
from learning.models import Decision
from tests.conftest import NewLearner
from tests.course import answer, asked, file, grade
from tests.problem import problem
from tests.staff import Staff


def _choose(learner: Visitor, method: str) -> dict[str, Any]:
    return learner.ask(method, f"/v1/choices/by-person?course={learner.course}")


def _privacy(learner: Visitor) -> dict[str, Any]:
    return learner.ask("GET", f"/v1/privacy?course={learner.course}")


def _why(learner: Visitor, question: str) -> dict[str, Any]:
    return learner.ask("GET", f"/v1/questions/{question}/explanation?course={learner.course}")


def _last_case(learner: Visitor) -> dict[str, Any]:
    found: dict[str, Any] = learner.ask("GET", f"/v1/appeals?course={learner.course}")["appeals"][0]
    return found


def test_a_person_grades_what_the_computer_would_have_and_says_so(
    learner: Visitor, reviewer: Staff, session: Session
) -> None:
    assert _privacy(learner)["by_person"] is False
    assert _choose(learner, "PUT") == {"by_person": True}
    assert _privacy(learner)["by_person"] is True
    told = grade(learner.say("nee, dat doe ik niet"))
    assert (told["outcome"], told["maker"], told["points"], told["reading"]) == ("undecided", "person", 0, None)
    assert told["title"].startswith("Je koos dat een mens je antwoorden beoordeelt.")
    assert [one["command"] for one in told["buttons"]] == ["again"]
    appeal = session.execute(
        select(Appeal).where(Appeal.number == messages.from_number(_last_case(learner)["number"]))
    ).scalar_one()
    decision = session.execute(
        select(Decision).where(Decision.learner_id == appeal.learner_id, Decision.question_id == appeal.question_id)
    ).scalar_one()
    assert (decision.p_value, decision.intent, decision.reason) == (None, "none", "by-person")
    why = _why(learner, told["question"])
    assert "De computer heeft dit antwoord niet beoordeeld." in why["text"][0] and why["changed_by"] is None
    case = _last_case(learner)
    assert [step["when"] for step in case["steps"]] == ["done", "now", "next"]
    assert case["steps"][0]["text"].startswith("Naar een mens gestuurd")
    assert [one["act"] for one in case["can"]] == ["add"]
    assert reviewer.rule(case["number"], "disapprove", "passed:meaning_clear", "Dat is goed.").status == 303
    view = learner.ask("GET", f"/v1/conversation?course={learner.course}")
    assert view["progress"]["points"] == 2
    assert [one["title"] for one in view["messages"] if one["type"] == "ruling"] == [
        "Een mens heeft gekeken: je antwoord is goedgekeurd."
    ]


def test_every_kind_of_question_goes_to_a_person_and_the_course_goes_on_as_ever(
    new_learner: NewLearner, session: Session
) -> None:
    """Side by side with somebody who lets the computer grade: the same questions in the same order."""
    usual, by_person = new_learner(), new_learner()
    _choose(by_person, "PUT")
    kinds = [body.kind for body in file("information-security").questions()]
    assert set(kinds) == {"stance", "choice", "open"}
    for body in file("information-security").questions():
        replies = [learner.turn(**answer(body, "nl")) for learner in (usual, by_person)]
        outcomes = [grade(reply)["outcome"] for reply in replies]
        assert outcomes == (["noted", "noted"] if body.kind == "open" else ["passed", "undecided"]), body.key
        following = [[one for one in reply["messages"] if one["type"] == "question"] for reply in replies]
        assert following[0] == following[1]
    numbers = [
        messages.from_number(one["number"])
        for one in by_person.ask("GET", f"/v1/appeals?course={by_person.course}")["appeals"]
    ]
    origins = session.execute(select(Appeal.origin).where(Appeal.number.in_(numbers))).scalars().all()
    assert origins == ["opted_out"] * sum(kind != "open" for kind in kinds)


def test_it_counts_from_the_next_answer_on_and_can_be_taken_back(learner: Visitor) -> None:
    first = grade(learner.say("nee, dat doe ik niet"))
    _choose(learner, "PUT")
    _choose(learner, "PUT")
    assert _why(learner, first["question"])["text"][0].startswith("Een computer heeft")
    assert learner.ask("GET", f"/v1/conversation?course={learner.course}")["progress"]["points"] == 2
    assert _choose(learner, "DELETE") == {"by_person": False}
    assert _privacy(learner)["by_person"] is False
    question = asked(learner.command("repeat"))
    assert grade(learner.say("misschien"))["outcome"] == "again", "the computer reads again"
    assert question["number"] == 2


def test_who_has_not_consented_has_nothing_to_choose(new_learner: NewLearner) -> None:
    stranger = new_learner(enter=False)
    path = f"/v1/choices/by-person?course={stranger.course}"
    for method in ("PUT", "DELETE"):
        assert problem(stranger, method, path)["code"] == "consent_required"
