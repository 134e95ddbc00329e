"""The reviewers' console: the waiting line, and one case on one page."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api import drafts, explanations, messages
from api.auth import TheReviewer, Wired
from api.pages.rendering import page, reading
from appeals import access, queue, ruling
from appeals.errors import NotPossible, Stale
from appeals.states import REASONS, Ruling, rulings_for
from people.actors import ActingMember

router = APIRouter(include_in_schema=False, prefix="/review")

Text = Annotated[str, Form(max_length=8000)]
Word = Annotated[str, Form(max_length=60)]


@router.get("")
def line(request: Request, wired: Wired, who: TheReviewer) -> HTMLResponse:
    """Who waits, the longest first."""
    now = wired.now()
    with wired.store.read(who.organisation_id) as session:
        rows = queue.waiting(session, now)
        total = queue.count(session)
        asked = {
            row.number: wired.catalogue.of_question(session, row.question_id).question(row.question_id) for row in rows
        }
    return page(request, "review_line.html", who, rows=rows, total=total, asked=asked, now=now, number=_number)


@router.get("/{number}")
def case(request: Request, wired: Wired, who: TheReviewer, number: str) -> HTMLResponse:
    """One case; opening it claims nothing, and shows no answer before it is claimed."""
    return _show(request, wired, who, number)


@router.post("/{number}/claim")
def claim(wired: Wired, who: TheReviewer, number: str) -> Response:
    """Takes the case for half an hour."""
    with wired.store.write(who.organisation_id) as session:
        queue.claim(session, who, messages.from_number(number), wired.now())
    return _back(number)


@router.post("/{number}/release")
def release(wired: Wired, who: TheReviewer, number: str) -> Response:
    """Gives the case back."""
    with wired.store.write(who.organisation_id) as session:
        queue.release(session, who, messages.from_number(number), wired.now())
    return RedirectResponse("/review", 303)


@router.post("/{number}/reading")
def own_reading(wired: Wired, who: TheReviewer, number: str, reading: Word) -> Response:
    """The reviewer's own reading; the machine's is shown after it."""
    with wired.store.write(who.organisation_id) as session:
        ruling.record_reading(session, who, messages.from_number(number), reading, wired.now())
    return RedirectResponse(f"/review/{number}#machine", 303)


@router.post("/{number}/ruling")
def rule(
    request: Request,
    wired: Wired,
    who: TheReviewer,
    number: str,
    version: Annotated[int, Form()],
    choice: Annotated[str, Form(max_length=80)] = "",
    text: Text = "",
) -> Response:
    """Decides. When it cannot be saved, the page comes back with what was typed and says why."""
    name, _, reason = choice.partition(":")
    try:
        with wired.store.write(who.organisation_id) as session:
            ruling.rule(
                session, wired.vault, who, messages.from_number(number), version=version, ruling=_ruling(name),
                reason=reason, text=text, now=wired.now(),
            )  # fmt: skip
    except (NotPossible, Stale) as error:
        return _show(request, wired, who, number, failed=error, choice=choice, text=text)
    return RedirectResponse(f"/review/{number}", 303)


def _show(
    request: Request,
    wired: Wired,
    who: ActingMember,
    number: str,
    *,
    failed: Exception | None = None,
    choice: str = "",
    text: str = "",
) -> HTMLResponse:
    now = wired.now()
    with wired.store.write(who.organisation_id) as session:
        queue.renew(session, who, messages.from_number(number), now)
        found = access.case(session, wired.vault, wired.grader, wired.catalogue, who, messages.from_number(number), now)
        t = reading(request, who)
        outcome = found.decision.outcome if found.decision else None
        choices = [(one, REASONS[one]) for one in rulings_for("learner", outcome)] if outcome else []
        status = 200 if failed is None else (409 if isinstance(failed, Stale) else 422)
        return page(
            request, "review_case.html", who, status, case=found, appeal=found.appeal,
            number=_number(found.appeal.number), now=now, readings=ruling.READINGS, choices=choices,
            reason=messages.reason, state=messages.state,
            intent=explanations.intent, outcome=explanations.outcome, drafts=drafts.by_reason(found.language),
            failed=failed, stale=isinstance(failed, Stale), choice=choice, text=text, limit=ruling.TEXT_LIMIT,
            sureness=explanations.sureness(t, found.machine) if found.machine and found.machine.repeated else "",
        )  # fmt: skip


def _ruling(name: str) -> Ruling:
    try:
        return Ruling(name)
    except ValueError:
        raise NotPossible("rule") from None


def _number(number: int) -> str:
    return f"W-{number:06d}"


def _back(number: str) -> Response:
    return RedirectResponse(f"/review/{number}", 303)
