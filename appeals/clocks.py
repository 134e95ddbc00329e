"""What the clock does by itself: reminders, and what a missed date leads to. Trying it twice does no harm."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from appeals import notices, states
from appeals.models import Appeal
from appeals.states import OPEN, State
from learning import decisions
from learning.models import Decision
from people.models import Organisation
from store import journal

AT_ONCE: Final = 200
"""Cases per transaction: a long absence of the worker must not hold locks for long."""
MISSED: Final = 100
FOR_NOW: Final = text("SET LOCAL plan_cache_mode = force_custom_plan")
"""A plan that PostgreSQL keeps for any moment reads the whole line where next to nothing is due: 0.5 s instead of 4 ms
at 1,000,000 cases."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one look at the clocks led to."""

    reminded: int = 0
    expired: int = 0
    passed_on: int = 0

    def __add__(self, other: "Ticked") -> "Ticked":
        return Ticked(self.reminded + other.reminded, self.expired + other.expired, self.passed_on + other.passed_on)


def tick(session: Session, organisation_id: uuid.UUID, now: dt.datetime) -> Ticked:
    """Reminders that are due, and cases whose date has passed (L04), at most `AT_ONCE` of each."""
    session.execute(FOR_NOW)
    on_missed = session.get_one(Organisation, organisation_id).on_missed
    _forget_undo(session, now)
    expired = passed_on = 0
    for appeal in _locked(session, Appeal.due_at, Appeal.due_at <= now, Appeal.reminded < MISSED):
        if on_missed == "escalate":
            passed_on += 1
            _pass_on(session, appeal, now)
        else:
            expired += 1
            _expire(session, appeal, now)
    return Ticked(_remind(session, now), expired, passed_on)


def _expire(session: Session, appeal: Appeal, now: dt.datetime) -> None:
    """Nobody decided in time: it counts for the learner, who is told so."""
    appeal.state = states.follow(State(appeal.state), "expire")
    appeal.claimed_by = appeal.claim_until = appeal.paused_at = appeal.draft = None
    appeal.reminded, appeal.announce_at = MISSED, now
    appeal.version += 1
    if appeal.decision_id is not None:
        session.execute(select(Decision.id).where(Decision.id == appeal.decision_id).with_for_update())
        decisions.by_clock(session, appeal.decision_id, now)
    notices.put(session, appeal, "expired", now)
    _note(session, appeal, "appeal.expired", now)


def _pass_on(session: Session, appeal: Appeal, now: dt.datetime) -> None:
    """The organisation chose that a second person decides. A case that is there already stays; it is late."""
    if appeal.level == 1:
        appeal.state = states.follow(State(appeal.state), "pass_on")
        appeal.claimed_by = appeal.claim_until = appeal.own_reading = appeal.paused_at = appeal.draft = None
        appeal.level = 2
    appeal.reminded = MISSED
    appeal.version += 1
    notices.put(session, appeal, "missed", now)
    _note(session, appeal, "appeal.missed", now)


def _remind(session: Session, now: dt.datetime) -> int:
    """Staff hear of a case at half and at four fifths of its time."""
    found = _locked(session, Appeal.remind_at, Appeal.remind_at <= now, Appeal.due_at > now)
    for appeal in found:
        appeal.reminded = appeal.clock.reached(now)
        appeal.remind_at = appeal.clock.next_reminder(appeal.reminded)
        notices.put(session, appeal, "reminder", now, version=100 * appeal.version + appeal.reminded)
        _note(session, appeal, "appeal.reminded", now)
    return len(found)


def _forget_undo(session: Session, now: dt.datetime) -> None:
    """What stood before a ruling is kept only as long as the ruling can be taken back."""
    told = select(Appeal.id).where(Appeal.before.is_not(None), Appeal.announce_at <= now)
    session.execute(
        update(Appeal)
        .where(Appeal.id.in_(told.with_for_update(skip_locked=True).scalar_subquery()))
        .values(before=None)
        .execution_options(synchronize_session=False)
    )


def _locked(session: Session, moment: object, *conditions: object) -> list[Appeal]:
    """Such open cases, the earliest moment first, without those that somebody is just writing.

    The order is that of the index by which they are found: the line may be long, and few of it are due.
    """
    rows = session.execute(
        select(Appeal)
        .where(Appeal.state.in_(OPEN), *conditions)  # type: ignore[arg-type]  # mapped comparisons
        .order_by(moment, Appeal.number)  # type: ignore[arg-type]
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    return list(rows.scalars())


def _note(session: Session, appeal: Appeal, act: str, now: dt.datetime) -> None:
    journal.note(
        session, act, organisation_id=appeal.organisation_id, now=now, learner_id=appeal.learner_id,
        question_id=appeal.question_id, appeal_id=appeal.id,
    )  # fmt: skip
