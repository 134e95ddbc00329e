"""The front door, the permanent privacy page, and what is reached with a link of one's own."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api import leaving
from api.auth import Wired
from api.pages import by_link, permission
from api.pages.rendering import page, reading
from privacy import policy

router = APIRouter(include_in_schema=False)
for more in (by_link, permission):
    router.include_router(more.router)


@router.get("/")
def home(request: Request) -> HTMLResponse:
    """What this is, and where to go."""
    return page(request, "home.html")


@router.get("/privacy")
def privacy(request: Request, wired: Wired) -> HTMLResponse:
    """The whole policy, always at this address (S02), and who else gets data, as it is set now (B05)."""
    current, t = policy.current(), reading(request)
    return page(
        request, "privacy.html", policy=current, words=current.texts[t.language],
        leaves=leaving.of_installation(t, wired.settings),
    )  # fmt: skip
