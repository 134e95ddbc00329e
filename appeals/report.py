"""What an organisation may know of its appeals: per course and question, over a year, of nobody in particular.

A count below `K` is not shown, and neither is what would give it away (`suppression.py`). What is worked out from
counts (a share, a median) is shown only where all of them are. There is no total of courses or of years, so that no
other tables need to be thought of.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, extract, func, or_, select
from sqlalchemy.orm import Session

from appeals.models import Appeal
from appeals.shares import Share
from appeals.states import OPEN, Ruling, State
from appeals.suppression import Table, hidden
from learning.catalogue import CURRENT, Asked, Catalogue, Taught
from learning.courses import OpenQuestion
from learning.models import Course, Question
from privacy.deadlines import ZONE

_RULED: Final = and_(Appeal.state.not_in(OPEN), Appeal.ruling.is_not(None))
_WON: Final = or_(
    Appeal.state == State.EXPIRED_IN_FAVOUR, and_(_RULED, Appeal.ruling.in_((Ruling.OVERTURNED, Ruling.PASSED)))
)
_KEPT: Final = and_(
    _RULED, Appeal.state != State.EXPIRED_IN_FAVOUR, Appeal.ruling.in_((Ruling.UPHELD, Ruling.NOT_PASSED))
)
_DAYS: Final = extract("epoch", Appeal.ruled_at - Appeal.filed_at) / 86400


@dataclass(frozen=True, slots=True)
class Line:
    """A question, or all of a course; what is None may not be shown.

    `overturned` were decided in the learner's favour, missed dates too; `undecided` are waiting, or were never decided
    because the learner withdrew them or answered again.
    """

    asked: Asked | None
    """None of all of a course, and of its questions that are asked no more."""
    overturned: int | None
    upheld: int | None
    undecided: int | None
    appeals: int | None
    days: float | None
    """The median from filing to ruling."""

    @property
    def rate(self) -> Share | None:
        """The share of what was decided that was decided in the learner's favour."""
        if self.overturned is None or self.upheld is None:
            return None
        return Share(self.overturned, self.overturned + self.upheld)

    @property
    def is_empty(self) -> bool:
        """Is there nothing to show?"""
        return (self.overturned, self.upheld, self.undecided, self.appeals) == (None, None, None, None)


@dataclass(frozen=True, slots=True)
class CourseReport:
    """The questions of a course in their order, former ones together, and all of it."""

    course: Taught
    lines: list[Line]
    total: Line


@dataclass(frozen=True, slots=True)
class _Counted:
    overturned: int = 0
    upheld: int = 0
    undecided: int = 0
    days: float | None = None


def of_year(session: Session, catalogue: Catalogue, year: int) -> list[CourseReport]:
    """The report on the appeals that were filed in this year, Dutch time, as they stand now."""
    first, last = (dt.datetime(one, 1, 1, tzinfo=ZONE) for one in (year, year + 1))
    filed = (
        Appeal.origin == "learner",
        Appeal.expected.is_(None),
        Appeal.filed_at >= first,
        Appeal.filed_at < last,
    )
    by_question = _count(session, filed, Question.course_id, Question.retired_at.is_not(None), Question.id)
    former = _count(session, filed, Question.course_id, Question.retired_at.is_not(None))
    by_course = _count(session, filed, Question.course_id)
    reports = []
    for course_id, version, loaded_at in session.execute(select(*CURRENT).order_by(Course.slug)).all():
        course = catalogue.version(session, course_id, version, loaded_at)
        asked = [one for one in course.questions if not isinstance(one.body, OpenQuestion)]
        counts = [by_question.get((course_id, False, one.id), _Counted()) for one in asked]
        counts.append(former.get((course_id, True), _Counted()))
        reports.append(_report(course, [*asked, None], counts, by_course.get((course_id,), _Counted())))
    return reports


def years(session: Session, now: dt.datetime) -> list[int]:
    """The years of which there can be a report, the latest first."""
    first = session.execute(select(func.min(Course.loaded_at))).scalar_one() or now
    return list(range(now.astimezone(ZONE).year, first.astimezone(ZONE).year - 1, -1))


def _count(
    session: Session, filed: tuple[ColumnElement[bool], ...], *by: SQLColumnExpression[Any]
) -> dict[tuple[Any, ...], _Counted]:
    won, kept = func.count().filter(_WON), func.count().filter(_KEPT)
    days = func.percentile_cont(0.5).within_group(_DAYS).filter(or_(_WON, _KEPT), Appeal.ruled_at.is_not(None))
    rows = session.execute(
        select(*by, won, kept, func.count() - won - kept, days)
        .select_from(Appeal)
        .join(Question, Question.id == Appeal.question_id)
        .where(*filed)
        .group_by(*by)
    )
    return {(*row[: len(by)],): _Counted(*row[len(by) :]) for row in rows}


def _report(course: Taught, asked: list[Asked | None], counts: list[_Counted], total: _Counted) -> CourseReport:
    table = Table.of([(one.overturned, one.upheld, one.undecided) for one in counts])
    secret = hidden(table)
    shown = [
        [None if (row, column) in secret else count for column, count in enumerate(line)]
        for row, line in enumerate(table.counts)
    ]
    lines = [_line(*one) for one in zip([*asked, None], shown, [*counts, total], strict=True)]
    return CourseReport(course, lines[:-1], lines[-1])


def _line(asked: Asked | None, shown: list[int | None], counted: _Counted) -> Line:
    overturned, upheld, undecided, appeals = shown
    known = overturned is not None and upheld is not None
    return Line(asked, overturned, upheld, undecided, appeals, counted.days if known else None)
