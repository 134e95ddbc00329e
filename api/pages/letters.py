"""Letters for reviewers: those that wait, one with its thread, and an answer that leaves from the mailbox."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api import messages
from api.auth import TheReviewer, Wired
from api.pages.rendering import page
from appeals import letters, mailbox, posting
from appeals.errors import AppealNotFound, LetterNotFound, NotPossible, Stale
from people.actors import ActingMember, Language

router = APIRouter(include_in_schema=False, prefix="/letters")

Text = Annotated[str, Form(max_length=16_000)]
Seen = Annotated[int, Form()]


@router.get("")
def line(
    request: Request,
    wired: Wired,
    who: TheReviewer,
    show: Annotated[str, Query(max_length=20)] = "",
    before: int | None = None,
) -> HTMLResponse:
    """Letters that wait for somebody, or all that came in."""
    everything = show == "all"
    with wired.store.read(who.organisation_id) as session:
        rows = letters.waiting(session, wired.vault, everything=everything, before=before)
        connected = mailbox.live(session)
        late = connected is not None and mailbox.is_late(connected, wired.now())
        return page(
            request, "letters.html", who, rows=rows, everything=everything, connected=connected, late=late,
            case=messages.number, shown=_number, full=len(rows) == letters.PER_PAGE, now=wired.now(),
        )  # fmt: skip


@router.get("/{number}")
def letter(request: Request, wired: Wired, who: TheReviewer, number: str) -> HTMLResponse:
    """One letter with its thread."""
    return _show(request, wired, who, number)


@router.post("/{number}/answer")
def answer(
    request: Request,
    wired: Wired,
    who: TheReviewer,
    number: str,
    seen: Seen,
    letter_id: Annotated[uuid.UUID, Form()],
    language: Annotated[Language, Form()] = "nl",
    text: Text = "",
) -> Response:
    """Sends an answer. When it cannot be sent, the page comes back with what was typed and says why."""
    try:
        with wired.store.write(who.organisation_id) as session:
            letters.answer(
                session, wired.vault, who, _from_number(number), letter_id=letter_id, seen=seen, text=text,
                language=language, now=wired.now(),
            )  # fmt: skip
    except (NotPossible, Stale) as error:
        return _show(request, wired, who, number, failed=error, text=text, language=language)
    return RedirectResponse(f"/letters/{number}", 303)


@router.post("/{number}/close")
def close(request: Request, wired: Wired, who: TheReviewer, number: str, seen: Seen) -> Response:
    """Needs no answer."""
    try:
        with wired.store.write(who.organisation_id) as session:
            letters.close(session, who, _from_number(number), seen=seen, now=wired.now())
    except Stale as error:
        return _show(request, wired, who, number, failed=error)
    return RedirectResponse("/letters", 303)


@router.post("/{number}/link")
def link(
    request: Request, wired: Wired, who: TheReviewer, number: str, case: Annotated[str, Form(max_length=40)] = ""
) -> Response:
    """Puts the thread with a case, or with none when the field is empty."""
    try:
        with wired.store.write(who.organisation_id) as session:
            wanted = messages.from_number(case.strip().upper()) if case.strip() else None
            letters.link(session, who, _from_number(number), wanted, wired.now())
    except (AppealNotFound, NotPossible):
        return _show(request, wired, who, number, unlinkable=case)
    return RedirectResponse(f"/letters/{number}", 303)


def _show(
    request: Request,
    wired: Wired,
    who: ActingMember,
    number: str,
    *,
    failed: Exception | None = None,
    unlinkable: str = "",
    text: str = "",
    language: Language | None = None,
) -> HTMLResponse:
    with wired.store.write(who.organisation_id) as session:
        thread = letters.read(session, wired.vault, who, _from_number(number), wired.now())
        status = 409 if isinstance(failed, Stale) else 422 if failed or unlinkable else 200
        return page(
            request, "letter.html", who, status, number=number, thread=thread, case=messages.number,
            shown=_number, failed=failed, stale=isinstance(failed, Stale), unlinkable=unlinkable, text=text,
            language=language or who.language, letter_id=uuid.uuid4(), limit=letters.TEXT_LIMIT,
            kept_until=thread.letters[-1].letter.at + posting.KEPT,
        )  # fmt: skip


def _number(number: int) -> str:
    return f"B-{number:06d}"


def _from_number(shown: str) -> int:
    digits = shown.removeprefix("B-")
    if not digits.isdecimal() or not digits.isascii() or len(digits) > 18:
        raise LetterNotFound
    return int(digits)
