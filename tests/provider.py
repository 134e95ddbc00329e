"""A real OpenID Connect provider on this machine, small, and able to misbehave as a test says."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "wederhoor", "een geheim: met+tekens"
Claims = dict[str, Any]


@dataclass
class Person:
    """Who has an account there, and is signed in there."""

    subject: str
    email: str
    confirmed: Any = True


@dataclass
class Provider:
    """How it answers. `bend` may change what an ID token says, `sign` how it is signed."""

    url: str
    person: Person
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"}))
    bend: Callable[[Claims], Claims] = lambda claims: claims
    sign: Callable[["Provider", Claims], str] | None = None
    described: dict[str, Any] = field(default_factory=dict)
    email_in_userinfo: bool = False
    userinfo_subject: str = ""
    codes_once: bool = True
    status: int = 0
    """Answers its token endpoint with this status, when not 0."""
    seen: list[str] = field(default_factory=list)
    """Each path that it was asked for."""
    secrets: list[str] = field(default_factory=list)
    """All that it handed out and that must stay between it and us."""
    asked: dict[str, dict[str, str]] = field(default_factory=dict)

    def description(self) -> dict[str, Any]:
        """Its discovery document."""
        endpoints = {
            "authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks",
            "userinfo_endpoint": "userinfo", "end_session_endpoint": "logout",
        }  # fmt: skip
        found = {name: f"{self.url}/{path}" for name, path in endpoints.items()}
        return {"issuer": self.url, **found, **self.described}

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser goes next: whoever asks is signed in already."""
        assert query["response_type"] == "code" and query["client_id"] == CLIENT
        assert query["code_challenge_method"] == "S256" and "openid" in query["scope"].split()
        code = self._secret()
        self.asked[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state'], 'iss': self.url})}"

    def exchange(self, given: dict[str, str], authorization: str) -> tuple[int, Claims]:
        """A code for tokens, once, to the client that asked, with the verifier that only it has."""
        kind, _, pair = authorization.partition(" ")
        client = [unquote_plus(part) for part in base64.b64decode(pair).decode().split(":")]
        asked = self.asked.get(given["code"], {})
        challenge = _text(hashlib.sha256(given["code_verifier"].encode()).digest())
        right = asked and given["redirect_uri"] == asked["redirect_uri"]
        if kind != "Basic" or client != [CLIENT, SECRET]:
            return 401, {"error": "invalid_client"}
        if not right or challenge != asked["code_challenge"]:
            return 400, {"error": "invalid_grant", "error_description": self.person.email}
        if self.codes_once:
            del self.asked[given["code"]]
        return self.status or 200, {
            "access_token": self._secret(), "token_type": "Bearer", "id_token": self._id_token(asked["nonce"]),
        }  # fmt: skip

    def userinfo(self, authorization: str) -> tuple[int, Claims]:
        """Who the access token is about."""
        if authorization.removeprefix("Bearer ") not in self.secrets:
            return 401, {}
        about = {"sub": self.userinfo_subject or self.person.subject}
        return 200, about | {"email": self.person.email, "email_verified": self.person.confirmed}

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.url, "aud": CLIENT, "sub": self.person.subject, "nonce": nonce, "iat": now, "exp": now + 300,
        }  # fmt: skip
        if not self.email_in_userinfo:
            claims |= {"email": self.person.email, "email_verified": self.person.confirmed}
        claims = self.bend(claims)
        signed = self.sign(self, claims) if self.sign else signed_with(self.key)(self, claims)
        self.secrets += [signed] if len(signed) > 20 else []
        return signed

    def _secret(self) -> str:
        made = secrets.token_urlsafe(24)
        self.secrets.append(made)
        return made


def signed_with(key: RSAKey, kid: str = "one") -> Callable[[Provider, Claims], str]:
    """Signs with this key, under this name."""
    return lambda _, claims: jwt.encode({"alg": "RS256", "kid": kid}, claims, key)


def unsigned(_: Provider, claims: Claims) -> str:
    """`alg: none`: a token that anybody could have made."""
    return f"{_part({'alg': 'none', 'kid': 'one'})}.{_part(claims)}."


def signed_with_the_public_key(provider: Provider, claims: Claims) -> str:
    """An HMAC whose secret is the key that everybody can read."""
    said = f"{_part({'alg': 'HS256', 'kid': 'one'})}.{_part(claims)}"
    public = provider.key.as_pem(private=False)
    return f"{said}.{_text(hmac.digest(public, said.encode(), 'sha256'))}"


def tampered(provider: Provider, claims: Claims) -> str:
    """Signed for one person, and then changed into another."""
    header, _, signature = signed_with(provider.key)(provider, claims | {"sub": "somebody-else"}).split(".")
    return f"{header}.{_part(claims)}.{signature}"


def _part(part: Claims) -> str:
    return _text(json.dumps(part).encode())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@contextmanager
def provider(person: Person) -> Iterator[Provider]:
    """One that runs, on a free port; as `localhost`, which is another site than 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            kept.seen.append(self.path)
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if parts.path == "/authorize":
                self._answer(302, {}, kept.authorize(query))
            elif parts.path == "/userinfo":
                self._answer(*kept.userinfo(self.headers["authorization"]))
            elif parts.path == "/logout":
                self._answer(302, {}, query["post_logout_redirect_uri"])
            elif parts.path == "/jwks":
                self._answer(200, {"keys": [kept.key.as_dict(private=False)]})
            else:
                known = parts.path == "/.well-known/openid-configuration"
                self._answer(200 if known else 404, kept.description())

        def do_POST(self) -> None:
            kept.seen.append(self.path)
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            given = {name: values[0] for name, values in parse_qs(body).items()}
            self._answer(*kept.exchange(given, self.headers["authorization"]))

        def _answer(self, status: int, told: Claims, to: str = "") -> None:
            raw = json.dumps(told).encode()
            self.send_response(status)
            if to:
                self.send_header("location", to)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    kept = Provider(f"http://localhost:{server.server_port}", person)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
