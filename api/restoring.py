"""`wederhoor restore`: an older state comes back, and what was taken back since does not.

Everything is looked at before anything is touched, and the present database stays until the restored one is finished.
"""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url, text

from api import backing_up, building
from api.backing_up import Backup, Refused
from api.reapplying import Reapplied, Reapplying
from api.settings import Settings
from store import departures, dumping, migrating, shredding, strongbox
from store.departures import KEPT, Ledger, LedgerBroken
from store.dumping import ToolFailed
from store.store import Store, connect

AT_ONCE = -1.0
"""Seconds of grace for keys without a row: nothing is being written, so none can be on its way."""


@dataclass(frozen=True, slots=True)
class Restored:
    """Which backup is in place, and what was taken back once more."""

    backup: Backup
    again: Reapplied


def restore(settings: Settings, path: Path, now: dt.datetime, *, replace: bool) -> Restored:
    """Puts this backup in the place of the database. Raises `Refused`: then nothing has changed."""
    backup, key = _acceptable(settings, path, now)
    if not settings.database_url and building.embedded(settings).ready():
        raise Refused("the database is running: stop wederhoor first")
    with backing_up.server(settings) as owner:
        if (sessions := dumping.others(owner)) > 0:
            raise Refused(f"{sessions} sessions use the database: stop wederhoor first")
        if dumping.filled(owner):
            if not replace:
                raise Refused("there is data in the database; --replace throws it away once the backup is in its place")
            _last_words(settings)
        return Restored(backup, _put_in_place(settings, owner, backup, key, now))


def _acceptable(settings: Settings, path: Path, now: dt.datetime) -> tuple[Backup, bytes]:
    """The backup and its key, if all that can be known before the database is touched is in order."""
    backup = backing_up.described(path)
    try:
        key = strongbox.read_key(settings.backup_key_file)
        if strongbox.name_of(key) != backup.key:
            raise Refused(f"{path} was made with another key ({backup.key}) than {settings.backup_key_file} holds")
        for _ in strongbox.opened(path, key):
            pass
    except strongbox.NoKey:
        raise Refused(f"there is no key in {settings.backup_key_file}; it was made with the first backup") from None
    except (strongbox.Damaged, strongbox.NotOurs):
        raise Refused(f"{path} is torn or was changed") from None
    if backup.too_old(now):
        raise Refused(f"{path} is older than {KEPT.days} days: it is no longer known what was erased since")
    if not migrating.known(backup.revision):
        raise Refused(f"{path} was made by a newer version of wederhoor (schema {backup.revision})")
    _same_keys(settings, backup)
    return backup, key


def _same_keys(settings: Settings, backup: Backup) -> None:
    """What is not in the backup must be here: the keys of its texts, and the list of what was taken back since."""
    folder = settings.keys.parent
    ledger = Ledger(settings.departures)
    if not (settings.keys.exists() and ledger.exists):
        raise Refused(f"the key ring and what is beside it are not in {folder}: put them back first")
    keys = building.keys(settings)
    if not backup.head["ring"].items() <= keys.fingerprints().items() or keys.slots() < backup.head["slots"]:
        raise Refused(f"the keys in {folder} are not those of this backup, or an older copy of them")
    try:
        mark = ledger.mark()
        ledger.entries()
    except LedgerBroken:
        raise Refused(f"{settings.departures} is damaged: it cannot be told what was erased since") from None
    if mark.ledger != backup.head["ledger"] or mark.number < backup.head["departed"]:
        raise Refused(f"{settings.departures} does not belong to this backup, or is an older copy")


def _last_words(settings: Settings) -> None:
    """What the present database knows last: what was taken back a moment ago, and texts that just lost their row."""
    with building.opened(settings) as store:
        departures.collect(store, Ledger(settings.departures))
        keys = building.keys(settings.model_copy(update={"key_grace": AT_ONCE}))
        shredding.shred(store, keys, building.organisations(store))


def _put_in_place(settings: Settings, owner: URL, backup: Backup, key: bytes, now: dt.datetime) -> Reapplied:
    made = dumping.make_beside(owner)
    try:
        dumping.restore(made, strongbox.opened(backup.path, key))
        again = _taken_back(settings, made, now)
        dumping.clean(made)
        dumping.take_over(owner)
    except (ToolFailed, strongbox.Damaged) as error:
        dumping.throw_away(owner, "restoring")
        raise Refused(f"{backup.path} cannot be restored: {error}") from None
    except BaseException:
        dumping.throw_away(owner, "restoring")
        raise
    return again


def _taken_back(settings: Settings, made: URL, now: dt.datetime) -> Reapplied:
    """Brings the restored database up to date: its schema, and what was taken back since."""
    engine = connect(made.render_as_string(hide_password=False), pool=1)
    app = connect(make_url(building.app_url(settings)).set(database=made.database).render_as_string(False), pool=2)
    try:
        migrating.upgrade(engine)
        store, entries = Store(app), Ledger(settings.departures).entries()
        work = Reapplying(store, engine, building.keys(settings), entries, now)
        again = work.run(lambda: building.organisations(store), dt.timedelta(days=settings.closing_days))
        with engine.begin() as connection:
            connection.execute(text("TRUNCATE departure"))  # all of it is in the ledger
        return again
    finally:
        engine.dispose()
        app.dispose()
