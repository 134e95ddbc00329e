"""The waiting line as its reviewers read it: what it shows, how it is narrowed and paged, and that it announces."""

import datetime as dt
import re

import pytest
from sqlalchemy import select, text

from api import building
from api.announcements import CHANNEL
from api.trial import System, Visitor
from appeals import filing
from learning import courses
from learning.courses import CourseFile
from learning.models import Course, Question
from people import enrolling
from store.store import Store
from tests.conftest import NewLearner
from tests.elsewhere import Elsewhere
from tests.staff import Page, Staff

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)


@pytest.fixture
def other(elsewhere: Elsewhere, store: Store, system: System) -> Staff:
    """The reviewer of another organisation, with 61 cases; each waits a minute longer than the one after it."""
    email = f"beoordelaar-{elsewhere.id.hex[:8]}@elders.example"
    with store.write(elsewhere.id) as session:
        enrolling.enrol_member(
            session, elsewhere.id, email=email, name="Lezer", roles=["reviewer"], password=system.demo["password"],
            now=NOW,
        )  # fmt: skip
        question = session.execute(select(Question.id).order_by(Question.position)).scalars().first()
        for place in range(61):
            filed = NOW - dt.timedelta(days=1) + dt.timedelta(minutes=place)
            appeal = filing.opened(elsewhere.id, None, question, None, "machine", 28, filed)  # type: ignore[arg-type]
            if place == 60:
                appeal.origin, appeal.due_at, appeal.reminded = "learner", NOW - dt.timedelta(days=2), 100
            if place == 59:
                appeal.origin, appeal.state, appeal.level, appeal.reminded = "remedy", "escalated", 2, 80
            if place == 58:
                appeal.origin, appeal.state, appeal.reminded = "opted_out", "awaiting_learner", 50
            session.add(appeal)
    return Staff(system, email)


def _link(page: Page, words: str) -> str:
    found = re.search(rf'<a[^>]*href="([^"]+)"[^>]*>{words}</a>', page.text)
    assert found, words
    return found[1].replace("&amp;", "&")


def test_the_line_comes_in_pages_that_are_links(other: Staff) -> None:
    first = other.get("/review")
    second = other.get(_link(first, "Volgende 50"))
    assert "61 zaken." in first.words and "61 zaken." in second.words
    assert (len(first.numbers), len(second.numbers)) == (50, 11)
    assert sorted(first.numbers + second.numbers) == first.numbers + second.numbers, "none twice, none left out"
    assert "Volgende 50" not in second.words and _link(second, "Naar het begin van de rij") == "/review"


def test_it_is_narrowed_and_ordered_by_its_address(other: Staff) -> None:
    every = other.waiting() + other.waiting(_link(other.get("/review"), "Volgende 50"))
    assert other.waiting("/review?why=learner") == [every[60]]
    assert other.waiting("/review?why=remedy&course=") == [every[59]]
    assert other.waiting("/review?why=opted_out&course=trial") == [every[58]]
    assert other.waiting("/review?late=1") == [every[60]]
    assert other.waiting("/review?order=due")[0] == every[60]
    narrowed = other.get("/review?why=machine&order=due")
    assert "58 zaken." in narrowed.words
    rest = other.get(_link(narrowed, "Volgende 50"))
    assert (len(rest.numbers), "58 zaken." in rest.words) == (8, True), "the next page is of the same choice"
    assert other.waiting("/review?mine=1") == []
    other.post(f"/review/{every[0]}/claim")
    assert other.waiting("/review?mine=1") == [every[0]]


def test_chips_say_how_a_case_stands(other: Staff) -> None:
    late = other.get("/review?why=learner").words
    assert "te laat" in late and "bijna te laat" not in late
    second = other.get("/review?why=remedy").words
    assert all(words in second for words in ("tweede mens", "bijna te laat", "lijkt op een verbeterde"))
    waits = other.get("/review?why=opted_out").words
    assert all(words in waits for words in ("wacht op de lerende", "over de helft", "wil een mens"))


def test_what_does_not_fit_is_said(other: Staff) -> None:
    assert "Geen zaak past bij deze keuze." in other.get("/review?course=no-such-course").words
    for query in ("why=anything", "order=name", "after=1", "after=x-1", "mine=perhaps"):
        assert other.get(f"/review?{query}").status == 422, query


def test_more_than_a_thousand_are_not_counted_one_by_one(other: Staff, elsewhere: Elsewhere, store: Store) -> None:
    more = (
        "INSERT INTO appeal (id, organisation_id, question_id, origin, state, version, filed_at, clock_at, clock_days,"
        " due_at) SELECT gen_random_uuid(), organisation_id, question_id, origin, state, 0, filed_at, clock_at, 28,"
        " due_at FROM (SELECT * FROM appeal LIMIT 1) AS one, generate_series(1, 940)"
    )
    with store.write(elsewhere.id) as session:
        session.execute(text(more))
    assert "1.000 zaken of meer." in other.get("/review").words


def test_a_question_that_left_its_course_does_not_hide_the_line(
    other: Staff, elsewhere: Elsewhere, store: Store
) -> None:
    with store.write(elsewhere.id) as session:
        question = select(Question.id).order_by(Question.position.desc()).limit(1)
        appeal = filing.opened(elsewhere.id, None, session.execute(question).scalar_one(), None, "machine", 28, NOW)  # type: ignore[arg-type]
        session.add(appeal)
        file = CourseFile.model_validate(session.execute(select(Course)).scalar_one().content)
        del file.lessons[0].questions[-1]
        courses.load(session, elsewhere.id, file, NOW)
    page = other.get(_link(other.get("/review"), "Volgende 50"))
    assert (page.status, len(page.numbers)) == (200, 12)
    assert "Waarom juist dat?" in page.words


def test_a_change_is_announced_to_its_own_organisation_only(
    system: System, new_learner: NewLearner, other: Staff, elsewhere: Elsewhere
) -> None:
    reviewer = Staff(system, system.demo["reviewer"])
    learner = new_learner()
    with reviewer.announced(10) as ours, other.announced(2) as theirs:
        learner.say("ja, dat doe ik")
        learner.command("appeal")
        assert next(ours) == "line"
        assert list(theirs) == [], "another organisation hears nothing"


def test_the_stream_ends_with_the_sign_in(system: System, learner: Visitor) -> None:
    reviewer = Staff(system, system.demo["reviewer"])
    learner.say("ja, dat doe ik")
    with reviewer.announced(15) as said:
        reviewer.post("/sign-out")
        learner.command("appeal")
        assert list(said) == [], "nothing is told to who has signed out, not even that something changed"
    with Staff(system, None).announced(1) as said:
        assert list(said) == []


def test_listening_goes_on_after_the_database_dropped_it(system: System, new_learner: NewLearner) -> None:
    reviewer = Staff(system, system.demo["reviewer"])
    engine = building.owner(system.settings)
    with reviewer.announced(20) as said:
        with engine.connect() as connection:
            drop = text("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = :name")
            assert connection.execute(drop, {"name": CHANNEL}).scalar_one() == 1, "one listener for the process"
        assert next(said) == "line", "what was missed is unknown, so everybody looks"
        learner = new_learner()
        learner.say("ja, dat doe ik")
        learner.command("appeal")
        assert next(said) == "line"
    engine.dispose()
