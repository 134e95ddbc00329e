"""One running system for all tests: real database, real bot, real grader. Each test brings its own learner."""

import re
import uuid
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy.orm import Session

from api import building, trial
from api.trial import System, Visitor
from store.store import Store, connect
from tests.staff import Staff

NewLearner = Callable[..., Visitor]


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    """The product as `wederhoor up` runs it, on free ports."""
    with trial.system(log_level="DEBUG", readable_memory="1") as running:
        yield running


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
def store(system: System) -> Iterator[Store]:
    """The store as the app's role, for what cannot be seen from outside."""
    engine = connect(building.app_url(system.settings), pool=2)
    yield Store(engine)
    engine.dispose()


@pytest.fixture
def session(store: Store, system: System) -> Iterator[Session]:
    """A transaction of the demo organisation."""
    with store.read(uuid.UUID(system.demo["organisation_id"])) as opened:
        yield opened


def pytest_itemcollected(item: pytest.Item) -> None:
    """A test of a promise is named after it."""
    if "/promises/" in str(item.path) and not re.search(r"test_[a-z]\d\d_", item.path.name):
        raise pytest.UsageError(f"{item.path.name} is not named after a promise")
