"""How the organisation's cases stand, for the privacy officer: who waits and how long, and what comes of it.

Cases that were put in the line to measure reviewers are in none of these figures.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from appeals.models import Appeal
from appeals.shares import Share
from appeals.states import OPEN, Ruling, State
from learning.models import Course, Decision, Question

PERIOD: Final = dt.timedelta(days=90)
AGES: Final = (1, 7, 14, 28)
"""Days at which a case passes into the next group."""
_REAL: Final = Appeal.expected.is_(None)
_DECIDED: Final = Appeal.state == State.DECIDED
_RULED: Final = func.count().filter(_DECIDED, Appeal.ruling.in_((Ruling.OVERTURNED, Ruling.UPHELD)))
_OVERTURNED: Final = func.count().filter(_DECIDED, Appeal.ruling == Ruling.OVERTURNED)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The open cases now."""

    count: int
    late: int
    ages: tuple[int, ...]
    """How many are younger than each of `AGES`, and how many are older than the last."""


def waiting(session: Session, now: dt.datetime) -> Waiting:
    """Who waits, and how long."""
    limits = [now - dt.timedelta(days=days) for days in AGES]
    younger = [func.count().filter(Appeal.filed_at > limit) for limit in limits]
    late = func.count().filter(Appeal.due_at < now)
    count, late_count, *ages = session.execute(
        select(func.count(), late, *younger).where(_REAL, Appeal.state.in_(OPEN))
    ).one()
    steps = [0, *ages, count]
    return Waiting(count, late_count, tuple(after - before for before, after in pairwise(steps)))


def outcomes(session: Session, since: dt.datetime) -> dict[str, int]:
    """What became of the cases filed since then, by ruling where a person decided, else by state."""
    became = func.coalesce(func.nullif(func.concat(Appeal.ruling), ""), Appeal.state)
    rows = session.execute(
        select(became, func.count()).where(_REAL, Appeal.filed_at >= since, Appeal.state.not_in(OPEN)).group_by(became)
    )
    found = {str(name): int(count) for name, count in rows}
    order = [*Ruling, State.EXPIRED_IN_FAVOUR, State.WITHDRAWN, State.SUPERSEDED]
    return {str(name): found.get(str(name), 0) for name in order}


def by_question(session: Session, since: dt.datetime) -> list[tuple[uuid.UUID, Share]]:
    """How many of the machine's grades on each question people overturned, of those on which they ruled since then."""
    rows = session.execute(
        select(Question.id, _OVERTURNED, _RULED)
        .select_from(Appeal)
        .join(Question, Question.id == Appeal.question_id)
        .join(Course, Course.id == Question.course_id)
        .where(_REAL, Appeal.ruled_at >= since, Question.retired_at.is_(None))
        .group_by(Question.id, Course.slug, Question.position)
        .having(_RULED > 0)
        .order_by(Course.slug, Question.position)
    )
    return [(row[0], Share(row[1], row[2])) for row in rows]


def by_model(session: Session, since: dt.datetime) -> list[tuple[str | None, Share]]:
    """The same by model; None where the answer is gone, and with it which model it was."""
    rows = session.execute(
        select(Decision.model_id, _OVERTURNED, _RULED)
        .select_from(Appeal)
        .outerjoin(Decision, Decision.id == Appeal.decision_id)
        .where(_REAL, Appeal.ruled_at >= since)
        .group_by(Decision.model_id)
        .having(_RULED > 0)
        .order_by(Decision.model_id.nulls_last())
    )
    return [(row[0], Share(row[1], row[2])) for row in rows]
