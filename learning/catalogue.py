"""Courses as the conversation needs them: parsed once per version, questions with their ids."""

import threading
import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from grading.grade import Question as Graded
from learning.courses import ChoiceQuestion, CourseFile, Lesson, OpenQuestion, StanceQuestion
from learning.errors import NotFound
from learning.models import Course, Question, QuestionVersion
from people.actors import Language


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a course, ready to be asked."""

    id: uuid.UUID
    number: int
    version: str
    lesson: Lesson
    opens_lesson: bool
    body: StanceQuestion | ChoiceQuestion | OpenQuestion

    @property
    def points(self) -> int:
        return 0 if isinstance(self.body, OpenQuestion) else self.body.points

    def for_grader(self, language: Language) -> Graded:
        """What the grader needs to know of a stance question."""
        assert isinstance(self.body, StanceQuestion)
        return Graded(text=self.body.text[language], language=language, expected=self.body.expected)

    def said(self, language: Language) -> str:
        """The question itself; in its own first language when it has no other."""
        return self.body.text.get(language) or next(iter(self.body.text.values()))

    def shown(self, answer: str, language: Language) -> str:
        """An answer as people read it: of a choice the option's text, not its key."""
        if isinstance(self.body, ChoiceQuestion):
            return next((option.text[language] for option in self.body.options if option.key == answer), answer)
        return answer


@dataclass(frozen=True, slots=True)
class Taught:
    """A course of one organisation in one version."""

    id: uuid.UUID
    slug: str
    version: str
    file: CourseFile
    questions: tuple[Asked, ...]

    def title(self) -> dict[str, str]:
        """The title per language."""
        return {language: self.file.title[language] for language in self.file.languages}

    def question(self, question_id: uuid.UUID | None) -> Asked:
        """The question with this id; raises `NotFound` for one of another course, or a retired one."""
        found = next((question for question in self.questions if question.id == question_id), None)
        if found is None:
            raise NotFound
        return found

    def language(self, wished: str | None) -> Language:
        """The wished language if the course has it, else its first one."""
        return next((language for language in self.file.languages if language == wished), self.file.languages[0])

    def max_points(self) -> int:
        return sum(question.points for question in self.questions)


class Catalogue:
    """Keeps parsed courses in memory, by id; a new version in the database replaces the one kept."""

    def __init__(self) -> None:
        self._kept: dict[uuid.UUID, Taught] = {}
        self._lock = threading.Lock()

    def course(self, session: Session, slug: str) -> Taught:
        """The course of the session's organisation; raises `NotFound`."""
        row = session.execute(select(Course.id, Course.version).where(Course.slug == slug)).one_or_none()
        if row is None:
            raise NotFound
        return self.version(session, *row)

    def of_question(self, session: Session, question_id: uuid.UUID) -> Taught:
        """The course that a question of the session's organisation belongs to; raises `NotFound`."""
        row = session.execute(
            select(Course.id, Course.version)
            .join(Question, Question.course_id == Course.id)
            .where(Question.id == question_id)
        ).one_or_none()
        if row is None:
            raise NotFound
        return self.version(session, *row)

    def version(self, session: Session, course_id: uuid.UUID, version: str) -> Taught:
        """The course in the version that the database has now."""
        kept = self._kept.get(course_id)
        if kept is None or kept.version != version:
            kept = _parse(session, course_id)
            with self._lock:
                self._kept[course_id] = kept
        return kept


def as_asked(session: Session, course: Taught, question_id: uuid.UUID, version: str | None = None) -> Asked:
    """The question as it was in that version, or in its last one, though the course may have changed or dropped it.

    Raises `NotFound` for a question of another course.
    """
    kept = next((one for one in course.questions if one.id == question_id), None)
    if kept is not None and version in (None, kept.version):
        return kept
    row = session.execute(
        select(Question.position, QuestionVersion.version, QuestionVersion.content)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .where(
            Question.id == question_id,
            Question.course_id == course.id,
            QuestionVersion.version == (Question.version if version is None else version),
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    lesson = Lesson.model_validate(row.content)
    return Asked(question_id, row.position, row.version, lesson, False, lesson.questions[0])


def _parse(session: Session, course_id: uuid.UUID) -> Taught:
    course = session.get_one(Course, course_id)
    rows = session.execute(select(Question).where(Question.course_id == course_id, Question.retired_at.is_(None)))
    rows_by_key = {row.key: row for row in rows.scalars()}
    file = CourseFile.model_validate(course.content)
    asked = []
    for lesson in file.lessons:
        for place, body in enumerate(lesson.questions):
            row = rows_by_key[body.key]
            asked.append(Asked(row.id, row.position, row.version, lesson, place == 0, body))
    return Taught(course.id, course.slug, course.version, file, tuple(asked))
