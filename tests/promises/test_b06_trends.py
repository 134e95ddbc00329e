"""B06: trends only over people who cannot be recognised: nobody finds a group under five, whatever they compare."""

import datetime as dt
import itertools
import re
import uuid
from collections import defaultdict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from api import erasing, trending
from api.trial import System
from appeals import trends
from appeals.shares import K
from appeals.trends import COLUMNS, Counts, Trend, shown
from learning import enrolments
from people import enrolling
from people.actors import LearnerClaims
from people.models import NOBODY
from privacy import consent, policy
from privacy.models import Agreement
from store.store import Store
from tests.appeals.desk import Desk
from tests.office import Office

MONDAY = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
WEEK = dt.timedelta(days=7)
PARTS = [part for size in range(1, 5) for part in itertools.combinations(range(4), size)]
"""Every group that can be made of those who passed, did not, are undecided, or were decided by a person."""
COUNT = st.one_of(st.integers(0, K), st.integers(0, 60))
Published = dict[tuple[uuid.UUID, dt.date], tuple[int | None, ...]]


def _most(seen: tuple[int | None, ...], part: tuple[int, ...]) -> float:
    """How many can be in this group at most, for who sees this; without knowing how it was chosen."""
    *cells, total = seen
    known = sum(cells[one] or 0 for one in part)
    if None not in [cells[one] for one in part]:
        return known
    return float("inf") if total is None else known + total - sum(one or 0 for one in cells)


@given(st.tuples(COUNT, COUNT, COUNT, COUNT))
def test_no_group_under_five_can_be_worked_out_of_what_is_shown(counts: Counts) -> None:
    seen = shown(counts)
    assert all(one is None or one >= K for one in seen)
    for part in PARTS:
        assert sum(counts[one] for one in part) >= K or _most(seen, part) >= K, part
    assert [one for one in seen if one is not None] == [
        one for one, there in zip((*counts, sum(counts)), seen, strict=True) if there is not None
    ], "what is shown is so"


def test_nor_by_somebody_who_knows_how_it_is_chosen() -> None:
    """All tables of up to 24 people: those that look the same leave it open for each group how large it is."""
    most = 24
    alike: dict[tuple[int | None, ...], list[Counts]] = defaultdict(list)
    for counts in itertools.product(range(most + 1), repeat=4):
        if sum(counts) <= most:
            alike[shown(counts)].append(counts)
    assert len(alike) > 400
    for seen, tables in alike.items():
        for part in PARTS:
            sizes = {sum(one[place] for place in part) for one in tables}
            if seen[-1] is None:
                assert sizes >= set(range(K)), "of fewer than five nothing is known"
            else:
                assert max(sizes) >= K, (seen, part)


def test_hiding_small_numbers_alone_would_give_them_away() -> None:
    """Otherwise the oracle could not fail."""
    counts = (12, 8, 1, 0)
    plain = tuple(one if one >= K else None for one in (*counts, sum(counts)))
    assert _most(plain, (2, 3)) == 1 and _most(shown(counts), (2, 3)) >= K
    assert shown((5, 6, 7, 8)) == (5, 6, 7, 8, 26) and shown((9, 5, 2, 3)) == (9, 5, None, None, 19)
    assert shown((9, 4, 1, 0)) == (9, None, None, None, 14) and shown((9, 2, 1, 1)) == (None, None, None, None, 13)


def _published(desk: Desk) -> Published:
    with desk.store.read(desk.id) as session:
        rows = session.execute(select(Trend)).scalars()
        return {(row.question_id, row.week): tuple(getattr(row, name) for name in COLUMNS) for row in rows}


def _week(desk: Desk, now: dt.datetime) -> list[tuple[int | None, ...]]:
    """What is shown of the week that is over at this moment, question by question; nothing of the others."""
    with desk.store.write(desk.id) as session:
        trends.keep(session, desk.id, now)
    week = trends.monday(now) - WEEK
    return sorted(
        (row for (_, monday), row in _published(desk).items() if monday == week and row[-1] is not None), key=str
    )


def _answered(desk: Desk, outcomes: dict[str, int], now: dt.datetime) -> list[LearnerClaims]:
    found = []
    for outcome, number in outcomes.items():
        for _ in range(number):
            found.append(desk.learner())
            desk.answer(found[-1], outcome=outcome, now=now)
    return found


def test_a_week_is_counted_once_when_it_is_over(desk: Desk) -> None:
    people = _answered(desk, {"passed": 9, "not_passed": 5, "undecided": 2}, MONDAY)
    for person in people[9:12]:
        desk.decide(desk.appeal(person, MONDAY), MONDAY)
    assert _week(desk, MONDAY + dt.timedelta(days=6)) == [], "it is not over"
    after = MONDAY + WEEK
    assert _week(desk, after) == [(9, None, None, None, 16)]
    desk.answer(people[0], outcome="not_passed", now=after)
    for person in people[:8]:
        with desk.store.read(desk.id) as session:
            learner = desk.here(session, person).learner
        erasing.erase_learner(desk.store, desk.catalogue, desk.id, learner, after)
    assert _week(desk, after + dt.timedelta(hours=1)) == [(9, None, None, None, 16)], "it is never counted again"
    assert _week(desk, after + WEEK) == [], "the one who answered again was erased too"


def test_the_numbers_outlive_people_and_lead_to_nobody(desk: Desk) -> None:
    people = _answered(desk, {"passed": 6, "not_passed": 6}, MONDAY)
    _week(desk, MONDAY + WEEK)
    kept, ids = _published(desk), []
    for person in people:
        with desk.store.read(desk.id) as session:
            ids.append(str(desk.here(session, person).learner))
        erasing.erase_learner(desk.store, desk.catalogue, desk.id, uuid.UUID(ids[-1]), MONDAY + WEEK)
    assert _published(desk) == kept and (6, 6, None, None, 12) not in kept.values()
    assert (6, None, None, None, 12) in kept.values()
    with desk.store.read(desk.id) as session:
        whole = str(session.execute(text("SELECT jsonb_agg(to_jsonb(t)) FROM trend t")).scalar_one())
    assert not [one for one in ids if one in whole]


def test_weeks_are_dutch_and_restricted_people_and_checks_are_in_none(desk: Desk) -> None:
    sunday_night = dt.datetime(2026, 3, 8, 23, 30, tzinfo=dt.UTC)
    _answered(desk, {"passed": 5}, sunday_night - dt.timedelta(hours=1))
    late = _answered(desk, {"passed": 6}, sunday_night)
    with desk.write(late[0]) as (session, here):
        enrolments.restrict(session, here, restricted=True, now=sunday_night)
    nobody = LearnerClaims(desk.id, NOBODY)
    with desk.store.write(desk.id) as session:
        learner = enrolling.welcome_learner(session, nobody, "nl", sunday_night)
        consent.give(session, nobody, learner, policy.current().version, [consent.LEARNING], sunday_night)
    desk.answer(nobody, outcome="passed", now=sunday_night)
    assert _week(desk, sunday_night + dt.timedelta(minutes=5)) == [(None, None, None, None, 5)]
    assert _week(desk, sunday_night + WEEK) == [(None, None, None, None, 5)], "six answered, one of whom stands still"


ACT = st.tuples(
    st.sampled_from(["answer", "again", "restrict", "erase", "wait"]), st.integers(0, 11),
    st.sampled_from(["passed", "not_passed", "undecided"]),
)  # fmt: skip


@given(st.lists(ACT, max_size=40))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_who_looks_every_hour_for_weeks_learns_no_more(new_desk: object, acts: list[tuple[str, int, str]]) -> None:
    """What was once shown stays as it is, so looking twice and subtracting gives nothing; of no week is more shown."""
    desk: Desk = new_desk()  # type: ignore[operator]
    now, people, seen = MONDAY, [desk.learner() for _ in range(12)], Published()
    for act, who, outcome in [*acts, ("wait", 0, ""), ("wait", 0, "")]:
        now += dt.timedelta(hours=7)
        with desk.store.read(desk.id) as session:
            here = desk.here(session, people[who])
        if act == "wait":
            now += WEEK
        elif act == "erase" and here.learner_id is not None:
            erasing.erase_learner(desk.store, desk.catalogue, desk.id, here.learner, now)
            people[who] = desk.learner()
        elif act == "restrict":
            with desk.write(people[who]) as (session, here):
                enrolments.restrict(session, here, restricted=not here.restricted, now=now)
        elif not here.restricted:
            desk.answer(people[who], outcome=outcome, now=now)
        with desk.store.write(desk.id) as session:
            trends.keep(session, desk.id, now)
        published = _published(desk)
        assert seen.items() <= published.items()
        assert all(week < trends.monday(now) for _, week in published)
        assert all(one is None or one >= K for row in published.values() for one in row)
        assert {week for _, week in published} - {week for _, week in seen} <= {
            trends.monday(now) - number * WEEK for number in range(1, 4)
        }
        seen = published


def test_the_database_keeps_no_number_under_five(desk: Desk) -> None:
    with desk.store.read(desk.id) as session:
        question = desk.asked(session, desk.learner()).id
    row = {"question_id": question, "week": MONDAY.date(), "made_at": MONDAY, "organisation_id": desk.id}
    for column in COLUMNS:
        with pytest.raises(DBAPIError, match="ck_trend_k"), desk.store.write(desk.id) as session:
            session.add(Trend(**row, **dict.fromkeys(COLUMNS, 5) | {column: 4}))
    with pytest.raises(DBAPIError, match="permission denied"), desk.store.write(desk.id) as session:
        session.execute(text("UPDATE trend SET learners = 9"))


def _agreed(store: Store, office: Office, *grants: str) -> None:
    with store.write(office.id) as session:
        session.add(
            Agreement(
                id=uuid.uuid4(), organisation_id=office.id, grants=list(grants), ground="x", agreed_by="x",
                starts_on=office.now.date(),
            )
        )  # fmt: skip


def test_everybody_who_may_see_it_sees_the_same_page(
    system: System, store: Store, office: Office, other_office: Office
) -> None:
    """A figure, a table beside it, and no person; an employer only by agreement, a reviewer not at all."""
    before = office.now - WEEK
    people = _answered(office.desk, {"passed": 14, "not_passed": 6, "undecided": 1}, before)
    trending.keep(system.settings)
    for role in ("author", "privacy_officer", "controller"):
        page = office.staff(role).get("/trends?course=information-security")
        if role == "controller":
            assert page.status == 404, "nothing was agreed on"
            assert "Goedgekeurd per week" not in office.staff(role).get("/trends").text
            _agreed(store, office, "progress", "duration", "all_answers")
            assert office.staff(role).get("/trends?course=information-security").status == 404
            _agreed(store, office, "results")
            page = office.staff(role).get("/trends?course=information-security")
        assert page.status == 200
        week = f"{trends.monday(before).day}\u00a0"
        row = re.search(r"<tbody role=\"rowgroup\">\s*<tr.*?</tr>", page.text, re.S)
        assert row and week in row[0]
        cells = re.findall(r"<td[^>]*>(.*?)</td>", row[0], re.S)
        assert [re.sub(r"<[^>]+>", " ", one).strip() for one in cells[1:]] == [
            "21", "14", "·  verborgen", "·  verborgen", "·  verborgen", "67%"
        ], cells  # fmt: skip
        assert len(re.findall(r'<svg class="chart"', page.text)) == len(re.findall("<table", page.text)) == 1
        assert not [one.subject for one in people if one.subject in page.text]
    assert office.staff("reviewer").get("/trends").status == 403
    strangers = other_office.staff("author").get("/trends").words
    assert "Er is nog geen week waarin genoeg mensen antwoordden." in strangers
