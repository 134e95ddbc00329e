"""Who may not rule on a case: who wrote the course's questions, who manages the learner, who ruled on it before.

Where nobody else is left, the organisation can still decide: as an exception that is claimed as one and recorded.
"""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from appeals.errors import AppealNotFound, ConflictOfInterest, Involved
from appeals.models import Appeal, Conflict
from learning.models import Course, Question
from people.actors import ActingMember
from people.models import Learner, Member
from store import journal
from store.journal import Entry


@dataclass(frozen=True, slots=True)
class Declared:
    """Who may not rule on what: a course or a learner."""

    id: uuid.UUID
    member: str
    course: str | None
    learner: str | None
    since: dt.datetime


def check(session: Session, member_id: uuid.UUID, appeal: Appeal, *, exception: bool) -> bool:
    """Is this claim an exception? Raises `ConflictOfInterest` where it would have to be one and may not."""
    why = _involved(session, member_id, appeal)
    if why is None:
        return False
    alone = not _others(session, member_id, appeal)
    if not (exception and alone):
        raise ConflictOfInterest(why, alone=alone)
    return True


def declare(
    session: Session,
    organisation_id: uuid.UUID,
    member_id: uuid.UUID,
    *,
    course_id: uuid.UUID | None = None,
    learner_id: uuid.UUID | None = None,
    now: dt.datetime,
    by: ActingMember | None = None,
) -> None:
    """From now on this member does not rule on this course, or on this learner; twice is once.

    Raises `AppealNotFound` when one of them is not the organisation's. `by` is who says so, for the journal.
    """
    for table, wanted in ((Member, member_id), (Course, course_id), (Learner, learner_id)):
        if wanted is not None and session.get(table, wanted) is None:
            raise AppealNotFound
    who = {"id": uuid.uuid4(), "organisation_id": organisation_id, "member_id": member_id}
    row = who | {"course_id": course_id, "learner_id": learner_id, "created_at": now}
    new = session.execute(insert(Conflict).values(row).on_conflict_do_nothing().returning(Conflict.id)).first()
    if new is not None:
        _note(session, organisation_id, "conflict.declared", by, now)


def of_authors(session: Session, by: ActingMember, course: str, now: dt.datetime) -> None:
    """Whoever changed this course (slug) since it began does not rule on it, whether they review already or will later.

    What a privacy officer takes back comes again with the next publication.
    """
    wrote = select(Entry.member_id).where(
        Entry.act == "draft.changed", Entry.facts["course"].astext == course, Entry.member_id.is_not(None)
    )
    still = select(Member.id).where(Member.id.in_(wrote) | (Member.id == by.id), Member.left_at.is_(None))
    (course_id,) = session.execute(select(Course.id).where(Course.slug == course)).one()
    for member_id in session.execute(still.order_by(Member.id)).scalars().all():
        declare(session, by.organisation_id, member_id, course_id=course_id, now=now, by=by)


def take_back(session: Session, by: ActingMember, conflict_id: uuid.UUID, now: dt.datetime) -> None:
    """The member may rule on it again; raises `AppealNotFound`."""
    gone = session.execute(delete(Conflict).where(Conflict.id == conflict_id).returning(Conflict.id)).first()
    if gone is None:
        raise AppealNotFound
    _note(session, by.organisation_id, "conflict.taken_back", by, now)


def listed(session: Session) -> list[Declared]:
    """All that is declared, by member."""
    rows = session.execute(
        select(Conflict.id, Member.name, Course.slug, Learner.subject, Conflict.created_at)
        .join(Member, Member.id == Conflict.member_id)
        .outerjoin(Course, Course.id == Conflict.course_id)
        .outerjoin(Learner, Learner.id == Conflict.learner_id)
        .order_by(Member.name, Conflict.created_at)
    )
    return [Declared(*row) for row in rows]


def reviewers(session: Session) -> list[tuple[uuid.UUID, str]]:
    """Those who rule, by name."""
    rows = session.execute(
        select(Member.id, Member.name)
        .where(Member.roles.contains(["reviewer"]), Member.left_at.is_(None))
        .order_by(Member.name, Member.id)
    )
    return [(row[0], row[1]) for row in rows]


def _note(session: Session, organisation_id: uuid.UUID, act: str, by: ActingMember | None, now: dt.datetime) -> None:
    """That it was done and by whom; whom it is about stands in the list for as long as it is so."""
    journal.note(session, act, organisation_id=organisation_id, now=now, member_id=by.id if by else None)


def none_for(member_id: uuid.UUID) -> ColumnElement[bool]:
    """Which cases this member may rule on, as a condition in a query of cases with their questions."""
    about = or_(Conflict.course_id == Question.course_id, Conflict.learner_id == Appeal.learner_id)
    declared = exists().where(Conflict.member_id == member_id, about).correlate(Appeal, Question)
    return and_(Appeal.first_ruled_by.is_distinct_from(member_id), ~declared)


def _involved(session: Session, member_id: uuid.UUID, appeal: Appeal) -> Involved | None:
    if appeal.first_ruled_by == member_id:
        return "ruled_before"
    about = select(Conflict.learner_id).where(Conflict.member_id == member_id, _about(appeal))
    found = session.execute(about.order_by(Conflict.learner_id).limit(1)).one_or_none()
    if found is None:
        return None
    return "manages_learner" if found.learner_id else "wrote_questions"


def _others(session: Session, member_id: uuid.UUID, appeal: Appeal) -> bool:
    """Is there another reviewer who may rule on it?"""
    free = ~exists().where(Conflict.member_id == Member.id, _about(appeal))
    who = and_(Member.id != member_id, Member.left_at.is_(None), Member.roles.contains(["reviewer"]), free)
    if appeal.first_ruled_by is not None:
        who = and_(who, Member.id != appeal.first_ruled_by)
    return session.execute(select(exists().where(who))).scalar_one()


def _about(appeal: Appeal) -> ColumnElement[bool]:
    course = select(Question.course_id).where(Question.id == appeal.question_id).scalar_subquery()
    return or_(Conflict.course_id == course, Conflict.learner_id == appeal.learner_id)
