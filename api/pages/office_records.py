"""What the privacy officer keeps an eye on: what is due to go, consents, reading, holds, the incident plan."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markdown_it import MarkdownIt
from markupsafe import Markup

from api import erasing
from api.auth import TheOfficer, Wired
from api.pages.rendering import page, reading
from api.settings import ROOT
from api.texts import Texts
from api.wiring import Wiring
from people.actors import ActingMember
from privacy import accesses, consent, holds, legal_basis, policy
from privacy.errors import HoldInvalid
from privacy.holds import Ended

router = APIRouter(include_in_schema=False, prefix="/privacy-office")

PLAN = ROOT / "docs" / "operations" / "incidents.md"
Short = Annotated[str, Form(max_length=1000)]


@router.get("/records")
def records(request: Request, wired: Wired, who: TheOfficer) -> HTMLResponse:
    """Counts only: what the next sweep takes, who agreed to which text, who opened unusually much."""
    t, now = reading(request, who), wired.now()
    due = erasing.sweep(wired.store, wired.catalogue, who.organisation_id, now, dry=True)
    with wired.store.read(who.organisation_id) as session:
        given, otherwise = consent.counted(session), legal_basis.counted(session)
        unusual = accesses.unusual(session, now)
    purposes = policy.current().texts[t.language]
    return page(
        request, "office_records.html", who, due=due, given=given, otherwise=otherwise, unusual=unusual,
        current=policy.current().version,
        categories=[(category(t, name), count) for name, count in due.rows.items()],
        purposes=purposes.purposes | purposes.optional,
    )  # fmt: skip


@router.get("/holds")
def held(request: Request, wired: Wired, who: TheOfficer) -> HTMLResponse:
    """What the law requires to keep."""
    return _holds(request, wired, who)


@router.post("/holds")
def hold(
    request: Request, wired: Wired, who: TheOfficer, until: Annotated[dt.date, Form()], subject: Short = "",
    reason: Short = "",
) -> Response:  # fmt: skip
    """From now on nothing of this learner is erased until that day."""
    try:
        with wired.store.write(who.organisation_id) as session:
            holds.place(session, who, subject, reason, until, wired.now())
    except HoldInvalid:
        return _holds(request, wired, who, refused=True, subject=subject, reason=reason)
    return RedirectResponse("/privacy-office/holds", 303)


@router.post("/holds/{hold_id}/end")
def end(wired: Wired, who: TheOfficer, hold_id: UUID, why: Annotated[Ended, Form()]) -> Response:
    """It ends today."""
    with wired.store.write(who.organisation_id) as session:
        holds.end(session, who, hold_id, why, wired.now())
    return RedirectResponse("/privacy-office/holds", 303)


@router.get("/incidents")
def incidents(request: Request, wired: Wired, who: TheOfficer) -> HTMLResponse:  # noqa: ARG001
    """What to do when something goes wrong; the same text as in the documentation."""
    plan = PLAN.read_text("utf-8").partition("\n")[2].replace("[ ]", "☐") if PLAN.exists() else ""
    shown = MarkdownIt("commonmark", {"html": False}).enable("table").render(plan)
    return page(request, "office_incidents.html", who, plan=Markup(shown))  # noqa: S704 - our own file, HTML is off


def category(t: Texts, name: str) -> str:
    """A kind of data that the sweep knows, in words."""
    return {
        "appeal": t("Bezwaren"),
        "remedy": t("Herstel"),
        "notice": t("Berichten die zijn verstuurd"),
        "contact": t("Mailadressen die niemand bevestigde"),
        "consent": t("Ingetrokken toestemmingen"),
        "look": t("Wie er keek"),
        "hold": t("Bewaarplichten die voorbij zijn"),
        "request_text": t("Teksten van verzoeken"),
        "request": t("Verzoeken"),
        "journal": t("Logboek"),
        "member": t("Namen van wie vertrok"),
        "news_mail": t("Mails met nieuws"),
        "news_subscription": t("Aanmeldingen voor nieuws die niemand bevestigde"),
        "link": t("Links van lerenden, na hun laatste dag"),
        "permission": t("Vragen aan ouders zonder antwoord"),
    }[name]


def _holds(
    request: Request, wired: Wiring, who: ActingMember, *, refused: bool = False, subject: str = "", reason: str = ""
) -> HTMLResponse:
    t, today = reading(request, who), wired.now().date()
    with wired.store.read(who.organisation_id) as session:
        rows = holds.listed(session, today)
    ends: list[tuple[Ended, str]] = [
        ("matter_closed", t("De zaak is afgelopen.")),
        ("placed_wrongly", t("Dit was een vergissing.")),
        ("law_changed", t("De wet vraagt het niet meer.")),
    ]
    return page(
        request, "office_holds.html", who, 422 if refused else 200, rows=rows, ends=ends, refused=refused,
        subject=subject, reason=reason, tomorrow=today + dt.timedelta(days=1), limit=holds.REASON_LIMIT,
    )  # fmt: skip
