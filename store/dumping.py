"""A whole database out and in, with PostgreSQL's own programs, and a restored one put in the place of the present one.

A dump is one snapshot. It is restored into a database beside the present one, which is not touched; then the two change
names in one transaction. Whatever is interrupted leaves the present one as it was, and the other to be thrown away.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Connection, text

from store import embedded
from store.store import connect

READ: Final = 1 << 18
WITHOUT_ROWS: Final = ("departure", "sign_in", "procrastinate_*")
"""What is of the moment only: sign-ins that may have ended since, jobs, and what is on its way out of the database."""
OTHERS: Final = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND coalesce(backend_type, 'client backend') = 'client backend'"
)
FILLED: Final = text("SELECT to_regclass('organisation') IS NOT NULL")


class ToolFailed(Exception):
    """A program of PostgreSQL ended with an error; its message may hold data, so only its name and status are told."""


def dump(owner: URL) -> Iterator[bytes]:
    """The database as `pg_dump` writes it, in one snapshot. Raises `ToolFailed`, after which it is not whole."""
    left_out = [f"--exclude-table-data={name}" for name in WITHOUT_ROWS]
    with _running(owner, "pg_dump", "--format=custom", "--no-owner", *left_out, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        while part := process.stdout.read(READ):
            yield part


def restore(owner: URL, content: Iterable[bytes]) -> None:
    """Writes a dump into this empty database, all or nothing. Raises `ToolFailed`, and what `content` raises."""
    options = ("--no-owner", "--single-transaction", "--exit-on-error")
    with _running(owner, "pg_restore", *options, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        try:
            for part in content:
                process.stdin.write(part)
            process.stdin.close()
        except BrokenPipeError:
            pass  # it has ended: its status says so


def beside(owner: URL, kind: str) -> URL:
    """The database that is being restored, or that was replaced."""
    return owner.set(database=f"{owner.database}_{kind}")


def others(owner: URL) -> int:
    """How many sessions use this database now."""
    with _connected(owner) as connection:
        return int(connection.execute(OTHERS).scalar_one())


def filled(owner: URL) -> bool:
    """Has this database an organisation in it?"""
    with _connected(owner) as connection:
        return bool(
            connection.execute(FILLED).scalar_one()
            and connection.execute(text("SELECT EXISTS (SELECT FROM organisation)")).scalar_one()
        )


def make_beside(owner: URL) -> URL:
    """An empty database to restore into; what was left of another one goes."""
    made = beside(owner, "restoring")
    with _connected(owner.set(database="postgres"), autocommit=True) as connection:
        for kind in ("restoring", "replaced"):
            _drop(connection, beside(owner, kind))
        connection.execute(text(f"CREATE DATABASE {_name(connection, made)} TEMPLATE template0"))
    return made


def take_over(owner: URL) -> None:
    """The restored database gets the name of the present one, at once and wholly; then the latter goes."""
    new, old = beside(owner, "restoring"), beside(owner, "replaced")
    with _connected(owner.set(database="postgres")) as connection, connection.begin():
        for frm, to in ((owner, old), (new, owner)):
            connection.execute(text(f"ALTER DATABASE {_name(connection, frm)} RENAME TO {_name(connection, to)}"))
    throw_away(owner, "replaced")


def throw_away(owner: URL, kind: str) -> None:
    """That database is no more."""
    with _connected(owner.set(database="postgres"), autocommit=True) as connection:
        _drop(connection, beside(owner, kind))


def clean(owner: URL) -> None:
    """Old versions of rows leave the files of this database."""
    with _connected(owner, autocommit=True) as connection:
        connection.execute(text("VACUUM"))


def _drop(connection: Connection, which: URL) -> None:
    connection.execute(text(f"DROP DATABASE IF EXISTS {_name(connection, which)} WITH (FORCE)"))


def _name(connection: Connection, which: URL) -> str:
    assert which.database is not None
    return connection.dialect.identifier_preparer.quote_identifier(which.database)


@contextmanager
def _connected(owner: URL, *, autocommit: bool = False) -> Iterator[Connection]:
    engine = connect(owner.render_as_string(hide_password=False), pool=1)
    try:
        with engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT") if autocommit else connection
    finally:
        engine.dispose()


@contextmanager
def _running(owner: URL, program: str, *options: str, **pipes: int) -> "Iterator[subprocess.Popen[bytes]]":
    """The program, connected to this database; killed when the block raises. The password is on no command line."""
    target = owner.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "TZ": "UTC", "LC_ALL": "C"}
    if owner.password:
        environment["PGPASSWORD"] = str(owner.password)
    command = [str(_program(program, owner)), *options, "--dbname", target]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, **pipes) as process:  # type: ignore[call-overload]
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        if process.wait():
            raise ToolFailed(f"{program} ended with status {process.returncode}")


def _program(name: str, owner: URL) -> Path:
    """The bundled one for the bundled server; for another the one on the path, whose version will fit it better."""
    found = shutil.which(name) if owner.host else None
    return Path(found) if found else embedded.binary(name)
