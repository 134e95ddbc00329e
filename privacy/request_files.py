"""The way an export gets to somebody who cannot sign in, past the privacy officer, who never sees an answer.

The requester gets a link, by mail where they can be mailed, and the officer a code to give them another way. Either
alone opens nothing. The export is made when it is fetched; no copy lies ready.
"""

import datetime as dt
import hashlib
import hmac
import secrets
import uuid
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from people.actors import ActingMember
from privacy import export, requests
from privacy.errors import RequestNotFound
from privacy.models import Request, RequestText
from store import journal
from store.vault import Vault

LASTS: Final = dt.timedelta(days=14)
ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without letters and digits that look alike."""
CODE_CHARACTERS: Final = 10


def prepare(session: Session, vault: Vault, member: ActingMember, number: int, now: dt.datetime) -> tuple[Request, str]:
    """A new link for the requester, which ends an earlier one, and the code that goes with it, told only now."""
    request = requests.begin_deed(session, number, "file")
    secret = secrets.token_urlsafe(32)
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_CHARACTERS))
    ticket = f"{request.organisation_id.hex}.{secret}"
    session.get_one(RequestText, request.id).ticket = vault.seal(requests.place(request.id, "ticket"), ticket)
    request.file_digest, request.code_digest = _digest(ticket), _digest(ticket, code)
    request.file_until, request.file_taken_at = now + LASTS, None
    requests.carried_out(session, member, request, "file", now)
    return request, code


def organisation_of(ticket: str) -> uuid.UUID:
    """The organisation that a link names; raises `RequestNotFound` when it cannot be one of ours."""
    try:
        return uuid.UUID(ticket.partition(".")[0])
    except ValueError:
        raise RequestNotFound from None


def find(session: Session, ticket: str, now: dt.datetime) -> Request:
    """The request behind a link that still holds; raises `RequestNotFound`."""
    query = select(Request).where(Request.file_digest == _digest(ticket), Request.file_until > now)
    found = session.execute(query.where(Request.learner_id.is_not(None))).scalar_one_or_none()
    if found is None:
        raise RequestNotFound
    return found


def fetch(session: Session, vault: Vault, ticket: str, code: str, now: dt.datetime) -> dict[str, Any] | None:
    """The export; None when the code is wrong. That it was fetched is recorded, for the officer to see."""
    request = find(session, ticket, now)
    typed = code.strip().upper().replace(" ", "").replace("-", "")
    if not hmac.compare_digest(request.code_digest or b"", _digest(ticket, typed)):
        return None
    assert request.learner_id is not None
    made = export.export(session, vault, request.learner_id, now)
    request.file_taken_at = request.file_taken_at or now
    journal.note(
        session, "request.file_taken", organisation_id=request.organisation_id, now=now,
        learner_id=request.learner_id, request=request.number,
    )  # fmt: skip
    return made


def _digest(*parts: str) -> bytes:
    return hashlib.sha256("|".join(parts).encode()).digest()
