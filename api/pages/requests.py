"""Where somebody asks for a right without signing in, and fetches what was made ready for them.

Nothing is stored in the browser, and nothing is asked that the answer does not need.
"""

import hashlib
import uuid
from typing import Annotated, Literal, get_args

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api import building, requesting, taking_along
from api.auth import Wired
from api.mail import request_wording
from api.pages.rendering import page, reading
from api.wiring import Wiring
from people import organisations
from people.errors import AddressInvalid
from people.models import Organisation
from people.organisations import Named
from privacy import policy, request_files, requests
from privacy.errors import RequestNotFound, RequestNotPossible
from privacy.request_states import Kind
from privacy.requests import Asked

router = APIRouter(include_in_schema=False, prefix="/requests")

Short = Annotated[str, Form(max_length=1000)]
Text = Annotated[str, Form(max_length=16_000)]
ANY_KIND: tuple[Kind, ...] = get_args(Kind)


@router.get("")
def which(request: Request, wired: Wired, organisation: Annotated[str, Query(max_length=200)] = "") -> Response:
    """To which organisation; where there is only one, that one."""
    found = _named(wired, organisation) if organisation else _only(wired)
    if found is not None:
        language = f"?language={reading(request).language}"
        return RedirectResponse(f"/requests/at/{found.slug}{language}", 303)
    return page(request, "request_which.html", None, 404 if organisation else 200, unknown=organisation)


@router.get("/at/{slug}")
def form(request: Request, wired: Wired, slug: str) -> HTMLResponse:
    """What somebody can ask of this organisation."""
    return _form(request, _organisation(wired, slug))


@router.post("/at/{slug}")
def send(
    request: Request,
    wired: Wired,
    slug: str,
    request_id: Annotated[uuid.UUID, Form()],
    kind: Short = "",
    contact: Short = "",
    words: Text = "",
    subject: Short = "",
) -> HTMLResponse:
    """The request comes in. When it cannot, the page comes back with what was typed and says why."""
    t, organisation = reading(request), _organisation(wired, slug)
    known: dict[str, Kind] = {one: one for one in ANY_KIND}
    typed = {"kind": kind, "contact": contact, "words": words, "subject": subject}
    if kind not in known:
        return _form(request, organisation, 422, refused="kind", **typed)
    _spend(request, organisation)
    asked = Asked(known[kind], "page", t.language, contact, words, subject)
    try:
        with wired.store.write(organisation.id) as session:
            made = requesting.submit(session, wired.vault, organisation.id, asked, request_id, wired.now())
    except (RequestNotPossible, AddressInvalid):
        return _form(request, organisation, 422, refused="contact", **typed)
    return page(
        request, "request_received.html", organisation=organisation, number=request_wording.number(made),
        due=made.due_at, right=request_wording.right(t, made.kind),
    )  # fmt: skip


@router.get("/file/{ticket}")
def ready(request: Request, wired: Wired, ticket: str) -> HTMLResponse:
    """Asks for the code; the link alone shows nothing."""
    with wired.store.read(request_files.organisation_of(ticket)) as session:
        until = request_files.find(session, ticket, wired.now()).file_until
    return page(request, "request_file.html", ticket=ticket, until=until, wrong=False)


@router.post("/file/{ticket}")
def fetch(
    request: Request,
    wired: Wired,
    ticket: str,
    code: Short = "",
    form: Annotated[Literal["json", "html"], Form()] = "html",
) -> Response:
    """The file, made at this moment. A link takes ten tries an hour."""
    request.app.state.code_limit.spend(hashlib.sha256(ticket.encode()).hexdigest())
    now = wired.now()
    with wired.store.write(request_files.organisation_of(ticket)) as session:
        until = request_files.find(session, ticket, now).file_until
        made = request_files.fetch(session, wired.vault, ticket, code, now)
    if made is None:
        return page(request, "request_file.html", None, 422, ticket=ticket, until=until, wrong=True)
    return taking_along.file(made, form, reading(request).language)


def _form(request: Request, organisation: Named, status: int = 200, *, refused: str = "", **typed: str) -> HTMLResponse:
    t = reading(request)
    kinds = [(kind, request_wording.right(t, kind)) for kind in ANY_KIND]
    empty = {"kind": "", "contact": "", "words": "", "subject": ""}
    return page(
        request, "request_form.html", None, status, organisation=organisation, kinds=kinds, refused=refused,
        typed=empty | typed, request_id=uuid.uuid4(), limit=requests.TEXT_LIMIT, days=28,
        complaint=policy.current().texts[t.language].complaint,
    )  # fmt: skip


def _spend(request: Request, organisation: Named) -> None:
    """Ten an hour from one place, two hundred a day for one organisation: more is no people."""
    host = request.client.host if request.client else ""
    request.app.state.request_limit.spend(hashlib.sha256(host.encode()).hexdigest())
    request.app.state.requests_limit.spend(organisation.id.hex)


def _organisation(wired: Wiring, slug: str) -> Named:
    found = _named(wired, slug)
    if found is None:
        raise RequestNotFound
    return found


def _named(wired: Wiring, wanted: str) -> Named | None:
    with wired.store.read(None) as session:
        return organisations.named(session, wanted)


def _only(wired: Wiring) -> Named | None:
    """The only organisation of the installation; None when there are more, whose names are nobody's business."""
    every = building.organisations(wired.store)
    if len(every) != 1:
        return None
    with wired.store.read(every[0]) as session:
        slug = session.get_one(Organisation, every[0]).slug
    return _named(wired, slug)
