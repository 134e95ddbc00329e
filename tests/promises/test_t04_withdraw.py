"""T04: what was given can be taken back: an appeal can be withdrawn, and its statement is gone."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import messages
from api.trial import Visitor
from appeals.models import Appeal
from tests.course import receipt_number
from tests.problem import problem
from tests.staff import Staff


def test_a_withdrawn_appeal_has_no_statement_and_changes_nothing(
    learner: Visitor, reviewer: Staff, session: Session
) -> None:
    learner.say("ja, dat doe ik")
    receipt = learner.command("appeal")
    number = receipt_number(receipt)
    statement = f"omdat {uuid.uuid4().hex}"
    learner.say(statement)
    reviewer.post(f"/review/{number}/claim")
    assert statement in reviewer.get(f"/review/{number}").text
    view = learner.ask("POST", f"/v1/appeals/{number}/withdraw?course={learner.course}", {})
    assert view["progress"]["open_appeals"] == 0 and view["progress"]["points"] == 0
    assert number not in reviewer.whole_line() and statement not in reviewer.get(f"/review/{number}").text
    row = session.execute(select(Appeal).where(Appeal.number == messages.from_number(number))).scalar_one()
    assert row.statement is None and row.state == "withdrawn"
    mine = learner.ask("GET", f"/v1/appeals?course={learner.course}")["appeals"]
    assert [one["open"] for one in mine] == [False]


def test_somebody_elses_appeal_cannot_be_withdrawn(learner: Visitor, new_learner: object) -> None:
    learner.say("ja, dat doe ik")
    receipt = learner.command("appeal")
    number = receipt_number(receipt)
    other: Visitor = new_learner()  # type: ignore[operator]
    path = f"/v1/appeals/{number}/withdraw?course={other.course}"
    assert problem(other, "POST", path, {})["status"] == 404
    assert learner.ask("GET", f"/v1/appeals?course={learner.course}")["appeals"][0]["open"]
