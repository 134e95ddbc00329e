"""An OpenID Connect provider: where it is, what it says, and whether that is to be believed (Core 1.0, RFC 7636).

Nothing that comes from it reaches a log or a message of an exception: those hold words of ours.
"""

import datetime as dt
import json
import threading
import time
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote_plus, urlencode, urlsplit

import urllib3
from joserfc import jwt
from joserfc.errors import ClaimError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from api import outside
from api.handshake import Handshake
from api.settings import Settings
from people.errors import ProviderRefused, ProviderUnavailable
from people.outside_accounts import Vouched
from privacy import processors

SCOPE: Final = "openid email"
SIGNED_BY: Final = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA"]
"""Only with a key that nobody but the provider has; never `none`, never with the client's secret."""
TOLD: Final = ("invalid_client", "invalid_grant", "invalid_request", "unauthorized_client", "unsupported_grant_type")
"""Errors of RFC 6749 that a log may name; whatever else it says may be about somebody."""
SKEW: Final = 30
LARGEST: Final = 256 * 1024
REMEMBERED: Final = 3600.0
SOONEST: Final = 60.0
"""Seconds between two looks at the keys: who sends unknown key ids cannot make us ask all the time."""


@dataclass(slots=True)
class Provider:
    """The one that the settings name. `hosts` are those that it may lead our own requests to."""

    issuer: str
    name: str
    client_id: str
    secret: str = field(repr=False)
    hosts: frozenset[str]
    _described: dict[str, Any] = field(default_factory=dict, repr=False)
    _described_at: float = 0.0
    _keys: KeySet | None = field(default=None, repr=False)
    _keys_at: float = 0.0
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _pool: urllib3.PoolManager = field(
        default_factory=lambda: urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=5.0, read=10.0)),
        repr=False,
    )

    @classmethod
    def configured(cls, settings: Settings) -> "Provider | None":
        """The provider of these settings, if there is one. Raises `ProcessorsInvalid`."""
        if not settings.oidc_issuer:
            return None
        host = urlsplit(settings.oidc_issuer).hostname or ""
        declared = {one.host.casefold() for one in outside.declared(settings) if one.service == outside.SIGN_IN}
        secret = settings.oidc_client_secret.get_secret_value()
        name = settings.oidc_name or host
        return cls(settings.oidc_issuer, name, settings.oidc_client_id, secret, frozenset({host} | declared))

    def sign_in_url(self, handshake: Handshake, back: str) -> str:
        """Where the browser goes to sign in; it comes back to `back`. Raises `ProviderUnavailable`."""
        asked = {
            "response_type": "code", "client_id": self.client_id, "redirect_uri": back, "scope": SCOPE,
            "state": handshake.state, "nonce": handshake.nonce,
            "code_challenge": handshake.challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        return _with(_followed(self._endpoint("authorization_endpoint")), asked)

    def sign_out_url(self, back: str) -> str:
        """Where the browser ends the provider's own session; empty when it has no such place."""
        try:
            found = self._description().get("end_session_endpoint")
            url = _followed(found) if isinstance(found, str) else ""
        except ProviderUnavailable:
            return ""
        return _with(url, {"client_id": self.client_id, "post_logout_redirect_uri": back}) if url else ""

    def vouched(self, code: str, handshake: Handshake, back: str, now: dt.datetime) -> Vouched:
        """Whom it vouches for by this code. Raises `ProviderRefused`, `ProviderUnavailable`."""
        given = self._exchange(code, handshake, back)
        claims = self._claims(str(given.get("id_token", "")), handshake.nonce, now)
        subject = str(claims["sub"])
        if "email" not in claims and self._description().get("userinfo_endpoint"):
            more = self._userinfo(str(given.get("access_token", "")))
            if more.get("sub") != subject:
                raise ProviderRefused("userinfo_of_somebody_else")
            claims = more
        confirmed = claims.get("email_verified") is True and isinstance(claims.get("email"), str)
        return Vouched(self.issuer, subject, claims["email"].strip() if confirmed else "")

    def _exchange(self, code: str, handshake: Handshake, back: str) -> dict[str, Any]:
        sent = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": back,
            "code_verifier": handshake.verifier,
        }  # fmt: skip
        headers = {"content-type": "application/x-www-form-urlencoded"}
        if "client_secret_basic" in self._description().get(
            "token_endpoint_auth_methods_supported", ["client_secret_basic"]
        ):
            pair = f"{quote_plus(self.client_id)}:{quote_plus(self.secret)}".encode()
            headers["authorization"] = f"Basic {b64encode(pair).decode()}"
        else:
            sent |= {"client_id": self.client_id, "client_secret": self.secret}
        return self._ask("POST", self._endpoint("token_endpoint"), headers, urlencode(sent))

    def _userinfo(self, access_token: str) -> dict[str, Any]:
        return self._ask("GET", self._endpoint("userinfo_endpoint"), {"authorization": f"Bearer {access_token}"})

    def _claims(self, token: str, nonce: str, now: dt.datetime) -> dict[str, Any]:
        """What the ID token says, once all of it is checked."""
        try:
            claims = self._opened(token)
            moment = int(now.timestamp())
            jwt.JWTClaimsRegistry(
                moment, SKEW,
                iss={"essential": True, "value": self.issuer}, aud={"essential": True, "value": self.client_id},
                nonce={"essential": True, "value": nonce}, sub={"essential": True}, exp={"essential": True},
                iat={"essential": True}, azp={"value": self.client_id},
            ).validate(claims)  # fmt: skip
        except ClaimError as error:
            raise ProviderRefused(f"{type(error).__name__} {error.claim}") from None
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise ProviderRefused(type(error).__name__) from None
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and "azp" not in claims:
            raise ProviderRefused("audiences_without_azp")
        return claims

    def _opened(self, token: str) -> dict[str, Any]:
        """The claims of a token with a good signature; the keys are fetched anew when it names one that is new."""
        registry = JWSRegistry(algorithms=SIGNED_BY, strict_check_header=False)
        try:
            return jwt.decode(token, self._key_set(), registry=registry).claims
        except InvalidKeyIdError:
            return jwt.decode(token, self._key_set(renew=True), registry=registry).claims

    def _key_set(self, *, renew: bool = False) -> KeySet:
        with self._lock:
            age = time.monotonic() - self._keys_at
            if self._keys is None or age > REMEMBERED or (renew and age > SOONEST):
                told = self._ask("GET", self._endpoint("jwks_uri"))
                try:
                    self._keys, self._keys_at = KeySet.import_key_set(told), time.monotonic()  # type: ignore[arg-type]
                except (JoseError, ValueError, KeyError, TypeError):
                    raise ProviderUnavailable("keys") from None
            return self._keys

    def _description(self) -> dict[str, Any]:
        """Its discovery document, which must be about this issuer."""
        with self._lock:
            if not self._described or time.monotonic() - self._described_at > REMEMBERED:
                url = self.issuer.rstrip("/") + "/.well-known/openid-configuration"
                found = self._ask("GET", self._called(url))
                if found.get("issuer") != self.issuer:
                    raise ProviderUnavailable("described_as_another_issuer")
                self._described, self._described_at = found, time.monotonic()
            return self._described

    def _endpoint(self, name: str) -> str:
        url = self._description().get(name)
        if not isinstance(url, str):
            raise ProviderUnavailable(f"no_{name}")
        return url if name == "authorization_endpoint" else self._called(url)

    def _called(self, url: str) -> str:
        """An address that we ask ourselves: only hosts that are declared."""
        if (urlsplit(url).hostname or "") not in self.hosts:
            raise ProviderUnavailable("host_not_declared")
        return _followed(url)

    def _ask(self, method: str, url: str, headers: dict[str, str] | None = None, body: str = "") -> dict[str, Any]:
        headers = {"accept": "application/json", **(headers or {})}
        try:
            reply = self._pool.request(
                method, url, body=body or None, headers=headers, redirect=False, preload_content=False
            )
            try:
                raw = reply.read(LARGEST + 1, decode_content=True)
            finally:
                reply.close()
        except urllib3.exceptions.HTTPError as error:
            raise ProviderUnavailable(type(error).__name__) from None
        try:
            found = json.loads(raw) if len(raw) <= LARGEST else None
        except ValueError:
            found = None
        if method == "POST" and reply.status in (400, 401, 403):
            told = found.get("error") if isinstance(found, dict) else None
            raise ProviderRefused(told if told in TOLD else "code_not_taken")
        if reply.status != 200:
            raise ProviderUnavailable(f"status_{reply.status}")
        if not isinstance(found, dict):
            raise ProviderUnavailable("no_json")
        return found


def _followed(url: str) -> str:
    """The address, if what goes there is encrypted or stays on this machine."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and processors.inside(parts.hostname or "-")):
        raise ProviderUnavailable("not_https")
    return url


def _with(url: str, query: dict[str, str]) -> str:
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(query)}"
