"""The only place that writes a decision: what stands for the latest answer, by a model, an answer key or a person."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from grading.grade import Grade
from learning.catalogue import Asked
from learning.errors import NotFound
from learning.models import Decision
from people.actors import ActingMember
from store.base import core

ASK_ONCE_MORE = 1
"""So often may the machine fail to tell before a person looks."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision just made, as the conversation needs it."""

    id: uuid.UUID
    outcome: str
    intent: str | None
    reason: str
    points: int
    max_points: int
    tries: int

    @property
    def to_a_person(self) -> bool:
        """The machine could not tell, and has asked often enough."""
        return self.outcome == "undecided" and self.tries > ASK_ONCE_MORE


_NEW = insert(core(Decision))
_STANDS = core(Decision).c
_STILL = (_STANDS.outcome == "undecided") & (_NEW.excluded.outcome == "undecided")
_KEPT = {"learner_id", "question_id", "organisation_id", "tries"}
PUT = _NEW.on_conflict_do_update(
    index_elements=["learner_id", "question_id"],
    set_={column.name: _NEW.excluded[column.name] for column in _STANDS if column.name not in _KEPT}
    | {"tries": case((_STILL, _STANDS.tries + _NEW.excluded.tries), else_=_NEW.excluded.tries)},
).returning(_STANDS.tries)


def by_model(
    session: Session, organisation_id: uuid.UUID, learner_id: uuid.UUID, asked: Asked, grade: Grade, now: dt.datetime
) -> Decided:
    """The machine's decision. It names model, question version and thresholds, so that it can be repeated (L07)."""
    facts: dict[str, Any] = {
        "maker": "model",
        "model_id": grade.model_id,
        "intent": grade.intent,
        "outcome": grade.outcome,
    }
    facts |= {"reason": grade.reason, "p_value": grade.p_value, "alpha": grade.alpha}
    return _put(session, organisation_id, learner_id, asked, facts, now)


def by_key(
    session: Session, organisation_id: uuid.UUID, learner_id: uuid.UUID, asked: Asked, *, right: bool, now: dt.datetime
) -> Decided:
    """The answer key's decision on a choice."""
    facts: dict[str, Any] = {
        "maker": "key",
        "model_id": None,
        "intent": None,
        "outcome": "passed" if right else "not_passed",
    }
    facts |= {"reason": "answer-key", "p_value": None, "alpha": None}
    return _put(session, organisation_id, learner_id, asked, facts, now)


def without_grade(
    session: Session, organisation_id: uuid.UUID, learner_id: uuid.UUID, asked: Asked, model_id: str, now: dt.datetime
) -> Decided:
    """The grader failed. The answer is not lost and nobody is failed for it: a person looks at once."""
    facts: dict[str, Any] = {"maker": "model", "model_id": model_id, "intent": "none", "outcome": "undecided"}
    facts |= {"reason": "technical-fault", "p_value": None, "alpha": None, "tries": ASK_ONCE_MORE + 1}
    return _put(session, organisation_id, learner_id, asked, facts, now)


def by_person(
    session: Session,
    decision_id: uuid.UUID,
    member: ActingMember,
    *,
    outcome: str,
    reason: str,
    now: dt.datetime,
    intent: str | None = None,
) -> None:
    """A person's decision takes the place of the machine's. Points only ever go up (L02)."""
    won = Decision.max_points if outcome == "passed" else Decision.points
    changed: dict[str, Any] = {"maker": "person", "member_id": member.id, "outcome": outcome, "reason": reason}
    changed |= {"points": won, "in_review": False, "decided_at": now}
    if intent is not None:
        changed["intent"] = intent
    session.execute(update(Decision).where(Decision.id == decision_id).values(**changed))


def review(session: Session, decision_id: uuid.UUID, *, pending: bool) -> None:
    """Marks that a person is going to look (what stands is not final), or that nobody will any more."""
    session.execute(update(Decision).where(Decision.id == decision_id).values(in_review=pending))


def of(session: Session, learner_id: uuid.UUID, question_id: uuid.UUID) -> Decision:
    """What stands for this answer; raises `NotFound` when nothing does."""
    found = session.execute(
        select(Decision).where(Decision.learner_id == learner_id, Decision.question_id == question_id)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


def _put(
    session: Session,
    organisation_id: uuid.UUID,
    learner_id: uuid.UUID,
    asked: Asked,
    facts: dict[str, Any],
    now: dt.datetime,
) -> Decided:
    tries = facts.pop("tries", ASK_ONCE_MORE if facts["outcome"] == "undecided" else 0)
    points = asked.points if facts["outcome"] == "passed" else 0
    row: dict[str, Any] = {
        "id": uuid.uuid4(),
        "organisation_id": organisation_id,
        "learner_id": learner_id,
        "question_id": asked.id,
    }
    row |= {"question_version": asked.version, "member_id": None, "points": points, "max_points": asked.points}
    row |= {"tries": tries, "in_review": False, "decided_at": now} | facts
    tries = session.execute(PUT, row).scalar_one()
    return Decided(row["id"], facts["outcome"], facts["intent"], facts["reason"], points, asked.points, tries)
