"""Links of a learner's own: to pass on all that is kept of them, or to change their choices outside the chat.

A link is a secret that nobody can guess; the table holds its SHA-256. It says which organisation to ask, and
nothing about anybody. It ends by itself, or when the learner ends it.
"""

import datetime as dt
import hashlib
import secrets
import uuid
from typing import Final, Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from people.actors import LearnerClaims
from people.models import Learner
from privacy.errors import LinkUnknown
from privacy.models import Link
from store import journal

Purpose = Literal["export", "choices"]
LASTS: Final = dt.timedelta(days=7)
MOST: Final = 5
"""Live links of one learner at a time; a new one ends the oldest."""


def make(
    session: Session, claims: LearnerClaims, learner_id: uuid.UUID, purpose: Purpose, now: dt.datetime
) -> tuple[Link, str]:
    """A new link and its secret, which is told now and never again."""
    for old in live(session, learner_id, now)[MOST - 1 :]:
        old.ended_at = now
    secret = secrets.token_urlsafe(32)
    made = Link(
        id=uuid.uuid4(), organisation_id=claims.organisation_id, learner_id=learner_id, purpose=purpose,
        digest=_digest(secret), made_at=now, expires_at=now + LASTS,
    )  # fmt: skip
    session.add(made)
    session.flush()
    journal.note(session, f"link.{purpose}", organisation_id=claims.organisation_id, now=now, learner_id=learner_id)
    return made, f"{claims.organisation_id.hex}.{secret}"


def organisation_of(token: str) -> uuid.UUID:
    """The organisation that a link names; raises `LinkUnknown` when it cannot be one of ours."""
    try:
        return uuid.UUID(token.partition(".")[0])
    except ValueError:
        raise LinkUnknown from None


def opened(session: Session, token: str, purpose: Purpose, now: dt.datetime) -> tuple[Link, Learner]:
    """The live link and its learner; raises `LinkUnknown`, also of one that has ended."""
    row = session.execute(
        select(Link, Learner)
        .join(Learner, Learner.id == Link.learner_id)
        .where(
            Link.digest == _digest(token.partition(".")[2]), Link.purpose == purpose, Link.expires_at > now,
            Link.ended_at.is_(None),
        )
    ).one_or_none()  # fmt: skip
    if row is None:
        raise LinkUnknown
    return row[0], row[1]


def live(session: Session, learner_id: uuid.UUID, now: dt.datetime) -> list[Link]:
    """The links of this learner that open now, the newest first."""
    rows = session.execute(
        select(Link)
        .where(Link.learner_id == learner_id, Link.expires_at > now, Link.ended_at.is_(None))
        .order_by(Link.made_at.desc(), Link.id)
    )
    return list(rows.scalars())


def end(session: Session, learner_id: uuid.UUID, link_id: uuid.UUID, now: dt.datetime) -> None:
    """The learner ends a link of theirs; nothing happens when it has ended."""
    theirs = (Link.id == link_id, Link.learner_id == learner_id, Link.ended_at.is_(None))
    session.execute(update(Link).where(*theirs).values(ended_at=now))


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
