"""Which questions are weak: the machine often cannot read their answers, or people often overturn its grades."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from appeals.models import Appeal
from appeals.shares import K, lower_end
from appeals.states import Ruling, State
from learning.models import Course, Decision, Question

FEWEST_OVERTURNED: Final = 2

Reason = Literal["undecided", "overturned"]


@dataclass(frozen=True, slots=True)
class Figures:
    """What is counted of one question: current answers, one for each learner, and rulings, past ones too."""

    course: str
    question_id: uuid.UUID
    answers: int
    undecided: int
    rulings: int
    overturned: int


@dataclass(frozen=True, slots=True)
class Weighed:
    """A question as its author sees it; what is None is of too few learners to be shown."""

    course: str
    question_id: uuid.UUID
    answers: int | None = None
    undecided: float | None = None
    rulings: int | None = None
    overturned: int | None = None
    reasons: tuple[Reason, ...] = ()
    """Why it is weak; empty when it is not."""


def weigh(counted: Iterable[Figures]) -> list[Weighed]:
    """The questions of an organisation, weakest first, what is equal in the order given.

    The share that they are held against is that of the questions with enough answers: with the others in it, it
    would give away what is not shown of them.
    """
    every = list(counted)
    enough = [one for one in every if one.answers >= K]
    usual = sum(one.undecided for one in enough) / max(1, sum(one.answers for one in enough))
    enough.sort(key=lambda one: (-len(reasons(one, usual)), -lower_end(one.undecided, one.answers)))
    few = [Weighed(one.course, one.question_id) for one in every if one.answers < K]
    return [_shown(one, usual) for one in enough] + few


def reasons(one: Figures, usual: float) -> tuple[Reason, ...]:
    """Why a question with enough answers is weak, where the machine usually cannot tell this share of answers.

    Chance is ruled out for the share (by the lower end of its interval), and one mistaken grade is not enough.
    """
    found: list[Reason] = []
    if lower_end(one.undecided, one.answers) > usual:
        found.append("undecided")
    if one.overturned >= FEWEST_OVERTURNED and one.overturned * 3 >= one.rulings:
        found.append("overturned")
    return tuple(found)


def figures(session: Session) -> list[Figures]:
    """The figures of each stance question that is asked now, by course and place.

    Undecided is what the machine could not tell, also when a person has decided it since. Rulings are those on
    grades: a referral has nothing to overturn, and counts as undecided already. Where the grader broke down the
    question is not to blame, so that counts nowhere.
    """
    answers = (
        select(
            Decision.question_id,
            func.count().label("all"),
            func.count().filter(Decision.tries > 0).label("undecided"),
        )
        .where(Decision.p_value.is_not(None))
        .group_by(Decision.question_id)
        .subquery()
    )
    rulings = (
        select(
            Appeal.question_id,
            func.count().label("all"),
            func.count().filter(Appeal.ruling == Ruling.OVERTURNED).label("overturned"),
        )
        .where(Appeal.state == State.DECIDED, Appeal.ruling.in_((Ruling.OVERTURNED, Ruling.UPHELD)))
        .where(Appeal.expected.is_(None))
        .where(Appeal.reason != "technical_fault")
        .group_by(Appeal.question_id)
        .subquery()
    )
    counts = (answers.c.all, answers.c.undecided, rulings.c.all, rulings.c.overturned)
    rows = session.execute(
        select(Course.slug, Question.id, *(func.coalesce(one, 0) for one in counts))
        .join(Course, Course.id == Question.course_id)
        .outerjoin(answers, answers.c.question_id == Question.id)
        .outerjoin(rulings, rulings.c.question_id == Question.id)
        .where(Question.kind == "stance", Question.retired_at.is_(None))
        .order_by(Course.slug, Question.position)
    )
    return [Figures(*row) for row in rows]


def _shown(one: Figures, usual: float) -> Weighed:
    known = one.rulings >= K
    return Weighed(
        one.course, one.question_id, one.answers, one.undecided / one.answers,
        rulings=one.rulings if known else None, overturned=one.overturned if known else None,
        reasons=reasons(one, usual),
    )  # fmt: skip
