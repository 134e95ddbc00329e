"""What an organisation's people have ruled, as labelled examples for its own head: only of learners who allowed it.

Nothing is copied: an example is a current answer with a person's decision. When the answer is replaced, wiped or
erased, or the learner no longer allows it, it is no example any more, and the head is made again without it.
"""

import hashlib
from typing import Final, cast

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from grading.grade import Intent
from grading.grade import Question as Graded
from learning import answering
from learning.catalogue import Catalogue
from learning.courses import StanceQuestion
from learning.models import Answer, Decision
from people.models import Learner
from privacy import consent, policy
from privacy.models import Consent
from store.vault import Vault

CLEAR: Final = ("meaning_misread", "ordinary_usage", "graded_correctly", "meaning_clear", "meaning_opposite")
"""Reasons of rulings that say what the answer means; the others say that it cannot be told, or something else."""


def fingerprint(session: Session) -> str:
    """Changes whenever an example of the session's organisation comes, changes or goes; empty without examples."""
    rows = sorted(
        f"{decision.id} {decision.intent} {decision.question_version} {answer.answered_at.isoformat()}"
        for decision, answer in session.execute(_query())
    )
    return hashlib.sha256("\n".join(rows).encode()).hexdigest() if rows else ""


def of_organisation(session: Session, vault: Vault, catalogue: Catalogue) -> list[tuple[Graded, str, Intent]]:
    """Questions, answers and what people read in them, in a fixed order. Content: never log or keep them."""
    found = []
    for decision, answer in session.execute(_query()):
        course = catalogue.of_question(session, decision.question_id)
        asked = course.question(decision.question_id, decision.question_version)
        if not isinstance(asked.body, StanceQuestion):
            continue
        language = course.language(answer.language)
        text = answering.text_of(session, vault, answer.learner_id, answer.question_id)
        found.append((asked.for_grader(language), text, cast("Intent", decision.intent)))
    return found


def _query() -> Select[Decision, Answer]:
    return (
        select(Decision, Answer)
        .join(
            Answer,
            (Answer.learner_id == Decision.learner_id) & (Answer.question_id == Decision.question_id),
        )
        .join(Consent, Consent.learner_id == Decision.learner_id)
        .join(Learner, Learner.id == Decision.learner_id)
        .where(
            Decision.maker == "person",
            Decision.p_value.is_not(None),
            Decision.reason.in_(CLEAR),
            Consent.purpose == consent.IMPROVING,
            Consent.policy.in_(policy.covering()),
            Consent.withdrawn_at.is_(None),
            Learner.restricted_since.is_(None),
        )
        .order_by(Decision.id)
    )
