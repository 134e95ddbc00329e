"""Headers, cross-origin rules and the check that a form comes from our own pages."""

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.texts import follow

PAGE_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
    ]
)
HEADERS = {
    "content-security-policy": PAGE_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
LARGEST_BODY = 128 * 1024
SAFE = {"GET", "HEAD", "OPTIONS"}
STAMPED = "/stop/"
"""A mail program posts here for its reader (RFC 8058), from nowhere; what it may do stands in the address."""
PUBLIC_FILES = ("/widget.js", "/widget-panels.js", "/static/")


class Guard:
    """Adds the security headers, refuses bodies that are too large and writes that come from another site.

    The widget's routes (`/v1/`) need no such check: they take a bearer token and no cookie. They answer browsers
    of other origins when an organisation has named that origin.
    """

    def __init__(self, app: ASGIApp, known_origin: Callable[[str], bool], *, secure: bool) -> None:
        self._app = app
        self._known = known_origin
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        follow(headers.get("accept-language"))
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await refusal(scope, receive, self._sending(scope, headers, send))
            return
        await self._app(scope, receive, self._sending(scope, headers, send))

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > LARGEST_BODY or "transfer-encoding" in headers:
            return PlainTextResponse("too large", 413)
        if scope["path"].startswith("/v1/"):
            return self._preflight() if scope["method"] == "OPTIONS" else None
        if scope["method"] not in SAFE and not scope["path"].startswith(STAMPED) and not _same_site(headers):
            return PlainTextResponse("cross-site request", 403)
        return None

    def _preflight(self) -> Response:
        allowed = {
            "access-control-allow-methods": "GET, POST, PUT, DELETE",
            "access-control-allow-headers": "authorization, content-type, accept-language",
            "access-control-max-age": "600",
        }
        return Response(status_code=204, headers=allowed)

    def _sending(self, scope: Scope, asked: Headers, send: Send) -> Send:
        origin = asked.get("origin")

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if self._secure:
                    headers["strict-transport-security"] = "max-age=63072000"
                if scope["path"].startswith(PUBLIC_FILES):
                    headers["access-control-allow-origin"] = "*"
                    headers["cross-origin-resource-policy"] = "cross-origin"
                elif scope["path"].startswith("/v1/"):
                    headers.add_vary_header("Origin")
                    if origin and self._known(origin):
                        headers["access-control-allow-origin"] = origin
            await send(message)

        return sending


def _same_site(headers: Headers) -> bool:
    """Browsers say where a request comes from; a write must come from our own origin."""
    fetch_site = headers.get("sec-fetch-site")
    if fetch_site is not None:
        return fetch_site == "same-origin"
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == headers.get("host")
