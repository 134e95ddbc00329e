"""The reviewers' waiting line, and claims: a claim is a lease that the update itself checks."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import ColumnElement, Uuid, any_, case, func, literal, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from appeals import access, conflicts, states
from appeals.errors import Stale
from appeals.filing import unpause
from appeals.models import Appeal
from appeals.states import LEASE, OPEN, State
from learning.models import Course, Question
from people.actors import ActingMember
from people.models import Member
from store import journal

COUNTED: Final = 1000
"""More than this many waiting cases are not counted one by one: the page must be as quick for a million."""

Order = Literal["waiting", "due"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases, in which order: the longest waiting, or the nearest date first."""

    order: Order = "waiting"
    origin: str | None = None
    course: str | None = None
    question: uuid.UUID | None = None
    mine: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case in the line. There is no learner in it: reviewers do not need to know who it is."""

    number: int
    origin: str
    state: str
    level: int
    course: str
    question_id: uuid.UUID
    filed_at: dt.datetime
    due_at: dt.datetime
    reminded: int
    owner_id: uuid.UUID | None
    owner: str | None
    claim_until: dt.datetime | None

    def after(self, order: Order) -> tuple[dt.datetime, int]:
        """Where the next page begins."""
        return (self.due_at if order == "due" else self.filed_at), self.number


ALL: Final = Wanted()


def waiting(
    session: Session,
    now: dt.datetime,
    wanted: Wanted = ALL,
    *,
    member: ActingMember | None = None,
    limit: int = 50,
    after: tuple[dt.datetime, int] | None = None,
) -> list[Waiting]:
    """The open cases of the organisation, in the wanted order, from `after` on (see `Waiting.after`)."""
    moment = Appeal.due_at if wanted.order == "due" else Appeal.filed_at
    query = (
        select(
            Appeal.number,
            Appeal.origin,
            Appeal.state,
            Appeal.level,
            Course.slug,
            Appeal.question_id,
            Appeal.filed_at,
            Appeal.due_at,
            Appeal.reminded,
            func.coalesce(Appeal.claim_until > now, False),
            Appeal.claimed_by,
            Member.name,
            Appeal.claim_until,
        )
        .join(Question, Question.id == Appeal.question_id)
        .join(Course, Course.id == Question.course_id)
        .outerjoin(Member, Member.id == Appeal.claimed_by)
        .where(*_wanted(session, wanted, member, now))
        .order_by(moment, Appeal.number)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(moment, Appeal.number) > after)
    rows = session.execute(query)
    return [Waiting(*row[:9], *(row[10:] if row[9] else (None, None, None))) for row in rows]


def count(session: Session, now: dt.datetime, wanted: Wanted = ALL, *, member: ActingMember | None = None) -> int:
    """How many such cases wait, counted up to `COUNTED`."""
    query = select(Appeal.id).where(*_wanted(session, wanted, member, now)).limit(COUNTED)
    return session.execute(select(func.count()).select_from(query.subquery())).scalar_one()


def next_free(session: Session, member: ActingMember, now: dt.datetime) -> int | None:
    """The longest waiting case that nobody holds, that waits for no learner, and that this member may rule on."""
    nobody = or_(Appeal.state.in_((State.FILED, State.ESCALATED)), Appeal.claim_until <= now)
    return session.execute(
        select(Appeal.number)
        .join(Question, Question.id == Appeal.question_id)
        .where(Appeal.state.in_(OPEN), nobody, conflicts.none_for(member.id))
        .order_by(Appeal.filed_at, Appeal.number)
        .limit(1)
    ).scalar_one_or_none()


def courses(session: Session) -> list[str]:
    """The courses that the line can be narrowed to, by slug."""
    return list(session.execute(select(Course.slug).order_by(Course.slug)).scalars())


def claim(session: Session, member: ActingMember, number: int, now: dt.datetime, *, exception: bool = False) -> None:
    """Takes a case, or renews one's own claim.

    Raises `Stale` when somebody else has it, `AppealNotFound`, and `ConflictOfInterest` unless nobody else is left
    and it is claimed as an `exception`. The reading of an earlier owner is not inherited: whoever rules reads for
    themselves first.
    """
    free = or_(Appeal.state != State.CLAIMED, Appeal.claim_until <= now, Appeal.claimed_by == member.id)
    _take(session, member, number, now, free, "claim", exception=exception)


def take_over(
    session: Session, member: ActingMember, number: int, now: dt.datetime, *, exception: bool = False
) -> None:
    """Takes a case that a colleague holds, who then can no longer rule; otherwise as `claim`."""
    _take(session, member, number, now, Appeal.claimed_by != member.id, "take_over", exception=exception)


def release(session: Session, member: ActingMember, number: int, now: dt.datetime) -> None:
    """Gives a claimed case back to the line."""
    back = case((Appeal.level > 1, State.ESCALATED), else_=State.FILED)
    released = session.execute(
        update(Appeal)
        .where(Appeal.number == number, Appeal.state == State.CLAIMED, Appeal.claimed_by == member.id)
        .values(state=back, claimed_by=None, claim_until=None, own_reading=None, draft=None, version=Appeal.version + 1)
        .returning(Appeal.id)
    ).scalar_one_or_none()
    if released is None:
        access.find(session, number)
        raise Stale
    _note(session, member, released, "appeal.released", now)


def renew(session: Session, member: ActingMember, number: int, now: dt.datetime) -> None:
    """Activity on one's own case lengthens its lease; nothing happens when it is not one's own."""
    session.execute(
        update(Appeal)
        .where(Appeal.number == number, Appeal.claimed_by == member.id, Appeal.claim_until > now)
        .values(claim_until=now + LEASE)
    )


def _take(
    session: Session,
    member: ActingMember,
    number: int,
    now: dt.datetime,
    free: ColumnElement[bool],
    act: Literal["claim", "take_over"],
    *,
    exception: bool,
) -> None:
    appeal = access.find(session, number, lock=True)
    exceptional = conflicts.check(session, member.id, appeal, exception=exception)
    mine = Appeal.claimed_by == member.id
    taken = session.execute(
        update(Appeal)
        .where(Appeal.id == appeal.id, Appeal.state.in_(states.allowed(act)), free)
        .values(
            state=State.CLAIMED,
            claimed_by=member.id,
            claim_until=now + LEASE,
            claimed_at=case((mine, Appeal.claimed_at), else_=now),
            own_reading=case((mine, Appeal.own_reading), else_=None),
            draft=case((mine, Appeal.draft), else_=None),
            exception=exceptional,
            version=Appeal.version + 1,
        )
        .returning(Appeal.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if taken is None:
        raise Stale
    session.refresh(appeal)
    unpause(appeal, now)
    _note(session, member, taken, {"claim": "appeal.claimed", "take_over": "appeal.taken_over"}[act], now)
    if exceptional:
        _note(session, member, taken, "appeal.exception", now)


def _wanted(
    session: Session, wanted: Wanted, member: ActingMember | None, now: dt.datetime
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Appeal.state.in_(OPEN)]
    if wanted.origin is not None:
        found.append(Appeal.origin == wanted.origin)
    if wanted.course is not None:
        of_course = (
            select(Question.id).join(Course, Course.id == Question.course_id).where(Course.slug == wanted.course)
        )
        asked = literal(list(session.execute(of_course).scalars()), ARRAY(Uuid))
        found.append(Appeal.question_id == any_(asked))
    if wanted.question is not None:
        found.append(Appeal.question_id == wanted.question)
    if wanted.mine and member is not None:
        found += [Appeal.claimed_by == member.id, Appeal.claim_until > now]
    if wanted.late:
        found.append(Appeal.due_at < now)
    return found


def _note(session: Session, member: ActingMember, appeal_id: uuid.UUID, act: str, now: dt.datetime) -> None:
    journal.note(
        session, act, organisation_id=member.organisation_id, now=now, member_id=member.id, appeal_id=appeal_id
    )
