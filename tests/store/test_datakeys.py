"""A key per text: there as long as a row needs it, gone soon after, whoever else writes at the same time."""

import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from store import datakeys
from store.datakeys import BLOCK, GRACE, SLOT, DataKeys, KeyGone
from store.vault import Unreadable, Vault


class Clock:
    """Seconds that the test says."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make(tmp_path: Path, clock: Clock) -> Callable[[], DataKeys]:
    """Opens the same file, as each process does."""
    return lambda: DataKeys(tmp_path / "keys" / "data", clock=clock)


def test_a_key_is_there_for_all_processes_until_it_is_swept(make: Callable[[], DataKeys], clock: Clock) -> None:
    one, other = make(), make()
    slots = dict(one.new() for _ in range(40))
    assert len(set(slots.values())) == 40
    assert {slot: other.key(slot) for slot in slots} == slots
    kept, gone = sorted(slots)[:7], sorted(slots)[7:]
    clock.now += GRACE + 1
    other.sweep(set(kept))
    assert {slot: one.key(slot) for slot in kept} == {slot: slots[slot] for slot in kept}
    for slot in gone:
        with pytest.raises(KeyGone):
            one.key(slot)
    held = (one._path).read_bytes()
    assert not any(slots[slot] in held for slot in gone) and all(slots[slot] in held for slot in kept)


def test_nothing_that_may_still_be_committed_is_swept(make: Callable[[], DataKeys], clock: Clock) -> None:
    keys = make()
    slot, key = keys.new()
    clock.now += GRACE - 1
    assert keys.sweep(set()) == 0 and keys.key(slot) == key


def test_a_block_that_has_lain_too_long_is_not_used(make: Callable[[], DataKeys], clock: Clock) -> None:
    keys = make()
    first, _ = keys.new()
    clock.now += GRACE / 3 + 1
    second, _ = keys.new()
    assert second not in range(1, BLOCK + 1) and first in range(1, BLOCK + 1)


def test_free_slots_are_used_again_and_the_file_does_not_grow(make: Callable[[], DataKeys], clock: Clock) -> None:
    keys = make()
    for _ in range(20):
        for _ in range(BLOCK * 4):
            keys.new()
        clock.now += GRACE + 1
        keys.sweep(set())
    assert keys._path.stat().st_size <= SLOT * (BLOCK * 4 * 4)
    assert keys.count() == 0


def _reserve(path: Path, into: "multiprocessing.Queue[list[int]]") -> None:
    keys = DataKeys(path)
    into.put([keys.new()[0] for _ in range(200)])


def test_processes_never_get_the_same_slot(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    queue: multiprocessing.Queue[list[int]] = spawn.Queue()
    path = tmp_path / "data"
    running = [spawn.Process(target=_reserve, args=(path, queue)) for _ in range(3)]
    for one in running:
        one.start()
    found = [slot for _ in running for slot in queue.get(timeout=60)]
    for one in running:
        one.join()
    queue.close()
    queue.join_thread()
    assert len(found) == len(set(found)) == 600


def test_the_key_is_on_the_disk_before_it_is_used(
    make: Callable[[], DataKeys], monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    write, sync = os.pwrite, os.fdatasync
    monkeypatch.setattr(datakeys.os, "pwrite", lambda *given: (order.append("write"), write(*given))[1])
    monkeypatch.setattr(datakeys.os, "fdatasync", lambda file: (order.append("sync"), sync(file))[1])
    keys = make()
    order.clear()
    keys.new()
    assert order == ["write"] * BLOCK + ["sync"]


def test_a_file_of_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(b"something else")
    with pytest.raises(ValueError, match="not a file of data keys"):
        DataKeys(path)
    assert path.read_bytes() == b"something else"
    assert (tmp_path / "data").stat().st_mode & 0o777


def test_without_its_data_key_a_text_cannot_be_opened_with_the_master_key(
    make: Callable[[], DataKeys], clock: Clock
) -> None:
    vault = Vault({1: b"k" * 32}, make())
    sealed, other = vault.seal("answer|1", "nee"), vault.seal("answer|1", "nee")
    assert sealed != other and vault.unseal("answer|1", sealed) == "nee" and vault.has_key(sealed)
    clock.now += GRACE + 1
    vault.sweep({int.from_bytes(other[2:6], "big")})
    with pytest.raises(Unreadable):
        vault.unseal("answer|1", sealed)
    assert not vault.has_key(sealed) and vault.unseal("answer|1", other) == "nee"


def test_what_was_sealed_before_there_were_data_keys_still_opens(make: Callable[[], DataKeys]) -> None:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    old = bytes([1]) + b"n" * 12 + AESGCM(b"k" * 32).encrypt(b"n" * 12, b"nee", b"answer|1")
    vault = Vault({1: b"k" * 32}, make())
    assert vault.unseal("answer|1", old) == "nee" and not vault.is_current(old)
