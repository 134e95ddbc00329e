"""H06: the proof notices when a protection is gone. Each is taken away from outside: in a copy of the program, or here.

What the product itself offers cannot do that; there is no setting that keeps an answer.
"""

import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from api import building, forensics, proving
from api.settings import ROOT, Settings
from store import shredding, vault
from store.datakeys import GRACE, DataKeys
from store.vault import Vault
from tests.appeals.desk import Desk
from tests.installation import Installation

NOT_COPIED = shutil.ignore_patterns(".git", ".venv", "var", "node_modules", "__pycache__", ".*_cache", "docs", "tests")
BROKEN = {
    "keys are not destroyed": ("store/shredding.py", "return vault.sweep(used)", "return len(used)"),
    "a log line with the text": (
        "learning/answering.py",
        "    _keep(session, vault, here, asked, text, now)\n    if grade is None:",
        '    log.error("graded: %s", text)\n    _keep(session, vault, here, asked, text, now)\n    if grade is None:',
    ),
    "the bot keeps its trackers": (
        "bot/wederhoor_bot/stores.py",
        "    async def save(self, tracker: DialogueStateTracker) -> None:\n        return None",
        """    async def save(self, tracker: DialogueStateTracker) -> None:
        import os
        with open(os.environ["HOME"] + "/trackers", "a") as kept:
            kept.write(repr(getattr(vault.get(tracker.sender_id), "text", None)))""",
    ),
    "browsers may keep replies": ("api/security.py", '"cache-control": "no-store"', '"cache-control": "max-age=3600"'),
    "browsers may keep exports": ("api/taking_along.py", '"cache-control": "no-store", ', ""),
    "core dumps": ("api/running.py", "    memory.no_core_dumps()\n", ""),
}
"""What is changed in the copy: file, what stands there, what stands there instead."""
NOTICED = (
    "the database, decrypted: ",
    "a copy from before, decrypted: ",
    "logs: api.log",
    "temporary files: wederhoor-bot-",
    "browser profile: ",
    "a core dump, when it breaks: ",
)


def broken(folder: Path) -> Path:
    """The program without these protections."""
    copy = folder / "program"
    shutil.copytree(ROOT, copy, ignore=NOT_COPIED)
    for name in (".venv", "bot/.venv"):
        (copy / name).symlink_to((ROOT / name).resolve())
    (copy / "var").symlink_to(Settings().var.resolve())
    for name, old, new in BROKEN.values():
        source = (copy / name).read_text("utf-8")
        assert source.count(old) == 1, f"{name} is no longer as this test knows it"
        (copy / name).write_text(source.replace(old, new), "utf-8")
    return copy


def test_the_proof_notices_each_protection_that_is_gone(tmp_path: Path) -> None:
    """The same command, with nothing taken away, finds nothing (`test_h06_no_history.py`)."""
    command = [sys.executable, "-m", "api", "prove", "no-history"]
    done = subprocess.run(command, cwd=broken(tmp_path), text=True, capture_output=True, check=False)
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stdout + done.stderr[-3000:]
    found = [line.removeprefix("FOUND in ") for line in done.stdout.splitlines() if line.startswith("FOUND in ")]
    assert [place for place in NOTICED if not any(one.startswith(place) for one in found)] == [], done.stdout


OLD, NEW = b"zebra giraf", b"olifant kameel"


def test_the_proof_notices_texts_that_are_not_encrypted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that was replaced: it is in a dead row, or in the database's journal."""
    place = Installation(tmp_path)

    def plain() -> list[str]:
        keys = building.keys(place.settings)
        with place.running() as store:
            desk = Desk(store, keys)
            learner = desk.learner()
            desk.answer(learner, f"ja, {OLD.decode()}")
            desk.answer(learner, f"nee, {NEW.decode()}", "passed")
        data = {"database": proving.files(place.settings.var / "pg")}
        return proving.search(data, [OLD], lambda _: None)[0]

    assert plain() == []

    def seal(self: Vault, _place: str, words: str) -> bytes:
        return b"\0\1" + self._data.new()[0].to_bytes(4, "big") + b"n" * 12 + words.encode() + b"t" * 16

    monkeypatch.setattr(Vault, "seal", seal)
    assert plain() != []


def test_the_proof_looks_into_dead_rows_and_does_not_depend_on_their_going(tmp_path: Path) -> None:
    """Without vacuum a replaced answer stays in the file for good; what makes it unreadable is its key."""
    place, moved = Installation(tmp_path), [0.0]
    building.keys(place.settings)
    data = DataKeys(place.settings.keys.with_name("data"), clock=lambda: time.time() + moved[0])
    keys = Vault({number: bytes.fromhex(line) for number, line in vault.lines_of(place.settings.keys).items()}, data)
    with place.running() as store:
        owner = building.owner(place.settings)
        with owner.begin() as connection:
            connection.execute(text("ALTER TABLE answer SET (autovacuum_enabled = false)"))
        owner.dispose()
        desk = Desk(store, keys)
        learner = desk.learner()
        desk.answer(learner, f"ja, {OLD.decode()}")
        desk.answer(learner, f"nee, {NEW.decode()}", "passed")

        def readable() -> tuple[bool, bool, int]:
            with store.read(None) as session:
                dead: Any = session.execute(text("SELECT pg_stat_get_dead_tuples('answer'::regclass)")).scalar_one()
            found = forensics.opened(proving.files(place.settings.var / "pg"), keys, [OLD, NEW])
            return bool(found[OLD]), bool(found[NEW]), dead

        assert readable()[:2] == (True, True)
        moved[0] = GRACE + 1
        shredding.shred(store, keys, [desk.id])
        time.sleep(1.2)  # figures about tables come at most once a second
        old, new, dead = readable()
        assert (old, new) == (False, True) and dead >= 1, "it is still there, and nobody reads it"
