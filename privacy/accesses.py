"""The access log: every look by staff, one after the other, each bound to the one before.

The app can add entries and read them, nothing else. Whoever has the rights of the database's owner can still change
them, and then `verify` says where; who keeps the last hash elsewhere also sees when the end was cut off.
"""

import datetime as dt
import hashlib
import statistics
import uuid
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from people.models import Member
from privacy.models import Access

FIRST: Final = bytes(32)
MANY: Final = 30
"""Looks of one member in a day; fewer are never unusual."""
TIMES: Final = 3
"""So many times what the same member usually opens in a day is unusual."""
USUAL: Final = dt.timedelta(days=30)
LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('access', 0) # hashtextextended(:organisation, 0))")


@dataclass(frozen=True, slots=True)
class Verified:
    """The state of a chain: how many entries hold, its last hash, and the first entry that does not fit."""

    entries: int
    last: str
    broken_at: int | None


@dataclass(frozen=True, slots=True)
class Unusual:
    """A member who opened far more in a day than they do otherwise."""

    member: str
    day: dt.date
    looks: int
    usual: float


def add(
    session: Session,
    organisation_id: uuid.UUID,
    member_id: uuid.UUID | None,
    purpose: str,
    number: int | None,
    about: bytes,
    now: dt.datetime,
) -> None:
    """Adds an entry; looks of one organisation wait for each other until the transaction ends.

    Without a member it was somebody with a learner's own link.
    """
    session.execute(LOCK, {"organisation": str(organisation_id)})
    last = session.execute(select(Access.hash).order_by(Access.id.desc()).limit(1)).scalar_one_or_none()
    entry: dict[str, Any] = {"at": now, "member_id": member_id, "purpose": purpose, "number": number, "about": about}
    found = _hash(last or FIRST, organisation_id, **entry)
    session.add(Access(organisation_id=organisation_id, hash=found, **entry))
    session.flush()


def about(salt: bytes, learner_id: uuid.UUID, question_id: uuid.UUID | None) -> bytes:
    """What an entry holds of learner and question, or of all that is theirs: it fits them, and does not name them."""
    return hashlib.sha256(salt + learner_id.bytes + (question_id.bytes if question_id else b"")).digest()


def verify(session: Session, organisation_id: uuid.UUID) -> Verified:
    """Walks the chain of the session's organisation."""
    last, entries = FIRST, 0
    for row in session.execute(select(Access).order_by(Access.id)).scalars():
        made = _hash(
            last, organisation_id, at=row.at, member_id=row.member_id, purpose=row.purpose, number=row.number,
            about=row.about,
        )  # fmt: skip
        if made != row.hash:
            return Verified(entries, last.hex(), row.id)
        last, entries = row.hash, entries + 1
    return Verified(entries, last.hex(), None)


def unusual(session: Session, now: dt.datetime) -> list[Unusual]:
    """Members who opened far more yesterday or today than in a usual day of theirs."""
    day = func.date(Access.at)
    rows = session.execute(
        select(Member.name, day, func.count())
        .join(Member, Member.id == Access.member_id)
        .where(Access.at > now - USUAL)
        .group_by(Member.id, Member.name, day)
    ).all()
    recent, found = (now - dt.timedelta(days=1)).date(), []
    for name, when, looks in rows:
        others = [count for who, other, count in rows if who == name and other != when]
        usual = statistics.median(others) if others else 0.0
        if when >= recent and looks > MANY and looks > TIMES * usual:
            found.append(Unusual(name, when, looks, usual))
    return found


def _hash(
    last: bytes,
    organisation_id: uuid.UUID,
    *,
    at: dt.datetime,
    member_id: uuid.UUID | None,
    purpose: str,
    number: int | None,
    about: bytes,
) -> bytes:
    parts = (at.astimezone(dt.UTC).isoformat(), organisation_id, member_id, purpose, number, about.hex())
    return hashlib.sha256(last + "|".join(map(str, parts)).encode()).digest()
