"""Restoring a backup: what is refused, and that nothing is lost by it, killed at whatever moment."""

import datetime as dt
import shutil
import signal
from pathlib import Path

import pytest
from sqlalchemy import text

from api import backing_up, building, restoring
from api.backing_up import Refused
from store import departures, strongbox
from store.departures import Ledger
from tests.installation import NEW, Installation, lived
from tests.killed_restore import MOMENTS

DAY = dt.timedelta(days=1)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@pytest.fixture
def saved(place: Installation) -> "Saved":
    """An installation with a backup, and data since that must not be lost."""
    keys = building.keys(place.settings)
    with place.running() as store:
        life = lived(store, keys)
        path, _ = backing_up.backup(place.settings, place.settings.backup_dir, now())
        life.desk.answer(life.claims["stays"], f"nee, dat doe ik niet, {NEW}", "passed", now=now(), place=2)
        departures.collect(store, Ledger(place.settings.departures))
        rows = place.rows()
    return place, path, rows


Saved = tuple[Installation, Path, dict[str, list[str]]]


def _refused(place: Installation, path: Path, at: dt.datetime | None = None, *, replace: bool = True) -> str:
    with pytest.raises(Refused) as found:
        restoring.restore(place.settings, path, at or now(), replace=replace)
    return str(found.value)


def test_what_cannot_be_restored_is_refused_and_nothing_has_changed(saved: Saved) -> None:
    place, path, rows = saved
    with place.running():
        assert "running" in _refused(place, path)
    assert "--replace" in _refused(place, path, replace=False)
    assert "older than 365 days" in _refused(place, path, now() + 366 * DAY)
    assert "cannot be read" in _refused(place, path.with_name("none.backup"))
    whole, other = path.read_bytes(), path.with_name("other.backup")
    for part in (whole[:-1], whole[: len(whole) // 2], whole + b"x", whole[:40], b""):
        other.write_bytes(part)
        assert any(word in _refused(place, other) for word in ("torn", "no backup"))
    head = whole.index(b"\n", 30)
    for at in (head - 5, head + 20, len(whole) // 2, len(whole) - 1):
        other.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert any(word in _refused(place, other) for word in ("torn", "no backup", "another key"))
    key = strongbox.read_key(place.settings.backup_key_file)
    described = strongbox.head_of(path)
    newer = described | {"revision": "9999"}
    strongbox.seal(other, key, newer, strongbox.opened(path, key))
    assert "newer version" in _refused(place, other)
    strongbox.seal(other, key, described, [b"no dump of anything"])
    assert "cannot be restored" in _refused(place, other)
    place.settings.backup_key_file.rename(path.with_name("key"))
    assert "no key" in _refused(place, path)
    with place.running(), pytest.raises(Refused, match="put it back first"):
        backing_up.backup(place.settings, path.parent, now())
    strongbox.new_key(place.settings.backup_key_file)
    assert "another key" in _refused(place, path)
    with place.running():
        assert place.rows() == rows


def test_without_the_keys_and_the_ledger_of_now_nothing_is_restored(saved: Saved) -> None:
    """Else what was erased would come back: an older copy of them does not know of it."""
    place, path, rows = saved
    folder, aside = place.settings.keys.parent, path.with_name("aside")
    folder.rename(aside)
    assert "put them back" in _refused(place, path)
    building.keys(place.settings).seal("x", "x")
    Ledger(place.settings.departures).mark()
    assert "not those of this backup" in _refused(place, path)
    for name in ("ring", "data"):
        shutil.copy(aside / name, folder / name)
    assert "does not belong" in _refused(place, path)
    (folder / "departures").write_bytes((aside / "departures").read_bytes().replace(b"\t", b" "))
    assert "damaged" in _refused(place, path)
    with place.running():
        assert place.rows() == rows


def test_killed_at_any_moment_it_is_either_restored_or_what_it_was(saved: Saved) -> None:
    """The next start throws away what was left half done."""
    place, path, rows = saved
    for moment in MOMENTS:
        killed = place.run("tests.killed_restore", moment, str(path))
        assert killed.returncode == -signal.SIGKILL, killed.stdout
        place.wait_until_stopped()
        with place.running() as store:
            assert (place.rows() == rows) == (moment != MOMENTS[-1]), moment
            assert len(place.rows()["answer"]) == (len(rows["answer"]) - (moment == MOMENTS[-1])), "all, or as it was"
            with store.read(None) as session:
                every = text("SELECT datname FROM pg_database WHERE datname LIKE 'wederhoor%'")
                assert list(session.execute(every).scalars()) == ["wederhoor"]
