"""Who looked at whose answer: written in the transaction that shows it, read by the learner."""

import datetime as dt
import secrets
import uuid
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from people.actors import ActingMember
from people.models import Member
from privacy import accesses
from privacy.models import Look
from store import journal

Purpose = Literal["employer", "review", "link"]


@dataclass(frozen=True, slots=True)
class Seen:
    """One look, as the learner reads it."""

    who: str | None
    """None where it was whoever had the learner's own link."""
    purpose: str
    question_id: uuid.UUID | None
    """None where everything was taken along."""
    at: dt.datetime


def record(
    session: Session,
    member: ActingMember,
    learner_id: uuid.UUID,
    question_id: uuid.UUID,
    purpose: Purpose,
    now: dt.datetime,
    number: int | None = None,
) -> None:
    """This member opens the answer of this learner to this question now, for the case with this number."""
    salt = secrets.token_bytes(16)
    theirs: dict[str, Any] = {"learner_id": learner_id, "question_id": question_id, "member_id": member.id}
    row: dict[str, Any] = {"id": uuid.uuid4(), "organisation_id": member.organisation_id, "purpose": purpose, "at": now}
    session.add(Look(**row, **theirs, salt=salt))
    about = accesses.about(salt, learner_id, question_id)
    accesses.add(session, member.organisation_id, member.id, purpose, number, about, now)
    journal.note(session, "answer.opened", organisation_id=member.organisation_id, now=now, purpose=purpose, **theirs)


def record_link(session: Session, organisation_id: uuid.UUID, learner_id: uuid.UUID, now: dt.datetime) -> None:
    """Somebody with the learner's own link takes everything along now."""
    salt = secrets.token_bytes(16)
    row = {"id": uuid.uuid4(), "organisation_id": organisation_id, "learner_id": learner_id, "at": now}
    session.add(Look(**row, purpose="link", salt=salt))
    accesses.add(session, organisation_id, None, "link", None, accesses.about(salt, learner_id, None), now)
    journal.note(session, "export.by_link", organisation_id=organisation_id, now=now, learner_id=learner_id)


def since(
    session: Session, member_id: uuid.UUID, learner_id: uuid.UUID, question_id: uuid.UUID, moment: dt.datetime
) -> bool:
    """Has this member opened this answer since then?"""
    theirs = (Look.member_id == member_id, Look.learner_id == learner_id, Look.question_id == question_id)
    return session.execute(select(Look.id).where(*theirs, Look.at >= moment).limit(1)).first() is not None


def of_learner(session: Session, learner_id: uuid.UUID) -> list[Seen]:
    """All looks at this learner's answers, the latest first. Employers are named, reviewers by their task."""
    rows = session.execute(
        select(Member.name, Look.purpose, Look.question_id, Look.at)
        .outerjoin(Member, Member.id == Look.member_id)
        .where(Look.learner_id == learner_id)
        .order_by(Look.at.desc())
    )
    return [Seen(*row) for row in rows]
