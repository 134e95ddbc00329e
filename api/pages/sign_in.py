"""Signing in with a password, signing out, and a member's language."""

import hashlib
import re
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.auth import TheMember, Wired, cookie_name
from api.errors import public
from api.pages.rendering import page
from api.provider import Provider
from api.wiring import Wiring
from people import signing_in
from people.actors import ActingMember, Language
from people.errors import PasswordsOff, SignInRefused

router = APIRouter(include_in_schema=False)

Short = Annotated[str, Form(max_length=320)]
Path = Annotated[str, Form(max_length=200)]
Password = Annotated[str, Form(max_length=1024)]


STAFF_PAGE = re.compile(
    r"/(review|letters|employer|questions|courses|oversight|privacy-office|trends|news)(/[A-Za-z0-9-]+)*"
)


@router.get("/sign-in")
def form(request: Request, wired: Wired, to: str = "", out: str = "") -> HTMLResponse:
    """The sign-in form; `to` is the page that somebody wanted to see, `out` is set for who has just left."""
    return sign_in_page(request, wired, to=wanted(to), out=bool(out))


@router.post("/sign-in")
def sign_in(request: Request, wired: Wired, email: Short, password: Password, to: Path = "") -> Response:
    """Starts a session; what was typed wrong is not told, the e-mail stays in the form."""
    if not wired.settings.password_sign_in:
        raise PasswordsOff
    address = hashlib.sha256(email.strip().lower().encode()).hexdigest()
    request.app.state.sign_in_limit.spend(address)
    with wired.store.read(None) as session:
        candidate = signing_in.candidate(session, email)
    try:
        who = signing_in.prove(candidate, password)
    except SignInRefused as refused:
        return sign_in_page(request, wired, refused, email=email, to=wanted(to))
    request.app.state.sign_in_limit.forgive(address)
    with wired.store.write(who.organisation_id) as session:
        token = signing_in.begin(session, who, wired.now())
        acting = signing_in.acting(session, token, wired.now())
    reply = RedirectResponse(wanted(to) or home(acting), 303)
    keep(reply, wired, token)
    return reply


@router.post("/sign-out")
def sign_out(request: Request, wired: Wired) -> Response:
    """Ends the session here and in the database."""
    token = request.cookies.get(cookie_name(wired))
    if token:
        with wired.store.write(signing_in.organisation_of(token)) as session:
            signing_in.end(session, token)
    reply = RedirectResponse("/sign-in?out=1" if request.app.state.provider else "/sign-in", 303)
    reply.delete_cookie(cookie_name(wired), path="/", secure=wired.settings.secure, httponly=True, samesite="strict")
    return reply


@router.post("/language")
def language(wired: Wired, who: TheMember, language: Annotated[Language, Form()]) -> Response:
    """The member reads this language from now on."""
    with wired.store.write(who.organisation_id) as session:
        signing_in.prefer(session, who, language)
    return RedirectResponse(home(who), 303)


def sign_in_page(
    request: Request,
    wired: Wiring,
    refused: Exception | None = None,
    *,
    email: str = "",
    to: str = "",
    out: bool = False,
) -> HTMLResponse:
    """The ways in that are open here, and why the last try was refused."""
    told = public(refused) if refused else None
    provider: Provider | None = request.app.state.provider
    shown = {
        "told": told.dutch if told else "", "email": email, "to": to, "passwords": wired.settings.password_sign_in,
        "provider": provider.name if provider else "", "out": out and provider is not None,
    }  # fmt: skip
    return page(request, "sign_in.html", None, told.status if told else 200, **shown)


def keep(reply: Response, wired: Wiring, token: str) -> None:
    """The browser keeps the sign-in, for its own pages only."""
    reply.set_cookie(
        cookie_name(wired),
        token,
        max_age=int(signing_in.LASTS.total_seconds()),
        secure=wired.settings.secure,
        httponly=True,
        samesite="strict",
        path="/",
    )


def wanted(to: str) -> str:
    """The page to go to, if it is one of ours for staff."""
    return to if STAFF_PAGE.fullmatch(to) else ""


def home(who: ActingMember) -> str:
    """Where a member's work is."""
    homes = (
        ("reviewer", "/review"), ("controller", "/employer"), ("author", "/questions"),
        ("privacy_officer", "/oversight"),
    )  # fmt: skip
    return next((path for role, path in homes if role in who.roles), "/")
