"""The employer's view: latest answers to flagged questions, and nothing more unless an agreement says so."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

from sqlalchemy import Row, Select, and_, case, func, select, true, tuple_
from sqlalchemy.orm import Session

from learning.answering import text_of
from learning.errors import NotFound
from learning.models import Answer, Course, Decision, Enrolment, Question
from people.actors import ActingMember
from people.models import NOBODY, Learner
from privacy import looks
from privacy.agreements import Grant, Part, granted, shown
from store.vault import Vault

State = Literal["final", "in_review", "asked_again"]
"""Does what stands stand, is a person going to look, or has the machine asked the learner once more?"""


@dataclass(frozen=True, slots=True)
class CourseSummary:
    """A course with how many answers its employer may see."""

    slug: str
    content: dict[str, object]
    flagged: int
    answers: int


@dataclass(frozen=True, slots=True)
class VisibleAnswer:
    """An answer of which the employer sees something. `outcome` is None unless an agreement grants results."""

    learner_id: uuid.UUID
    subject: str
    question_id: uuid.UUID
    question_key: str
    answered_at: dt.datetime
    state: State
    outcome: str | None
    version: str | None
    """The version of the question that was answered, where a decision names it."""
    opens: bool
    """Its text may be read; not while it is in review."""


@dataclass(frozen=True, slots=True)
class VisibleLearner:
    """A learner's progress, for an employer with an agreement; what is not granted is None."""

    subject: str
    answered: int | None
    points: int | None
    seconds: int | None
    interactions: int | None


def courses(session: Session, today: dt.date) -> list[CourseSummary]:
    """The organisation's courses."""
    flagged = (
        select(func.count())
        .where(Question.course_id == Course.id, Question.flagged, Question.retired_at.is_(None))
        .scalar_subquery()
    )
    rows = session.execute(select(Course.slug, Course.content, flagged).order_by(Course.slug)).all()
    return [CourseSummary(slug, content, questions, _count(session, slug, today)) for slug, content, questions in rows]


def _count(session: Session, course: str, today: dt.date) -> int:
    visible = _visible(granted(session, course, today)).where(Course.slug == course)
    return session.execute(select(func.count()).select_from(visible.subquery())).scalar_one()


def visible_answers(session: Session, course: str, today: dt.date) -> list[VisibleAnswer]:
    """Who answered which visible question of this course when, without the answers; raises `NotFound`."""
    if session.execute(select(Course.id).where(Course.slug == course)).one_or_none() is None:
        raise NotFound
    grants = granted(session, course, today)
    rows = session.execute(_visible(grants).where(Course.slug == course).order_by(Question.position, Learner.subject))
    return [_shown(row, grants) for row in rows]


def open_answer(
    session: Session,
    vault: Vault,
    member: ActingMember,
    course: str,
    learner_id: uuid.UUID,
    question_id: uuid.UUID,
    now: dt.datetime,
) -> tuple[VisibleAnswer, str]:
    """One answer in plain text; the look is recorded in the same transaction. Raises `NotFound` if not visible."""
    grants = granted(session, course, now.date())
    row = session.execute(
        _visible(grants).where(
            Course.slug == course, Answer.learner_id == learner_id, Answer.question_id == question_id
        )
    ).one_or_none()
    found = _shown(row, grants) if row is not None else None
    if found is None or not found.opens:
        raise NotFound
    looks.record(session, member, learner_id, question_id, "employer", now)
    return found, text_of(session, vault, learner_id, question_id)


def visible_learners(
    session: Session, course: str, today: dt.date, only: uuid.UUID | None = None
) -> list[VisibleLearner]:
    """What agreements grant about each learner of this course, or about `only` this one; empty without one.

    Points of an answer that a person is still to look at do not count here: they would tell how it was graded.
    """
    grants = granted(session, course, today)
    if not grants & {Grant.PROGRESS, Grant.RESULTS, Grant.DURATION}:
        return []
    rows = session.execute(
        select(
            Learner.subject,
            func.count(Answer.question_id),
            func.coalesce(func.sum(Decision.points).filter(~Decision.in_review), 0),
            Enrolment.seconds,
            Enrolment.interactions,
        )
        .select_from(Enrolment)
        .join(Learner, Learner.id == Enrolment.learner_id)
        .join(Course, Course.id == Enrolment.course_id)
        .outerjoin(Question, Question.course_id == Course.id)
        .outerjoin(Answer, and_(Answer.learner_id == Learner.id, Answer.question_id == Question.id))
        .outerjoin(Decision, and_(Decision.learner_id == Learner.id, Decision.question_id == Answer.question_id))
        .where(Course.slug == course, Learner.restricted_since.is_(None), Learner.subject != NOBODY)
        .where(true() if only is None else Learner.id == only)
        .group_by(Learner.id, Enrolment.seconds, Enrolment.interactions)
        .order_by(Learner.subject)
    )
    return [
        VisibleLearner(
            subject,
            answered if Grant.PROGRESS in grants else None,
            points if Grant.RESULTS in grants else None,
            seconds if Grant.DURATION in grants else None,
            interactions if Grant.DURATION in grants else None,
        )
        for subject, answered, points, seconds, interactions in rows
    ]


def seen_by_employer(session: Session, learner_id: uuid.UUID, course: str, today: dt.date) -> list[VisibleAnswer]:
    """The same list for one learner: exactly what the employer can see of them."""
    grants = granted(session, course, today)
    rows = session.execute(
        _visible(grants).where(Course.slug == course, Answer.learner_id == learner_id).order_by(Question.position)
    )
    return [_shown(row, grants) for row in rows]


def _visible(grants: frozenset[Grant]) -> Select[*tuple[Any, ...]]:
    """The one query behind every view of the employer: the kinds of answers of which `shown` shows something.

    An answer counts as flagged when its learner was told so before they gave it, and the question still is.
    """
    kinds = [kind for kind in product((True, False), repeat=3) if _parts(grants, kind)]
    settled = func.coalesce(~Decision.in_review, True)
    restricted = Learner.restricted_since.is_not(None)
    flagged = and_(Question.flagged, Answer.flagged)
    return (
        select(
            Learner.id,
            Learner.subject,
            Question.id,
            Question.key,
            Answer.answered_at,
            case((Decision.in_review, "in_review"), (Decision.outcome == "undecided", "asked_again"), else_="final"),
            Decision.outcome,
            Decision.question_version,
            flagged.label("flagged"),
            settled.label("settled"),
            restricted.label("restricted"),
        )
        .select_from(Answer)
        .join(Learner, Learner.id == Answer.learner_id)
        .join(Question, Question.id == Answer.question_id)
        .join(Course, Course.id == Question.course_id)
        .outerjoin(Decision, and_(Decision.learner_id == Learner.id, Decision.question_id == Question.id))
        .where(
            Learner.subject != NOBODY, Question.retired_at.is_(None), tuple_(flagged, settled, restricted).in_(kinds)
        )
    )


def _parts(grants: frozenset[Grant], kind: Iterable[bool]) -> frozenset[Part]:
    return shown(grants, **dict(zip(("flagged", "settled", "restricted"), kind, strict=True)))


def _shown(row: Row[*tuple[Any, ...]], grants: frozenset[Grant]) -> VisibleAnswer:
    learner_id, subject, question_id, key, at, state, outcome, version, *kind = row
    parts = _parts(grants, kind)
    seen = outcome if Part.OUTCOME in parts else None
    return VisibleAnswer(learner_id, subject, question_id, key, at, state, seen, version, Part.TEXT in parts)
