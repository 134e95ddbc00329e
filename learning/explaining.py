"""Why a decision is what it is: repeated from the answer by the model that made it. Asking changes nothing (L01)."""

import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from grading.grade import Grade, Graders
from learning import decisions
from learning.answering import text_of
from learning.catalogue import Asked, Taught, as_asked
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
    """A decision with the grade that the same model gives the same answer now.

    `repeated` is None when it cannot be repeated: no model decided, or the model is gone. `answer` is content: show
    it, never keep it.
    """

    decision: Decision
    answer: str
    language: Language
    asked: Asked
    """The question as it was when it was answered."""
    repeated: Grade | None


def explain(session: Session, vault: Vault, graders: Graders, here: Here, question_id: uuid.UUID) -> Explained:
    """The explanation for the learner of their own decision; raises `NotFound` when there is none."""
    return of_decision(session, vault, graders, here.course, decisions.of(session, here.learner, question_id))


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


def of_decision(session: Session, vault: Vault, graders: Graders, course: Taught, decision: Decision) -> Explained:
    """The explanation of a decision, for whoever may see it; the caller has checked that and records the look."""
    answer = text_of(session, vault, decision.learner_id, decision.question_id)
    language = course.language(session.get_one(Answer, (decision.learner_id, decision.question_id)).language)
    asked = as_asked(session, course, decision.question_id, decision.question_version)
    repeated = None
    if decision.model_id is not None and isinstance(asked.body, StanceQuestion) and decision.p_value is not None:
        grader = graders.named(str(decision.model_id), str(decision.organisation_id))
        if grader is not None:
            repeated = grader.explain(asked.for_grader(language), answer, alpha=decision.alpha)
    return Explained(decision, answer, language, asked, repeated)
