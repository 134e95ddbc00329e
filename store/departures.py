"""What was erased, withdrawn or closed, noted outside the database: a restored backup must not bring it back.

Triggers note it in the transaction that does it, whichever way it was done, in a table that no backup holds. From there
it goes into a file beside the key ring. Texts need no entry: what was replaced or wiped has lost its key
(`datakeys`). An entry names a table, the random id of a row, a column and what became of it: a moment, nothing, or
`gone`. It holds no content, and it leads to nobody once its row is no more. Entries are kept for as long as backups.
"""

import datetime as dt
import fcntl
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import BigInteger, Identity, text
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Table
from store.personal import Privacy
from store.store import Store

GONE: Final = "gone"
KEPT: Final = dt.timedelta(days=365)
"""No backup that is older is ever restored."""
MAGIC: Final = "wederhoor departures 1"
NOTHING: Final = "-"
TAKE: Final = text("SELECT at, kind, row_id, what, value FROM take_departures() ORDER BY id")


class LedgerBroken(Exception):
    """The file beside the key ring is not what was written: nobody can say any more what was erased."""


class Departure(Table):
    """One thing that was taken back, on its way to the file outside the database. The app's role cannot read it."""

    __tablename__ = "departure"
    __privacy__ = Privacy("nobody", "keep", "a few seconds; in a file beside the key ring, a year")

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(server_default=text("clock_timestamp()"))
    kind: Mapped[str]
    row_id: Mapped[str]
    what: Mapped[str]
    value: Mapped[str | None]


@dataclass(frozen=True, slots=True)
class Departed:
    """One entry: the column `what` of this row became `value`, or the row is gone."""

    at: dt.datetime
    kind: str
    row_id: str
    what: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a ledger was at some moment: whose it is, and the number of its last entry."""

    ledger: str
    number: int


class Ledger:
    """The file: a line with its name, then one line an entry, each with its number. Only its end is ever written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def exists(self) -> bool:
        """Has anything been written yet?"""
        return self._path.exists()

    def add(self, entries: list[Departed]) -> None:
        """Writes entries to the disk before it returns. A line that a power cut left half is taken off first."""
        with self._alone() as file:
            whole = _whole(file)
            number = _mark(whole).number
            lines = "".join(_line(number + place, one) for place, one in enumerate(entries, start=1))
            os.ftruncate(file, len(whole))
            os.pwrite(file, lines.encode(), len(whole))
            os.fsync(file)

    def mark(self) -> Mark:
        """How far it is now; an empty one is begun."""
        with self._alone() as file:
            return _mark(_whole(file))

    def entries(self) -> list[Departed]:
        """All entries, the oldest first. Raises `LedgerBroken`."""
        with self._alone() as file:
            return [_entry(line) for line in _lines(_whole(file))[1:]]

    def roll_off(self, before: dt.datetime) -> int:
        """Leaves out what no backup can need any more; the last entry stays, for its number. Returns how many."""
        with self._alone() as file:
            name, *lines = _lines(_whole(file))
            kept = [line for line in lines[:-1] if _entry(line).at >= before] + lines[-1:]
            if len(kept) < len(lines):
                self._replace("".join(f"{line}\n" for line in [name, *kept]))
            return len(lines) - len(kept)

    def _replace(self, content: str) -> None:
        with tempfile.NamedTemporaryFile("w", dir=self._path.parent, delete=False) as new:
            os.fchmod(new.fileno(), 0o600)
            new.write(content)
            new.flush()
            os.fsync(new.fileno())
        Path(new.name).replace(self._path)

    @contextmanager
    def _alone(self) -> Iterator[int]:
        """No other process writes meanwhile; the file may have been replaced while we waited for it."""
        while True:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
                if os.fstat(file).st_ino == self._path.stat().st_ino:
                    if not os.fstat(file).st_size:
                        os.pwrite(file, f"{MAGIC}\t{secrets.token_hex(8)}\n".encode(), 0)
                        os.fsync(file)
                    yield file
                    return
            finally:
                os.close(file)


def collect(store: Store, ledger: Ledger) -> int:
    """Takes over what the database noted; returns how many.

    An entry leaves the database when it is on the disk: a crash in between makes it come twice, which is harmless.
    """
    with store.write(None) as session:
        found = [Departed(*row) for row in session.execute(TAKE)]
        if found:
            ledger.add(found)
    return len(found)


def _line(number: int, one: Departed) -> str:
    value = NOTHING if one.value is None else one.value
    return "\t".join([str(number), one.at.isoformat(), one.kind, one.row_id, one.what, value]) + "\n"


def _entry(line: str) -> Departed:
    try:
        _, at, kind, row_id, what, value = line.split("\t")
        return Departed(dt.datetime.fromisoformat(at), kind, row_id, what, None if value == NOTHING else value)
    except ValueError:
        raise LedgerBroken from None


def _whole(file: int) -> bytes:
    content = os.pread(file, os.fstat(file).st_size, 0)
    return content[: content.rfind(b"\n") + 1]


def _lines(whole: bytes) -> list[str]:
    lines = whole.decode().splitlines()
    if not lines or not lines[0].startswith(f"{MAGIC}\t"):
        raise LedgerBroken
    numbers = [line.split("\t", 1)[0] for line in lines[1:]]
    if not all(map(str.isdecimal, numbers)) or sorted(set(map(int, numbers))) != list(map(int, numbers)):
        raise LedgerBroken
    return lines


def _mark(whole: bytes) -> Mark:
    name, *lines = _lines(whole)
    return Mark(name.split("\t")[1], int(lines[-1].split("\t", 1)[0]) if lines else 0)
