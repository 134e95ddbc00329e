"""Looks for a text as an attacker would who holds the disk, a copy of the database and every key that there is.

A sealed value begins with a zero byte, the number of its master key and the slot of its data key. Wherever bytes look
like that, in a table, a dead row, the database's journal or a backup, what follows is decrypted and searched.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from store.vault import NONCE_BYTES, SLOT_BYTES, Vault

LONGEST = 1024
"""Bytes decrypted from each place on: a marker stands near the beginning of what was said."""
HEADER = re.compile(rb"(?=\x00[\x01-\x08]\x00[\x00-\xff]{3})", re.DOTALL)
"""Of the first eight master keys and sixteen million data keys."""


def opened(parts: Iterator[tuple[str, bytes]], vault: Vault, wanted: list[bytes]) -> dict[bytes, set[str]]:
    """Where each of the wanted texts can be read with the keys of now."""
    found: dict[bytes, set[str]] = {one: set() for one in wanted}
    tail, where = b"", ""
    for name, part in parts:
        data = (tail if name == where else b"") + part
        for place in HEADER.finditer(data):
            start = place.start()
            text = vault.peek(data[start : start + 2 + SLOT_BYTES + NONCE_BYTES + LONGEST])
            for one in wanted:
                if one in text:
                    found[one].add(name)
        tail, where = data[-LONGEST:], name
    return found


def copied(database: Path, into: Path) -> None:
    """The files of a running database, as whoever takes a copy of the disk gets them."""
    shutil.copytree(
        database, into, ignore=shutil.ignore_patterns("postmaster.pid", "*.sock*", ".s.*"), dirs_exist_ok=True
    )
