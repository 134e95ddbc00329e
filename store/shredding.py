"""Destroys the keys of texts that are in no row any more (see `datakeys`), and rows whose keys are gone."""

import uuid
from collections.abc import Iterable

from sqlalchemy import func, select

from store.base import Ciphertext, Table
from store.store import Store
from store.vault import SLOT_BYTES, Vault


def shred(store: Store, vault: Vault, organisations: Iterable[uuid.UUID]) -> int:
    """Looks through all sealed columns of all organisations; returns how many keys were destroyed.

    From then on nobody can read what they sealed: not from dead rows, not from the journal of the database, not from
    a backup of it, and not with the master key.
    """
    used: set[int] = set()
    for organisation in organisations:
        with store.read(organisation) as session:
            for table in Table.metadata.sorted_tables:
                for column in table.c:
                    if isinstance(column.type, Ciphertext):
                        slots = select(func.substring(column, 3, SLOT_BYTES)).where(func.get_byte(column, 0) == 0)
                        used.update(int.from_bytes(slot, "big") for slot in session.execute(slots).scalars())
    return vault.sweep(used)
