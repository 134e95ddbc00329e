"""D04: answers and statements are ciphertext (AES-256-GCM) in the database; keys live elsewhere and can be rotated."""

import tempfile
import uuid
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from api import proving
from api.trial import System, Visitor
from store import vault
from store.datakeys import DataKeys
from store.vault import Unreadable


def test_answers_and_statements_are_not_readable_in_the_database(
    learner: Visitor, session: Session, system: System
) -> None:
    answer, statement = (f"ja {uuid.uuid4().hex}" for _ in range(2))
    learner.say(answer)
    learner.command("appeal")
    learner.say(statement)
    rows = session.execute(text("SELECT text FROM answer UNION ALL SELECT statement FROM appeal")).scalars().all()
    held = [bytes(row) for row in rows if row is not None]
    assert held and not any(part.encode() in row for row in held for part in (answer, statement))
    session.execute(text("SELECT 1"))
    files = {"database": proving.files(system.settings.var / "pg")}
    found, unread = proving.search(files, [answer.encode(), statement.encode()], lambda _: None)
    assert not found and not unread


def test_the_keys_are_not_in_the_database_folder_and_nobody_elses(system: System) -> None:
    ring = system.settings.keys
    assert ring.exists() and system.settings.var / "pg" not in ring.parents
    assert ring.stat().st_mode & 0o077 == 0


@given(st.text(), st.text(min_size=1))
def test_a_sealed_text_opens_in_its_own_place_only(words: str, place: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        one = vault.Vault({1: b"k" * 32}, DataKeys(Path(folder) / "data"))
        _opens_here_only(one, words, place)


def _opens_here_only(one: vault.Vault, words: str, place: str) -> None:
    sealed = one.seal(place, words)
    assert one.unseal(place, sealed) == words
    with pytest.raises(Unreadable):
        one.unseal(place + "x", sealed)
    with pytest.raises(Unreadable):
        one.unseal(place, sealed[:-1] + bytes([sealed[-1] ^ 1]))


def test_keys_rotate(tmp_path: Path) -> None:
    ring = tmp_path / "keys" / "ring"
    before = vault.open_ring(ring)
    sealed = before.seal("answer|1", "nee")
    assert vault.add_key(ring) == 2
    after = vault.open_ring(ring)
    assert after.unseal("answer|1", sealed) == "nee" and not after.is_current(sealed)
    assert after.is_current(after.seal("answer|1", "nee"))
    with pytest.raises(Unreadable):
        before.unseal("answer|1", after.seal("answer|1", "nee"))
