"""Signing in at the provider outside: there, and back again."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.auth import Wired, cookie_name
from api.handshake import SECONDS, Handshake
from api.limits import TooMany
from api.pages.rendering import page
from api.pages.sign_in import home, keep, sign_in_page, wanted
from api.provider import Provider
from api.wiring import Wiring
from people import outside_accounts, signing_in
from people.actors import ActingMember
from people.errors import ProviderRefused

router = APIRouter(include_in_schema=False)
log = structlog.get_logger()

BACK = "/sign-in/callback"
Given = Annotated[str, Query(max_length=4096)]


@router.get("/sign-in/provider")
def leave(request: Request, wired: Wired, to: str = "") -> Response:
    """To the provider, with a cookie that only serves to know who comes back. It goes when they do."""
    handshake = Handshake.new(wanted(to))
    try:
        url = _provider(request).sign_in_url(handshake, wired.settings.url + BACK)
    except ProviderRefused as refused:
        return _refused(request, wired, refused, wanted(to))
    reply = RedirectResponse(url, 303)
    # Lax: the provider sends the browser back from its own site, and a strict cookie would stay behind.
    secure = wired.settings.secure
    reply.set_cookie(
        _name(wired), handshake.cookie, max_age=SECONDS, secure=secure, httponly=True, samesite="lax", path="/"
    )
    return reply


@router.get(BACK)
def come_back(request: Request, wired: Wired, code: Given = "", state: Given = "", iss: Given = "") -> Response:
    """Starts a session for the member whom the provider vouches for.

    The answer is a page that goes on by itself, not a redirect: the session's cookie is for our own site only, and
    browsers send such a cookie along only from a page of ours.
    """
    handshake = Handshake.read(request.cookies.get(_name(wired), ""))
    to = wanted(handshake.to) if handshake else ""
    try:
        token, acting = _signed_in(request, wired, handshake, code, state, iss)
    except ProviderRefused as refused:
        reply: Response = _refused(request, wired, refused, to)
    else:
        reply = page(request, "signed_in.html", None, to=to or home(acting))
        keep(reply, wired, token)
    reply.delete_cookie(_name(wired), path="/", secure=wired.settings.secure, httponly=True, samesite="lax")
    return reply


@router.get("/sign-in/provider/out")
def sign_out_there(request: Request, wired: Wired) -> Response:
    """Ends the session at the provider, where it has a page for that."""
    url = _provider(request).sign_out_url(f"{wired.settings.url}/sign-in")
    return RedirectResponse(url or "/sign-in", 303)


def _signed_in(
    request: Request, wired: Wiring, handshake: Handshake | None, code: str, state: str, iss: str
) -> tuple[str, ActingMember]:
    provider, now = _provider(request), wired.now()
    if handshake is None or not handshake.fits(state):
        raise ProviderRefused("state")
    try:
        request.app.state.callback_limit.spend(handshake.state)
    except TooMany:
        raise ProviderRefused("state_used_before") from None
    if iss and iss != provider.issuer:
        raise ProviderRefused("issuer_of_the_answer")
    if not code:
        raise ProviderRefused("no_code")  # whoever stops there comes back with an error instead
    vouched = provider.vouched(code, handshake, wired.settings.url + BACK, now)
    welcome = wired.settings.provider_organisations()
    with wired.store.read(None) as session:
        who = outside_accounts.find(session, vouched, lambda one: welcome is None or one in welcome)
    with wired.store.write(who.organisation_id) as session:
        outside_accounts.link(session, who, vouched, now)
        token = signing_in.begin(session, who, now)
        return token, signing_in.acting(session, token, now)


def _refused(request: Request, wired: Wiring, refused: ProviderRefused, to: str) -> Response:
    log.warning("sign-in at the provider refused", why=refused.why)
    return sign_in_page(request, wired, refused, to=to)


def _provider(request: Request) -> Provider:
    found: Provider | None = request.app.state.provider
    if found is None:
        raise ProviderRefused("no_provider")
    return found


def _name(wired: Wiring) -> str:
    return f"{cookie_name(wired)}-way"
