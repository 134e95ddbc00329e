"""One key per sealed text, in a file outside the database: what has been replaced can be read by nobody any more.

PostgreSQL keeps old versions of a row for a while, in dead rows and in its journal, and backups keep them for long.
So every text is sealed under a key of its own. The keys are slots of one file that no backup of the database holds;
a slot is overwritten in place once no row refers to it (`sweep`). Slots are reserved ahead in blocks, each written to
the disk before one of its keys is used: no committed text can lose its key to a power cut.
"""

import fcntl
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

MAGIC: Final = b"wederhoor keys 1".ljust(40, b"\0")
"""The first slot's place: slot numbers begin at 1."""
TIME_BYTES, KEY_BYTES = 8, 32
SLOT: Final = TIME_BYTES + KEY_BYTES
FREE: Final = bytes(SLOT)
BLOCK: Final = 16
GRACE: Final = 180.0
"""Seconds before a slot without a row counts as given up. A process uses a block for a third of that, which leaves
more than enough for any transaction."""
SEARCHED: Final = 4096
"""Slots looked through for free ones before the file is made longer."""


class KeyGone(Exception):
    """The key was destroyed: what it sealed has been replaced or erased."""


class DataKeys:
    """The slots of one file, shared by all processes of an installation and by the threads of each."""

    def __init__(self, path: Path, *, grace: float = GRACE, clock: Callable[[], float] = time.time) -> None:
        self._path, self._grace, self._clock = path, grace, clock
        self._mine: list[tuple[int, bytes]] = []
        self._reserved_at, self._cursor = 0.0, 1
        self._guard = threading.Lock()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        with self._alone():
            if not os.fstat(self._file).st_size:
                os.pwrite(self._file, MAGIC, 0)
                os.fdatasync(self._file)
        if os.pread(self._file, SLOT, 0) != MAGIC:
            raise ValueError(f"{path.name} is not a file of data keys")

    def new(self) -> tuple[int, bytes]:
        """A slot that nothing uses yet, and its key."""
        with self._guard:
            if not self._mine or self._clock() - self._reserved_at > self._grace / 3:
                self._mine = self._reserve()
            return self._mine.pop()

    def key(self, slot: int) -> bytes:
        """The key in this slot; raises `KeyGone`."""
        held = os.pread(self._file, SLOT, slot * SLOT) if slot else b""
        if len(held) != SLOT or held == FREE:
            raise KeyGone
        return held[TIME_BYTES:]

    def sweep(self, used: set[int]) -> int:
        """Overwrites each slot that no row uses and that nobody can be about to use; returns how many."""
        before = self._clock() - self._grace
        with self._alone():
            gone = [slot for slot, at in self._taken() if slot not in used and at < before]
            for slot in gone:
                os.pwrite(self._file, FREE, slot * SLOT)
            os.fdatasync(self._file)
        return len(gone)

    def slots(self) -> int:
        """How many places there are: they are used again, and never become fewer."""
        return os.fstat(self._file).st_size // SLOT

    def count(self) -> int:
        """How many slots hold a key."""
        return sum(1 for _ in self._taken())

    def _reserve(self) -> list[tuple[int, bytes]]:
        self._reserved_at = self._clock()
        stamp = int(self._reserved_at).to_bytes(TIME_BYTES, "big")
        with self._alone():
            found = [(slot, secrets.token_bytes(KEY_BYTES)) for slot in self._free()]
            for slot, key in found:
                os.pwrite(self._file, stamp + key, slot * SLOT)
            os.fdatasync(self._file)
        return found

    def _free(self) -> list[int]:
        """Free slots: from where the search ended last, else new ones at the end."""
        slots = os.fstat(self._file).st_size // SLOT
        if self._cursor >= slots:
            self._cursor = 1
        part = os.pread(self._file, SEARCHED * SLOT, self._cursor * SLOT)
        searched = range(len(part) // SLOT)
        free = [
            self._cursor + place for place in searched if part[place * SLOT : place * SLOT + TIME_BYTES] == FREE[:8]
        ]
        self._cursor += len(searched)
        return (free + list(range(slots, slots + BLOCK)))[:BLOCK]

    def _taken(self) -> Iterator[tuple[int, int]]:
        """The slots that hold a key, and when each was reserved."""
        first = 1
        while part := os.pread(self._file, SEARCHED * SLOT, first * SLOT):
            for place in range(len(part) // SLOT):
                at = int.from_bytes(part[place * SLOT : place * SLOT + TIME_BYTES], "big")
                if at:
                    yield first + place, at
            first += SEARCHED

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process writes meanwhile."""
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)
