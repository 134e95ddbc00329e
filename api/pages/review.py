"""One case on one page, and what its reviewer does with it. The waiting line is in `line`.

Each act is a form and one transaction. Where it cannot be done, the page comes back with the reason, with the case
as it is now, and with what was typed.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api import drafts, explanations, messages
from api.auth import TheReviewer, Wired
from api.errors import public
from api.pages.rendering import page, reading
from api.texts import Texts
from api.wiring import Wiring
from appeals import access, drafting, queue, ruling
from appeals.errors import ConflictOfInterest, NotPossible, Stale
from appeals.models import Appeal
from appeals.states import REASONS, Ruling, rulings_for
from people.actors import ActingMember

router = APIRouter(include_in_schema=False, prefix="/review")

Text = Annotated[str, Form(max_length=8000)]
Word = Annotated[str, Form(max_length=80)]
Tick = Annotated[bool, Form()]
Typed = Annotated[str | None, Form(max_length=8000)]
Refusal = NotPossible | Stale | ConflictOfInterest
Act = Callable[[Session, int, dt.datetime], object]
NOTHING: Final[Mapping[str, str | None]] = {}


@router.get("/{number}")
def case(request: Request, wired: Wired, who: TheReviewer, number: str) -> HTMLResponse:
    """One case; opening it claims nothing, and shows no answer before it is claimed."""
    return _show(request, wired, who, number)


@router.post("/{number}/claim")
def claim(request: Request, wired: Wired, who: TheReviewer, number: str, *, exception: Tick = False) -> Response:
    """Takes the case for half an hour."""

    def act(session: Session, case: int, now: dt.datetime) -> None:
        queue.claim(session, who, case, now, exception=exception)

    return _do(request, wired, who, number, act, "#answer")


@router.post("/{number}/take-over")
def take_over(request: Request, wired: Wired, who: TheReviewer, number: str, *, exception: Tick = False) -> Response:
    """Takes the case from a colleague."""

    def act(session: Session, case: int, now: dt.datetime) -> None:
        queue.take_over(session, who, case, now, exception=exception)

    return _do(request, wired, who, number, act, "#answer")


@router.post("/{number}/release")
def release(request: Request, wired: Wired, who: TheReviewer, number: str) -> Response:
    """Gives the case back."""
    done = _do(request, wired, who, number, lambda session, case, now: queue.release(session, who, case, now))
    return RedirectResponse("/review", 303) if done.status_code == 303 else done


@router.post("/{number}/reading")
def own_reading(request: Request, wired: Wired, who: TheReviewer, number: str, reading: Word) -> Response:
    """The reviewer's own reading; the machine's is shown after it."""

    def act(session: Session, case: int, now: dt.datetime) -> None:
        ruling.record_reading(session, who, case, reading, now)

    return _do(request, wired, who, number, act, "#machine")


@router.post("/{number}/question")
def ask(request: Request, wired: Wired, who: TheReviewer, number: str, question: Text = "") -> Response:
    """Asks the learner something; the case is nobody's until the reply."""

    def act(session: Session, case: int, now: dt.datetime) -> None:
        ruling.ask(session, wired.vault, who, case, question, now)

    return _do(request, wired, who, number, act, "#standing", {"question": question})


@router.post("/{number}/extension")
def extend(request: Request, wired: Wired, who: TheReviewer, number: str, why: Text = "") -> Response:
    """Takes more time, for a reason that the learner reads."""

    def act(session: Session, case: int, now: dt.datetime) -> None:
        ruling.extend(session, wired.vault, who, case, why, now)
        drafting.keep(wired.vault, access.held(session, who, case, now), {"why": ""})

    return _do(request, wired, who, number, act, "#dates", {"why": why})


@router.post("/{number}/draft")
def keep_draft(
    request: Request,
    wired: Wired,
    who: TheReviewer,
    number: str,
    choice: Typed = None,
    text: Typed = None,
    question: Typed = None,
    why: Typed = None,
) -> Response:
    """Keeps what is being typed, and with it the claim; what is not on the form stays as it was."""
    typed = {"choice": choice, "text": text, "question": question, "why": why}

    def act(session: Session, case: int, now: dt.datetime) -> None:
        drafting.keep(wired.vault, access.held(session, who, case, now), typed)
        queue.renew(session, who, case, now)

    return _do(request, wired, who, number, act, "#ruling", typed)


@router.post("/{number}/ruling")
def rule(
    request: Request,
    wired: Wired,
    who: TheReviewer,
    number: str,
    version: Annotated[int, Form()],
    choice: Word = "",
    text: Text = "",
) -> Response:
    """Decides."""
    name, _, reason = choice.partition(":")

    def act(session: Session, case: int, now: dt.datetime) -> None:
        ruling.rule(
            session, wired.vault, who, case, version=version, ruling=_ruling(name), reason=reason, text=text, now=now
        )

    return _do(request, wired, who, number, act, "#standing", {"choice": choice, "text": text})


@router.post("/{number}/undo")
def undo(request: Request, wired: Wired, who: TheReviewer, number: str) -> Response:
    """Takes the ruling back before the learner hears of it; what was written is there to go on with."""

    def act(session: Session, case: int, now: dt.datetime) -> None:
        ruled = access.find(session, case, lock=True)
        typed = {"choice": f"{ruled.ruling}:{ruled.reason}", "text": _text(wired, ruled)}
        ruling.undo(session, wired.vault, who, case, now)
        drafting.keep(wired.vault, access.held(session, who, case, now), typed)

    return _do(request, wired, who, number, act, "#ruling")


def _do(
    request: Request,
    wired: Wiring,
    who: ActingMember,
    number: str,
    act: Act,
    then: str = "",
    typed: Mapping[str, str | None] = NOTHING,
) -> Response:
    try:
        with wired.store.write(who.organisation_id) as session:
            act(session, messages.from_number(number), wired.now())
    except (NotPossible, Stale, ConflictOfInterest) as refusal:
        return _show(request, wired, who, number, refusal, typed)
    return RedirectResponse(f"/review/{number}{then}", 303)


def _show(
    request: Request,
    wired: Wiring,
    who: ActingMember,
    number: str,
    refusal: Refusal | None = None,
    typed: Mapping[str, str | None] = NOTHING,
) -> HTMLResponse:
    now = wired.now()
    with wired.store.write(who.organisation_id) as session:
        queue.renew(session, who, messages.from_number(number), now)
        found = access.case(session, wired.vault, wired.catalogue, who, messages.from_number(number), now)
    found = access.with_grade(wired.graders, found)
    t = reading(request, who)
    outcome = found.decision.outcome if found.decision else None
    return page(
        request, "review_case.html", who, 200 if refusal is None else public(refusal).status,
        case=found, appeal=found.appeal, number=messages.number(found.appeal), now=now, readings=ruling.READINGS,
        choices=[(one, REASONS[one]) for one in rulings_for(outcome)] if outcome else [],
        reason=messages.reason, state=messages.state, intent=explanations.intent, outcome=explanations.outcome,
        ruled=explanations.ruling,
        drafts=drafts.by_ruling(found.language), draft=found.draft.with_typed(typed), limit=ruling.TEXT_LIMIT,
        refused=_why(t, refusal) if refusal else "",
        exceptional=isinstance(refusal, ConflictOfInterest) and refusal.alone,
        extended_to=_extended_to(found.appeal, now),
        sureness=explanations.sureness(t, found.machine) if found.machine and found.machine.repeated else "",
    )  # fmt: skip


def _ruling(name: str) -> Ruling:
    try:
        return Ruling(name)
    except ValueError:
        raise NotPossible("rule") from None


def _text(wired: Wiring, appeal: Appeal) -> str:
    return ruling.text_of(wired.vault, appeal) if appeal.ruling_text else ""


def _extended_to(appeal: Appeal, now: dt.datetime) -> dt.datetime | None:
    """The date that an extension would lead to; None where there can be none."""
    if appeal.extended_at is not None or appeal.due_at <= now:
        return None
    return replace(appeal.clock, extended=True).due


def _why(t: Texts, refusal: Refusal) -> str:
    """Why it was not done, and what became of what was typed."""
    if isinstance(refusal, ConflictOfInterest):
        return {
            "ruled_before": t("Je hebt over deze zaak al beslist. Een ander mens kijkt nu."),
            "wrote_questions": t("Je hebt de vragen van deze cursus gemaakt. Daarom beslist een ander."),
            "manages_learner": t("Je geeft leiding aan deze lerende. Daarom beslist een ander."),
        }[refusal.why]
    if isinstance(refusal, Stale):
        return t(public(refusal).dutch)
    return {
        "rule": t("Kies een besluit en schrijf de lerende waarom. Je tekst staat er nog."),
        "ask": t("Schrijf een vraag van hoogstens {n} tekens. Je kunt één keer iets vragen.", n=ruling.TEXT_LIMIT),
        "extend": t("Schrijf waarom het langer duurt. Dat kan één keer, en voor de datum voorbij is."),
        "undo": t("De lerende kan je besluit al lezen. Terugdraaien kan niet meer."),
    }.get(refusal.act, t(public(refusal).dutch))
