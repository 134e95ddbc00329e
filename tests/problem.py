"""Requests that are expected to be refused."""

from typing import Any

from api.trial import Visitor


def problem(visitor: Visitor, method: str, path: str, body: Any = None) -> dict[str, Any]:
    """The problem+json that a request is answered with; fails when the request succeeds."""
    reply = visitor.request(method, path, body)
    assert reply.status >= 400, reply.data[:300]
    assert reply.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = reply.json()
    assert found["status"] == reply.status and found["title"] and found["code"]
    return found
