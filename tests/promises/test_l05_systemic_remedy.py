"""L05: one decision overturned opens a check of its like: the same words, failed by the same model, pass too."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import select

from api import building, messages, settling
from api.trial import System, Visitor
from appeals.models import Appeal, Remedy
from learning.catalogue import Catalogue
from store.store import Store
from tests.conftest import NewLearner
from tests.course import grade, receipt_number
from tests.staff import Staff


def _view(learner: Visitor) -> dict[str, Any]:
    return learner.ask("GET", f"/v1/conversation?course={learner.course}")


def _check(system: System, store: Store, now: dt.datetime) -> None:
    """What the worker does each minute; it may have been first, which comes to the same."""
    settings, organisation = system.settings, uuid.UUID(system.demo["organisation_id"])
    keys, graders = building.keys(settings), building.graders(settings)
    settling.remedies(store, keys, graders, Catalogue(), organisation, now)


def test_who_wrote_the_same_gets_the_points_too_and_nobody_else_changes(
    new_learner: NewLearner, reviewer: Staff, system: System, store: Store
) -> None:
    appealing, alike, right, other = (new_learner() for _ in range(4))
    failed = grade(appealing.say("ja hoor, daar klik ik op"))
    assert grade(alike.say("Ja hoor daar klik ik op!"))["outcome"] == failed["outcome"] == "not_passed"
    assert grade(right.say("nee, dat doe ik niet"))["outcome"] == "passed"
    assert grade(other.say("ja, dat doe ik meteen"))["outcome"] == "not_passed"
    before = {one.name: _view(one) for one in (right, other)}
    reply = appealing.command("appeal", about=failed["question"])
    appealing.command("skip")
    number = receipt_number(reply)
    assert reviewer.rule(number, "disapprove", "overturned:meaning_misread").status == 303
    _check(system, store, dt.datetime.now(dt.UTC))
    view = _view(alike)
    assert view["progress"]["points"] == 2
    (told,) = [one for one in view["messages"] if one["type"] == "case"]
    assert (told["kind"], told["title"]) == ("remedied", "Je antwoord is alsnog goedgekeurd, 2 punten.")
    assert told["about"] and "Iemand anders kreeg gelijk" in told["text"]
    why = alike.ask("GET", f"/v1/questions/{failed['question']}/explanation?course={alike.course}")
    assert "Iemand anders kreeg gelijk over zo'n antwoord, dus jij ook." in why["text"][0]
    assert why["changed_by"] is None
    assert {one.name: _view(one) for one in (right, other)} == before
    with store.read(uuid.UUID(system.demo["organisation_id"])) as session:
        made = select(Remedy).join(Appeal, Appeal.id == Remedy.appeal_id)
        found = session.execute(made.where(Appeal.number == messages.from_number(number))).scalar_one()
        assert found.passed >= 1 and found.undone_at is None


def test_an_upheld_decision_opens_no_check(
    new_learner: NewLearner, reviewer: Staff, system: System, store: Store
) -> None:
    appealing, alike = new_learner(), new_learner()
    words = "ja, daar klik ik gewoon op hoor"
    failed = grade(appealing.say(words))
    assert grade(alike.say(words))["outcome"] == failed["outcome"] == "not_passed"
    before = _view(alike)
    reply = appealing.command("appeal", about=failed["question"])
    appealing.command("skip")
    number = receipt_number(reply)
    assert reviewer.rule(number, "approve", "upheld:graded_correctly").status == 303
    _check(system, store, dt.datetime.now(dt.UTC))
    assert _view(alike) == before
