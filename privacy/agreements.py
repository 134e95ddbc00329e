"""What the employer may see: settled answers to flagged questions, and beyond that only what an agreement says.

`shown` decides it for every page, export and webhook; nothing else does. Agreements are recorded and ended by the
privacy officer.
"""

import datetime as dt
import enum
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from people.actors import ActingMember
from privacy.errors import ArrangementInvalid
from privacy.models import Agreement
from store import journal

LONGEST: Final = 500
"""Characters of what is written in an agreement."""


class Grant(enum.StrEnum):
    """A kind of thing about a learner that an employer may or may not see."""

    FLAGGED_ANSWERS = "flagged_answers"
    PROGRESS = "progress"
    RESULTS = "results"
    DURATION = "duration"
    ALL_ANSWERS = "all_answers"


ALWAYS = frozenset({Grant.FLAGGED_ANSWERS})


class Part(enum.StrEnum):
    """What there is to see of one answer."""

    STATE = "state"
    """That there is one, since when, and whether it stands."""
    TEXT = "text"
    OUTCOME = "outcome"


def shown(grants: frozenset[Grant], *, flagged: bool, settled: bool, restricted: bool) -> frozenset[Part]:
    """What of an answer an employer with these grants sees.

    `settled`: nobody is going to look at it any more. What is disputed shows nothing of itself until then; who may
    see progress sees that a person looks. `restricted`: its learner had everything stand still.
    """
    if restricted or not (flagged or Grant.ALL_ANSWERS in grants):
        return frozenset()
    if not settled:
        return frozenset({Part.STATE} if Grant.PROGRESS in grants else ())
    return frozenset({Part.STATE, Part.TEXT} | ({Part.OUTCOME} if Grant.RESULTS in grants else set()))


def granted(session: Session, course: str, today: dt.date) -> frozenset[Grant]:
    """What the session's organisation may see of learners in this course (slug) on this day."""
    rows = session.execute(
        select(Agreement.grants).where(
            or_(Agreement.course.is_(None), Agreement.course == course),
            Agreement.starts_on <= today,
            or_(Agreement.ends_on.is_(None), Agreement.ends_on >= today),
        )
    ).scalars()
    return ALWAYS.union(*({Grant(name) for name in names} for names in rows))


@dataclass(frozen=True, slots=True)
class Agreed:
    """What is recorded of an agreement. `course` is a slug, or None for all; days are whole, the last one too."""

    course: str | None
    grants: Collection[Grant]
    ground: str
    agreed_by: str
    starts_on: dt.date
    ends_on: dt.date | None


def listed(session: Session, today: dt.date) -> list[Agreement]:
    """Agreements that hold or will, the newest first."""
    holds = or_(Agreement.ends_on.is_(None), Agreement.ends_on >= today)
    return list(
        session.execute(select(Agreement).where(holds).order_by(Agreement.starts_on.desc(), Agreement.id)).scalars()
    )


def record(session: Session, member: ActingMember, agreed: Agreed, now: dt.datetime) -> None:
    """The employer sees it from its first day on.

    Raises `ArrangementInvalid` when it grants nothing, has no ground or nobody who agreed, or ends before it starts or
    today.
    """
    words = [" ".join(text.split()) for text in (agreed.ground, agreed.agreed_by)]
    last = agreed.ends_on
    if not set(agreed.grants) - ALWAYS or not all(words) or max(map(len, words)) > LONGEST:
        raise ArrangementInvalid
    if last is not None and last < max(agreed.starts_on, now.date()):
        raise ArrangementInvalid
    session.add(
        Agreement(
            id=uuid.uuid4(), organisation_id=member.organisation_id, course=agreed.course,
            grants=sorted(set(agreed.grants) - ALWAYS), ground=words[0], agreed_by=words[1],
            starts_on=agreed.starts_on, ends_on=last,
        )
    )  # fmt: skip
    session.flush()
    _note(session, member, "agreement.recorded", now)


def end(session: Session, member: ActingMember, agreement: uuid.UUID, today: dt.date, now: dt.datetime) -> None:
    """From now on this agreement shows the employer nothing; raises `ArrangementInvalid` when there is none."""
    holds = or_(Agreement.ends_on.is_(None), Agreement.ends_on >= today)
    ended = session.execute(
        update(Agreement)
        .where(Agreement.id == agreement, holds)
        .values(ends_on=func.greatest(Agreement.starts_on, today) - 1)
        .returning(Agreement.id)
    ).scalar_one_or_none()
    if ended is None:
        raise ArrangementInvalid
    _note(session, member, "agreement.ended", now)


def _note(session: Session, member: ActingMember, act: str, now: dt.datetime) -> None:
    journal.note(session, act, organisation_id=member.organisation_id, now=now, member_id=member.id)
