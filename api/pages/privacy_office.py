"""The privacy officer's requests: those that wait with their dates, one of them, and one that came by post or phone."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Annotated, Any, Final, get_args

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api import office_words, requesting
from api.auth import TheOfficer, Wired
from api.mail import request_wording
from api.pages.rendering import page, reading
from api.texts import ZONE
from api.wiring import Wiring
from people.actors import ActingMember, Language
from people.errors import AddressInvalid
from people.models import Organisation
from privacy import requests
from privacy.errors import RequestNotPossible
from privacy.request_states import DEEDS, OPEN, Deed, How, Kind, Refusal, State, Way
from privacy.requests import Asked

router = APIRouter(include_in_schema=False, prefix="/privacy-office")

Short = Annotated[str, Form(max_length=1000)]
Text = Annotated[str, Form(max_length=16_000)]
Act = Callable[[Session, int, dt.datetime], None]
BY_HAND: Final[tuple[Way, ...]] = ("mail", "post", "phone", "in_person")


@router.get("")
def waiting(
    request: Request, wired: Wired, who: TheOfficer, show: Annotated[str, Query(max_length=20)] = ""
) -> HTMLResponse:
    """Open requests, the one that is longest late first; or those that were answered."""
    closed, t, now = show == "answered", reading(request, who), wired.now()
    with wired.store.read(who.organisation_id) as session:
        rows = requests.answered(session) if closed else requests.waiting(session)
        slug = session.get_one(Organisation, who.organisation_id).slug
        return page(
            request, "office_requests.html", who, rows=rows, closed=closed, now=now, shown=request_wording.number,
            late=sum(one.due_at <= now for one in rows if one.closed_at is None),
            right=lambda kind: request_wording.right(t, kind), state=lambda one: office_words.state(t, one.state),
            address=f"{wired.settings.url}/requests/at/{slug}",
        )  # fmt: skip


@router.get("/new")
def blank(request: Request, wired: Wired, who: TheOfficer) -> HTMLResponse:
    """The form for a request that came another way."""
    return _blank(request, wired, who)


@router.post("/new")
def typed(
    request: Request, wired: Wired, who: TheOfficer, request_id: Annotated[uuid.UUID, Form()],
    kind: Annotated[Kind, Form()], came_by: Annotated[Way, Form()], received: Annotated[dt.date, Form()],
    language: Annotated[Language, Form()] = "nl", contact: Short = "", words: Text = "", subject: Short = "",
) -> Response:  # fmt: skip
    """The clock runs since the day on which it came."""
    now = wired.now()
    since = (
        min(dt.datetime.combine(received, dt.time(), ZONE), now) if received <= now.astimezone(ZONE).date() else None
    )
    asked = Asked(kind, came_by, language, contact, words, subject)
    try:
        if since is None or came_by not in BY_HAND:
            raise RequestNotPossible("receive")
        with wired.store.write(who.organisation_id) as session:
            made = requesting.submit(
                session, wired.vault, who.organisation_id, asked, request_id, now, received_at=since, member=who
            )
            shown = request_wording.number(made)
    except (RequestNotPossible, AddressInvalid):
        return _blank(request, wired, who, asked, received)
    return RedirectResponse(f"/privacy-office/requests/{shown}", 303)


@router.get("/requests/{number}")
def one(request: Request, wired: Wired, who: TheOfficer, number: str) -> HTMLResponse:
    """A request with its words; that it was opened is recorded."""
    return _show(request, wired, who, number)


@router.post("/requests/{number}/identify")
def identify(request: Request, wired: Wired, who: TheOfficer, number: str, how: Annotated[How, Form()]) -> Response:
    """How it was checked who asks."""
    return _do(request, wired, who, number, lambda session, case, now: requests.identify(session, who, case, how, now))


@router.post("/requests/{number}/link")
def link(request: Request, wired: Wired, who: TheOfficer, number: str, subject: Short = "") -> Response:
    """About which learner it is."""
    return _do(request, wired, who, number, lambda session, case, now: requests.link(session, who, case, subject, now))


@router.post("/requests/{number}/deed")
def deed(
    request: Request, wired: Wired, who: TheOfficer, number: str, deed: Annotated[Deed, Form()], certain: Short = "",
    language: Annotated[Language, Form()] = "nl", address: Short = "",
) -> Response:  # fmt: skip
    """Carries out what was asked; an erasure only when it is said to be certain."""

    def act(session: Session, case: int, now: dt.datetime) -> None:
        if deed == "erase" and not certain:
            raise RequestNotPossible("carry_out")
        requesting.carry_out(
            session, wired.vault, wired.catalogue, who, case, deed, now, language=language, address=address
        )

    return _do(request, wired, who, number, act)


@router.post("/requests/{number}/file")
def file(request: Request, wired: Wired, who: TheOfficer, number: str) -> Response:
    """Makes the link ready, and shows the code, once."""
    try:
        with wired.store.write(who.organisation_id) as session:
            code = requesting.hand_over(session, wired.vault, who, requesting.from_number(number), wired.now())
    except RequestNotPossible as refusal:
        return _show(request, wired, who, number, refusal)
    return _show(request, wired, who, number, code=code)


@router.post("/requests/{number}/extend")
def extend(request: Request, wired: Wired, who: TheOfficer, number: str, text: Text = "") -> Response:
    """Up to sixty days since it came, once; the requester reads why."""
    return _do(
        request, wired, who, number,
        lambda session, case, now: requesting.extend(session, wired.vault, who, case, text, now), text,
    )  # fmt: skip


@router.post("/requests/{number}/refuse")
def refuse(
    request: Request, wired: Wired, who: TheOfficer, number: str, refusal: Annotated[Refusal, Form()], text: Text = ""
) -> Response:
    """It is not done; the requester reads why and where to complain."""
    return _do(
        request, wired, who, number,
        lambda session, case, now: requesting.refuse(session, wired.vault, who, case, refusal, text, now), text,
    )  # fmt: skip


@router.post("/requests/{number}/finish")
def finish(request: Request, wired: Wired, who: TheOfficer, number: str, text: Text = "") -> Response:
    """It is answered; the requester reads what was done."""
    return _do(
        request, wired, who, number,
        lambda session, case, now: requesting.finish(session, wired.vault, who, case, text, now), text,
    )  # fmt: skip


@router.post("/requests/{number}/take-back")
def take_back(request: Request, wired: Wired, who: TheOfficer, number: str) -> Response:
    """Who asked said that they no longer want it."""
    return _do(request, wired, who, number, lambda session, case, now: requests.take_back(session, who, case, now))


def _do(request: Request, wired: Wiring, who: ActingMember, number: str, act: Act, text: str = "") -> Response:
    try:
        with wired.store.write(who.organisation_id) as session:
            act(session, requesting.from_number(number), wired.now())
    except (RequestNotPossible, AddressInvalid) as refusal:
        return _show(request, wired, who, number, refusal, text=text)
    return RedirectResponse(f"/privacy-office/requests/{number}", 303)


def _show(
    request: Request, wired: Wiring, who: ActingMember, number: str, refusal: Exception | None = None, *,
    text: str = "", code: str = "",
) -> HTMLResponse:  # fmt: skip
    t, now = reading(request, who), wired.now()
    with wired.store.write(who.organisation_id) as session:
        found = requests.read(session, wired.vault, who, requesting.from_number(number), now)
        letters = office_words.letters(session, t, found, who.organisation, wired.settings)
        row = found.request
        kind, is_open = row.kind, State(row.state) in OPEN
        known: dict[str, tuple[Deed, ...]] = dict(DEEDS.items())
        return page(
            request, "office_request.html", who, 422 if refusal else 200, case=found, row=row, number=number,
            open=is_open, identified=row.state == State.IDENTIFIED, late=is_open and row.due_at <= now, now=now,
            right=request_wording.right(t, kind), deeds=known[kind], deed=lambda name: office_words.deed(t, name),
            done=[request_wording.did(t, name) for name in dict.fromkeys(row.deeds)],
            state=office_words.state(t, row.state), way=office_words.way(t, row.came_by),
            hows=[(name, office_words.how(t, name)) for name in get_args(How)],
            how=office_words.how(t, row.identified_how) if row.identified_how else "",
            refusals=[(name, request_wording.refused(t, name)) for name in get_args(Refusal)],
            refused=office_words.why(t, refusal) if refusal else "", letters=letters, text=text, code=code,
            limit=requests.TEXT_LIMIT, extended_to=office_words.extended_to(row, now),
        )  # fmt: skip


def _blank(
    request: Request, wired: Wiring, who: ActingMember, asked: Asked | None = None, received: dt.date | None = None
) -> HTMLResponse:
    t, today = reading(request, who), wired.now().astimezone(ZONE).date()
    values: dict[str, Any] = {
        "kinds": [(name, request_wording.right(t, name)) for name in get_args(Kind)],
        "ways": [(name, office_words.way(t, name)) for name in BY_HAND],
    }
    return page(
        request, "office_new.html", who, 422 if asked else 200, asked=asked, received=received or today, today=today,
        request_id=uuid.uuid4(), limit=requests.TEXT_LIMIT, **values,
    )  # fmt: skip
