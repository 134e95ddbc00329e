"""Legal holds (B07): placed by the privacy officer on one learner, with a reason and an end."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from people.actors import ActingMember
from people.models import NOBODY, Learner, Member
from privacy.errors import HoldInvalid
from privacy.models import Hold
from store import journal

REASON_LIMIT: Final = 300
Ended = Literal["matter_closed", "placed_wrongly", "law_changed"]


@dataclass(frozen=True, slots=True)
class Listed:
    """A hold as the officer reads it; `learner` is the organisation's id."""

    id: uuid.UUID
    learner: str
    reason: str
    until: dt.date
    made_by: str
    made_at: dt.datetime


def listed(session: Session, today: dt.date) -> list[Listed]:
    """The holds that still hold, the one that ends first at the top."""
    rows = session.execute(
        select(Hold, Learner.subject, Member.name)
        .join(Learner, Learner.id == Hold.learner_id)
        .join(Member, Member.id == Hold.made_by)
        .where(Hold.until >= today)
        .order_by(Hold.until, Hold.made_at)
    )
    return [Listed(one.id, subject, one.reason, one.until, name, one.made_at) for one, subject, name in rows]


def place(
    session: Session, member: ActingMember, subject: str, reason: str, until: dt.date, now: dt.datetime
) -> uuid.UUID:
    """From now on nothing of this learner is erased, until that day has passed. The learner can read the reason."""
    wanted = select(Learner.id).where(Learner.subject == subject.strip(), Learner.subject != NOBODY)
    learner_id = session.execute(wanted).scalar_one_or_none()
    words = " ".join(reason.split())
    if learner_id is None or not words or len(words) > REASON_LIMIT or until <= now.date():
        raise HoldInvalid
    made = Hold(
        id=uuid.uuid4(), organisation_id=member.organisation_id, learner_id=learner_id, reason=words, until=until,
        made_by=member.id, made_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    _note(session, member, "hold.placed", learner_id, now)
    return made.id


def end(session: Session, member: ActingMember, hold_id: uuid.UUID, why: Ended, now: dt.datetime) -> None:
    """Ends a hold before its day; raises `HoldInvalid` when there is none, or without a reason."""
    if why not in get_args(Ended):
        raise HoldInvalid
    ended = delete(Hold).where(Hold.id == hold_id).returning(Hold.learner_id)
    learner_id = session.execute(ended).scalar_one_or_none()
    if learner_id is None:
        raise HoldInvalid
    _note(session, member, "hold.ended", learner_id, now, why=why)


def _note(
    session: Session, member: ActingMember, act: str, learner_id: uuid.UUID, now: dt.datetime, **facts: Any
) -> None:
    journal.note(
        session, act, organisation_id=member.organisation_id, now=now, learner_id=learner_id, member_id=member.id,
        **facts,
    )  # fmt: skip
