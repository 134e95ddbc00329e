"""The date by which a person decides, by the calendar."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.deadlines import ZONE, Clock, is_working_day


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("since", "days", "due"),
    [
        ("2026-03-02T10:00", 28, "2026-03-30"),  # four weeks after a Monday
        ("2026-03-14T10:00", 28, "2026-04-10"),  # Saturday: the Friday before
        ("2026-03-08T10:00", 29, "2026-04-02"),  # Easter Monday: the Thursday before Good Friday
        ("2026-04-01T10:00", 28, "2026-04-29"),
        ("2026-03-30T10:00", 28, "2026-04-24"),  # King's Day is a Monday
        ("2026-12-04T10:00", 21, "2026-12-24"),  # Christmas
        ("2026-03-06T23:30", 1, "2026-03-09"),  # shorter than the weekend: the next day that people work
    ],
)
def test_the_promised_day(since: str, days: int, due: str) -> None:
    clock = Clock(moment(since), days)
    assert clock.due.date().isoformat() == due and is_working_day(clock.due.date())


@pytest.mark.parametrize(
    ("since", "extended", "limit"),
    [
        ("2026-03-02T10:00", False, "2026-04-02"),
        ("2026-01-31T10:00", False, "2026-03-02"),  # the month ends on 28 February, a Saturday
        ("2028-01-31T10:00", False, "2028-02-29"),
        ("2026-03-27T10:00", False, "2026-04-28"),  # King's Day: the next day
        ("2026-03-02T10:00", True, "2026-06-02"),
        ("2025-11-30T10:00", True, "2026-03-02"),  # three months: 28 February, a Saturday
    ],
)
def test_the_limit_of_the_law(since: str, extended: bool, limit: str) -> None:
    assert Clock(moment(since), 28, extended=extended).limit.date().isoformat() == limit


moments = st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2032, 12, 31), timezones=st.just(ZONE))  # noqa: DTZ001


@given(since=moments, days=st.integers(1, 31), paused=st.timedeltas(dt.timedelta(), dt.timedelta(days=60)))
def test_no_date_is_after_the_limit_or_on_a_day_off(since: dt.datetime, days: int, paused: dt.timedelta) -> None:
    clock = Clock(since, days, paused)
    assert since < clock.due <= clock.limit
    assert is_working_day(clock.due.date()) and is_working_day(clock.limit.date())
    assert Clock(since, days).due <= clock.due, "a pause never makes it earlier"


@given(since=moments, days=st.integers(1, 31))
def test_reminders_come_on_working_mornings_before_the_date_and_in_order(since: dt.datetime, days: int) -> None:
    clock = Clock(since, days)
    first, second = clock.next_reminder(0), clock.next_reminder(50)
    for reminder in (first, second):
        if reminder is not None:
            assert since <= reminder < clock.due and reminder.hour == 9 and is_working_day(reminder.date())
    if first is not None and second is not None:
        assert first <= second
    assert clock.next_reminder(80) is None
    assert clock.reached(since - dt.timedelta(days=4)) == 0


def test_it_knows_when_to_remind() -> None:
    clock = Clock(moment("2026-03-02T10:00"), 28)
    assert clock.next_reminder(0) == moment("2026-03-17T09:00")
    assert clock.next_reminder(50) == moment("2026-03-25T09:00")
    assert clock.reached(moment("2026-03-17T08:59")) == 0 and clock.reached(moment("2026-03-17T09:00")) == 50


def test_summer_time_moves_no_date() -> None:
    assert Clock(moment("2026-03-18T00:30"), 14).due == moment("2026-04-01T23:59:59")
