"""A database of its own for what concerns appeals alone: it starts in two seconds."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from store import migrating, vault
from store.embedded import APP, OWNER, EmbeddedServer, stop
from store.store import Store, connect
from tests.appeals.desk import Desk

NewDesk = Callable[..., Desk]


@contextmanager
def empty_database() -> Iterator[EmbeddedServer]:
    """The schema in a database that nothing else uses."""
    folder = Path(tempfile.mkdtemp(prefix="wederhoor-"))
    folder.chmod(0o755)
    server = EmbeddedServer(folder / "pg")
    process = server.start()
    try:
        while not server.ready():
            assert process.poll() is None, "the database does not start"
        owner = connect(server.url(OWNER), pool=1)
        migrating.upgrade(owner)
        owner.dispose()
        yield server
    finally:
        stop(process)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def bare_server() -> Iterator[EmbeddedServer]:
    """One for all tests that need no other."""
    with empty_database() as server:
        yield server


@pytest.fixture(scope="session")
def bare_database(bare_server: EmbeddedServer) -> tuple[EmbeddedServer, Path]:
    """The same with the folder of its files."""
    return bare_server, bare_server._data


@pytest.fixture(scope="session")
def bare_store(bare_server: EmbeddedServer) -> Iterator[Store]:
    """That database, as the app's role."""
    engine = connect(bare_server.url(APP), pool=20)
    yield Store(engine)
    engine.dispose()


@pytest.fixture
def new_desk(bare_store: Store, tmp_path: Path) -> NewDesk:
    """Makes organisations with reviewers and a course."""
    ring = vault.open_ring(tmp_path / "ring")

    def make(**settings: Any) -> Desk:
        return Desk(bare_store, ring, **settings)

    return make


@pytest.fixture
def desk(new_desk: NewDesk) -> Desk:
    """One with three reviewers and the usual settings."""
    return new_desk()
