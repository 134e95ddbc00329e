"""News about trainings, written by an author for the learners who asked for it. Who they are is not shown."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.auth import TheAuthor, Wired
from api.pages.rendering import page
from api.wiring import Wiring
from appeals.shares import K
from people import subscriptions
from people.actors import ActingMember, Language
from people.errors import NewsInvalid

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=16_000)]


@router.get("/news")
def written(request: Request, wired: Wired, who: TheAuthor) -> HTMLResponse:
    """What was sent, and a form for more."""
    return _show(request, wired, who)


@router.post("/news")
def write(
    request: Request, wired: Wired, who: TheAuthor, language: Annotated[Language, Form()], subject: Text = "",
    text: Text = "",
) -> Response:  # fmt: skip
    """Sends it to everybody who asked. When it cannot be, the page comes back with what was typed."""
    try:
        with wired.store.write(who.organisation_id) as session:
            subscriptions.write(session, who, language, subject, text, wired.now())
    except NewsInvalid:
        return _show(request, wired, who, refused=True, language=language, subject=subject, text=text)
    return RedirectResponse("/news?sent=1", 303)


def _show(
    request: Request, wired: Wiring, who: ActingMember, *, refused: bool = False, language: str = "", subject: str = "",
    text: str = "",
) -> HTMLResponse:  # fmt: skip
    with wired.store.read(who.organisation_id) as session:
        items, readers = subscriptions.written(session), subscriptions.readers(session)
        return page(
            request, "news.html", who, 422 if refused else 200, items=items, refused=refused, k=K, readers=readers,
            mailed=bool(wired.settings.smtp_host), language=language or who.language,
            subject=subject, text=text, sent="sent" in request.query_params, longest=subscriptions.LONGEST_TEXT,
            longest_subject=subscriptions.LONGEST_SUBJECT,
        )  # fmt: skip
