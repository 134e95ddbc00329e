"""Making organisations, members, keys and learners."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from people.actors import LearnerClaims
from people.models import Learner, Member, Organisation, SigningKey
from people.signing_in import hash_password

FIND_KEY = text("SELECT organisation_id, jwk FROM signing_key_for_token(:kid)")


def found_organisation(
    session: Session, organisation_id: uuid.UUID, slug: str, name: str, origins: list[str], now: dt.datetime
) -> Organisation:
    """A new tenant; the session must be opened for its id."""
    organisation = Organisation(id=organisation_id, slug=slug, name=name, origins=origins, created_at=now)
    session.add(organisation)
    session.flush()
    return organisation


def enrol_member(
    session: Session,
    organisation_id: uuid.UUID,
    *,
    email: str,
    name: str,
    roles: list[str],
    password: str,
    now: dt.datetime,
    language: str = "nl",
) -> Member:
    """A member of staff who can sign in from now on. The e-mail is unique in the whole installation."""
    member = Member(
        id=uuid.uuid4(),
        organisation_id=organisation_id,
        email=email,
        name=name,
        roles=sorted(roles),
        language=language,
        password_hash=hash_password(password),
        created_at=now,
    )
    session.add(member)
    session.flush()
    return member


def accept_key(session: Session, organisation_id: uuid.UUID, public_jwk: dict[str, Any], now: dt.datetime) -> None:
    """From now on tokens signed with this key are believed. The key must be public: no `d`."""
    if "d" in public_jwk:
        raise ValueError("that is a private key; give the public one")
    row = {"id": public_jwk["kid"], "organisation_id": organisation_id, "jwk": public_jwk, "created_at": now}
    session.execute(insert(SigningKey).values(row).on_conflict_do_nothing())


def find_key(session: Session, kid: str) -> tuple[uuid.UUID, dict[str, Any]] | None:
    """The organisation and public key behind a key id, of whatever organisation; None when unknown or revoked."""
    row = session.execute(FIND_KEY, {"kid": kid}).one_or_none()
    return (row[0], row[1]) if row else None


def welcome_learner(session: Session, claims: LearnerClaims, language: str, now: dt.datetime) -> uuid.UUID:
    """The id of this learner, made on their first visit; the language is theirs from then on."""
    row = {"id": uuid.uuid4(), "organisation_id": claims.organisation_id, "subject": claims.subject}
    row |= {"language": language, "created_at": now, "seen_at": now}
    session.execute(insert(Learner).values(row).on_conflict_do_nothing())
    return session.execute(select(Learner.id).where(Learner.subject == claims.subject)).scalar_one()
