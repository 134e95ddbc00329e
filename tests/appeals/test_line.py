"""Which case comes next, and who may not have it."""

import datetime as dt

import pytest

from appeals import conflicts, filing, queue, ruling
from appeals.errors import ConflictOfInterest
from appeals.states import Ruling
from tests.appeals.desk import START, Desk

DAY = dt.timedelta(days=1)


def _case(desk: Desk, days: int) -> int:
    learner = desk.learner()
    desk.answer(learner)
    return desk.appeal(learner, START + days * DAY)


def _next(desk: Desk, now: dt.datetime, who: int = 0) -> int | None:
    with desk.store.read(desk.id) as session:
        return queue.next_free(session, desk.reviewers[who], now)


def test_the_next_case_is_the_longest_waiting_that_nobody_holds_and_that_waits_for_nobody(desk: Desk) -> None:
    numbers = [_case(desk, days) for days in range(3)]
    now = START + 3 * DAY
    desk.claim(numbers[0], now)
    desk.claim(numbers[1], now, who=1)
    with desk.store.write(desk.id) as session:
        ruling.ask(session, desk.vault, desk.reviewers[1], numbers[1], "Wat bedoel je?", now)
    assert _next(desk, now) == numbers[2]
    assert _next(desk, now + dt.timedelta(minutes=31)) == numbers[0], "its lease ran out"
    desk.claim(numbers[2], now)
    assert _next(desk, now) is None


def test_the_next_case_is_never_one_that_this_reviewer_may_not_decide(desk: Desk) -> None:
    learner = desk.learner()
    desk.answer(learner)
    ruled = desk.appeal(learner)
    desk.decide(ruled, choice=Ruling.UPHELD, reason="ambiguous")
    with desk.write(learner) as (session, here):
        filing.escalate(session, here, ruled, START + DAY)
    assert [_next(desk, START + DAY, who) for who in (0, 1)] == [None, ruled]
    with desk.write(learner) as (session, here):
        conflicts.declare(session, desk.id, desk.reviewers[1].id, learner_id=here.learner, now=START)
        conflicts.declare(session, desk.id, desk.reviewers[2].id, course_id=desk.course_id, now=START)
    assert [_next(desk, START + DAY, who) for who in (0, 1, 2)] == [None] * 3
    other = _case(desk, 2)
    assert [_next(desk, START + 2 * DAY, who) for who in (0, 1, 2)] == [other, other, None]


def test_a_refusal_says_which_conflict_it_is(desk: Desk) -> None:
    learner, number = desk.disputed()
    with desk.write(learner) as (session, here):
        conflicts.declare(session, desk.id, desk.reviewers[0].id, learner_id=here.learner, now=START)
        conflicts.declare(session, desk.id, desk.reviewers[1].id, course_id=desk.course_id, now=START)
    for who, why in ((0, "manages_learner"), (1, "wrote_questions")):
        with pytest.raises(ConflictOfInterest) as refused:
            desk.claim(number, who=who)
        assert (refused.value.why, refused.value.alone) == (why, False)
