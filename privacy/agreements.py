"""What the employer may see: flagged answers, and beyond that only what an agreement says."""

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
