"""The report without persons: what it counts, per question and course, and that it hides what is small."""

import datetime as dt
import uuid

import pytest
from sqlalchemy import update

from appeals import clocks, filing, report
from appeals.report import CourseReport, Line
from appeals.shares import K
from appeals.states import Ruling
from learning.models import Course, Question
from privacy.deadlines import ZONE
from tests.appeals.conftest import NewDesk
from tests.appeals.desk import START, Desk

DAY = dt.timedelta(days=1)


def _report(desk: Desk, year: int = START.year) -> CourseReport:
    with desk.store.read(desk.id) as session:
        (found,) = report.of_year(session, desk.catalogue, year)
    return found


def _file(desk: Desk, number: int, place: int = 0, *, overturned: int = 0, upheld: int = 0, days: int = 3) -> None:
    """So many appeals on a question, of which so many are decided."""
    for one in range(number):
        learner = desk.learner()
        desk.answer(learner, place=place)
        with desk.write(learner) as (session, here):
            case = filing.file(session, desk.vault, here, here.course.questions[place].id, None, START).number
        if one < overturned:
            desk.decide(case, START + days * DAY)
        elif one < overturned + upheld:
            desk.decide(case, START + days * DAY, choice=Ruling.UPHELD, reason="ambiguous")


def _lines(desk: Desk, year: int) -> list[Line]:
    found = _report(desk, year)
    return [*found.lines, found.total]


def _cells(line: Line) -> tuple[int | None, ...]:
    return line.overturned, line.upheld, line.undecided, line.appeals


def test_what_is_large_is_shown_with_its_rate_and_median(desk: Desk) -> None:
    """The smaller one makes up for the questions of which nobody disputed a grade: they are of fewer than five too."""
    _file(desk, 18, overturned=6, upheld=7)
    _file(desk, 15, 1, overturned=5, upheld=5)
    found = _report(desk)
    first = found.lines[0]
    assert _cells(first) == (6, 7, 5, 18) and _cells(found.total) == (11, 12, 10, 33)
    assert first.rate is not None and (first.rate.count, first.rate.total, first.days) == (6, 13, 3.0)
    assert all(line.is_empty for line in found.lines[1:])
    assert found.lines[-1].asked is None and found.lines[0].asked is not None


def test_one_small_count_hides_what_would_give_it_away(desk: Desk) -> None:
    _file(desk, 18, overturned=9, upheld=8)
    _file(desk, 15, 1, overturned=5, upheld=5)
    first = _report(desk).lines[0]
    assert first.appeals == 18 and first.undecided is None
    assert (first.overturned is None) != (first.upheld is None), "one of the others makes up for it"
    assert (first.rate, first.days) == (None, None), "a rate of hidden counts would show them"


def test_of_few_nothing_is_shown(desk: Desk) -> None:
    _file(desk, K - 1, overturned=K - 1)
    found = _report(desk)
    assert found.total.is_empty and all(line.is_empty for line in found.lines)


def test_only_disputes_of_the_year_count_and_none_of_another_organisation(new_desk: NewDesk) -> None:
    desk, other = new_desk(), new_desk()
    _file(other, 2 * K)
    _file(desk, K)
    learner = desk.learner()
    decision = desk.answer(learner, "misschien", "undecided")
    with desk.write(learner) as (session, here):
        filing.refer(session, here, here.course.questions[0].id, decision, START)
    found = _report(desk)
    shown = {line.appeals for line in (*found.lines, found.total)} - {None}
    assert shown == {K}, "neither of twice as many, nor of one more"
    assert _report(desk, START.year - 1).total.is_empty


def test_a_withdrawn_second_look_leaves_the_first_ruling_and_a_missed_date_is_won(desk: Desk) -> None:
    _file(desk, K, upheld=K)
    learner, number = desk.disputed()
    desk.decide(number, choice=Ruling.UPHELD, reason="ambiguous")
    with desk.write(learner) as (session, here):
        filing.escalate(session, here, number, START + DAY)
        filing.withdraw(session, here, number, START + DAY)
    for _ in range(K):
        late = desk.learner()
        desk.answer(late)
        desk.appeal(late)
    with desk.store.write(desk.id) as session:
        clocks.tick(session, desk.id, START + 60 * DAY)
    with desk.store.read(desk.id) as session:
        counted = report._count(session, (), Question.course_id)
    assert [(one.overturned, one.upheld, one.undecided) for one in counted.values()] == [(K, K + 1, 0)]


def test_former_questions_are_taken_together(desk: Desk) -> None:
    _file(desk, 3 * K, overturned=K, upheld=K)
    _file(desk, 3 * K, 1, overturned=K, upheld=K)
    with desk.store.write(desk.id) as session:
        question = desk.catalogue.course(session, "information-security").questions[0]
        course = session.get_one(Course, desk.course_id)
        lessons = [dict(one) for one in course.content["lessons"]]
        lessons[0] = lessons[0] | {"questions": lessons[0]["questions"][1:]}
        course.content, course.version = course.content | {"lessons": lessons}, uuid.uuid4().hex
        session.execute(update(Question).where(Question.id == question.id).values(retired_at=START))
    found = _report(desk)
    assert question.id not in [line.asked.id for line in found.lines if line.asked]
    former = found.lines[-1]
    assert former.asked is None and {former.appeals, found.lines[0].appeals} == {None, 3 * K}
    assert found.total.appeals == 6 * K


@pytest.mark.parametrize(("moment", "year"), [
    (dt.datetime(2026, 12, 31, 22, 59, tzinfo=dt.UTC), 2026), (dt.datetime(2026, 12, 31, 23, 0, tzinfo=dt.UTC), 2027),
])  # fmt: skip
def test_a_year_is_a_dutch_year(desk: Desk, moment: dt.datetime, year: int) -> None:
    for _ in range(K):
        learner = desk.learner()
        desk.answer(learner, now=moment)
        desk.appeal(learner, moment)
    shown = {one: {line.appeals for line in _lines(desk, one)} - {None} for one in (2026, 2027)}
    assert shown == {2026: set(), 2027: set()} | {year: {K}}
    with desk.store.read(desk.id) as session:
        assert report.years(session, moment) == list(range(moment.astimezone(ZONE).year, 2025, -1))
