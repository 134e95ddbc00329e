"""The tables of courses, enrolments, answers and decisions."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Key, OfOrganisation, Sealed, Table
from store.personal import Privacy

SERVICE = "the service period plus one year"


class Course(OfOrganisation, Table):
    """A course as its file said; `version` is a hash of the content."""

    __tablename__ = "course"
    __privacy__ = Privacy("organisation", "keep", SERVICE)
    __table_args__ = (UniqueConstraint("organisation_id", "slug"),)

    id: Mapped[Key]
    slug: Mapped[str]
    version: Mapped[str]
    content: Mapped[dict[str, Any]]
    loaded_at: Mapped[dt.datetime]
    published_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("member.id"))
    """The author who published it in the browser; None when it came from a file."""


class Question(OfOrganisation, Table):
    """What has to be joinable of a question; its texts are in the course's content. Retired ones stay."""

    __tablename__ = "question"
    __privacy__ = Privacy("organisation", "keep", SERVICE)
    __table_args__ = (
        UniqueConstraint("course_id", "key"),
        CheckConstraint("kind IN ('stance', 'choice', 'open')", name="kind"),
    )

    id: Mapped[Key]
    course_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    key: Mapped[str]
    position: Mapped[int]
    kind: Mapped[str]
    points: Mapped[int]
    flagged: Mapped[bool]
    version: Mapped[str]
    retired_at: Mapped[dt.datetime | None]


class QuestionVersion(OfOrganisation, Table):
    """A question as it was asked once, with its lesson: what an answer to it is read against, whatever came later."""

    __tablename__ = "question_version"
    __privacy__ = Privacy("organisation", "keep", SERVICE)

    question_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    lesson: Mapped[dict[str, Any]]
    content: Mapped[dict[str, Any]]
    asked_from: Mapped[dt.datetime]


class CourseDraft(OfOrganisation, Table):
    """What authors are changing in a course and have not published; no learner sees it."""

    __tablename__ = "course_draft"
    __privacy__ = Privacy("organisation", "keep", "until it is published or thrown away")
    __table_args__ = (UniqueConstraint("organisation_id", "slug"),)

    id: Mapped[Key]
    slug: Mapped[str]
    content: Mapped[dict[str, Any]]
    changed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"))
    changed_at: Mapped[dt.datetime]


class Enrolment(OfOrganisation, Table):
    """A learner in a course, and where their conversation stands. `last_reply` repeats a turn whose reply was lost."""

    __tablename__ = "enrolment"
    __privacy__ = Privacy("learner", "delete", SERVICE, exported=True)

    learner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"), primary_key=True)
    course_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), primary_key=True)
    awaiting: Mapped[str | None]
    question_id: Mapped[uuid.UUID | None]
    about_id: Mapped[uuid.UUID | None]
    """The question that an appeal or a confirmation is about, while one is awaited."""
    asked_version: Mapped[str | None]
    """The version of the open question that the learner has before them; None when nobody noted it."""
    revision: Mapped[int]
    last_turn: Mapped[str | None]
    last_reply: Mapped[Sealed | None]
    interactions: Mapped[int]
    seconds: Mapped[int]
    started_at: Mapped[dt.datetime]
    last_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]


class Answer(OfOrganisation, Table):
    """The latest answer of a learner to a question. The next one overwrites it."""

    __tablename__ = "answer"
    __privacy__ = Privacy("learner", "delete", SERVICE, exported=True)

    learner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"), primary_key=True)
    question_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("question.id"), primary_key=True, index=True)
    text: Mapped[Sealed]
    language: Mapped[str]
    flagged: Mapped[bool] = mapped_column(server_default=sql("false"))
    """The learner was told that their employer can see it: a question flagged later shows no earlier answer."""
    answered_at: Mapped[dt.datetime]


class Decision(OfOrganisation, Table):
    """What stands for the latest answer. A model's names the model, a person's the member; a clock's nobody."""

    __tablename__ = "decision"
    __privacy__ = Privacy("learner", "delete", SERVICE, exported=True)
    __table_args__ = (
        ForeignKeyConstraint(
            ["learner_id", "question_id"], ["answer.learner_id", "answer.question_id"], ondelete="CASCADE"
        ),
        UniqueConstraint("learner_id", "question_id"),
        CheckConstraint("outcome IN ('passed', 'not_passed', 'undecided')", name="outcome"),
        CheckConstraint("intent IN ('approve', 'disapprove', 'unsure', 'none')", name="intent"),
        CheckConstraint(
            "(maker = 'model' AND model_id IS NOT NULL AND member_id IS NULL)"
            " OR (maker = 'key' AND model_id IS NULL AND member_id IS NULL)"
            " OR (maker = 'clock' AND member_id IS NULL)"
            " OR (maker = 'person' AND member_id IS NOT NULL)",
            name="maker",
        ),
        CheckConstraint("points >= 0 AND points <= max_points", name="points"),
        Index("ix_decision_question_outcome", "question_id", "outcome"),
        Index("ix_decision_remedy", "remedy_id", postgresql_where=sql("remedy_id IS NOT NULL")),
    )

    id: Mapped[Key]
    learner_id: Mapped[uuid.UUID]
    question_id: Mapped[uuid.UUID]
    question_version: Mapped[str]
    maker: Mapped[str]
    member_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("member.id"))
    model_id: Mapped[str | None]
    intent: Mapped[str | None]
    outcome: Mapped[str]
    reason: Mapped[str]
    points: Mapped[int]
    max_points: Mapped[int]
    p_value: Mapped[float | None]
    alpha: Mapped[float | None]
    tries: Mapped[int]
    """How often the machine could not tell since the last clear answer: at 1 it asks once more, at 2 a person looks."""
    in_review: Mapped[bool] = mapped_column(server_default=sql("false"))
    """A person is going to look, or is looking: what stands is not final."""
    remedy_id: Mapped[uuid.UUID | None]
    """The remedy that passed it after all, where its model had failed it."""
    decided_at: Mapped[dt.datetime]


class Certificate(OfOrganisation, Table):
    """That a learner completed a course, for who is given its code. No name: who prints it types one."""

    __tablename__ = "certificate"
    __privacy__ = Privacy("learner", "delete", SERVICE, exported=True)
    __table_args__ = (UniqueConstraint("learner_id", "course_id"),)

    id: Mapped[Key]
    """In the learner's own link."""
    learner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"))
    course_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(unique=True)
    """What anybody can check it by."""
    points: Mapped[int]
    """What the learner had; with fewer now it is not valid."""
    issued_at: Mapped[dt.datetime]
