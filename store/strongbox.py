"""One encrypted file for a stream of bytes: AES-256-GCM, piece by piece, so that it fits no memory and no disk twice.

A readable head of codes and moments, then pieces of one size, each sealed under a key of this file alone (HKDF of the
key, a salt and the head). The nonce of a piece is its number, and whether it is the last: pieces that were changed,
left out, exchanged or cut off do not open, nor does a file whose head was changed.
"""

import json
import os
import re
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC: Final = b"wederhoor backup 1\n"
KEY_BYTES: Final = 32
TAG: Final = 16
PIECE: Final = 1 << 20
PART: Final = ".part"
"""Ends the name of a file that is still being written, or whose writer was killed."""
LARGEST_HEAD: Final = 1 << 14


class Damaged(Exception):
    """The file is torn, was changed, or was not sealed with this key. Which of them cannot be told."""


class NotOurs(Exception):
    """The file is no backup of this program."""


class NoKey(Exception):
    """The key file is missing, or holds no key of 64 hexadecimal digits."""


def new_key(path: Path) -> None:
    """Makes a key file; never writes over one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "w") as opened:
        opened.write(secrets.token_hex(KEY_BYTES) + "\n")


def read_key(path: Path) -> bytes:
    """The key in the file; raises `NoKey`."""
    try:
        return bytes.fromhex(re.fullmatch(r"([0-9a-f]{64})\s*", path.read_text("ascii"))[1])  # type: ignore[index]
    except (OSError, TypeError, ValueError):
        raise NoKey(str(path)) from None


def name_of(key: bytes) -> str:
    """What tells this key from another, and nothing else about it."""
    return _derived(key, b"", b"name of the key")[:4].hex()


def seal(path: Path, key: bytes, head: dict[str, Any], content: Iterable[bytes]) -> int:
    """Writes the file, whole or not at all, readable for its owner only; returns its size in bytes."""
    salt = secrets.token_bytes(KEY_BYTES)
    top = json.dumps(head | {"key": name_of(key), "salt": salt.hex()}, sort_keys=True).encode() + b"\n"
    cipher = AESGCM(_derived(key, salt, top))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("wb", dir=path.parent, suffix=PART, delete=False) as file:
        try:
            file.write(MAGIC + top)
            for number, (piece, last) in enumerate(_pieces(content)):
                file.write(cipher.encrypt(_nonce(number, last=last), piece, None))
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            Path(file.name).unlink()
            raise
        size = file.tell()
        Path(file.name).replace(path)
    return size


def head_of(path: Path) -> dict[str, Any]:
    """What the head says, not verified: a key verifies it (`opened`). Raises `NotOurs`, `OSError`."""
    with path.open("rb") as file:
        return _head(file)[0]


def opened(path: Path, key: bytes) -> Iterator[bytes]:
    """The content, piece by piece. Raises `Damaged`: until the last piece is there, nothing of it is to be trusted."""
    with path.open("rb") as file:
        head, top = _head(file)
        try:
            cipher = AESGCM(_derived(key, bytes.fromhex(head["salt"]), top))
        except (KeyError, TypeError, ValueError):
            raise NotOurs(path.name) from None
        number, piece = 0, file.read(PIECE + TAG)
        while True:
            following = file.read(PIECE + TAG)
            try:
                yield cipher.decrypt(_nonce(number, last=not following), piece, None)
            except (InvalidTag, ValueError):
                raise Damaged(path.name) from None
            if not following:
                return
            number, piece = number + 1, following


def _head(file: BinaryIO) -> tuple[dict[str, Any], bytes]:
    if file.read(len(MAGIC)) != MAGIC:
        raise NotOurs(Path(file.name).name)
    top = file.readline(LARGEST_HEAD)
    try:
        head = json.loads(top)
    except ValueError:
        raise NotOurs(Path(file.name).name) from None
    if not isinstance(head, dict) or not top.endswith(b"\n"):
        raise NotOurs(Path(file.name).name)
    return head, top


def _pieces(content: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Pieces of one size, and whether each is the last; at least one."""
    held = bytearray()
    for part in content:
        held += part
        while len(held) > PIECE:
            yield bytes(held[:PIECE]), False
            del held[:PIECE]
    yield bytes(held), True


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _derived(key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), KEY_BYTES, salt, b"wederhoor backup\0" + info).derive(key)
