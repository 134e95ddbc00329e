"""B02: answered within thirty days; once up to sixty, with a reason that is read; it is known who asks."""

import datetime as dt

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from api import requesting
from api.texts import texts
from privacy import requests
from privacy.deadlines import ZONE, Clock, is_working_day
from privacy.errors import RequestNotPossible
from privacy.models import DAYS, EXTENDED_DAYS
from tests.appeals.desk import START, Desk, tell
from tests.privacy.request import CONTACT, Case, officer
from tests.receivers import mailbox, words

MOMENTS = st.timedeltas(dt.timedelta(), dt.timedelta(days=10_000)).map(lambda later: START + later)


@given(since=MOMENTS, extended=st.booleans())
def test_the_date_is_within_thirty_or_sixty_days_and_never_after_the_law(since: dt.datetime, extended: bool) -> None:
    clock = Clock(since, DAYS, extended=extended, extended_days=EXTENDED_DAYS)
    began, due = since.astimezone(ZONE).date(), clock.due.astimezone(ZONE).date()
    assert began < due <= began + dt.timedelta(days=60 if extended else 30)
    law = began + relativedelta(months=3 if extended else 1)
    assert due <= law or not is_working_day(law), "a month that ends on a day off ends on the next working day"
    assert clock.due <= clock.limit and is_working_day(due)


def test_it_is_extended_once_with_a_reason_that_the_requester_reads(desk: Desk) -> None:
    case = Case(desk, officer(desk))
    first = case.row.due_at
    with pytest.raises(RequestNotPossible):
        case.write(requesting.extend, " ")
    case.write(requesting.extend, "We moeten in oude archieven zoeken.", now=START + dt.timedelta(days=20))
    later = case.row.due_at
    assert first < later
    with pytest.raises(RequestNotPossible):
        case.write(requesting.extend, "Nog meer archieven.", now=START + dt.timedelta(days=25))
    assert case.row.due_at == later
    with mailbox() as box:
        tell(desk, START + dt.timedelta(days=20), box.post())
        told = [words(one)[0] for one in box.to(CONTACT) if "langer" in one["subject"]]
    assert len(told) == 1 and "We moeten in oude archieven zoeken." in told[0]
    assert texts("nl").date(later) in told[0]


def test_too_late_to_extend_is_too_late(desk: Desk) -> None:
    case = Case(desk, officer(desk))
    with pytest.raises(RequestNotPossible):
        case.write(requesting.extend, "Vergeten.", now=case.row.due_at)
    assert case.row.extended_at is None


def test_nothing_is_handed_over_before_it_is_known_who_asks(desk: Desk) -> None:
    claims = desk.learner()
    case = Case(desk, officer(desk), kind="see", subject=claims.subject)
    for act in (
        lambda: case.do(requests.link, claims.subject),
        lambda: case.write(requesting.hand_over),
        lambda: case.write(requesting.finish, "Hier zijn ze."),
    ):
        with pytest.raises(RequestNotPossible):
            act()
    case.linked(claims.subject)
    assert case.write(requesting.hand_over)


def test_one_that_is_late_stands_first_and_is_told(desk: Desk) -> None:
    who = officer(desk)
    late = Case(desk, who)
    Case(desk, who, now=START + dt.timedelta(days=2))
    with desk.store.read(desk.id) as session:
        assert requests.waiting(session)[0].number == late.number
    assert requesting.keep_clocks(desk.store, desk.id, late.row.due_at) == 2, "one late, one reminded"
    with mailbox() as box:
        tell(desk, late.row.due_at, box.post())
        told = [words(one)[0] for address, one in box.got if address.startswith("f-")]
    assert sum("is voorbij" in one for one in told) == 1
