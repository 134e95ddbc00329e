"""Encryption at rest of what people write: AES-256-GCM with a ring of keys kept outside the database."""

import os
import secrets
import tempfile
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
KEY_BYTES = 32
MOST_KEYS = 255


class Unreadable(Exception):
    """The ciphertext was not made for this place, was changed, or its key is gone."""


class Vault:
    """Seals text for one place in the database.

    A sealed value is one byte key number, 12 bytes nonce, then ciphertext with its 16-byte tag. The place
    (`table|row|column`) is authenticated with it, so that a value moved to another row does not open.
    """

    def __init__(self, keys: dict[int, bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys.values()):
            raise ValueError(f"a key ring needs at least one key of {KEY_BYTES} bytes")
        self._ciphers = {number: AESGCM(key) for number, key in keys.items()}
        self._newest = max(keys)

    def seal(self, place: str, text: str) -> bytes:
        """Ciphertext of `text` for this place, under the newest key."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ciphers[self._newest].encrypt(nonce, text.encode(), place.encode())
        return bytes([self._newest]) + nonce + sealed

    def unseal(self, place: str, sealed: bytes) -> str:
        """The text; raises `Unreadable` when it was sealed elsewhere, changed, or its key is gone."""
        cipher = self._ciphers.get(sealed[0]) if sealed else None
        if cipher is None:
            raise Unreadable("no key for this value")
        try:
            return cipher.decrypt(sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :], place.encode()).decode()
        except InvalidTag:
            raise Unreadable("the value does not belong here, or was changed") from None

    def is_current(self, sealed: bytes) -> bool:
        """Was it sealed under the newest key? If not, a rotation has to seal it again."""
        return bool(sealed) and sealed[0] == self._newest


def open_ring(path: Path) -> Vault:
    """The vault of a key ring file (one `number:hex` a line); made with a first key when it is not there."""
    if not path.exists():
        _write(path, {1: secrets.token_bytes(KEY_BYTES)})
    return Vault(_read(path))


def add_key(path: Path) -> int:
    """Puts a new key in the ring and returns its number; what is sealed from now on uses it."""
    keys = _read(path)
    number = max(keys) + 1
    if number > MOST_KEYS:
        raise ValueError(f"a key ring holds at most {MOST_KEYS} keys")
    _write(path, keys | {number: secrets.token_bytes(KEY_BYTES)})
    return number


def _read(path: Path) -> dict[int, bytes]:
    lines = [line.split(":", 1) for line in path.read_text().split()]
    return {int(number): bytes.fromhex(key) for number, key in lines}


def _write(path: Path, keys: dict[int, bytes]) -> None:
    """Whole or not at all: a key ring that is cut short would make every answer unreadable."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
        os.fchmod(file.fileno(), 0o600)
        file.writelines(f"{number}:{key.hex()}\n" for number, key in sorted(keys.items()))
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
