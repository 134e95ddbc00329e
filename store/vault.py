"""Encryption at rest of what people write: AES-256-GCM with a ring of keys kept outside the database."""

import base64
import hmac
import os
import secrets
import tempfile
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

from store.datakeys import GRACE, DataKeys, KeyGone

NONCE_BYTES = 12
SLOT_BYTES = 4
FIRST_BLOCK = (2).to_bytes(4, "big")
"""GCM counts its blocks from here."""
KEY_BYTES = 32
STAMP = b"a stamp of wederhoor"
MOST_KEYS = 255
WRAPPED = "wrapped:"


class Unreadable(Exception):
    """The ciphertext was not made for this place, was changed, or its key is gone."""


class RingLocked(Exception):
    """A master key is wrapped by a key service, and none is set."""

    def __init__(self) -> None:
        super().__init__("the key ring is wrapped: set WEDERHOOR_KEY_SERVICE to the service that can open it")


class Vault:
    """Seals text for one place in the database, under a key of its own.

    A sealed value is a zero byte, one byte number of the master key, four bytes slot of its data key, 12 bytes
    nonce, then ciphertext with its 16-byte tag. The cipher's key is made of master and data key (HMAC-SHA256): without
    either of them nobody opens it. The place (`table|row|column`) is authenticated with it, so that a value moved to
    another row does not open. Values from before there were data keys begin with the number of their master key.
    """

    def __init__(self, keys: dict[int, bytes], data: DataKeys) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys.values()):
            raise ValueError(f"a key ring needs at least one key of {KEY_BYTES} bytes")
        self._keys, self._data = keys, data
        self._newest = max(keys)

    def seal(self, place: str, text: str) -> bytes:
        """Ciphertext of `text` for this place, under the newest master key and a data key that nothing else has."""
        slot, key = self._data.new()
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._cipher(self._newest, key).encrypt(nonce, text.encode(), place.encode())
        return bytes([0, self._newest]) + slot.to_bytes(SLOT_BYTES, "big") + nonce + sealed

    def unseal(self, place: str, sealed: bytes) -> str:
        """The text; raises `Unreadable` when it was sealed elsewhere, changed, or a key is gone."""
        try:
            cipher, rest = self._opened(sealed)
            return cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], place.encode()).decode()
        except (KeyError, KeyGone):
            raise Unreadable("no key for this value") from None
        except (InvalidTag, ValueError):
            raise Unreadable("the value does not belong here, or was changed") from None

    def stamp(self, text: str) -> str:
        """The text as an opaque word for an address, which only who has this ring can make or read (`stamped`).

        It has no data key: what stands in it must be of no use once the row is gone that it leads to.
        """
        nonce = os.urandom(NONCE_BYTES)
        made = nonce + self._cipher(self._newest, STAMP).encrypt(nonce, text.encode(), STAMP)
        return base64.urlsafe_b64encode(bytes([self._newest]) + made).rstrip(b"=").decode()

    def stamped(self, word: str) -> str | None:
        """What was stamped; None when it was not, or under a master key that is gone."""
        try:
            made = base64.b64decode(word + "=" * (-len(word) % 4), b"-_", validate=True)
            nonce, sealed = made[1 : 1 + NONCE_BYTES], made[1 + NONCE_BYTES :]
            return self._cipher(made[0], STAMP).decrypt(nonce, sealed, STAMP).decode()
        except (KeyError, InvalidTag, ValueError, IndexError):
            return None

    def is_current(self, sealed: bytes) -> bool:
        """Was it sealed under the newest master key? If not, a rotation has to seal it again."""
        return sealed[:1] == b"\0" and sealed[1] == self._newest

    def has_key(self, sealed: bytes) -> bool:
        """Are both of its keys still there? If not, it has been replaced or erased, whatever a backup says."""
        try:
            self._opened(sealed)
        except (KeyError, KeyGone):
            return False
        return True

    def peek(self, sealed: bytes) -> bytes:
        """What could be read from this place on with the keys of now, whole or not; empty without a key.

        For proofs that nothing can: it checks nothing, so its result is not to be trusted otherwise.
        """
        start = 2 + SLOT_BYTES
        try:
            master = self._keys[sealed[1]]
            key = hmac.digest(master, self._data.key(int.from_bytes(sealed[2:start], "big")), "sha256")
        except (KeyError, KeyGone):
            return b""
        nonce, rest = sealed[start : start + NONCE_BYTES], sealed[start + NONCE_BYTES :]
        if not rest:
            return b""
        return Cipher(AES(key), CTR(nonce + FIRST_BLOCK)).decryptor().update(rest)

    def fingerprints(self) -> dict[str, str]:
        """What tells the master keys from others, by number, and nothing else about them."""
        return {str(number): hmac.digest(key, b"fingerprint", "sha256")[:4].hex() for number, key in self._keys.items()}

    def slots(self) -> int:
        """How many places for data keys there are; never fewer than before."""
        return self._data.slots()

    def sweep(self, used: set[int]) -> int:
        """Destroys the data keys that no row uses any more; returns how many."""
        return self._data.sweep(used)

    def _opened(self, sealed: bytes) -> tuple[AESGCM, bytes]:
        if sealed[:1] == b"\0":
            slot = int.from_bytes(sealed[2 : 2 + SLOT_BYTES], "big")
            return self._cipher(sealed[1], self._data.key(slot)), sealed[2 + SLOT_BYTES :]
        return AESGCM(self._keys[sealed[0] if sealed else 0]), sealed[1:]

    def _cipher(self, number: int, data_key: bytes) -> AESGCM:
        return AESGCM(hmac.digest(self._keys[number], data_key, "sha256"))


class Wrapping(Protocol):
    """A service elsewhere that encrypts master keys, so that the ring is of no use to who has only the files."""

    def wrap(self, key: bytes) -> str:
        """The key encrypted, in one line."""

    def unwrap(self, wrapped: str) -> bytes:
        """The key that was wrapped."""


def open_ring(path: Path, *, grace: float = GRACE, wrapping: Wrapping | None = None) -> Vault:
    """The vault of a key ring file and of the data keys beside it; made where not there.

    Each line of the file is `number:hex`, or `number:wrapped:` and what the key service made of the key; raises
    `RingLocked` for one of these without the service. `grace` is how many seconds a data key without a row is kept,
    because its row may still come.
    """
    if not path.exists():
        _write(path, {1: _line(secrets.token_bytes(KEY_BYTES), wrapping)})
    keys = {number: _key(line, wrapping) for number, line in lines_of(path).items()}
    return Vault(keys, DataKeys(path.with_name("data"), grace=grace))


def add_key(path: Path, wrapping: Wrapping | None = None) -> int:
    """Puts a new key in the ring and returns its number; what is sealed from now on uses it."""
    lines = lines_of(path)
    number = max(lines) + 1
    if number > MOST_KEYS:
        raise ValueError(f"a key ring holds at most {MOST_KEYS} keys")
    _write(path, lines | {number: _line(secrets.token_bytes(KEY_BYTES), wrapping)})
    return number


def wrap_all(path: Path, wrapping: Wrapping) -> int:
    """Wraps each key of the ring that is not; returns how many. The file before is overwritten where it was."""
    lines = lines_of(path)
    bare = {number: _key(line, None) for number, line in lines.items() if not line.startswith(WRAPPED)}
    made = {number: _line(key, wrapping) for number, key in bare.items()}
    if any(_key(made[number], wrapping) != key for number, key in bare.items()):
        raise ValueError("the key service did not give back what it wrapped")
    if made:
        with path.open("r+b") as before:
            _write(path, lines | made)
            before.write(bytes(os.fstat(before.fileno()).st_size))
            before.flush()
            os.fsync(before.fileno())
    return len(made)


def lines_of(path: Path) -> dict[int, str]:
    """The keys by number, each as it stands in the file."""
    lines = [line.split(":", 1) for line in path.read_text().split()]
    return {int(number): line for number, line in lines}


def _line(key: bytes, wrapping: Wrapping | None) -> str:
    return WRAPPED + wrapping.wrap(key) if wrapping else key.hex()


def _key(line: str, wrapping: Wrapping | None) -> bytes:
    if not line.startswith(WRAPPED):
        return bytes.fromhex(line)
    if wrapping is None:
        raise RingLocked
    return wrapping.unwrap(line.removeprefix(WRAPPED))


def _write(path: Path, lines: dict[int, str]) -> None:
    """Whole or not at all: a key ring that is cut short would make every answer unreadable."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
        os.fchmod(file.fileno(), 0o600)
        file.writelines(f"{number}:{line}\n" for number, line in sorted(lines.items()))
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
