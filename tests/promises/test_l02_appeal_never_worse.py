"""L02: an appeal never makes a result worse, whoever decides it, however, and in whatever order.

On every way to the end of a case the learner's points, progress and outcome are at least what they were; upheld
leaves each of them, to the byte. `tests/appeals/test_machine.py` and `test_together.py` look for other ways.
"""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from appeals import clocks, filing, ruling
from appeals.states import REASONS, Ruling, rulings_for
from learning import progress
from learning.models import Decision
from people.actors import LearnerClaims
from tests.appeals.desk import START, Desk

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
WORTH = {"not_passed": 0, "undecided": 0, "passed": 1}
NUMBERS = ("outcome", "points", "max_points", "intent", "p_value", "alpha", "tries", "model_id", "question_version")


def _stands(desk: Desk, learner: LearnerClaims) -> tuple[str, int, int, int, bool]:
    """Outcome, points, and progress of the course."""
    decision = desk.decision(learner)

    def course(session: Session) -> tuple[int, int, bool]:
        here = desk.here(session, learner)
        found = progress.standing(session, here.course, here.learner)
        return found.points, found.answered, found.finished

    with desk.store.read(desk.id) as session:
        return decision.outcome, decision.points, *course(session)


def _ruled(in_favour: bool) -> Callable[[Desk, LearnerClaims, int], None]:
    def decide(desk: Desk, learner: LearnerClaims, number: int) -> None:
        choice = rulings_for(desk.decision(learner).outcome)[0 if in_favour else 1]
        desk.decide(number, choice=choice, reason=REASONS[choice][0])

    return decide


def _twice(in_favour: bool) -> Callable[[Desk, LearnerClaims, int], None]:
    def decide(desk: Desk, learner: LearnerClaims, number: int) -> None:
        _ruled(in_favour=False)(desk, learner, number)
        with desk.write(learner) as (session, here):
            filing.escalate(session, here, number, START + MINUTE)
        choice = rulings_for(desk.decision(learner).outcome)[0 if in_favour else 1]
        desk.decide(number, START + DAY, 1, choice=choice, reason=REASONS[choice][0])

    return decide


def _withdrawn(desk: Desk, learner: LearnerClaims, number: int) -> None:
    with desk.write(learner) as (session, here):
        filing.withdraw(session, here, number, START)


def _missed(desk: Desk, learner: LearnerClaims, number: int) -> None:
    with desk.store.write(desk.id) as session:
        clocks.tick(session, desk.id, START + 40 * DAY)


def _taken_back(desk: Desk, learner: LearnerClaims, number: int) -> None:
    _ruled(in_favour=True)(desk, learner, number)
    with desk.store.write(desk.id) as session:
        ruling.undo(session, desk.vault, desk.reviewers[0], number, START)
    choice = rulings_for(desk.decision(learner).outcome)[1]
    desk.rule(number, choice=choice, reason=REASONS[choice][0])


WAYS = {
    "in favour": _ruled(in_favour=True), "not in favour": _ruled(in_favour=False),
    "a second person in favour": _twice(in_favour=True), "two not in favour": _twice(in_favour=False),
    "withdrawn": _withdrawn, "missed": _missed, "taken back, then not in favour": _taken_back,
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_no_way_through_an_appeal_makes_it_worse(desk: Desk, way: str) -> None:
    for outcome in WORTH:
        _not_worse(desk, way, outcome)


def _not_worse(desk: Desk, way: str, outcome: str) -> None:
    learner = desk.learner()
    desk.answer(learner, "zeker weten", outcome)
    before = _stands(desk, learner)
    number = desk.appeal(learner)
    assert _stands(desk, learner)[:3] == before[:3], "asking costs nothing"
    WAYS[way](desk, learner, number)
    after = _stands(desk, learner)
    assert WORTH[after[0]] >= WORTH[before[0]]
    assert all(now >= was for now, was in zip(after[1:], before[1:], strict=True))
    assert (after[0] == "passed") == (
        outcome == "passed" or way in ("in favour", "a second person in favour", "missed")
    )


@pytest.mark.parametrize("outcome", ["passed", "not_passed"])
def test_upheld_leaves_every_number_to_the_byte(desk: Desk, outcome: str) -> None:
    learner = desk.learner()
    desk.answer(learner, "zeker weten", outcome)

    def numbers() -> str:
        with desk.store.read(desk.id) as session:
            columns = [Decision.__table__.c[name] for name in NUMBERS]
            of_learner = select(*columns).where(Decision.id == desk.decision(learner).id)
            return repr(session.execute(of_learner).one())

    before = numbers()
    number = desk.appeal(learner)
    desk.decide(number, choice=Ruling.UPHELD, reason="graded_correctly")
    assert numbers() == before
