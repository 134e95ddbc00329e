"""The reviewers' waiting line: who waits longest comes first; a claim is a lease that the update itself checks."""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import case, func, or_, select, update
from sqlalchemy.orm import Session

from appeals.errors import AppealNotFound, Stale
from appeals.models import Appeal
from appeals.states import LEASE, OPEN, State
from learning.models import Course, Question
from people.actors import ActingMember
from people.models import Member
from store import journal


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case in the line. There is no learner in it: reviewers do not need to know who it is."""

    number: int
    origin: str
    course: str
    question_id: uuid.UUID
    filed_at: dt.datetime
    due_at: dt.datetime
    owner_id: uuid.UUID | None
    owner: str | None
    claim_until: dt.datetime | None


def waiting(
    session: Session, now: dt.datetime, *, limit: int = 50, after: tuple[dt.datetime, int] | None = None
) -> list[Waiting]:
    """The open cases of the organisation, the longest waiting first, `after` (filed_at, number)."""
    query = (
        select(
            Appeal.number,
            Appeal.origin,
            Course.slug,
            Appeal.question_id,
            Appeal.filed_at,
            Appeal.due_at,
            func.coalesce(Appeal.claim_until > now, False),
            Appeal.claimed_by,
            Member.name,
            Appeal.claim_until,
        )
        .join(Question, Question.id == Appeal.question_id)
        .join(Course, Course.id == Question.course_id)
        .outerjoin(Member, Member.id == Appeal.claimed_by)
        .where(Appeal.state.in_(OPEN))
        .order_by(Appeal.filed_at, Appeal.number)
        .limit(limit)
    )
    if after is not None:
        query = query.where(or_(Appeal.filed_at > after[0], (Appeal.filed_at == after[0]) & (Appeal.number > after[1])))
    rows = session.execute(query)
    return [Waiting(*row[:6], *(row[7:] if row[6] else (None, None, None))) for row in rows]


def count(session: Session) -> int:
    """How many cases wait."""
    return session.execute(select(func.count()).select_from(Appeal).where(Appeal.state.in_(OPEN))).scalar_one()


def claim(session: Session, member: ActingMember, number: int, now: dt.datetime) -> None:
    """Takes a case, or renews one's own claim. Raises `Stale` when somebody else has it, `AppealNotFound`.

    The reading of an earlier owner is not inherited: whoever rules reads for themselves first.
    """
    free = or_(Appeal.state == State.FILED, Appeal.claim_until <= now, Appeal.claimed_by == member.id)
    taken = session.execute(
        update(Appeal)
        .where(Appeal.number == number, Appeal.state.in_(OPEN), free)
        .values(
            state=State.CLAIMED,
            claimed_by=member.id,
            claim_until=now + LEASE,
            own_reading=case((Appeal.claimed_by == member.id, Appeal.own_reading), else_=None),
            version=Appeal.version + 1,
        )
        .returning(Appeal.id)
    ).scalar_one_or_none()
    if taken is None:
        _refuse(session, number)
    _note(session, member, taken, "appeal.claimed", now)


def release(session: Session, member: ActingMember, number: int, now: dt.datetime) -> None:
    """Gives a claimed case back to the line."""
    released = session.execute(
        update(Appeal)
        .where(Appeal.number == number, Appeal.state == State.CLAIMED, Appeal.claimed_by == member.id)
        .values(state=State.FILED, claimed_by=None, claim_until=None, own_reading=None, version=Appeal.version + 1)
        .returning(Appeal.id)
    ).scalar_one_or_none()
    if released is None:
        _refuse(session, number)
    _note(session, member, released, "appeal.released", now)


def renew(session: Session, member: ActingMember, number: int, now: dt.datetime) -> None:
    """Activity on one's own case lengthens its lease; nothing happens when it is not one's own."""
    session.execute(
        update(Appeal)
        .where(Appeal.number == number, Appeal.claimed_by == member.id, Appeal.claim_until > now)
        .values(claim_until=now + LEASE)
    )


def _refuse(session: Session, number: int) -> None:
    known = session.execute(select(Appeal.id).where(Appeal.number == number)).scalar_one_or_none()
    raise Stale if known else AppealNotFound


def _note(session: Session, member: ActingMember, appeal_id: uuid.UUID | None, act: str, now: dt.datetime) -> None:
    journal.note(
        session, act, organisation_id=member.organisation_id, now=now, member_id=member.id, appeal_id=appeal_id
    )
