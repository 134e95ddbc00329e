"""Gives each request an id, and tells observers: by which route, how it ended, how long it took.

Never what was asked: no path, no query, no header, no body, nobody's id. Routes are told as templates, so that a
figure has as many series as there are routes, and none of them is about somebody.
"""

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
GONE: Final = 499
"""Nobody waited for the answer; what other servers call it, too."""
HEADER: Final = "x-request-id"


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that was answered. Times are in nanoseconds, `began` since 1970; `error` is the name of a class."""

    request_id: str
    method: str
    route: str
    status: int
    began: int
    took: int
    error: str = ""


class Observer(Protocol):
    """Who is told of each request."""

    def see(self, seen: Seen) -> None:
        """Keeps it, or sends it on without making anybody wait."""


class Observed:
    """The id stands in the reply, in the log and in the report of an error, so that one leads to the other."""

    def __init__(self, app: ASGIApp, observers: Sequence[Observer] = ()) -> None:
        self._app, self._observers = app, tuple(observers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        status, error, began, from_here = GONE, "", time.time_ns(), time.monotonic_ns()

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (HEADER.encode(), request_id.encode())]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as raised:
            status, error = 500, type(raised).__name__
            raise
        finally:
            method = scope["method"] if scope["method"] in METHODS else "other"
            took = time.monotonic_ns() - from_here
            seen = Seen(request_id, method, route_of(scope), status, began, took, error)
            for observer in self._observers:
                observer.see(seen)


def route_of(scope: Scope) -> str:
    """The template of the route, as `/review/{number}`; `unknown` when none fits."""
    path = getattr(scope.get("route"), "path", "")
    return path or "unknown"
