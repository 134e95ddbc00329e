"""Progress and points: counted from what stands now, never stored."""

import uuid
from dataclasses import dataclass

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from learning.catalogue import Asked, Taught
from learning.models import Answer, Decision, Question
from store.base import core


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands for one answered question; an answer to an open question has no outcome."""

    outcome: str | None
    points: int
    max_points: int
    tries: int
    in_review: bool
    maker: str | None

    @property
    def asked_again(self) -> bool:
        """The machine could not tell and asked once more: the question is still open."""
        return self.outcome == "undecided" and self.tries == 1 and not self.in_review


@dataclass(frozen=True, slots=True)
class Standing:
    """All marks of a learner in a course."""

    course: Taught
    marks: dict[uuid.UUID, Mark]

    @property
    def answered(self) -> int:
        return sum(not self._is_open(question) for question in self.course.questions)

    @property
    def points(self) -> int:
        """All that was earned, also with questions that are no longer asked: an author takes nothing away."""
        return sum(mark.points for mark in self.marks.values())

    @property
    def max_points(self) -> int:
        """What could be had: for each answer what its question was worth then, for the others what they are now."""
        unanswered = (question.points for question in self.course.questions if question.id not in self.marks)
        return sum(mark.max_points for mark in self.marks.values()) + sum(unanswered)

    @property
    def finished(self) -> bool:
        return self.next_question() is None

    def next_question(self) -> Asked | None:
        """The first question that is still open; None when the course is done."""
        return next((question for question in self.course.questions if self._is_open(question)), None)

    def _is_open(self, question: Asked) -> bool:
        mark = self.marks.get(question.id)
        return mark is None or mark.asked_again


_ANSWER, _DECISION, _QUESTION = core(Answer).c, core(Decision).c, core(Question).c
MARKS = (
    select(
        _ANSWER.question_id,
        _DECISION.outcome,
        _DECISION.points,
        _DECISION.max_points,
        _DECISION.tries,
        _DECISION.in_review,
        _DECISION.maker,
    )
    .select_from(core(Answer))
    .join(core(Question), _QUESTION.id == _ANSWER.question_id)
    .outerjoin(
        core(Decision),
        and_(_DECISION.learner_id == _ANSWER.learner_id, _DECISION.question_id == _ANSWER.question_id),
    )
    .where(_ANSWER.learner_id == bindparam("learner"), _QUESTION.course_id == bindparam("course"))
)


def standing(session: Session, course: Taught, learner_id: uuid.UUID) -> Standing:
    """What stands for this learner in this course now."""
    rows = session.execute(MARKS, {"learner": learner_id, "course": course.id})
    marks = {row[0]: Mark(row[1], row[2] or 0, row[3] or 0, row[4] or 0, bool(row[5]), row[6]) for row in rows}
    return Standing(course, marks)
