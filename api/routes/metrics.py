"""Figures for a Prometheus, for who has the token."""

import hmac

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.auth import Wired
from api.figures import Figures
from learning.errors import NotFound
from people.errors import NotAllowed

router = APIRouter(include_in_schema=False)


@router.get("/metrics")
def metrics(request: Request, wired: Wired) -> Response:
    """Counts and times by route; of nobody in particular."""
    figures: Figures | None = request.app.state.figures
    if figures is None:
        raise NotFound
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    wanted = wired.settings.metrics_token.get_secret_value()
    if scheme.lower() != "bearer" or not hmac.compare_digest(token.encode(), wanted.encode()):
        raise NotAllowed
    return Response(figures.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
