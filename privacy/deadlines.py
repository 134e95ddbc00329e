"""By when a person decides on an appeal or a request: a pure function of what happened, working days and holidays.

The organisation promises a number of days (four weeks by default). The law sets the outer limit: one month, and two
more when they are told why (GDPR 12(3)); a month ends on the day with the same number, or on the last one
there is, and when that is no working day, on the next one (Regulation 1182/71, article 3). Waiting for the learner
moves the promised date, where the organisation chose so, and never the limit of the law.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

import holidays
from dateutil.relativedelta import relativedelta

ZONE: Final = ZoneInfo("Europe/Amsterdam")
MONTH: Final = relativedelta(months=1)
EXTENSION: Final = relativedelta(months=2)
WORK_BEGINS: Final = dt.time(9)
DAY_ENDS: Final = dt.time(23, 59, 59)
REMINDERS: Final = (50, 80)
"""Per cent of the time that has gone."""


@dataclass(frozen=True, slots=True)
class Clock:
    """What the date depends on."""

    since: dt.datetime
    days: int
    paused: dt.timedelta = dt.timedelta()
    extended: bool = False
    extended_days: int | None = None
    """So many days it takes at most when it is extended; None: as long as the law allows."""

    @property
    def limit(self) -> dt.datetime:
        """The last moment that the law allows."""
        day = self.since.astimezone(ZONE).date() + MONTH + (EXTENSION if self.extended else relativedelta())
        return _end(on_or_after(day))

    @property
    def due(self) -> dt.datetime:
        """The promised moment: the end of the last working day within the days, or the limit if that is earlier.

        There is always a working day after the one on which it began. A pause moves it by as long, on to a working
        day: when the reply comes, there is time to read it. An extension moves it to the limit, or to its own days.
        """
        days = self.extended_days if self.extended else self.days
        if days is None:
            return self.limit
        began, promised = ((self.since + dt.timedelta(later)).astimezone(ZONE).date() for later in (0, days))
        due = _end(max(on_or_before(promised), on_or_after(began + dt.timedelta(days=1))))
        if self.paused:
            due = _end(on_or_after((due.astimezone(dt.UTC) + self.paused).astimezone(ZONE).date()))
        return min(due, self.limit)

    def reminder(self, per_cent: int) -> dt.datetime:
        """When that share of the time has gone: at nine in the morning of a working day, never at night."""
        moment = (self.since + (self.due - self.since) * per_cent / 100).astimezone(ZONE)
        day = moment.date() if moment.time() <= WORK_BEGINS else moment.date() + dt.timedelta(days=1)
        return dt.datetime.combine(on_or_after(day), WORK_BEGINS, ZONE)

    def next_reminder(self, sent: int) -> dt.datetime | None:
        """When the first reminder after the one at `sent` per cent is; None when there is none before the date."""
        moments = [self.reminder(share) for share in REMINDERS if share > sent]
        return next((moment for moment in moments if moment < self.due), None)

    def reached(self, now: dt.datetime) -> int:
        """The highest reminder whose moment has come; 0 before the first."""
        return max((share for share in REMINDERS if self.reminder(share) <= now), default=0)


def on_or_after(day: dt.date) -> dt.date:
    """This day if people work then, else the next one on which they do."""
    while not is_working_day(day):
        day += dt.timedelta(days=1)
    return day


def on_or_before(day: dt.date) -> dt.date:
    """This day if people work then, else the last one before it."""
    while not is_working_day(day):
        day -= dt.timedelta(days=1)
    return day


def is_working_day(day: dt.date) -> bool:
    """Monday to Friday, and no public holiday in the Netherlands."""
    return day.weekday() < 5 and day not in _holidays(day.year)


@cache
def _holidays(year: int) -> frozenset[dt.date]:
    return frozenset(holidays.country_holidays("NL", years=year))


def _end(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, DAY_ENDS, ZONE)
