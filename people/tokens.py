"""Learner tokens: short JWTs that an organisation's own site signs with Ed25519 (RFC 7519, RFC 9864)."""

import datetime as dt
import json
import re
import uuid
from base64 import urlsafe_b64decode
from collections.abc import Callable
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from people.actors import LearnerClaims
from people.errors import TokenRefused

ALGORITHM = "Ed25519"
AUDIENCE = "wederhoor"
LONGEST = dt.timedelta(hours=1)
SKEW = dt.timedelta(seconds=30)
SUBJECT = re.compile(r"[A-Za-z0-9._:@-]{1,128}")

FindKey = Callable[[str], tuple[uuid.UUID, dict[str, Any]] | None]
"""From a key id to (organisation id, public JWK); None when unknown or revoked."""


def sign(private_jwk: dict[str, Any], subject: str, now: dt.datetime, lasts: dt.timedelta = LONGEST) -> str:
    """A token for this opaque learner id; what a customer's own back end does, in any language."""
    key = OKPKey.import_key(private_jwk)
    header = {"alg": ALGORITHM, "kid": private_jwk["kid"], "typ": "JWT"}
    claims = {"aud": AUDIENCE, "sub": subject, "iat": int(now.timestamp()), "exp": int((now + lasts).timestamp())}
    return jwt.encode(header, claims, key, algorithms=[ALGORITHM])


def verify(token: str, find_key: FindKey, now: dt.datetime) -> LearnerClaims:
    """Who the token speaks for; raises `TokenRefused` with a code that says what is wrong with it."""
    found = find_key(_key_id(token))
    if found is None:
        raise TokenRefused("token_key_unknown")
    organisation_id, jwk = found
    try:
        claims = jwt.decode(token, OKPKey.import_key(jwk), algorithms=[ALGORITHM]).claims
    except (JoseError, ValueError):
        raise TokenRefused("token_invalid") from None
    _check_times(claims, now)
    subject = claims.get("sub")
    if claims.get("aud") != AUDIENCE:
        raise TokenRefused("token_for_another_audience")
    if not isinstance(subject, str) or not SUBJECT.fullmatch(subject):
        raise TokenRefused("token_subject_invalid")
    return LearnerClaims(organisation_id, subject)


def _key_id(token: str) -> str:
    """The key id of the header, read before anything is trusted."""
    try:
        part = token.split(".", maxsplit=1)[0]
        header = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        kid = header["kid"]
    except (ValueError, KeyError, TypeError):
        raise TokenRefused("token_malformed") from None
    if not isinstance(kid, str) or header.get("alg") != ALGORITHM:
        raise TokenRefused("token_malformed")
    return kid


def _check_times(claims: dict[str, Any], now: dt.datetime) -> None:
    issued, expires = claims.get("iat"), claims.get("exp")
    if not isinstance(issued, int) or not isinstance(expires, int):
        raise TokenRefused("token_without_times")
    if expires < (now - SKEW).timestamp():
        raise TokenRefused("token_expired")
    if issued > (now + SKEW).timestamp():
        raise TokenRefused("token_from_the_future")
    if expires - issued > LONGEST.total_seconds():
        raise TokenRefused("token_lasts_too_long")
