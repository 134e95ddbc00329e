"""Master keys wrapped elsewhere: the transit engine of Vault or OpenBao, over its HTTP API.

With it the key ring on the disk holds no key: who takes the disk, with keys, database and backups, reads nothing. The
data keys, which are destroyed when a text is replaced, stay in their file: a service that deletes after days, or keeps
versions, could not promise minutes. A process asks once, when it starts.
"""

import base64
import binascii
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import urllib3
from urllib3.exceptions import HTTPError

SECONDS: Final = 10.0


class KeyServiceFailed(Exception):
    """The service did not do what it was asked; the message says what it answered, and no key."""


@dataclass(frozen=True, slots=True)
class Transit:
    """A key of a transit engine. `address` ends with where the engine is mounted, as in `https://vault:8200/v1/transit`."""

    address: str
    name: str
    token_file: Path
    """Read for each call: an agent may renew it."""

    def wrap(self, key: bytes) -> str:
        """The key encrypted; raises `KeyServiceFailed`."""
        return self.ask("encrypt", {"plaintext": base64.b64encode(key).decode()}, "ciphertext")

    def unwrap(self, wrapped: str) -> bytes:
        """The key that was wrapped, asked for once in this process; raises `KeyServiceFailed`."""
        return _unwrapped(self, wrapped)

    def ask(self, act: str, sent: dict[str, str], wanted: str) -> str:
        """The field of the engine's answer to one act; raises `KeyServiceFailed`."""
        url = f"{self.address.rstrip('/')}/{act}/{self.name}"
        try:
            token = self.token_file.read_text("ascii").strip()
            reply = urllib3.request(
                "POST", url, json=sent, headers={"X-Vault-Token": token}, timeout=SECONDS, redirect=False, retries=False
            )
            if reply.status == 200:
                return str(reply.json()["data"][wanted])
        except (OSError, HTTPError) as error:
            raise KeyServiceFailed(f"the key service at {self.address}: {type(error).__name__}") from None
        except (ValueError, KeyError, TypeError):
            raise KeyServiceFailed(f"the key service at {self.address} answered something else") from None
        raise KeyServiceFailed(f"the key service at {self.address} answered {reply.status} to {act} with {self.name}")


@lru_cache(maxsize=256)
def _unwrapped(service: Transit, wrapped: str) -> bytes:
    try:
        return base64.b64decode(service.ask("decrypt", {"ciphertext": wrapped}, "plaintext"), validate=True)
    except binascii.Error:
        raise KeyServiceFailed(f"the key service at {service.address} answered something else") from None
