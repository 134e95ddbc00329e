"""One running system for all tests: real database, real bot, real grader. Each test brings its own learner."""

import datetime as dt
import re
import uuid
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from api import building, trial
from api.settings import ROOT
from api.trial import System, Visitor
from people.models import Organisation
from store.store import Store, connect
from tests.browser.widget import FLAGS, MakePage
from tests.elsewhere import Elsewhere
from tests.mailserver import Dovecot, Letterbox, dovecot, letterbox
from tests.office import Office
from tests.receivers import SENDER, Mailbox, mailbox
from tests.staff import Staff

NewLearner = Callable[..., Visitor]


@pytest.fixture(scope="session")
def post_box() -> Iterator[Mailbox]:
    """The mail server of the running system."""
    with mailbox() as opened:
        yield opened


@pytest.fixture(scope="session")
def system(post_box: Mailbox) -> Iterator[System]:
    """The product as `wederhoor up` runs it, on free ports."""
    mail = {"smtp_host": "localhost", "smtp_port": str(post_box.port), "smtp_security": "none", "smtp_sender": SENDER}
    with trial.system(log_level="DEBUG", readable_memory="1", webhook_private="1", **mail) as running:
        unwatched(running)
        yield running


def unwatched(system: System) -> None:
    """No grade counts for the alarm on the machine: tests overturn so many that it would ring, and rightly so.

    Rulings are told at once.
    """
    _set(system, watched_since=dt.datetime(2200, 1, 1, tzinfo=dt.UTC), undo_seconds=0)


def _set(system: System, **values: object) -> None:
    """Settings of the demo organisation."""
    organisation = uuid.UUID(system.demo["organisation_id"])
    with building.opened(system.settings) as store, store.write(organisation) as session:
        session.execute(update(Organisation).values(**values))


@pytest.fixture
def second_thoughts(system: System) -> Iterator[None]:
    """Rulings can be taken back for half a minute, as usual."""
    _set(system, undo_seconds=30)
    yield
    _set(system, undo_seconds=0)


@pytest.fixture
def new_learner(system: System) -> NewLearner:
    """Makes learners that nobody has seen before; `enter=True` lets them consent and start."""

    def make(course: str = "information-security", language: str = "nl", *, enter: bool = True) -> Visitor:
        visitor = Visitor(system, f"v-{uuid.uuid4().hex[:12]}", course, language)
        if enter:
            visitor.enter()
        return visitor

    return make


@pytest.fixture
def learner(new_learner: NewLearner) -> Visitor:
    """A Dutch learner at the first question of information security."""
    return new_learner()


@pytest.fixture(scope="session")
def reviewer(system: System) -> Staff:
    """A signed-in reviewer."""
    return Staff(system, system.demo["reviewer"])


@pytest.fixture(scope="session")
def second_reviewer(system: System) -> Staff:
    """Another one."""
    return Staff(system, system.demo["second_reviewer"])


@pytest.fixture(scope="session")
def employer(system: System) -> Staff:
    """A signed-in controller."""
    return Staff(system, system.demo["controller"])


@pytest.fixture(scope="session")
def author(system: System) -> Staff:
    """A signed-in author."""
    return Staff(system, system.demo["author"])


@pytest.fixture(scope="session")
def store(system: System) -> Iterator[Store]:
    """The store as the app's role, for what cannot be seen from outside."""
    engine = connect(building.app_url(system.settings), pool=2)
    yield Store(engine)
    engine.dispose()


@pytest.fixture
def elsewhere(store: Store, system: System) -> Iterator[Elsewhere]:
    """Another organisation, for the length of one test."""
    made = Elsewhere(store, system)
    yield made
    with store.write(made.id) as session:
        session.execute(text("DELETE FROM organisation"))


@pytest.fixture
def office(store: Store, system: System) -> Iterator[Office]:
    """Another organisation with all its staff, for the length of one test."""
    made = Office(store, system)
    yield made
    made.close()


@pytest.fixture
def other_office(store: Store, system: System) -> Iterator[Office]:
    """One more, which must not see the first."""
    made = Office(store, system)
    yield made
    made.close()


@pytest.fixture
def session(store: Store, system: System) -> Iterator[Session]:
    """A transaction of the demo organisation."""
    with store.read(uuid.UUID(system.demo["organisation_id"])) as opened:
        yield opened


@pytest.fixture(scope="session")
def running_dovecot() -> Iterator[Dovecot]:
    """A mailbox server."""
    with dovecot() as running:
        yield running


@pytest.fixture
def mailserver(running_dovecot: Dovecot) -> Dovecot:
    """The mailbox server, with nothing in the box."""
    running_dovecot.empty()
    return running_dovecot


@pytest.fixture
def outside() -> Iterator[Letterbox]:
    """Where mail to other people arrives."""
    with letterbox() as box:
        yield box


def _chromium() -> str:
    known = ROOT / ".venv" / "browser"
    assert known.exists(), "no Chromium is known: run `make browser`"
    return known.read_text().strip()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=_chromium(), args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def make_page(browser: Browser) -> Iterator[MakePage]:
    """Fresh pages; an error in a page's own script fails the test."""
    errors: list[str] = []
    contexts = []

    def make(*, width: int = 1280, language: str = "nl", dark: bool = False, bypass_csp: bool = False) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            locale="nl-NL" if language == "nl" else "en-GB",
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            bypass_csp=bypass_csp,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: errors.append(error.message))
        return page

    yield make
    for context in contexts:
        context.close()
    assert not errors


def pytest_itemcollected(item: pytest.Item) -> None:
    """A test of a promise is named after it."""
    if "/promises/" in str(item.path) and not re.search(r"test_[a-z]\d\d_", item.path.name):
        raise pytest.UsageError(f"{item.path.name} is not named after a promise")
