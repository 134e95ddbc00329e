"""The reviewers' waiting line: what waits for whom, in which order, and the news that it changed."""

import asyncio
import datetime as dt
import uuid
from collections.abc import AsyncIterator, Coroutine
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

import anyio
from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session
from sse_starlette import EventSourceResponse, ServerSentEvent

from api import auth, messages
from api.announcements import Announcements
from api.auth import TheReviewer, Wired
from api.pages.rendering import page
from api.wiring import Wiring
from appeals import queue
from appeals.queue import COUNTED, Order, Waiting, Wanted
from appeals.states import Origin
from learning.catalogue import Asked
from people.actors import ActingMember
from people.errors import NotAllowed, NotSignedIn

router = APIRouter(include_in_schema=False, prefix="/review")

PAGE: Final = 50
STILL_THERE: Final = 20.0
"""Seconds after which a stream looks whether its reader is still signed in."""
PAUSE: Final = 1.0
"""Seconds between two announcements to one reader: a busy line is not read anew for each change."""

Place = Annotated[str, Query(pattern=r"^(\d{1,17}-\d{1,18})?$")]
Word = Annotated[str, Query(max_length=80)]


@router.get("")
def line(
    request: Request,
    wired: Wired,
    who: TheReviewer,
    why: Origin | Literal[""] = "",
    course: Word = "",
    order: Order = "waiting",
    after: Place = "",
    *,
    mine: bool = False,
    late: bool = False,
) -> HTMLResponse:
    """The open cases, narrowed and ordered as the address says, one page at a time."""
    now = wired.now()
    wanted = Wanted(order, why or None, course or None, mine=mine, late=late)
    with wired.store.read(who.organisation_id) as session:
        found = queue.waiting(session, now, wanted, member=who, limit=PAGE + 1, after=_place(after))
        rows = found[:PAGE]
        more = _address(wanted, _after(rows[-1], order)) if len(found) > PAGE else None
        return page(
            request, "review_line.html", who, rows=rows, more=more, first=_address(wanted) if after else None,
            total=queue.count(session, now, wanted, member=who), counted=COUNTED, wanted=wanted,
            narrowed=wanted != Wanted(order), courses=_titles(wired, session), asked=_asked(wired, session, rows),
            now=now, number=messages.number,
        )  # fmt: skip


@router.get("/next")
def next_case(wired: Wired, who: TheReviewer) -> Response:
    """The longest waiting case that this reviewer can take; the line where there is none."""
    with wired.store.read(who.organisation_id) as session:
        number = queue.next_free(session, who, wired.now())
    return RedirectResponse("/review" if number is None else f"/review/{messages.number(number)}", 303)


@router.get("/events")
async def events(request: Request, wired: Wired, who: TheReviewer) -> Response:
    """An event whenever the line of the reader's organisation changed, for as long as they are signed in."""
    stopping = anyio.Event()
    changes = _changes(request, wired, who, stopping)
    return EventSourceResponse(changes, shutdown_event=stopping, shutdown_grace_period=PAUSE + 1)


async def _changes(
    request: Request, wired: Wiring, who: ActingMember, stopping: anyio.Event
) -> AsyncIterator[ServerSentEvent]:
    announcements: Announcements = request.app.state.announcements
    with announcements.awaited(who.organisation_id) as changed:
        while not stopping.is_set():
            await _first(changed.wait(), stopping.wait(), within=STILL_THERE)
            try:
                auth.reviewer(await run_in_threadpool(auth.member, request, wired))
            except (NotSignedIn, NotAllowed):
                return
            if changed.is_set() and not stopping.is_set():
                changed.clear()
                yield ServerSentEvent(event="line", data="changed")
                await anyio.sleep(PAUSE)


async def _first(*events: Coroutine[Any, Any, object], within: float) -> None:
    """Returns when one of them comes, or after so many seconds."""
    waiting = [asyncio.ensure_future(event) for event in events]
    try:
        await asyncio.wait(waiting, timeout=within, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()


def _asked(wired: Wiring, session: Session, rows: list[Waiting]) -> dict[uuid.UUID, Asked]:
    """The questions of these cases, also those that their course no longer asks."""
    return {
        question_id: wired.catalogue.of_question(session, question_id).question(question_id)
        for question_id in {row.question_id for row in rows}
    }


def _titles(wired: Wiring, session: Session) -> dict[str, dict[str, str]]:
    """The title of each course, per language."""
    return {slug: wired.catalogue.course(session, slug).title() for slug in queue.courses(session)}


def _address(wanted: Wanted, after: str = "") -> str:
    """Where this part of the line is; what is not said there is as usual."""
    said = {"why": wanted.origin, "course": wanted.course, "after": after}
    said |= {"mine": "1" if wanted.mine else "", "late": "1" if wanted.late else ""}
    said |= {"order": "" if wanted.order == "waiting" else wanted.order}
    query = urlencode({name: value for name, value in said.items() if value})
    return f"/review?{query}" if query else "/review"


def _after(row: Waiting, order: Order) -> str:
    moment, number = row.after(order)
    return f"{(moment - EPOCH) // dt.timedelta(microseconds=1)}-{number}"


def _place(after: str) -> tuple[dt.datetime, int] | None:
    if not after:
        return None
    microseconds, _, number = after.partition("-")
    return EPOCH + dt.timedelta(microseconds=int(microseconds)), int(number)


EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
