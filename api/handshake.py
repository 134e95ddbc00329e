"""What ties the answer of a provider to the browser that asked: one secret in a cookie, and what follows from it.

State, nonce and PKCE verifier are made from the secret, so nothing has to be kept here meanwhile, and whoever lacks
the cookie can use none of them.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Final, Self

SECONDS: Final = 600
FEWEST_CHARACTERS: Final = 43


@dataclass(frozen=True, slots=True)
class Handshake:
    """One try to sign in; `to` is the page that somebody wanted to see."""

    secret: str = field(repr=False)
    to: str = ""

    @classmethod
    def new(cls, to: str) -> Self:
        """With a secret of its own."""
        return cls(secrets.token_urlsafe(32), to)

    @classmethod
    def read(cls, cookie: str) -> Self | None:
        """The one that the cookie holds; None when it can be none of ours."""
        secret, _, to = cookie.partition(".")
        return cls(secret, to) if len(secret) >= FEWEST_CHARACTERS else None

    @property
    def cookie(self) -> str:
        return f"{self.secret}.{self.to}"

    @property
    def state(self) -> str:
        return self._made("state")

    @property
    def nonce(self) -> str:
        return self._made("nonce")

    @property
    def verifier(self) -> str:
        return self._made("verifier")

    @property
    def challenge(self) -> str:
        """What the provider gets of the verifier beforehand (RFC 7636, S256)."""
        return _text(hashlib.sha256(self.verifier.encode()).digest())

    def fits(self, state: str) -> bool:
        """Does this answer belong to it?"""
        return hmac.compare_digest(self.state.encode(), state.encode())

    def _made(self, what: str) -> str:
        return _text(hmac.digest(self.secret.encode(), what.encode(), "sha256"))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
