"""The alarm: it stops automatic failing where the machine no longer does what it promises, and says so."""

import datetime as dt
import uuid

import pytest
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from api import watching
from api.trial import System, Visitor
from appeals import drift
from appeals.drift import FEWEST, Counts, alarm
from learning.models import Decision
from people.models import Organisation
from store.store import Store
from tests.conftest import NewLearner, unwatched
from tests.staff import Staff

USUAL = 0.5


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        (Counts(FEWEST - 1, FEWEST - 1, 0, 40), None),
        (Counts(100, 50, 40, 0), None),
        (Counts(100, 58, 30, 0), None),
        (Counts(100, 70, 20, 0), "undecided"),
        (Counts(200, 20, 150, 1), None),
        (Counts(200, 20, 150, 5), "overturned"),
        (Counts(200, 180, 5, 5), "overturned"),
    ],
    ids=["too-few", "usual", "chance", "undecided", "one-mistake", "overturned", "both"],
)
def test_when_it_rings(seen: Counts, why: str | None) -> None:
    assert alarm(seen, usual_undecided=USUAL, alpha=0.01) == why


def test_a_stricter_bound_rings_sooner() -> None:
    seen = Counts(1000, 100, 700, 8)
    assert alarm(seen, usual_undecided=USUAL, alpha=0.02) is None
    assert alarm(seen, usual_undecided=USUAL, alpha=0.001) == "overturned"


@pytest.fixture
def model(session: Session) -> str:
    """The model that grades now, by a name that no other test's answers carry."""
    return f"model-{uuid.uuid4().hex[:8]}"


def test_counts_are_of_this_model_and_of_what_stands_now(
    new_learner: NewLearner, store: Store, system: System, model: str
) -> None:
    now, since = dt.datetime.now(dt.UTC), dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    learner = new_learner()
    learner.say("nee, nooit")
    learner.say("misschien, geen idee")
    organisation = uuid.UUID(system.demo["organisation_id"])
    with store.write(organisation) as session:
        _sign(session, learner, model)
        assert drift.count(session, model, since) == Counts(2, 1, 1, 0)
        assert drift.count(session, "another", since) == Counts(0, 0, 0, 0)
        assert drift.count(session, model, now + dt.timedelta(hours=1)) == Counts(0, 0, 0, 0)
        session.rollback()


def test_it_stops_failing_and_says_so_until_somebody_resumes(
    new_learner: NewLearner, store: Store, system: System, reviewer: Staff
) -> None:
    organisation = uuid.UUID(system.demo["organisation_id"])
    assert _outcome(new_learner()) == "not_passed"
    _stop(store, organisation, (system.settings.models / "current").resolve().name)
    try:
        stopped = new_learner()
        assert _outcome(stopped) == "again"
        assert "De computer keurt nu niets af" in reviewer.get("/review").text
    finally:
        watching.resume(system.settings, organisation)
        unwatched(system)
    assert _outcome(new_learner()) == "not_passed"
    assert "De computer keurt nu niets af" not in reviewer.get("/review").text
    with store.read(organisation) as session:
        acts = session.execute(text("SELECT act FROM journal WHERE act LIKE 'failing.%' ORDER BY id")).scalars()
        assert list(acts)[-1] == "failing.resumed"


def test_an_alarm_on_another_model_stops_nobody(new_learner: NewLearner, store: Store, system: System) -> None:
    organisation = uuid.UUID(system.demo["organisation_id"])
    _stop(store, organisation, "one that was replaced")
    try:
        assert _outcome(new_learner()) == "not_passed"
    finally:
        watching.resume(system.settings, organisation)
        unwatched(system)


def test_the_watch_looks_at_every_organisation(system: System, store: Store) -> None:
    assert (uuid.UUID(system.demo["organisation_id"]), None) in watching.look(system.settings)


def test_the_watch_stops_it_once(
    new_learner: NewLearner, store: Store, system: System, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation, now = uuid.UUID(system.demo["organisation_id"]), dt.datetime.now(dt.UTC)
    learner = new_learner()
    learner.say("misschien, geen idee")
    with store.write(organisation) as session:
        _sign(session, learner, model)
        session.execute(update(Organisation).values(watched_since=None))
        few = drift.watch(session, organisation, model, usual_undecided=0.0, now=now)
        monkeypatch.setattr(drift, "FEWEST", 1)
        watched = [drift.watch(session, organisation, model, usual_undecided=0.0, now=now) for _ in range(2)]
        assert [few, *watched] == [(None, False), ("undecided", True), ("undecided", False)]
        session.rollback()


def _outcome(learner: Visitor) -> str:
    reply = learner.say("ja, ik klik er meteen op")
    return str(next(one["outcome"] for one in reply["messages"] if one["type"] == "grade"))


def _sign(session: Session, learner: Visitor, model: str) -> None:
    """The learner's decisions look as if this model had made them."""
    theirs = text("SELECT id FROM learner WHERE subject = :subject")
    learner_id = session.execute(theirs, {"subject": learner.name}).scalar_one()
    session.execute(update(Decision).where(Decision.learner_id == learner_id).values(model_id=model))


def _stop(store: Store, organisation: uuid.UUID, model: str) -> None:
    values = {"failing_stopped_at": dt.datetime.now(dt.UTC), "failing_stopped_model": model}
    with store.write(organisation) as session:
        session.execute(update(Organisation).values(values | {"failing_stopped_why": "overturned"}))
