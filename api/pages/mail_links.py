"""Where links in mails lead. Opening one does nothing: programs open links too. Its button does, and so does the
button of a mail program that knows `List-Unsubscribe-Post` (RFC 8058), which posts here without a page."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.auth import Wired
from api.mail import links
from api.mail.links import CONFIRM, Link
from api.pages.rendering import page
from api.wiring import Wiring
from learning.errors import NotFound

router = APIRouter(include_in_schema=False)


@router.get("/stop/{token}")
def ask_stop(request: Request, wired: Wired, token: str) -> HTMLResponse:
    """Says what will stop."""
    return page(request, "mail_link.html", purpose=_link(wired, token, "case", "news").purpose, done=False)


@router.post("/stop/{token}")
def stop(request: Request, wired: Wired, token: str) -> HTMLResponse:
    """Stops it at once, also what is waiting to be sent."""
    link = _link(wired, token, "case", "news")
    links.follow(wired.store, link, wired.now())
    return page(request, "mail_link.html", purpose=link.purpose, done=True)


@router.get("/confirm/{token}")
def ask_confirm(request: Request, wired: Wired, token: str) -> HTMLResponse:
    """Asks whether it was they who left this address."""
    return page(request, "mail_link.html", purpose=_link(wired, token, *CONFIRM).purpose, done=False)


@router.post("/confirm/{token}")
def confirm(request: Request, wired: Wired, token: str) -> HTMLResponse:
    """From now on news is mailed there."""
    link = _link(wired, token, *CONFIRM)
    if not links.follow(wired.store, link, wired.now()):
        raise NotFound
    return page(request, "mail_link.html", purpose=link.purpose, done=True)


def _link(wired: Wiring, token: str, *purposes: str) -> Link:
    found = links.read(wired.vault, token)
    if found is None or found.purpose not in purposes:
        raise NotFound
    return found
