"""Trends over people who cannot be recognised: per question and week, in numbers that stand for five people or more.

There is no history of answers to count. When a week is over, the answers that were given in it and are still the
latest are counted once, per question; what may be shown of that (`shown`) is kept, and nothing else. It is
never counted again: nobody finds out by looking twice what one person did in between, and whoever is erased later
was never in it as themselves. Numbers of two questions or of two weeks are never added up, for one person may be in
both; and everybody who sees any of it sees the same.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import CheckConstraint, Date, ForeignKey, and_, case, cast, exists, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from appeals.shares import K
from learning.catalogue import Asked, Taught
from learning.courses import OpenQuestion
from learning.models import Answer, Decision, Question
from people.models import NOBODY, Learner
from privacy.deadlines import ZONE
from store.base import OfOrganisation, Table, core
from store.personal import Privacy

WEEK: Final = dt.timedelta(days=7)
BACK: Final = 12
"""Weeks that are counted after all when the worker stood still, and weeks that are shown."""
Counts = tuple[int, int, int, int]
Shown = tuple[int | None, ...]
"""Passed, not passed, undecided, by a person, and all of them; what is None may not be shown."""


class Trend(OfOrganisation, Table):
    """How answers of one week to one question stood when the week was over. Each number is of five people or more."""

    __tablename__ = "trend"
    __privacy__ = Privacy("nobody", "keep", "as long as the organisation is served")
    __table_args__ = (
        CheckConstraint("LEAST(passed, not_passed, undecided, by_person, learners) >= 5", name="k"),
    )  # fmt: skip

    question_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), primary_key=True)
    week: Mapped[dt.date] = mapped_column(primary_key=True)
    """Its Monday, Dutch time."""
    passed: Mapped[int | None]
    not_passed: Mapped[int | None]
    undecided: Mapped[int | None]
    """The machine asked once more, or a person is going to look."""
    by_person: Mapped[int | None]
    """A person decided, whatever it was."""
    learners: Mapped[int | None]
    made_at: Mapped[dt.datetime]


COLUMNS: Final = ("passed", "not_passed", "undecided", "by_person", "learners")


@dataclass(frozen=True, slots=True)
class Course:
    """A question of a course with its weeks, the latest first."""

    asked: Asked
    weeks: list[Trend]


def shown(counts: Counts) -> Shown:
    """What may be shown of how many passed, did not, are undecided and were decided by a person; and of the total.

    Numbers are split in a fixed order for as long as each part is of `K` people or more. So also who knows this rule,
    and subtracts what is shown from the total, finds no smaller group, nor that a group must be smaller. (The tables
    of `suppression.py` hide less of more columns, and ask for a reader who does not know how it chooses.)
    """
    passed, not_passed, undecided, by_person = counts
    learners = sum(counts)
    if min(counts) >= K:
        return (*counts, learners)
    if min(passed, not_passed, undecided + by_person) >= K:
        return passed, not_passed, None, None, learners
    if min(passed, learners - passed) >= K:
        return passed, None, None, None, learners
    return None, None, None, None, learners if learners >= K else None


def monday(now: dt.datetime) -> dt.date:
    """The first day of this week, Dutch time."""
    today = now.astimezone(ZONE).date()
    return today - dt.timedelta(days=today.weekday())


def keep(session: Session, organisation_id: uuid.UUID, now: dt.datetime) -> list[dt.date]:
    """Counts the weeks that are over and were not counted yet; returns them."""
    this = monday(now)
    over = [this - number * WEEK for number in range(1, BACK + 1)]
    known = set(session.execute(select(Trend.week).where(Trend.week >= over[-1]).distinct()).scalars())
    counted = {one: counts for one, counts in _counted(session, over[-1], this).items() if one[1] not in known}
    weeks = sorted({week for _, week in counted})
    asked = session.execute(select(Question.id).where(Question.kind != "open")).scalars().all()
    rows = [
        {"organisation_id": organisation_id, "question_id": question, "week": week, "made_at": now}
        | dict(zip(COLUMNS, shown(counted.get((question, week), (0, 0, 0, 0))), strict=True))
        for week in weeks
        for question in asked
    ]
    if rows:
        session.execute(insert(core(Trend)), rows)
    return weeks


def of_course(session: Session, course: Taught, now: dt.datetime) -> list[Course]:
    """The questions of a course that are graded, with the weeks of which there is something to show."""
    rows = session.execute(
        select(Trend)
        .where(Trend.question_id.in_([one.id for one in course.questions]), Trend.week >= monday(now) - BACK * WEEK)
        .where(func.num_nonnulls(*(getattr(Trend, name) for name in COLUMNS)) > 0)
        .order_by(Trend.week.desc())
    ).scalars()
    found: dict[uuid.UUID, list[Trend]] = {}
    for row in rows:
        found.setdefault(row.question_id, []).append(row)
    return [
        Course(one, found.get(one.id, [])) for one in course.questions if not isinstance(one.body, OpenQuestion)
    ]  # fmt: skip


def _counted(session: Session, first: dt.date, end: dt.date) -> dict[tuple[uuid.UUID, dt.date], Counts]:
    """Per question and week, of learners whose data may be used: how their latest answers stand."""
    local = func.timezone(str(ZONE), Answer.answered_at)
    week: Any = cast(func.date_trunc("week", local), Date)
    stands = case(
        (Decision.in_review.is_(True) | (Decision.outcome == "undecided"), "undecided"),
        (Decision.maker == "person", "by_person"),
        else_=Decision.outcome,
    )
    rows = session.execute(
        select(Answer.question_id, week, *(func.count().filter(stands == name) for name in COLUMNS[:-1]))
        .select_from(Answer)
        .join(
            Decision,
            and_(Decision.learner_id == Answer.learner_id, Decision.question_id == Answer.question_id),
        )
        .where(week >= first, week < end)
        .where(
            exists().where(
                Learner.id == Answer.learner_id, Learner.restricted_since.is_(None), Learner.subject != NOBODY
            )
        )
        .group_by(Answer.question_id, week)
    )
    return {(row[0], row[1]): (row[2], row[3], row[4], row[5]) for row in rows}
