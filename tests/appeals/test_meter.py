"""The rubber-stamp meter: counting of rulings, per person and together."""

import datetime as dt
import uuid

import pytest

from appeals import filing, meter
from appeals.meter import Ruled
from appeals.shares import Share, interval
from appeals.states import Ruling
from tests.appeals.desk import START, Desk

ANNA, BEA = uuid.UUID(int=1), uuid.UUID(int=2)
MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)


def _ruled(who: uuid.UUID, ruling: str = "upheld", minutes: int = 4, **more: object) -> Ruled:
    return Ruled("decided", ruling, who, START, START + minutes * MINUTE, **more)  # type: ignore[arg-type]


def test_each_is_counted_apart_and_all_together() -> None:
    cases = [
        _ruled(ANNA, minutes=1, agreed=True), _ruled(ANNA, minutes=2, agreed=True), _ruled(ANNA, minutes=30),
        _ruled(ANNA, "not_passed", minutes=3), _ruled(ANNA, "overturned", minutes=9, agreed=False),
        _ruled(BEA, "passed", exception=True), Ruled("filed", None, None, None, None),
    ]  # fmt: skip
    total, each = meter.read(cases)
    assert set(each) == {ANNA, BEA}
    anna = each[ANNA]
    assert (anna.uphold_rate, anna.agreement, anna.exceptions) == (Share(4, 5), Share(2, 3), 0)
    assert anna.median_minutes == 3
    assert (total.uphold_rate, total.exceptions, total.median_minutes) == (Share(4, 6), 1, 3.5)


def test_of_few_there_is_no_rate_but_an_interval() -> None:
    _, each = meter.read([_ruled(ANNA)] * 4)
    assert each[ANNA].uphold_rate.value is None and each[ANNA].median_minutes is None
    low, high = each[ANNA].uphold_rate.interval
    assert (round(low, 2), high) == (0.51, 1.0)
    assert interval(0, 0) == (0.0, 1.0)


def test_a_second_person_is_counted_with_whom_they_looked_after() -> None:
    second = _ruled(BEA, "overturned", first_ruling="upheld", first_ruled_by=ANNA)
    same = _ruled(BEA, "upheld", first_ruling="upheld", first_ruled_by=ANNA)
    waiting = Ruled("escalated", "upheld", ANNA, START, START, first_ruling="upheld", first_ruled_by=ANNA)
    _, each = meter.read([second, same, waiting])
    assert each[ANNA].decided_otherwise == Share(1, 2) and each[ANNA].uphold_rate == Share(3, 3)
    assert each[BEA].decided_otherwise == Share(0, 0) and each[BEA].uphold_rate == Share(1, 2)
    assert each[ANNA].minutes == [], "when the first one took it is no longer known"


def test_a_known_answer_counts_as_found_or_missed_and_nowhere_else() -> None:
    found = _ruled(ANNA, "overturned", expected="overturned", agreed=True, exception=True)
    missed = _ruled(ANNA, "upheld", expected="overturned")
    total, each = meter.read([found, missed])
    assert each[ANNA].checks_found == Share(1, 2)
    assert (each[ANNA].rulings, each[ANNA].compared, each[ANNA].exceptions, each[ANNA].minutes) == (0, 0, 0, [])
    assert total.checks_found == Share(1, 2)


def test_it_reads_what_people_did(desk: Desk) -> None:
    for place in range(2):
        learner, number = desk.disputed()
        desk.claim(number, START)
        desk.read(number, START, reading="approve")
        choice, reason = (Ruling.UPHELD, "ambiguous") if place else (Ruling.OVERTURNED, "meaning_misread")
        desk.rule(number, START + 6 * MINUTE, choice=choice, reason=reason)
    with desk.write(learner) as (session, here):
        filing.escalate(session, here, number, START + DAY)
    desk.decide(number, START + DAY, who=1)
    with desk.store.read(desk.id) as session:
        _, each = meter.read(meter.cases(session, START))
        assert meter.cases(session, START + 2 * DAY) == []
        first, second = (each[reviewer.id] for reviewer in desk.reviewers[:2])
        assert meter.names(session, each) == [(one.id, one.name) for one in desk.reviewers[:2]]
    assert (first.rulings, first.upheld, first.minutes, first.agreement) == (2, 1, [6.0], Share(1, 1))
    assert first.decided_otherwise == Share(1, 1)
    assert (second.rulings, second.upheld, second.minutes) == (1, 0, [0.0])


@pytest.mark.parametrize(("count", "total"), [(0, 5), (5, 5), (3, 7), (1, 1000)])
def test_an_interval_holds_its_share(count: int, total: int) -> None:
    low, high = interval(count, total)
    assert 0 <= low <= count / total <= high <= 1 and low < high
