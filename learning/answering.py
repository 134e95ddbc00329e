"""Taking an answer: read by the grader first, outside any transaction; then one write overwrites the old one."""

import datetime as dt
import logging
import uuid
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import delete, literal_column, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from grading.grade import Grade, Grader
from learning import decisions
from learning.catalogue import Asked
from learning.courses import ChoiceQuestion, Stance
from learning.decisions import Decided
from learning.enrolments import Here
from learning.errors import ChoiceUnknown, NotFound
from learning.models import Answer, Certificate, Question
from privacy.errors import ConsentRequired
from store import journal
from store.base import core
from store.vault import Vault

log = logging.getLogger(__name__)

_NEW = insert(core(Answer))
PUT: Final[Any] = _NEW.on_conflict_do_update(
    index_elements=["learner_id", "question_id"],
    set_={name: _NEW.excluded[name] for name in ("text", "language", "flagged", "answered_at")},
).returning(literal_column("xmax <> 0").label("replaced"))


def read(grader: Grader, here: Here, asked: Asked, text: str) -> Grade | None:
    """What the machine makes of the text. None when it failed or may not: a person looks, and no answer is lost."""
    if here.by_person:
        return None
    try:
        alpha = None if here.stopped_model == grader.model_id else here.alpha
        return grader.grade(asked.for_grader(here.language), text, alpha=alpha)
    except Exception as error:  # whatever breaks in a model, the learner must not pay for it
        log.error("grader failed: %s", type(error).__name__, exc_info=error)
        return None


def submit(
    session: Session,
    vault: Vault,
    here: Here,
    asked: Asked,
    text: str,
    grade: Grade | None,
    *,
    model_id: str,
    now: dt.datetime,
) -> Decided:
    """The answer to a stance question and its decision take the place of what was there."""
    _keep(session, vault, here, asked, text, now)
    if grade is None:
        reason = decisions.BY_PERSON if here.by_person else "technical-fault"
        decided = decisions.without_grade(
            session, here.organisation_id, here.learner, asked, model_id=model_id, reason=reason, now=now
        )
    else:
        decided = decisions.by_model(session, here.organisation_id, here.learner, asked, grade, now)
    _note(session, here, asked, "answer.graded", now)
    return decided


def choose(session: Session, vault: Vault, here: Here, asked: Asked, option: str, now: dt.datetime) -> Decided:
    """The chosen option of a choice question; raises `ChoiceUnknown` for one that it does not have."""
    assert isinstance(asked.body, ChoiceQuestion)
    chosen = next((one for one in asked.body.options if one.key == option), None)
    if chosen is None:
        raise ChoiceUnknown
    _keep(session, vault, here, asked, chosen.key, now)
    right = None if here.by_person else chosen.right
    decided = decisions.by_key(session, here.organisation_id, here.learner, asked, right=right, now=now)
    _note(session, here, asked, "answer.graded", now)
    return decided


def reflect(session: Session, vault: Vault, here: Here, asked: Asked, text: str, now: dt.datetime) -> None:
    """An answer to an open question: kept as the latest, never graded."""
    _keep(session, vault, here, asked, text, now)
    _note(session, here, asked, "answer.kept", now)


def prepare(
    session: Session,
    vault: Vault,
    here: Here,
    asked: Asked,
    text: str,
    *,
    intent: Stance,
    model_id: str,
    now: dt.datetime,
) -> Decided:
    """An answer that nobody gave, with a reading that is known to be wrong: reviewers are measured by it.

    It is nobody's, so nobody's consent is asked.
    """
    nobody = replace(here, takes_part=True)
    _keep(session, vault, nobody, asked, text, now)
    return decisions.prepared(
        session, here.organisation_id, here.learner, asked, intent=intent, model_id=model_id, now=now
    )


def text_of(session: Session, vault: Vault, learner_id: uuid.UUID, question_id: uuid.UUID) -> str:
    """The latest answer in plain text; raises `NotFound`. Callers record who looked."""
    sealed = session.execute(
        select(Answer.text).where(Answer.learner_id == learner_id, Answer.question_id == question_id)
    ).scalar_one_or_none()
    if sealed is None:
        raise NotFound
    return vault.unseal(place(learner_id, question_id), sealed)


def wipe(session: Session, here: Here, now: dt.datetime) -> int:
    """All answers of the learner in this course are gone, with their decisions and certificate; returns how many."""
    theirs = select(Question.id).where(Question.course_id == here.course.id)
    session.execute(
        delete(Certificate).where(Certificate.learner_id == here.learner, Certificate.course_id == here.course.id)
    )
    gone = session.execute(
        delete(Answer)
        .where(Answer.learner_id == here.learner, Answer.question_id.in_(theirs))
        .returning(Answer.question_id)
    ).scalars()
    questions = list(gone)
    journal.unlink(session, here.learner, questions)
    journal.note(
        session, "progress.wiped", organisation_id=here.organisation_id, now=now, learner_id=here.learner,
        count=len(questions),
    )  # fmt: skip
    return len(questions)


def place(learner_id: uuid.UUID, question_id: uuid.UUID) -> str:
    """Where the text of this answer is sealed."""
    return f"answer|{learner_id}|{question_id}|text"


def _keep(session: Session, vault: Vault, here: Here, asked: Asked, text: str, now: dt.datetime) -> None:
    if not here.takes_part:
        raise ConsentRequired
    row: dict[str, Any] = {"organisation_id": here.organisation_id, "learner_id": here.learner, "question_id": asked.id}
    row |= {"text": vault.seal(place(here.learner, asked.id), text), "language": here.language}
    row |= {"flagged": asked.body.flagged, "answered_at": now}
    if session.execute(PUT, row).scalar_one():
        journal.unlink(session, here.learner, [asked.id])


def _note(session: Session, here: Here, asked: Asked, act: str, now: dt.datetime) -> None:
    journal.note(
        session, act, organisation_id=here.organisation_id, now=now, learner_id=here.learner, question_id=asked.id,
        version=asked.version,
    )  # fmt: skip
