"""Words of the privacy officer's pages, and the letters of a request as they are or would be sent."""

import datetime as dt
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.mail import request_wording
from api.mail.wording import Letter
from api.settings import Settings
from api.texts import Texts
from appeals.models import Notice
from appeals.notices import AboutRequest
from people.errors import AddressInvalid
from privacy.errors import RequestNotPossible
from privacy.models import Request
from privacy.request_states import State
from privacy.requests import Opened


@dataclass(frozen=True, slots=True)
class Sent:
    """One letter to the requester, and how it goes: by mail, or by the officer's hand."""

    letter: Letter
    how: str
    by_hand: bool


def letters(session: Session, t: Texts, opened: Opened, organisation: str, settings: Settings) -> list[Sent]:
    """What the requester reads of us, in order; nothing once the texts are gone."""
    request = opened.request
    if opened.contact is None:
        return []
    kinds: list[AboutRequest] = ["request_received"]
    kinds += ["request_extended"] if request.extended_at else []
    kinds += ["request_file"] if request.file_digest else []
    kinds += ["request_refused"] if request.state == State.REFUSED else []
    kinds += ["request_done"] if request.state == State.DONE else []
    rows = session.execute(
        select(Notice)
        .where(Notice.request_id == request.id, Notice.channel == "requester_mail")
        .order_by(Notice.created_at)
    ).scalars()
    told = {notice.kind: notice for notice in rows}
    mailed = bool(settings.smtp_host) and opened.address is not None
    found = []
    for kind in kinds:
        notice = told.get(kind)
        failed = notice is not None and notice.gave_up_at is not None
        by_hand = not mailed or failed
        letter = request_wording.to_requester(kind, opened, organisation, settings.url)
        found.append(Sent(letter, _how(t, notice, by_hand=by_hand, failed=mailed and failed), by_hand))
    return found


def _how(t: Texts, notice: Notice | None, *, by_hand: bool, failed: bool) -> str:
    if failed:
        return t("De e-mail kwam niet aan. Stuur dit zelf.")
    if by_hand:
        return t("Stuur dit zelf, per brief.")
    if notice is not None and notice.sent_at is not None:
        return t("Verstuurd per e-mail op {moment}.", moment=t.moment(notice.sent_at))
    return t("Gaat zo weg per e-mail.")


def extended_to(request: Request, now: dt.datetime) -> dt.datetime | None:
    """The date that an extension would lead to; None where there can be none."""
    if request.closed_at is not None or request.extended_at is not None or request.due_at <= now:
        return None
    return replace(request.clock, extended=True).due


def state(t: Texts, name: str) -> str:
    """Where a request stands."""
    return {
        "received": t("wie vraagt dit?"),
        "identified": t("uitvoeren"),
        "done": t("gedaan"),
        "refused": t("geweigerd"),
        "taken_back": t("teruggenomen"),
    }[name]


def way(t: Texts, name: str) -> str:
    """How it came."""
    return {
        "page": t("via de pagina"),
        "mail": t("per e-mail"),
        "post": t("per post"),
        "phone": t("per telefoon"),
        "in_person": t("aan de balie"),
    }[name]


def how(t: Texts, name: str) -> str:
    """How it was checked who asks."""
    return {
        "known_address": t("Het kwam van een adres dat we al kenden."),
        "code": t("We stuurden een code naar een adres dat we al kenden, en kregen die terug."),
        "seen": t("De persoon was hier en is herkend."),
        "employer": t("De leidinggevende of personeelszaken kent de persoon en bevestigt het."),
        "other": t("Op een andere manier, zonder kopie van een document."),
    }[name]


def deed(t: Texts, name: str) -> str:
    """What a button does."""
    return {
        "file": t("Een link naar alle gegevens klaarzetten"),
        "erase": t("Alles van deze lerende wissen"),
        "restrict": t("De gegevens stilzetten"),
        "lift": t("Het stilzetten opheffen"),
        "by_person": t("Voortaan een mens laten beoordelen"),
        "withdraw": t("De toestemming intrekken"),
        "language": t("De taal veranderen"),
        "address": t("Het e-mailadres veranderen"),
    }[name]


def why(t: Texts, refusal: Exception) -> str:
    """Why it was not done."""
    if isinstance(refusal, AddressInvalid):
        return t("Dat is geen e-mailadres. Kijk het nog eens na.")
    assert isinstance(refusal, RequestNotPossible)
    return {
        "link": t("Deze organisatie kent geen lerende met dat nummer."),
        "extend": t("Schrijf waarom het langer duurt. Dat kan één keer, en voor de datum voorbij is."),
        "refuse": t("Kies een reden en schrijf waarom. Je tekst staat er nog."),
        "finish": t("Schrijf wat er is gedaan. Dat kan pas als bekend is wie dit vraagt."),
        "carry_out": t("Dat kan nu niet. Is bekend wie dit vraagt en over wie het gaat?"),
    }.get(refusal.act, t("Dat kan hier niet. Controleer wat je hebt ingevuld."))
