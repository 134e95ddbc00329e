"""To whom a notice about a rights request goes, and what it says."""

import datetime as dt
from collections.abc import Callable
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.mail import request_wording
from api.mail.outgoing import Post
from api.mail.wording import Letter
from api.texts import Texts, texts
from appeals.models import Notice
from appeals.notices import AboutRequest
from people.models import Member, Organisation
from privacy import requests
from privacy.models import Request
from store.vault import Vault

Addressed = tuple[str, Callable[[dt.datetime], None]]
"""Who gets it, and what sends it."""


def addressed(session: Session, vault: Vault, post: Post, notice: Notice, url: str) -> list[Addressed]:
    """Empty where there is nobody to mail: no e-mail address, or what was to be told is over."""
    request = session.get(Request, notice.request_id)
    if request is None:
        return []
    if notice.channel == "officer_mail":
        return _to_officers(session, post, notice, request, url) if request.closed_at is None else []
    opened = requests.opened(session, vault, request)
    address, name = opened.address, str(notice.id)
    over = notice.kind == "request_extended" and request.closed_at is not None
    if address is None or over or (notice.kind == "request_file" and request.file_digest is None):
        return []
    organisation = session.get_one(Organisation, notice.organisation_id).name
    letter = request_wording.to_requester(cast("AboutRequest", notice.kind), opened, organisation, url)
    return [("requester", lambda now: post.send(letter, address, name, now))]


def _to_officers(session: Session, post: Post, notice: Notice, request: Request, url: str) -> list[Addressed]:
    officers = session.execute(
        select(Member)
        .where(Member.left_at.is_(None), Member.roles.contains(["privacy_officer"]))
        .order_by(Member.created_at, Member.id)
    ).scalars()
    return [_to_officer(session, post, notice, request, url, officer) for officer in officers]


def _to_officer(session: Session, post: Post, notice: Notice, request: Request, url: str, officer: Member) -> Addressed:
    t = texts("en" if officer.language == "en" else "nl")
    organisation = session.get_one(Organisation, notice.organisation_id).name
    shown = request_wording.number(request)
    why = t("Je bent privacyfunctionaris bij {organisation}, daarom krijg je deze e-mail.", organisation=organisation)
    paragraphs = (t("Hallo,"), _news(t, notice.kind, shown, t.date(request.due_at)), why)
    letter = Letter(t, t("Verzoek {number}", number=shown), paragraphs, f"{url}/privacy-office/requests/{shown}")
    address, name = officer.email, f"{notice.id}.{officer.id}"
    return str(officer.id), lambda now: post.send(letter, address, name, now)


def _news(t: Texts, kind: str, number: str, due: str) -> str:
    if kind == "request_late":
        return t("De datum voor verzoek {number} is voorbij: {due}. Antwoord nu.", number=number, due=due)
    if kind == "request_reminder":
        return t("Verzoek {number} wacht nog op antwoord. Antwoord uiterlijk {due}.", number=number, due=due)
    return t("Er is een nieuw verzoek: {number}. Antwoord uiterlijk {due}.", number=number, due=due)
