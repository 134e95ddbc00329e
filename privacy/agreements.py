"""What the employer may see: settled answers to flagged questions, and beyond that only what an agreement says.

`shown` decides it for every page, export and webhook; nothing else does.
"""

import datetime as dt
import enum

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from privacy.models import Agreement


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
