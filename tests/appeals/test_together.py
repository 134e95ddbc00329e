"""Eight people and clocks at once, each with a connection of their own, on the same few cases.

The database itself is the witness: a trigger writes down each change of a case and of what stands, in the order in
which they happened, and with the transaction that made it. `WEDERHOOR_INTERLEAVINGS` sets how many rounds there are.
"""

import contextlib
import datetime as dt
import os
import random
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import ColumnElement, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from appeals import clocks, filing, notices, queue, remedy, ruling
from appeals.errors import AppealNotFound, ConflictOfInterest, NothingToAppeal, NotPossible, Stale
from appeals.models import Appeal
from appeals.states import ACTS, OPEN, REASONS, State, follow, rulings_for
from learning import answering, enrolments
from learning.enrolments import Step
from learning.errors import MovedOn
from learning.models import Decision
from people.actors import LearnerClaims
from store.embedded import OWNER, EmbeddedServer
from store.journal import Entry
from store.store import connect
from tests.appeals import invariants
from tests.appeals.conftest import NewDesk
from tests.appeals.desk import MODEL, START, Desk, grade_of

REFUSED = (AppealNotFound, ConflictOfInterest, NotPossible, Stale, NothingToAppeal, MovedOn)
INTERLEAVINGS = int(os.environ.get("WEDERHOOR_INTERLEAVINGS", "60"))
EACH = min(100, INTERLEAVINGS)
"""Rounds in one organisation, in each of which all act at the same moment."""
ACTORS, LEARNERS = 8, 3
WORDS = "zeker weten"
WITNESS = """
CREATE TABLE witness (
    number bigint GENERATED ALWAYS AS IDENTITY, txid bigint, organisation_id uuid, kind text, id uuid,
    before jsonb, after jsonb
);
CREATE FUNCTION bear_witness() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO witness (txid, organisation_id, kind, id, before, after) VALUES (
        txid_current(), NEW.organisation_id, TG_TABLE_NAME, NEW.id, to_jsonb(OLD), to_jsonb(NEW)
    );
    RETURN NULL;
END $$;
CREATE TRIGGER witnessed AFTER INSERT OR UPDATE ON appeal FOR EACH ROW EXECUTE FUNCTION bear_witness();
CREATE TRIGGER witnessed AFTER INSERT OR UPDATE ON decision FOR EACH ROW EXECUTE FUNCTION bear_witness();
CREATE TRIGGER witnessed AFTER INSERT ON journal FOR EACH ROW EXECUTE FUNCTION bear_witness_of_act();
GRANT SELECT ON witness TO wederhoor_app;
"""
OF_ACT = """
CREATE FUNCTION bear_witness_of_act() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO witness (txid, organisation_id, kind, id, after) VALUES (
        txid_current(), NEW.organisation_id, NEW.act, NEW.appeal_id, to_jsonb(NEW)
    );
    RETURN NULL;
END $$;
"""
GONE = "DROP TABLE witness; DROP FUNCTION bear_witness() CASCADE; DROP FUNCTION bear_witness_of_act() CASCADE"


@pytest.fixture
def witness(bare_server: EmbeddedServer) -> Iterator[None]:
    """Writes down all changes for the length of a test."""
    owner = connect(bare_server.url(OWNER), pool=1)
    with owner.begin() as connection:
        connection.execute(text(OF_ACT))
        connection.execute(text(WITNESS))
    yield
    with owner.begin() as connection:
        connection.execute(text(GONE))
    owner.dispose()


class Clock:
    """A clock for all: most looks are a moment after the last one, some are half a day later."""

    def __init__(self, seed: int) -> None:
        self._lock, self._chance, self._now = threading.Lock(), random.Random(seed), START

    def look(self) -> dt.datetime:
        """The moment."""
        with self._lock:
            self._now += dt.timedelta(hours=12) if self._chance.random() < 0.08 else dt.timedelta(seconds=20)
            return self._now


class Actor(threading.Thread):
    """Somebody who does one random thing in each round, at the same moment as all others."""

    def __init__(
        self, desk: Desk, learners: list[LearnerClaims], clock: Clock, start: threading.Barrier, seed: int
    ) -> None:
        super().__init__()
        self.desk, self.learners, self.clock, self.start_together = desk, learners, clock, start
        self.chance, self.member = random.Random(seed), desk.reviewers[seed % 3]
        self.done: Counter[str] = Counter()
        self.failed: list[str] = []

    def run(self) -> None:
        for _ in range(EACH):
            self.start_together.wait()
            self.once(self.chance.choice(WAYS))

    def once(self, way: Callable[["Actor", dt.datetime], Counter[str]]) -> None:
        """What it says it did is what was committed."""
        try:
            self.done.update(way(self, self.clock.look()))
        except REFUSED:
            self.done["refused"] += 1
        except IntegrityError as error:
            self.done["moved on"] += 1
            if way is not answer or "fk_appeal_decision_id" not in str(error):
                self.failed.append(f"{way.__name__}: {error}")
        except Exception as error:
            self.failed.append(f"{way.__name__}: {error!r}")

    def case(self, session: Session, *wanted: ColumnElement[bool]) -> int:
        """A case of which this looked true a moment ago."""
        found = (
            session.execute(select(Appeal.number).where(*wanted).order_by(Appeal.number.desc()).limit(6))
            .scalars()
            .all()
        )
        return self.chance.choice(found) if found else 0

    def learner(self) -> LearnerClaims:
        return self.chance.choice(self.learners)


def answer(actor: Actor, now: dt.datetime) -> Counter[str]:
    """A turn, as the conversation takes it: looked up first, carried out later, refused when another came between."""
    learner, desk = actor.learner(), actor.desk
    with desk.store.read(desk.id) as session:
        here = desk.here(session, learner)
    with desk.store.write(desk.id) as session:
        known, asked = filing.known(session, here), here.course.questions[0]
        if known:
            filing.supersede(session, here, [asked.id])
        grade = grade_of(actor.chance.choice(["not_passed", "not_passed", "undecided"]))
        done = answering.submit(session, desk.vault, here, asked, WORDS, grade, model_id=MODEL, now=now)
        if done.to_a_person:
            filing.refer(session, here, asked.id, done.id, now)
        enrolments.move(session, here, Step("answer", asked.id), str(now), b"", now)
    return Counter(["answer.graded"] + ["answer.referred"] * done.to_a_person)


def dispute(actor: Actor, now: dt.datetime) -> Counter[str]:
    """The learner files, adds to it, or replies."""
    with actor.desk.write(actor.learner()) as (session, here):
        question = here.course.questions[0].id
        filing.file(session, actor.desk.vault, here, question, actor.chance.choice([None, "Nee dus."]), now)
    return Counter()


def withdraw(actor: Actor, now: dt.datetime) -> Counter[str]:
    with actor.desk.write(actor.learner()) as (session, here):
        filing.withdraw(session, here, actor.case(session, Appeal.learner_id == here.learner), now)
    return Counter(["appeal.withdrawn"])


def escalate(actor: Actor, now: dt.datetime) -> Counter[str]:
    with actor.desk.write(actor.learner()) as (session, here):
        filing.escalate(session, here, actor.case(session, Appeal.learner_id == here.learner), now)
    return Counter(["appeal.escalated"])


def hear(actor: Actor, now: dt.datetime) -> Counter[str]:
    with actor.desk.write(actor.learner()) as (session, here):
        notices.news(session, here, now, now)
    return Counter()


def claim(actor: Actor, now: dt.datetime) -> Counter[str]:
    with actor.desk.store.write(actor.desk.id) as session:
        queue.claim(session, actor.member, actor.case(session, Appeal.state.in_(OPEN)), now)
    return Counter(["appeal.claimed"])


def take_over(actor: Actor, now: dt.datetime) -> Counter[str]:
    with actor.desk.store.write(actor.desk.id) as session:
        queue.take_over(session, actor.member, actor.case(session, Appeal.state == "claimed"), now)
    return Counter(["appeal.taken_over"])


def release(actor: Actor, now: dt.datetime) -> Counter[str]:
    with actor.desk.store.write(actor.desk.id) as session:
        queue.release(session, actor.member, actor.case(session, Appeal.claimed_by == actor.member.id), now)
    return Counter(["appeal.released"])


def ask(actor: Actor, now: dt.datetime) -> Counter[str]:
    with actor.desk.store.write(actor.desk.id) as session:
        number = actor.case(session, Appeal.claimed_by == actor.member.id)
        ruling.ask(session, actor.desk.vault, actor.member, number, "Wat bedoel je?", now)
    return Counter(["appeal.asked"])


def extend(actor: Actor, now: dt.datetime) -> Counter[str]:
    with actor.desk.store.write(actor.desk.id) as session:
        number = actor.case(session, Appeal.claimed_by == actor.member.id)
        ruling.extend(session, actor.desk.vault, actor.member, number, "Drukte.", now)
    return Counter(["appeal.extended"])


def decide(actor: Actor, now: dt.datetime) -> Counter[str]:
    """Claims one if need be, reads it, looks at it, and rules on what was seen."""
    desk = actor.desk
    with desk.store.write(desk.id) as session:
        number = actor.case(session, Appeal.claimed_by == actor.member.id)
        if claimed := number == 0:
            number = actor.case(session, Appeal.state.in_(OPEN))
            queue.claim(session, actor.member, number, now)
    actor.done["appeal.claimed"] += claimed
    with contextlib.suppress(Stale), desk.store.write(desk.id) as session:
        ruling.record_reading(session, actor.member, number, "approve", now)
    with desk.store.read(desk.id) as session:
        seen = session.execute(
            select(Appeal.version, Decision.outcome).join(Decision).where(Appeal.number == number)
        ).one_or_none()
    if seen is None:
        return Counter()
    choice = actor.chance.choice(rulings_for(seen.outcome))
    with desk.store.write(desk.id) as session:
        ruling.rule(
            session, desk.vault, actor.member, number, version=seen.version, ruling=choice, reason=REASONS[choice][0],
            text="Zo is het.", now=now,
        )  # fmt: skip
    return Counter(["appeal.ruled"])


def undo(actor: Actor, now: dt.datetime) -> Counter[str]:
    with actor.desk.store.write(actor.desk.id) as session:
        ruling.undo(
            session, actor.desk.vault, actor.member, actor.case(session, Appeal.ruled_by == actor.member.id), now
        )
    return Counter(["appeal.undone"])


def tick(actor: Actor, now: dt.datetime) -> Counter[str]:
    with actor.desk.store.write(actor.desk.id) as session:
        done = clocks.tick(session, actor.desk.id, now)
    return Counter({"appeal.reminded": done.reminded, "appeal.expired": done.expired, "appeal.missed": done.passed_on})


def make_remedies(actor: Actor, now: dt.datetime) -> Counter[str]:
    """Also undoes one of two that it made."""
    desk, done = actor.desk, Counter[str]()
    with desk.store.read(desk.id) as session:
        due = remedy.due(session, now)
    for appeal_id in due:
        with desk.store.read(desk.id) as session:
            check = remedy.prepare(session, desk.vault, desk.catalogue, appeal_id)
        if check is None:
            continue
        with desk.store.write(desk.id) as session:
            better: dict[uuid.UUID, remedy.Better] = {
                one.decision_id: actor.chance.choice(["passed", "referred"]) for one in check.alike
            }
            made = remedy.apply(session, check, better, now)
            made_id = made.id if made else None
        if made_id is None:
            continue
        done["remedy.made"] += 1
        if actor.chance.random() < 0.5:
            with desk.store.write(desk.id) as session:
                remedy.undo(session, actor.member, made_id, now)
            done["remedy.undone"] += 1
    return done


WAYS = [
    answer, dispute, dispute, dispute, withdraw, escalate, escalate, hear, claim, claim, claim, take_over, release,
    ask, extend, decide, decide, decide, undo, tick, tick, make_remedies,
]  # fmt: skip
COUNTED = {
    "answer.graded", "answer.referred", "appeal.withdrawn", "appeal.escalated", "appeal.claimed", "appeal.taken_over",
    "appeal.released", "appeal.asked", "appeal.extended", "appeal.ruled", "appeal.undone", "appeal.reminded",
    "appeal.expired", "appeal.missed", "remedy.made", "remedy.undone",
}  # fmt: skip
LED = {
    (state, follow(state, act, level=level))
    for act, rule in ACTS.items() for state in rule.frm for level in (1, 2)
} | {(state, state) for state in State}  # fmt: skip
"""Where the table of acts lets a case go from where."""
SEEN = text(
    "SELECT txid, kind, before, after FROM witness"
    " WHERE organisation_id::text = current_setting('wederhoor.organisation') ORDER BY number"
)


def wrong_steps(session: Session) -> list[str]:
    """What the witness saw that may not be."""
    rows = session.execute(SEEN).all()
    acts: dict[int, set[str]] = {}
    for row in rows:
        acts.setdefault(row.txid, set()).add(row.kind)
    upheld = {
        row.txid
        for row in rows
        if row.kind == "appeal" and row.before and row.after["ruling"] == "upheld" and row.after["state"] == "decided"
    }
    wrong = []
    for txid, kind, before, after in rows:
        if kind == "appeal" and before and (State(before["state"]), State(after["state"])) not in LED:
            wrong.append(f"{before['state']} → {after['state']}")
        if kind == "decision" and before and before["id"] == after["id"]:
            back = acts[txid] & {"appeal.undone", "remedy.undone"}
            if after["points"] < before["points"] and not back:
                wrong.append(f"points fell by {sorted(acts[txid])}")
            if txid in upheld and "appeal.ruled" in acts[txid] and _numbers(before) != _numbers(after):
                wrong.append("upheld, and a number changed")
            if (
                before["maker"] != after["maker"]
                and not back
                and acts[txid].isdisjoint({"appeal.ruled", "appeal.expired"})
            ):
                wrong.append(f"{after['maker']} decided by {sorted(acts[txid])}")
    return wrong


def _numbers(decision: dict[str, Any]) -> dict[str, Any]:
    names = ("points", "max_points", "outcome", "intent", "p_value", "alpha", "tries", "question_version", "model_id")
    return {name: decision[name] for name in names}


@pytest.mark.parametrize("offices", [INTERLEAVINGS // EACH])
def test_eight_at_once(new_desk: NewDesk, witness: None, offices: int) -> None:
    done: Counter[str] = Counter()
    for office in range(offices):
        desk = new_desk(
            undo_seconds=300, on_missed=("favour", "escalate")[office % 2], pauses_clock=office % 4 > 1, appeal_days=3
        )
        learners = [desk.learner() for _ in range(LEARNERS)]
        for learner in learners:
            with desk.write(learner) as (session, here):
                enrolments.begin(session, here, here.learner, START)
            desk.answer(learner, WORDS)
        clock, start = Clock(office), threading.Barrier(ACTORS)
        actors = [Actor(desk, learners, clock, start, office * ACTORS + place) for place in range(ACTORS)]
        for actor in actors:
            actor.start()
        for actor in actors:
            actor.join()
        assert [failure for actor in actors for failure in actor.failed] == []
        counted = sum((actor.done for actor in actors), Counter[str]())
        counted["answer.graded"] += LEARNERS
        with desk.store.read(desk.id) as session:
            assert invariants.broken(session) == {}, f"office {office}"
            assert wrong_steps(session) == [], f"office {office}"
            kept = Counter(session.execute(select(Entry.act)).scalars().all())
        assert {act: kept[act] for act in COUNTED} == {act: counted[act] for act in COUNTED}, "lost or doubled"
        done += counted
    assert not set(COUNTED) - set(+done) or INTERLEAVINGS < 1000, "each act was done at least once"
