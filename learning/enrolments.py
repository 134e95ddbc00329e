"""Where a learner stands in a course: read in one query, moved on in one update."""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from learning.catalogue import Catalogue, Taught
from learning.errors import MovedOn, NotFound
from learning.models import Course, Enrolment
from people.actors import Language, LearnerClaims
from people.models import Learner, Organisation
from privacy import policy
from privacy.consent import LEARNING
from privacy.models import Consent

LONGEST_PAUSE = dt.timedelta(minutes=5)
"""A longer silence counts as this much study time: the learner was away."""


@dataclass(frozen=True, slots=True)
class Here:
    """A learner in a course, as the turn finds them. `learner_id` is None before their first consent."""

    claims: LearnerClaims
    course: Taught
    alpha: float
    appeal_days: int
    organisation: str
    learner_id: uuid.UUID | None
    language: Language
    consented: bool
    enrolled: bool
    awaiting: str | None
    question_id: uuid.UUID | None
    about_id: uuid.UUID | None
    revision: int
    last_turn: str | None
    last_reply: bytes | None = field(repr=False)

    @property
    def organisation_id(self) -> uuid.UUID:
        return self.claims.organisation_id

    @property
    def learner(self) -> uuid.UUID:
        """The learner's id where consent was required before; an error in the program otherwise."""
        assert self.learner_id is not None
        return self.learner_id


_LIVE = and_(
    Consent.learner_id == Learner.id,
    Consent.purpose == LEARNING,
    Consent.policy == bindparam("policy"),
    Consent.withdrawn_at.is_(None),
)
FIND = (
    select(
        Course.id,
        Course.version,
        Organisation.alpha,
        Organisation.appeal_days,
        Organisation.name,
        Learner.id,
        Learner.language,
        Consent.id.is_not(None),
        Enrolment.learner_id.is_not(None),
        Enrolment.awaiting,
        Enrolment.question_id,
        Enrolment.about_id,
        Enrolment.revision,
        Enrolment.last_turn,
        Enrolment.last_reply,
    )
    .select_from(Course)
    .join(Organisation, Organisation.id == Course.organisation_id)
    .outerjoin(
        Learner, and_(Learner.organisation_id == Course.organisation_id, Learner.subject == bindparam("subject"))
    )
    .outerjoin(Enrolment, and_(Enrolment.learner_id == Learner.id, Enrolment.course_id == Course.id))
    .outerjoin(Consent, _LIVE)
    .where(Course.slug == bindparam("course"))
)


def find(
    session: Session, catalogue: Catalogue, claims: LearnerClaims, course: str, wished: Language | None = None
) -> Here:
    """Where this learner stands. The language is their own, else the wished one, else the course's first."""
    row = session.execute(
        FIND, {"subject": claims.subject, "course": course, "policy": policy.current().version}
    ).one_or_none()
    if row is None:
        raise NotFound
    taught = catalogue.version(session, row[0], row[1])
    language = taught.language(row[6] or wished)
    alpha, days, name, learner_id, _, consented, enrolled, awaiting, question_id, about_id, revision, turn, reply = row[
        2:
    ]
    return Here(
        claims, taught, alpha, days, name, learner_id, language, consented, enrolled,
        awaiting, question_id, about_id, revision or 0, turn, reply,
    )  # fmt: skip


def begin(session: Session, here: Here, learner_id: uuid.UUID, now: dt.datetime) -> None:
    """The learner takes up this course; nothing happens when they had done so before."""
    row: dict[str, Any] = {
        "organisation_id": here.organisation_id,
        "learner_id": learner_id,
        "course_id": here.course.id,
    }
    row |= {"revision": 0, "interactions": 0, "seconds": 0, "started_at": now, "last_at": now}
    session.execute(insert(Enrolment).values(row).on_conflict_do_nothing())


@dataclass(frozen=True, slots=True)
class Step:
    """Where the conversation goes with this turn."""

    awaiting: str | None
    question_id: uuid.UUID | None
    about_id: uuid.UUID | None = None
    finished: bool = False
    restarted: bool = False


def move(session: Session, here: Here, step: Step, turn: str, reply: bytes, now: dt.datetime) -> None:
    """Moves the conversation on, once: raises `MovedOn` when another turn came first, and all is rolled back."""
    enrolment = session.execute(
        select(Enrolment.last_at, Enrolment.finished_at)
        .where(
            Enrolment.learner_id == here.learner,
            Enrolment.course_id == here.course.id,
            Enrolment.revision == here.revision,
        )
        .with_for_update()
    ).one_or_none()
    if enrolment is None:
        raise MovedOn
    spent = min(now - enrolment.last_at, LONGEST_PAUSE)
    counted: dict[str, Any] = {
        "interactions": Enrolment.interactions + 1,
        "seconds": Enrolment.seconds + int(spent.total_seconds()),
    }
    if step.restarted:
        counted = {"interactions": 0, "seconds": 0, "started_at": now}
    finished = (enrolment.finished_at or now) if step.finished else None
    session.execute(
        update(Enrolment)
        .where(Enrolment.learner_id == here.learner, Enrolment.course_id == here.course.id)
        .values(
            awaiting=step.awaiting,
            question_id=step.question_id,
            about_id=step.about_id,
            revision=here.revision + 1,
            last_turn=turn,
            last_reply=reply,
            last_at=now,
            finished_at=finished,
            **counted,
        )
    )


def choose_language(session: Session, here: Here, language: Language) -> None:
    """From now on the learner reads this language."""
    session.execute(update(Learner).where(Learner.id == here.learner).values(language=language))


def reply_place(here: Here) -> str:
    """Where the last reply is sealed."""
    return f"enrolment|{here.learner}|{here.course.id}|last_reply"
