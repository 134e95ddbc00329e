"""The worker itself, killed while it keeps the clocks: what is left over is done by the next one, and once."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import procrastinate
import pytest
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import func, select, text

from api.jobs import jobs
from api.settings import ROOT
from appeals import notices
from appeals.models import Appeal, Notice
from appeals.states import OPEN
from learning.models import Decision
from store import vault
from store.embedded import APP, EmbeddedServer
from store.journal import Entry
from store.store import Store, connect
from tests.appeals.conftest import empty_database
from tests.appeals.desk import Desk

CASES = 150
"""All of them past their date by the clock of today."""


@pytest.fixture
def server() -> Iterator[EmbeddedServer]:
    """A database without the cases of other tests, whose clocks a worker would keep too."""
    with empty_database() as found:
        yield found


@pytest.fixture
def desk(server: EmbeddedServer, tmp_path: Path) -> Iterator[Desk]:
    """The only organisation."""
    engine = connect(server.url(APP), pool=5)
    yield Desk(Store(engine), vault.open_ring(tmp_path / "ring"))
    engine.dispose()


@pytest.fixture
def environment(server: EmbeddedServer, tmp_path: Path) -> dict[str, str]:
    """Of a worker on this database, with a folder of its own."""
    ours = {"WEDERHOOR_VAR": str(tmp_path / "var"), "DATABASE_URL": server.url(APP)}
    return {name: value for name, value in os.environ.items() if not name.startswith("WEDERHOOR_")} | ours


@contextmanager
def _worker(environment: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    worker = subprocess.Popen(
        [sys.executable, "-m", "api", "work"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield worker
    finally:
        worker.kill()
        worker.wait()


def _ask_for_clocks(server: EmbeddedServer) -> None:
    connector = procrastinate.SyncPsycopgConnector(conninfo=server.url(APP).replace("+psycopg", ""))
    with jobs.replace_connector(connector) as app, app.open(), suppress(AlreadyEnqueued):
        app.configure_task("keep_clocks").defer(timestamp=0)


def _left(desk: Desk) -> int:
    with desk.store.read(desk.id) as session:
        return session.execute(select(func.count()).where(Appeal.state.in_(OPEN))).scalar_one()


def test_killed_workers_lose_and_double_nothing(
    desk: Desk, server: EmbeddedServer, environment: dict[str, str]
) -> None:
    for _ in range(CASES):
        desk.disputed()
    for tenths in range(2, 12):
        known = _workers(desk)
        with _worker(environment) as worker:
            _until(lambda known=known: _workers(desk) > known)
            _ask_for_clocks(server)
            time.sleep(tenths / 20)
            worker.send_signal(signal.SIGKILL)
        if _begun(desk) or not _left(desk):
            break
    cut = _begun(desk)
    with _worker(environment):
        _ask_for_clocks(server)
        _until(lambda: not _left(desk))
    with desk.store.read(desk.id) as session:
        told = session.execute(select(Notice.appeal_id, Notice.channel).where(Notice.kind == "expired")).all()
        noted = session.execute(select(func.count()).where(Entry.act == "appeal.expired")).scalar_one()
        decided = session.execute(select(Decision.maker, Decision.outcome)).all()
    assert cut, "no worker was killed in the middle, so nothing is proven"
    assert Counter(told) == {(case, channel): 1 for case, _ in told for channel in notices.CHANNELS["expired"]}
    assert len({case for case, _ in told}) == noted == CASES
    assert Counter(decided) == {("clock", "passed"): CASES}


def _workers(desk: Desk) -> int:
    """How many have signed in; one that was killed has not signed out."""
    with desk.store.read(desk.id) as session:
        return int(session.execute(text("SELECT count(*) FROM procrastinate_workers")).scalar_one())


def _begun(desk: Desk) -> int:
    """Clocks that some worker was keeping when it was killed."""
    begun = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'keep_clocks' AND status = 'doing'")
    with desk.store.read(desk.id) as session:
        return int(session.execute(begun).scalar_one())


def _until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not done():
        assert time.monotonic() < deadline, "the worker does nothing"
