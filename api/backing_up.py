"""`wederhoor backup`: the database in one encrypted file, without the keys of its texts; and backups that grow old."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, make_url

from api import building
from api.settings import Settings
from privacy.retention import NIGHTLY
from store import departures, dumping, migrating, strongbox
from store.departures import KEPT, Ledger
from store.embedded import stop
from store.store import connect

SUFFIX: Final = ".backup"


class Refused(Exception):
    """A backup is not made, or not restored; nothing has changed. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup as its head describes it, which only its key verifies."""

    path: Path
    made_at: dt.datetime
    revision: str
    key: str
    head: dict[str, Any]

    def too_old(self, now: dt.datetime) -> bool:
        """Nobody restores it any more: what was erased before it grew so old is no longer known."""
        return self.made_at < now - KEPT


def backup(settings: Settings, folder: Path, now: dt.datetime) -> tuple[Path, int]:
    """Makes one; returns where, and its size in bytes. Raises `Refused`, `ToolFailed`."""
    key = _key_for(settings, folder)
    if not settings.database_url and not (settings.var / "pg").exists():
        raise Refused(f"there is no database in {settings.var / 'pg'}")
    with server(settings) as owner:
        revision = schema(owner)
        if revision is None:
            raise Refused("the database has no schema yet: wederhoor migrate")
        ledger, keys = Ledger(settings.departures), building.keys(settings)
        with building.opened(settings) as store:
            departures.collect(store, ledger)
        mark = ledger.mark()
        head = {
            "made_at": now.isoformat(timespec="seconds"), "revision": revision, "ledger": mark.ledger,
            "departed": mark.number, "ring": keys.fingerprints(), "slots": keys.slots(),
        }  # fmt: skip
        path = folder / f"wederhoor-{now:%Y%m%dT%H%M%SZ}{SUFFIX}"
        return path, strongbox.seal(path, key, head, dumping.dump(owner))


def known(folder: Path) -> list[Backup]:
    """The backups in a folder, the oldest first."""
    found = []
    for path in folder.glob(f"*{SUFFIX}"):
        try:
            found.append(described(path))
        except Refused:
            continue
    return sorted(found, key=lambda one: one.made_at)


def described(path: Path) -> Backup:
    """What the head of the file says. Raises `Refused`."""
    try:
        head = strongbox.head_of(path)
        return Backup(path, dt.datetime.fromisoformat(head["made_at"]), head["revision"], head["key"], head)
    except OSError:
        raise Refused(f"{path} cannot be read") from None
    except (strongbox.NotOurs, KeyError, TypeError, ValueError):
        raise Refused(f"{path} is no backup of this program, or its beginning is damaged") from None


def roll_off(settings: Settings, now: dt.datetime, *, dry: bool) -> list[Path]:
    """Deletes backups before they are a year old, and what nobody needs to know for them; returns which."""
    ledger = Ledger(settings.departures)
    if ledger.exists and not dry:
        ledger.roll_off(now - KEPT)
    if settings.backup_dir is None:
        return []
    gone = [one.path for one in known(settings.backup_dir) if one.too_old(now + NIGHTLY)]
    left = (now - NIGHTLY).timestamp()
    gone += [path for path in settings.backup_dir.glob(f"*{strongbox.PART}") if path.stat().st_mtime < left]
    for path in () if dry else gone:
        path.unlink(missing_ok=True)
    return gone


def schema(owner: URL) -> str | None:
    """The revision of the schema in this database; None when it is empty."""
    engine = connect(owner.render_as_string(hide_password=False), pool=1)
    try:
        return migrating.revision(engine)
    finally:
        engine.dispose()


@contextmanager
def server(settings: Settings) -> Iterator[URL]:
    """Where the owner reaches the database; the bundled server is started for the while where it does not run."""
    if settings.database_url:
        yield make_url(settings.owner_url or settings.database_url)
        return
    bundled = building.embedded(settings)
    process = None if bundled.ready() else bundled.start()
    try:
        yield make_url(bundled.url(building.OWNER))
    finally:
        if process is not None:
            stop(process)


def _key_for(settings: Settings, folder: Path) -> bytes:
    """The key of the backups, made where there is none; not beside backups that were made with another."""
    path = settings.backup_key_file
    if not path.exists():
        if known(folder):
            raise Refused(f"the key {path} is not there, and {folder} has backups made with it: put it back first")
        strongbox.new_key(path)
    try:
        return strongbox.read_key(path)
    except strongbox.NoKey:
        raise Refused(f"{path} holds no key (64 hexadecimal digits)") from None
