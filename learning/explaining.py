"""Why a decision is what it is: repeated from the answer by the model that made it. Asking changes nothing (L01)."""

import uuid
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.orm import Session

from grading.grade import Grade, Graders
from learning import decisions
from learning.answering import text_of
from learning.catalogue import Asked, Taught
from learning.courses import StanceQuestion
from learning.enrolments import Here
from learning.models import Answer, Decision
from people.actors import Language
from store.vault import Vault

PLAIN: Final = {
    ("nl", "approve"): "ja",
    ("nl", "disapprove"): "nee",
    ("en", "approve"): "yes",
    ("en", "disapprove"): "no",
}


@dataclass(frozen=True, slots=True)
class Explained:
    """A decision with what it was about, and the grade that the same model gives the same answer now.

    `repeated` is None before `repeat`, and when it cannot be repeated: no model decided, or it is gone. `answer` is
    content: show it, never keep it.
    """

    decision: Decision
    answer: str
    language: Language
    asked: Asked
    """The question as it was when it was answered."""
    repeated: Grade | None = None


def explain(session: Session, vault: Vault, here: Here, question_id: uuid.UUID) -> Explained:
    """The learner's own decision; raises `NotFound` when there is none."""
    return of_decision(session, vault, here.course, decisions.of(session, here.learner, question_id))


def would_have_passed(graders: Graders, explained: Explained) -> str | None:
    """The plain word that the same model would have passed; None where it would not, or decided nothing itself."""
    decision = explained.decision
    if explained.repeated is None or decision.maker != "model" or decision.outcome == "passed":
        return None
    asked = explained.asked.for_grader(explained.language)
    plain = PLAIN[explained.language, asked.expected]
    grader = graders.named(str(decision.model_id), str(decision.organisation_id))
    passes = grader is not None and grader.grade(asked, plain, alpha=decision.alpha).outcome == "passed"
    return plain if passes else None


def of_decision(session: Session, vault: Vault, course: Taught, decision: Decision) -> Explained:
    """A decision, for whoever may see it; the caller has checked that and records the look."""
    answer = text_of(session, vault, decision.learner_id, decision.question_id)
    asked = course.question(decision.question_id, decision.question_version)
    language = asked.language(session.get_one(Answer, (decision.learner_id, decision.question_id)).language)
    return Explained(decision, answer, language, asked)


def repeat(graders: Graders, explained: Explained) -> Explained:
    """The same with the grade repeated. Without a transaction: the model may take a second."""
    decision, asked = explained.decision, explained.asked
    if decision.model_id is None or not isinstance(asked.body, StanceQuestion) or decision.p_value is None:
        return explained
    grader = graders.named(str(decision.model_id), str(decision.organisation_id))
    if grader is None:
        return explained
    grade = grader.explain(asked.for_grader(explained.language), explained.answer, alpha=decision.alpha)
    return replace(explained, repeated=grade)
