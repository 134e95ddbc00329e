"""Drafts of courses: what authors change before it is published. One per course; learners see nothing of it.

Each save names what it was made from. When somebody else changed that part in the meantime, nothing is saved and
`Overtaken` is raised, so that two authors never undo each other unseen.
"""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from learning import courses, editing
from learning.courses import CourseFile
from learning.editing import Content, Part
from learning.errors import CourseInvalid, NotFound, Overtaken
from learning.models import Course, CourseDraft, Question
from people.actors import ActingMember
from people.models import Member
from store import journal
from store.base import core


@dataclass(frozen=True, slots=True)
class Draft:
    """A course as authors have it. `published` is what learners have now, None where they have nothing."""

    slug: str
    content: Content
    published: Content | None
    changed: bool
    """There is something that has not been published."""
    changed_by: str | None
    changed_at: dt.datetime | None

    @property
    def mark(self) -> str:
        """What all of it is now."""
        return editing.mark(self.content)


def listed(session: Session) -> list[Draft]:
    """The organisation's courses, drafts included."""
    slugs = session.execute(select(Course.slug).union(select(CourseDraft.slug)).order_by("slug")).scalars()
    return [find(session, slug) for slug in slugs]


def find(session: Session, slug: str, *, lock: bool = False) -> Draft:
    """The course as authors have it; raises `NotFound`. `lock` makes other changes of it wait."""
    course_query, draft_query = (
        select(Course).where(Course.slug == slug),
        select(CourseDraft).where(CourseDraft.slug == slug),
    )
    if lock:
        course_query, draft_query = course_query.with_for_update(), draft_query.with_for_update()
    course = session.execute(course_query.execution_options(populate_existing=True)).scalar_one_or_none()
    draft = session.execute(draft_query.execution_options(populate_existing=True)).scalar_one_or_none()
    published = course.content if course else None
    if draft is not None:
        by = session.get_one(Member, draft.changed_by).name
        return Draft(slug, draft.content, published, True, by, draft.changed_at)
    if published is None:
        raise NotFound
    return Draft(slug, published, published, False, None, None)


def begin(session: Session, member: ActingMember, head: Part, now: dt.datetime) -> str:
    """A new course; its slug is made from the title, in the course's first language."""
    taken, made = {one.slug for one in listed(session)}, None
    while made is None:  # another author may take the same name at the same moment
        slug = editing.key_for(head["title"][head["languages"][0]], taken, "course")
        taken.add(slug)
        row = {"id": uuid.uuid4(), "organisation_id": member.organisation_id, "slug": slug, "changed_by": member.id}
        row |= {"content": head | {"slug": slug, "lessons": []}, "changed_at": now}
        new = insert(core(CourseDraft)).values(row).on_conflict_do_nothing()
        made = session.execute(new.returning(core(CourseDraft).c.id)).scalar_one_or_none()
    _note(session, member, "draft.changed", slug, now)
    return slug


def take_in(session: Session, member: ActingMember, file: CourseFile, now: dt.datetime, *, replace: bool) -> None:
    """A course file becomes the draft of its course; raises `Overtaken` where there is one and it may not go."""
    known = session.execute(select(CourseDraft.id).where(CourseDraft.slug == file.slug).with_for_update())
    if known.scalar_one_or_none() is not None and not replace:
        raise Overtaken
    _keep(session, member, file.slug, file.model_dump(mode="json"), now)


def change(
    session: Session,
    member: ActingMember,
    slug: str,
    seen: str | None,
    part: Callable[[Content], Part],
    changed: Callable[[Content], Content],
    now: dt.datetime,
) -> None:
    """Changes the draft if `part` of it is still what was seen; raises `Overtaken`, also when the part is gone.

    Without `seen` it does not matter what it was: something is added or moved.
    """
    draft = find(session, slug, lock=True)
    if seen is not None and _mark(part, draft.content) != seen:
        raise Overtaken
    made = changed(draft.content)
    if made != draft.content:
        _keep(session, member, slug, made, now)


def question_keys(session: Session, slug: str, content: Content) -> set[str]:
    """Keys that a new question cannot have: also those of questions that were removed, for answers hang on them."""
    asked = {asked["key"] for one in content["lessons"] for asked in one["questions"]}
    known = select(Question.key).join(Course, Course.id == Question.course_id).where(Course.slug == slug)
    return asked | set(session.execute(known).scalars())


def discard(session: Session, member: ActingMember, slug: str, now: dt.datetime) -> None:
    """The draft is gone; learners have what they had. Raises `NotFound` when there is none."""
    gone = session.execute(delete(CourseDraft).where(CourseDraft.slug == slug).returning(CourseDraft.id)).all()
    if not gone:
        raise NotFound
    _note(session, member, "draft.discarded", slug, now)


def publish(session: Session, member: ActingMember, slug: str, seen: str, now: dt.datetime) -> None:
    """From the next message on learners have this. Raises `Overtaken`, and `CourseInvalid` while it lacks something."""
    draft = find(session, slug, lock=True)
    if draft.mark != seen:
        raise Overtaken
    if editing.problems(draft.content):
        raise CourseInvalid(slug)
    file = CourseFile.model_validate(draft.content)
    courses.load(session, member.organisation_id, file, now, by=member.id)
    session.execute(delete(CourseDraft).where(CourseDraft.slug == slug))
    _note(session, member, "course.published", slug, now, version=file.version())


def _mark(part: Callable[[Content], Part], content: Content) -> str | None:
    try:
        return editing.mark(part(content))
    except NotFound:
        return None


def _keep(session: Session, member: ActingMember, slug: str, content: Content, now: dt.datetime) -> None:
    row: dict[str, Any] = {"content": content, "changed_by": member.id, "changed_at": now}
    new = {"id": uuid.uuid4(), "organisation_id": member.organisation_id, "slug": slug}
    statement = insert(core(CourseDraft)).values(new | row)
    session.execute(statement.on_conflict_do_update(index_elements=["organisation_id", "slug"], set_=row))
    _note(session, member, "draft.changed", slug, now)


def _note(
    session: Session, member: ActingMember, act: str, slug: str, now: dt.datetime, version: str | None = None
) -> None:
    journal.note(
        session, act, organisation_id=member.organisation_id, now=now, member_id=member.id, course=slug,
        version=version,
    )  # fmt: skip
