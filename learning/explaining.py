"""Why a decision is what it is: repeated from the answer by the model that made it. Asking changes nothing (L01)."""

import uuid
from dataclasses import dataclass

from sqlalchemy.orm import Session

from grading.grade import Grade, Grader
from learning import decisions
from learning.answering import text_of
from learning.catalogue import Taught
from learning.courses import StanceQuestion
from learning.enrolments import Here
from learning.models import Answer, Decision
from people.actors import Language
from store.vault import Vault


@dataclass(frozen=True, slots=True)
class Explained:
    """A decision with the grade that the same model gives the same answer now.

    `repeated` is None when it cannot be repeated: no model decided, the model or the question has been replaced
    since, or a person's ruling stands. `answer` is content: show it, never keep it.
    """

    decision: Decision
    answer: str
    language: Language
    repeated: Grade | None


def explain(session: Session, vault: Vault, grader: Grader, here: Here, question_id: uuid.UUID) -> Explained:
    """The explanation for the learner of their own decision; raises `NotFound` when there is none."""
    return of_decision(session, vault, grader, here.course, decisions.of(session, here.learner, question_id))


def of_decision(session: Session, vault: Vault, grader: Grader, course: Taught, decision: Decision) -> Explained:
    """The explanation of a decision, for whoever may see it; the caller has checked that and records the look."""
    answer = text_of(session, vault, decision.learner_id, decision.question_id)
    language = course.language(session.get_one(Answer, (decision.learner_id, decision.question_id)).language)
    asked = course.question(decision.question_id)
    same = decision.model_id == grader.model_id and decision.question_version == asked.version
    repeated = None
    if same and isinstance(asked.body, StanceQuestion) and decision.alpha is not None:
        repeated = grader.explain(asked.for_grader(language), answer, alpha=decision.alpha)
    return Explained(decision, answer, language, repeated)
