"""Tokens with which a member's own programs use the staff API: shown once, kept as a digest, ended at any time."""

import datetime as dt
import hashlib
import secrets
import uuid
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from people import signing_in
from people.actors import ActingMember
from people.errors import StaffTokenRefused
from people.models import Member, Organisation, StaffToken
from store import journal

LONGEST: Final = dt.timedelta(days=366)
MARK: Final = "whs"
"""Begins every token, so that a scanner finds one that was published by mistake."""


def issue(
    session: Session,
    organisation_id: uuid.UUID,
    member_id: uuid.UUID,
    name: str,
    lasts: dt.timedelta,
    now: dt.datetime,
) -> str:
    """A new token for this member, which can do all that the member can; it is told now and never again."""
    if not dt.timedelta() < lasts <= LONGEST:
        raise ValueError(f"a token lasts 1 to {LONGEST.days} days")
    secret = secrets.token_urlsafe(32)
    row = StaffToken(
        id=uuid.uuid4(), organisation_id=organisation_id, member_id=member_id, digest=_digest(secret), name=name,
        created_at=now, expires_at=now + lasts,
    )  # fmt: skip
    session.add(row)
    session.flush()
    journal.note(session, "token.issued", organisation_id=organisation_id, now=now, member_id=member_id)
    return f"{MARK}.{organisation_id.hex}.{secret}"


def organisation_of(token: str) -> uuid.UUID:
    """The organisation that a token names; raises `StaffTokenRefused` when it cannot be one of ours."""
    mark, _, rest = token.partition(".")
    try:
        organisation = uuid.UUID(rest.partition(".")[0])
    except ValueError:
        raise StaffTokenRefused from None
    if mark != MARK:
        raise StaffTokenRefused
    return organisation


def acting(session: Session, token: str, now: dt.datetime) -> ActingMember:
    """The member whom the token speaks for; raises `StaffTokenRefused`."""
    row = session.execute(
        select(Member, Organisation.name, Organisation.failing_stopped_why)
        .join(StaffToken, StaffToken.member_id == Member.id)
        .join(Organisation, Organisation.id == Member.organisation_id)
        .where(
            StaffToken.digest == _digest(token.rpartition(".")[2]),
            StaffToken.expires_at > now,
            StaffToken.revoked_at.is_(None),
            Member.left_at.is_(None),
            Organisation.closed_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        raise StaffTokenRefused
    return signing_in.acting_member(*row)


def of_member(session: Session, member_id: uuid.UUID) -> list[StaffToken]:
    """A member's tokens, the newest first."""
    rows = session.execute(
        select(StaffToken).where(StaffToken.member_id == member_id).order_by(StaffToken.created_at.desc())
    )
    return list(rows.scalars())


def revoke(session: Session, member_id: uuid.UUID, token_id: uuid.UUID, now: dt.datetime) -> bool:
    """Ends a token of this member at once; False when they have no such live token."""
    ended = session.execute(
        update(StaffToken)
        .where(StaffToken.id == token_id, StaffToken.member_id == member_id, StaffToken.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(StaffToken.organisation_id)
    ).scalar_one_or_none()
    if ended is None:
        return False
    journal.note(session, "token.revoked", organisation_id=ended, now=now, member_id=member_id)
    return True


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
