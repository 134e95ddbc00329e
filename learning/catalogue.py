"""Courses as the conversation needs them: parsed once per version, questions with their ids."""

import datetime as dt
import threading
import uuid
from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from grading.grade import Question as Graded
from learning.courses import (
    AnyQuestion,
    ChoiceQuestion,
    CourseFile,
    LessonText,
    OneQuestion,
    OpenQuestion,
    StanceQuestion,
)
from learning.errors import NotFound
from learning.models import Course, Question, QuestionVersion
from people.actors import Language


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a course, ready to be asked."""

    id: uuid.UUID
    number: int
    version: str
    lesson: LessonText
    body: OneQuestion

    @property
    def points(self) -> int:
        return 0 if isinstance(self.body, OpenQuestion) else self.body.points

    def language(self, wished: str | None) -> Language:
        """The wished language if the question has it, else its first one."""
        known: list[Language] = list(self.body.text)
        return next((language for language in known if language == wished), known[0])

    def for_grader(self, language: Language) -> Graded:
        """What the grader needs to know of a stance question."""
        assert isinstance(self.body, StanceQuestion)
        return Graded(text=self.body.text[language], language=language, expected=self.body.expected)

    def said(self, language: Language) -> str:
        """The question itself; in its own first language when it has no other."""
        return self.body.text[self.language(language)]

    def shown(self, answer: str, language: Language) -> str:
        """An answer as people read it: of a choice the option's text, not its key."""
        if isinstance(self.body, ChoiceQuestion):
            return next((option.text[language] for option in self.body.options if option.key == answer), answer)
        return answer


CURRENT: Final = (Course.id, Course.version, Course.loaded_at)
"""What `Catalogue.version` asks."""


@dataclass(frozen=True, slots=True)
class Taught:
    """A course of one organisation in one version."""

    id: uuid.UUID
    slug: str
    version: str
    loaded_at: dt.datetime
    file: CourseFile
    questions: tuple[Asked, ...]
    """What is asked now."""
    versions: dict[uuid.UUID, dict[str, Asked]]
    """Each version of each question that was ever asked, the latest last."""

    def title(self) -> dict[str, str]:
        """The title per language."""
        return {language: self.file.title[language] for language in self.file.languages}

    def question(self, question_id: uuid.UUID | None, version: str | None = None) -> Asked:
        """The question with this id, in that version where it is known, else as it is (or was last) asked.

        Raises `NotFound` for one of another course.
        """
        known = self.versions.get(question_id) if question_id else None
        if not known:
            raise NotFound
        found = known.get(version) if version else None
        return found or self.asks(question_id) or list(known.values())[-1]

    def asks(self, question_id: uuid.UUID | None) -> Asked | None:
        """The question with this id as it is asked now; None when it is not."""
        return next((question for question in self.questions if question.id == question_id), None)

    def language(self, wished: str | None) -> Language:
        """The wished language if the course has it, else its first one."""
        return next((language for language in self.file.languages if language == wished), self.file.languages[0])


class Catalogue:
    """Keeps parsed courses in memory, by id; a new version in the database replaces the one kept."""

    def __init__(self) -> None:
        self._kept: dict[uuid.UUID, Taught] = {}
        self._lock = threading.Lock()

    def course(self, session: Session, slug: str) -> Taught:
        """The course of the session's organisation; raises `NotFound`."""
        row = session.execute(select(*CURRENT).where(Course.slug == slug)).one_or_none()
        if row is None:
            raise NotFound
        return self.version(session, *row)

    def of_question(self, session: Session, question_id: uuid.UUID) -> Taught:
        """The course that a question of the session's organisation belongs to; raises `NotFound`."""
        row = session.execute(
            select(*CURRENT).join(Question, Question.course_id == Course.id).where(Question.id == question_id)
        ).one_or_none()
        if row is None:
            raise NotFound
        return self.version(session, *row)

    def version(self, session: Session, course_id: uuid.UUID, version: str, loaded_at: dt.datetime) -> Taught:
        """The course in the version that the database has now, and since when: one that came back has a past."""
        kept = self._kept.get(course_id)
        if kept is None or (kept.version, kept.loaded_at) != (version, loaded_at):
            kept = _parse(session, course_id)
            with self._lock:
                self._kept[course_id] = kept
        return kept


_QUESTION: TypeAdapter[OneQuestion] = TypeAdapter(AnyQuestion)


def _parse(session: Session, course_id: uuid.UUID) -> Taught:
    course = session.get_one(Course, course_id, populate_existing=True)
    file = CourseFile.model_validate(course.content)
    rows = session.execute(
        select(Question, QuestionVersion)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .where(Question.course_id == course_id)
        .order_by(QuestionVersion.asked_from)
        .execution_options(populate_existing=True)
    ).all()
    versions: dict[uuid.UUID, dict[str, Asked]] = {}
    ids = {}
    for question, one in rows:
        asked = Asked(
            question.id, question.position, one.version, LessonText.model_validate(one.lesson),
            _QUESTION.validate_python(one.content),
        )  # fmt: skip
        versions.setdefault(question.id, {})[one.version] = asked
        ids[question.key] = (question.id, question.version)
    current = []
    for lesson in file.lessons:
        for body in lesson.questions:
            question_id, version = ids[body.key]
            current.append(versions[question_id][version])
    return Taught(course.id, course.slug, course.version, course.loaded_at, file, tuple(current), versions)
