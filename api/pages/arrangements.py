"""What was arranged for an organisation: what its employer may see, on what ground it asks, minors, how long."""

import datetime as dt
import uuid
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api import notice
from api.auth import TheOfficer, Wired
from api.pages.rendering import page, reading
from api.texts import ZONE, Texts
from api.wiring import Wiring
from learning.models import Course
from people.actors import ActingMember
from privacy import agreements, choices, legal_basis
from privacy.agreements import ALWAYS, Agreed, Grant
from privacy.choices import Choices
from privacy.errors import ArrangementInvalid
from privacy.legal_basis import Ground

router = APIRouter(include_in_schema=False, prefix="/privacy-office/arrangements")

HERE: Final = "/privacy-office/arrangements"
EMPTY: Final = {"grants": (), "course": "", "ground": "", "agreed_by": "", "why_nl": "", "why_en": ""}
"""What stands in the forms before somebody fills them in."""
Short = Annotated[str, Form(max_length=1000)]
Tick = Annotated[bool, Form()]


@router.get("")
def shown(request: Request, wired: Wired, who: TheOfficer) -> HTMLResponse:
    """All that holds now."""
    return _show(request, wired, who)


@router.post("/agreements")
def agree(
    request: Request, wired: Wired, who: TheOfficer, starts_on: Annotated[dt.date, Form()],
    grants: Annotated[list[Grant] | None, Form()] = None, course: Short = "", ground: Short = "",
    agreed_by: Short = "", ends_on: Short = "",
) -> Response:  # fmt: skip
    """The employer sees more, from that day on."""
    filled = {"ground": ground, "agreed_by": agreed_by, "course": course, "grants": grants or []}
    try:
        last = dt.date.fromisoformat(ends_on) if ends_on else None
        with wired.store.write(who.organisation_id) as session:
            if course and course not in _courses(session):
                raise ArrangementInvalid
            agreed = Agreed(course or None, grants or [], ground, agreed_by, starts_on, last)
            agreements.record(session, who, agreed, wired.now())
    except (ArrangementInvalid, ValueError):
        return _show(request, wired, who, refused="agreement", filled=filled)
    return RedirectResponse(HERE, 303)


@router.post("/agreements/{agreement}/end")
def end_agreement(request: Request, wired: Wired, who: TheOfficer, agreement: uuid.UUID) -> Response:
    """The employer sees no more of it, from now on."""
    try:
        with wired.store.write(who.organisation_id) as session:
            agreements.end(session, who, agreement, _today(wired), wired.now())
    except ArrangementInvalid:
        return _show(request, wired, who, refused="ended")
    return RedirectResponse(HERE, 303)


@router.post("/legal-basis")
def state_ground(
    request: Request, wired: Wired, who: TheOfficer, ground: Annotated[Ground, Form()], why_nl: Short = "",
    why_en: Short = "",
) -> Response:  # fmt: skip
    """Who begins reads this ground instead of being asked for consent."""
    try:
        with wired.store.write(who.organisation_id) as session:
            legal_basis.record(session, who, ground, {"nl": why_nl, "en": why_en}, wired.now())
    except ArrangementInvalid:
        return _show(request, wired, who, refused="ground", filled={"why_nl": why_nl, "why_en": why_en})
    return RedirectResponse(HERE, 303)


@router.post("/legal-basis/end")
def ask_again(wired: Wired, who: TheOfficer) -> Response:
    """Consent is asked again, before the next message."""
    with wired.store.write(who.organisation_id) as session:
        legal_basis.end(session, who, wired.now())
    return RedirectResponse(HERE, 303)


@router.post("/choices")
def choose(
    request: Request, wired: Wired, who: TheOfficer, retention_days: Annotated[int, Form()], *,
    age_gate: Tick = False,
) -> Response:  # fmt: skip
    """Minors, and how long after their last message learners are erased."""
    try:
        with wired.store.write(who.organisation_id) as session:
            choices.choose(session, who, Choices(age_gate, retention_days), wired.now())
    except ArrangementInvalid:
        return _show(request, wired, who, refused="choices")
    return RedirectResponse(HERE, 303)


def _show(
    request: Request, wired: Wiring, who: ActingMember, *, refused: str = "", filled: dict[str, Any] | None = None
) -> HTMLResponse:
    t, today = reading(request, who), _today(wired)
    with wired.store.read(who.organisation_id) as session:
        basis = legal_basis.live(session)
        return page(
            request, "office_arrangements.html", who, 422 if refused else 200, refused=refused,
            filled=EMPTY | (filled or {}),
            agreed=agreements.listed(session, today),
            grants=[(one, grant(t, one)) for one in Grant if one not in ALWAYS],
            grant=lambda name: grant(t, Grant(name)), courses=_courses(session), today=today,
            basis=notice.told(t, basis, who.organisation) if basis else None,
            grounds=[(one, notice.named(t, one)) for one in ("contract", "legal_obligation")],
            chosen=choices.of_organisation(session, who), shortest=choices.SHORTEST, longest=choices.LONGEST,
            limit=agreements.LONGEST,
        )  # fmt: skip


def grant(t: Texts, one: Grant) -> str:
    """What an agreement lets an employer see, in words."""
    return {
        Grant.FLAGGED_ANSWERS: t("Laatste antwoorden op toetsvragen"),
        Grant.PROGRESS: t("Voortgang: hoe ver iemand is"),
        Grant.RESULTS: t("Resultaten: geslaagd of niet, en punten"),
        Grant.DURATION: t("Hoe lang iemand erover deed"),
        Grant.ALL_ANSWERS: t("Laatste antwoorden op alle vragen"),
    }[one]


def _courses(session: Session) -> list[str]:
    return list(session.execute(select(Course.slug).order_by(Course.slug)).scalars())


def _today(wired: Wiring) -> dt.date:
    return wired.now().astimezone(ZONE).date()
