"""An installation with nothing but its database and keys: what backups are made of, and restored into."""

import datetime as dt
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from api import building, erasing
from api.settings import ROOT, Settings
from api.tables import METADATA
from appeals import filing
from learning import answering, enrolments
from people import contacts
from people.actors import LearnerClaims
from privacy import consent
from store import migrating
from store.embedded import stop
from store.store import Store
from store.vault import Vault
from tests.appeals.desk import Desk


def moment() -> dt.datetime:
    """Now, by the clock of everything else."""
    return dt.datetime.now(dt.UTC)


class Installation:
    """Its folder; the server runs only inside `running`."""

    def __init__(self, folder: Path) -> None:
        folder.chmod(0o755)
        self.settings = Settings(var=folder / "var", backup_dir=folder / "backups")
        self.environment = os.environ | {
            "WEDERHOOR_VAR": str(self.settings.var),
            "WEDERHOOR_BACKUP_DIR": str(self.settings.backup_dir),
        }

    @contextmanager
    def running(self) -> Iterator[Store]:
        """The store, while the server runs."""
        process = building.embedded(self.settings).start()
        try:
            owner = building.owner(self.settings)
            migrating.upgrade(owner)
            owner.dispose()
            with building.opened(self.settings) as store:
                yield store
        finally:
            stop(process)

    def copied(self, folder: Path) -> "Installation":
        """Another one with the same in it; neither runs."""
        made = Installation(folder)
        subprocess.run(["cp", "-a", str(self.settings.var), str(made.settings.var)], check=True)
        return made

    def run(self, *module: str) -> "subprocess.CompletedProcess[str]":
        """A module on this installation, as `api backup`."""
        command = [sys.executable, "-m", *module]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            check=False,
        )  # fmt: skip

    def wait_until_stopped(self) -> None:
        """The server goes down by itself when whoever started it is gone."""
        deadline = time.monotonic() + 30
        while (self.settings.var / "pg" / "postmaster.pid").exists():
            assert time.monotonic() < deadline, "the server outlives its parent"
            time.sleep(0.05)

    def rows(self) -> dict[str, list[str]]:
        """Every row of every table, as the owner of the tables sees them."""
        owner = building.owner(self.settings)
        try:
            with owner.connect() as connection:
                return {
                    table.name: sorted(connection.execute(text(f"SELECT t::text FROM {table.name} t")).scalars())
                    for table in METADATA.sorted_tables
                }
        finally:
            owner.dispose()


@dataclass
class Life:
    """What some learners had when the backup was made, and did afterwards."""

    desk: Desk
    claims: dict[str, LearnerClaims]
    ids: dict[str, uuid.UUID]
    number: int

    def id_of(self, name: str) -> uuid.UUID:
        return self.ids[name]


NAMES = ("stays", "replaces", "resets", "erases", "withdraws", "restricts", "by_person", "unreachable", "appeals")
OLD, NEW = "zebra giraf", "olifant kameel"


def lived(store: Store, keys: Vault) -> Life:
    """Everybody has answered two questions; one has appealed, one left an address."""
    desk = Desk(store, keys)
    claims = {name: desk.learner() for name in NAMES}
    ids = {}
    for name, one in claims.items():
        for asked in (0, 1):
            desk.answer(one, f"ja, dat doe ik, {OLD} {name} {asked}", now=moment(), place=asked)
        with desk.write(one) as (session, here):
            enrolments.begin(session, here, here.learner, moment())
            ids[name] = here.learner
    with desk.write(claims["unreachable"]) as (session, here):
        contacts.leave(session, keys, desk.id, here.learner, "iemand@elders.example", moment())
    return Life(desk, claims, ids, desk.appeal(claims["appeals"], moment(), "Omdat het niet klopt."))


def lives_on(life: Life) -> None:
    """After the backup."""
    desk, claims = life.desk, life.claims
    desk.answer(claims["replaces"], f"nee, dat doe ik niet, {NEW}", "passed", now=moment())
    with desk.write(claims["resets"]) as (session, here):
        filing.supersede(session, here, None)
        answering.wipe(session, here, moment())
    erasing.erase_learner(desk.store, desk.catalogue, desk.id, life.id_of("erases"), moment())
    with desk.write(claims["withdraws"]) as (session, here):
        consent.withdraw(session, claims["withdraws"], here.learner, moment())
    with desk.write(claims["restricts"]) as (session, here):
        enrolments.restrict(session, here, restricted=True, now=moment())
    with desk.write(claims["by_person"]) as (session, here):
        enrolments.choose_grading(session, here, by_person=True, now=moment())
    with desk.write(claims["unreachable"]) as (session, here):
        contacts.remove(session, desk.id, here.learner, moment())
    with desk.write(claims["appeals"]) as (session, here):
        filing.withdraw(session, here, life.number, moment())


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """One with a schema and nothing in it, to be copied."""
    made = Installation(tmp_path_factory.mktemp("empty"))
    with made.running():
        return made


@pytest.fixture
def place(tmp_path: Path, empty: Installation) -> Installation:
    return empty.copied(tmp_path)
