"""Members sign in with e-mail and password; a sign-in is a row that can be listed and ended."""

import datetime as dt
import hashlib
import secrets
import uuid
from dataclasses import dataclass, field
from functools import cache

from pwdlib import PasswordHash
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session

from people.actors import ActingMember, Language
from people.errors import NotSignedIn, SignInRefused
from people.models import Member, Organisation, SignIn

LASTS = dt.timedelta(hours=12)
FEWEST_CHARACTERS = 12

HASHER = PasswordHash.recommended()

FIND = text("SELECT id, organisation_id, password_hash FROM member_for_sign_in(:email)")


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A member, and whose they are."""

    id: uuid.UUID
    organisation_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Candidate(Enrolled):
    """Somebody who says that they are this member."""

    password_hash: str = field(repr=False)


def hash_password(password: str) -> str:
    """An argon2id hash with a salt of its own."""
    if len(password) < FEWEST_CHARACTERS:
        raise ValueError(f"a password has at least {FEWEST_CHARACTERS} characters")
    return HASHER.hash(password)


@cache
def _nobody() -> str:
    """A hash to check when the e-mail is unknown, so that the time taken does not tell who has an account."""
    return HASHER.hash(secrets.token_hex())


def candidate(session: Session, email: str) -> Candidate | None:
    """The member with this e-mail, of whatever organisation: before sign-in nobody has one."""
    row = session.execute(FIND, {"email": email.strip()}).one_or_none()
    return Candidate(*row) if row else None


def prove(who: Candidate | None, password: str) -> Candidate:
    """The candidate, if the password is theirs; takes a third of a second, so keep no transaction open."""
    right = HASHER.verify(password, who.password_hash if who else _nobody())
    if who is None or not right:
        raise SignInRefused
    return who


def begin(session: Session, who: Enrolled, now: dt.datetime) -> str:
    """A new sign-in; returns the secret for the cookie, which names the organisation to look in."""
    secret = secrets.token_urlsafe(32)
    session.execute(delete(SignIn).where(SignIn.expires_at <= now))
    row = {"id": _digest(secret), "organisation_id": who.organisation_id, "member_id": who.id}
    session.execute(insert(SignIn), row | {"created_at": now, "expires_at": now + LASTS})
    return f"{who.organisation_id.hex}.{secret}"


def organisation_of(token: str) -> uuid.UUID:
    """The organisation that a sign-in cookie names; raises `NotSignedIn` when it cannot be one of ours."""
    try:
        return uuid.UUID(token.partition(".")[0])
    except ValueError:
        raise NotSignedIn from None


def acting(session: Session, token: str, now: dt.datetime) -> ActingMember:
    """The signed-in member; raises `NotSignedIn` when it has ended, they have left, or the service has."""
    row = session.execute(
        select(Member, Organisation.name, Organisation.failing_stopped_why)
        .join(SignIn, SignIn.member_id == Member.id)
        .join(Organisation, Organisation.id == Member.organisation_id)
        .where(
            SignIn.id == _digest(token.partition(".")[2]),
            SignIn.expires_at > now,
            Member.left_at.is_(None),
            Organisation.closed_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        raise NotSignedIn
    return acting_member(*row)


def acting_member(member: Member, organisation: str, stopped: str | None) -> ActingMember:
    """The member as every act gets them."""
    language: Language = "en" if member.language == "en" else "nl"
    roles = frozenset(member.roles)
    return ActingMember(member.id, member.organisation_id, organisation, member.name, roles, language, stopped)


def end(session: Session, token: str) -> None:
    """Signs out."""
    session.execute(delete(SignIn).where(SignIn.id == _digest(token.partition(".")[2])))


def prefer(session: Session, who: ActingMember, language: Language) -> None:
    """The member reads this language from now on."""
    session.execute(update(Member).where(Member.id == who.id).values(language=language))


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
