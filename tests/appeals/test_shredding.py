"""What has been replaced cannot be opened any more, with the database, its journal and the master key in hand."""

import time
from pathlib import Path

import pytest
from sqlalchemy import select

from api import forensics, proving
from learning import answering
from learning.models import Answer
from store import shredding, vault
from store.datakeys import GRACE, DataKeys
from store.embedded import EmbeddedServer
from store.store import Store
from store.vault import Unreadable
from tests.appeals.desk import Desk


def test_old_answers_and_texts_lose_their_keys_and_current_ones_keep_them(bare_store: Store, tmp_path: Path) -> None:
    moved = [0.0]
    ring = vault.Vault({1: b"k" * 32}, DataKeys(tmp_path / "data", clock=lambda: time.time() + moved[0]))
    desk = Desk(bare_store, ring)
    stays, replaced = desk.learner(), desk.learner()
    for learner in (stays, replaced):
        desk.answer(learner, "ja, dat doe ik")
    number = desk.appeal(replaced, statement="Ik bedoelde nee.")
    with desk.write(replaced) as (session, here):
        old = session.execute(select(Answer.text).where(Answer.learner_id == here.learner)).scalar_one()
        statement, case = desk.case(number).statement, desk.case(number).id
        at = answering.place(here.learner, here.course.questions[0].id)
    desk.answer(replaced, "nee, dat doe ik niet", "passed")
    assert ring.unseal(at, old) == "ja, dat doe ik", "not destroyed yet: this is what an attacker would read"
    moved[0] = GRACE + 1
    shredding.shred(bare_store, ring, [desk.id])
    for place, sealed in ((at, old), (f"appeal|{case}|statement", statement)):
        assert sealed is not None
        with pytest.raises(Unreadable):
            ring.unseal(place, sealed)
    for learner, text in ((stays, "ja, dat doe ik"), (replaced, "nee, dat doe ik niet")):
        with desk.write(learner) as (session, here):
            question = here.course.questions[0].id
            assert answering.text_of(session, ring, here.learner, question) == text


def test_an_attacker_with_disk_copy_and_all_keys_reads_the_latest_answer_only(
    bare_store: Store, bare_database: tuple[EmbeddedServer, Path], tmp_path: Path
) -> None:
    """The same search finds the old answer for as long as its key is there: what protects is that the key goes."""
    moved, data = [0.0], bare_database[1]
    ring = vault.Vault({1: b"k" * 32}, DataKeys(tmp_path / "data", clock=lambda: time.time() + moved[0]))
    desk = Desk(bare_store, ring)
    learner = desk.learner()
    old, new = b"zebra giraf", b"olifant kameel"
    desk.answer(learner, f"ja, dat doe ik, {old.decode()}")
    copy = tmp_path / "copy"
    forensics.copied(data, copy)
    desk.answer(learner, f"nee, dat doe ik niet, {new.decode()}", "passed")

    def readable(folder: Path) -> dict[bytes, bool]:
        return {one: bool(names) for one, names in forensics.opened(proving.files(folder), ring, [old, new]).items()}

    assert readable(copy) == {old: True, new: False}, "a backup from before, and the key is still there"
    assert readable(data)[old], "a dead row, or the journal"
    moved[0] = GRACE + 1
    shredding.shred(bare_store, ring, [desk.id])
    assert readable(copy) == {old: False, new: False}
    assert readable(data) == {old: False, new: True}
