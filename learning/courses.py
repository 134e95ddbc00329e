"""Courses as files: the documented schema, reading with clear errors, and loading into the database."""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from learning.errors import CourseInvalid
from learning.models import Course, Question, QuestionVersion
from people.actors import Language

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Texts = dict[Language, Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]]
Stance = Literal["approve", "disapprove"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StanceQuestion(_Part):
    """Graded by the intent of approval in a free-text answer; one of approve and disapprove is right."""

    key: Slug
    kind: Literal["stance"]
    text: Texts
    expected: Stance
    readings: dict[Stance, Texts]
    """Completes "I read: …" for each intent, so that the learner sees what the machine understood."""
    why: Texts
    points: Annotated[int, Field(ge=1, le=100)] = 1
    flagged: bool = False


class Option(_Part):
    """One button of a choice question."""

    key: Slug
    text: Texts
    right: bool = False


class ChoiceQuestion(_Part):
    """Buttons, exactly one of them right."""

    key: Slug
    kind: Literal["choice"]
    text: Texts
    options: Annotated[list[Option], Field(min_length=2, max_length=5)]
    why: Texts
    points: Annotated[int, Field(ge=1, le=100)] = 1
    flagged: bool = False

    @model_validator(mode="after")
    def _one_right(self) -> "ChoiceQuestion":
        if sum(option.right for option in self.options) != 1:
            raise ValueError("exactly one option must have right: true")
        if len({option.key for option in self.options}) < len(self.options):
            raise ValueError("two options have the same key")
        return self


class OpenQuestion(_Part):
    """A reflection: kept as the learner's own, never graded."""

    key: Slug
    kind: Literal["open"]
    text: Texts
    reply: Texts
    flagged: bool = False


OneQuestion = StanceQuestion | ChoiceQuestion | OpenQuestion
AnyQuestion = Annotated[OneQuestion, Field(discriminator="kind")]


class LessonText(_Part):
    """Something to read."""

    key: Slug
    title: Texts
    text: Texts


class Lesson(LessonText):
    """Something to read, then the questions about it."""

    questions: Annotated[list[AnyQuestion], Field(min_length=1)]


class Certificate(_Part):
    """What who completed the course can have. `pass_mark` is a percentage of its points; None: completing is enough."""

    pass_mark: Annotated[int, Field(ge=1, le=100)] | None = None
    education_points: Annotated[float, Field(gt=0, le=1000)] | None = None
    registration: Texts | None = None


class CourseHead(_Part):
    """What a course is called and about, and what who completes it can have."""

    slug: Slug
    languages: Annotated[list[Language], Field(min_length=1)]
    title: Texts
    summary: Texts
    certificate: Certificate | None = None


class CourseFile(CourseHead):
    """A whole course. The first language is the default one, and each text has all of them."""

    lessons: Annotated[list[Lesson], Field(min_length=1)]

    @model_validator(mode="after")
    def _complete(self) -> "CourseFile":
        keys = [question.key for question in self.questions()]
        doubles = sorted({key for key in keys if keys.count(key) > 1})
        if doubles:
            raise ValueError(f"question keys must be unique in a course: {', '.join(doubles)}")
        missing = [path for path, texts in texts_in(self.model_dump()) if set(self.languages) - set(texts)]
        if missing:
            raise ValueError(f"these texts lack a language of the course: {'; '.join(missing)}")
        return self

    def questions(self) -> Iterator[OneQuestion]:
        """All questions, in order."""
        return (question for lesson in self.lessons for question in lesson.questions)

    def version(self) -> str:
        """A hash of the content: the same text is the same version."""
        return fingerprint(self.model_dump(mode="json"))


def read(path: Path) -> CourseFile:
    """A course from a YAML file; raises `CourseInvalid` with file, line and what is wrong with it."""
    try:
        return parse(path.read_text("utf-8"), str(path))
    except UnicodeDecodeError:
        raise CourseInvalid(f"{path}:1: not UTF-8 text") from None


def parse(text: str, name: str) -> CourseFile:
    """A course from YAML; raises `CourseInvalid` with name, line and what is wrong with it."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        return CourseFile.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise CourseInvalid(f"{name}:{line}: {getattr(error, 'problem', 'not YAML')}") from None
    except ValidationError as error:
        found = [f"{name}:{_line(node, one['loc'])}: {_where(one['loc'])}: {one['msg']}" for one in error.errors()]
        raise CourseInvalid("\n".join(found)) from None


def load(
    session: Session, organisation_id: uuid.UUID, file: CourseFile, now: dt.datetime, by: uuid.UUID | None = None
) -> uuid.UUID:
    """Makes or renews this course of the organisation; questions that are gone are retired, not deleted.

    `by` is the author who publishes it. Each version of a question is kept: answers to it are read against it.
    """
    row = {"organisation_id": organisation_id, "slug": file.slug, "version": file.version()}
    row |= {"content": file.model_dump(mode="json"), "loaded_at": now, "published_by": by}
    renewed = {name: row[name] for name in ("version", "content", "loaded_at", "published_by")}
    course = insert(Course).values(id=uuid.uuid4(), **row)
    session.execute(course.on_conflict_do_update(index_elements=["organisation_id", "slug"], set_=renewed))
    course_id = session.execute(select(Course.id).where(Course.slug == file.slug)).scalar_one()
    placed = [(lesson, question) for lesson in file.lessons for question in lesson.questions]
    for position, (lesson, question) in enumerate(placed, start=1):
        question_id = session.execute(_upsert(organisation_id, course_id, position, question)).scalar_one()
        session.execute(_kept(organisation_id, question_id, lesson, question, now))
    kept = [question.key for _, question in placed]
    gone = update(Question).where(Question.course_id == course_id, Question.key.not_in(kept))
    session.execute(gone.where(Question.retired_at.is_(None)).values(retired_at=now))
    return course_id


def published(session: Session) -> set[str]:
    """The slugs of courses that an author published in the browser: files do not overwrite them unasked."""
    return set(session.execute(select(Course.slug).where(Course.published_by.is_not(None))).scalars())


def _upsert(organisation_id: uuid.UUID, course_id: uuid.UUID, position: int, question: OneQuestion) -> Any:
    values = {
        "position": position,
        "kind": question.kind,
        "points": 0 if isinstance(question, OpenQuestion) else question.points,
        "flagged": question.flagged,
        "version": version_of(question),
        "retired_at": None,
    }
    row = {"id": uuid.uuid4(), "organisation_id": organisation_id, "course_id": course_id, "key": question.key}
    statement = insert(Question).values(**row, **values)
    return statement.on_conflict_do_update(index_elements=["course_id", "key"], set_=values).returning(Question.id)


def _kept(
    organisation_id: uuid.UUID, question_id: uuid.UUID, lesson: Lesson, question: OneQuestion, now: dt.datetime
) -> Any:
    shown = lesson.model_dump(mode="json", exclude={"questions"})
    row = {"question_id": question_id, "version": version_of(question), "organisation_id": organisation_id}
    row |= {"lesson": shown, "content": question.model_dump(mode="json"), "asked_from": now}
    statement = insert(QuestionVersion).values(row)
    return statement.on_conflict_do_update(
        index_elements=["question_id", "version"], set_={"lesson": shown, "asked_from": now}
    )


def version_of(question: OneQuestion) -> str:
    """A hash of the question: other words, another key or another worth are another version."""
    return fingerprint(question.model_dump(mode="json"))


def fingerprint(content: Any) -> str:
    """A hash of JSON: the same content is the same hash."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]


def texts_in(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, dict[str, str]]]:
    """Each text of the course with its place: a text is a mapping from language to string."""
    if isinstance(value, dict):
        if value and set(value) <= {"nl", "en"}:
            yield ".".join(path), value
            return
        for key, part in value.items():
            yield from texts_in(part, (*path, str(key)))
    elif isinstance(value, list):
        for part in value:
            name = part.get("key", "?") if isinstance(part, dict) else "?"
            yield from texts_in(part, (*path, str(name)))


def _line(node: yaml.Node | None, location: tuple[int | str, ...]) -> int:
    """The line (from 1) of the innermost node on the way to a place that the validator names."""
    line = 1
    for step in location:
        if node is None:
            break
        line = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            following = next((pair for pair in node.value if pair[0].value == step), None)
            if following is None:
                continue  # pydantic adds the name of the union member; it is not in the file
            line, node = following[0].start_mark.line + 1, following[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
    return line


def _where(location: tuple[int | str, ...]) -> str:
    return ".".join(str(step) for step in location) or "course"
