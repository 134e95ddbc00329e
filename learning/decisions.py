"""The only place that writes a decision: what stands for the latest answer, by a model, an answer key or a person."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any, Final

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
BY_PERSON: Final = "by-person"
"""The reason where the learner chose that people grade (T03)."""


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


_RULED = ("maker", "outcome", "reason", "points", "intent")
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
    session: Session,
    organisation_id: uuid.UUID,
    learner_id: uuid.UUID,
    asked: Asked,
    *,
    right: bool | None,
    now: dt.datetime,
) -> Decided:
    """The answer key's decision on a choice; without one (`right` is None) a person compares."""
    facts: dict[str, Any] = {"maker": "key", "model_id": None, "intent": None, "p_value": None, "alpha": None}
    if right is None:
        facts |= {"outcome": "undecided", "reason": BY_PERSON, "tries": ASK_ONCE_MORE + 1}
    else:
        facts |= {"outcome": "passed" if right else "not_passed", "reason": "answer-key"}
    return _put(session, organisation_id, learner_id, asked, facts, now)


def without_grade(
    session: Session,
    organisation_id: uuid.UUID,
    learner_id: uuid.UUID,
    asked: Asked,
    *,
    model_id: str,
    reason: str,
    now: dt.datetime,
) -> Decided:
    """No machine graded, as it failed or may not. No answer is lost and nobody is failed: a person looks at once."""
    facts: dict[str, Any] = {"maker": "model", "model_id": model_id, "intent": "none", "outcome": "undecided"}
    facts |= {"reason": reason, "p_value": None, "alpha": None, "tries": ASK_ONCE_MORE + 1}
    return _put(session, organisation_id, learner_id, asked, facts, now)


def prepared(
    session: Session,
    organisation_id: uuid.UUID,
    learner_id: uuid.UUID,
    asked: Asked,
    *,
    intent: str,
    model_id: str,
    now: dt.datetime,
) -> Decided:
    """A wrong decision on an answer that nobody gave. No machine made it, so it has no p-value, and it has no points.

    Whatever counts what the machine decided goes by the p-value, and so passes it by.
    """
    facts: dict[str, Any] = {"maker": "model", "model_id": model_id, "intent": intent, "outcome": "not_passed"}
    facts |= {"reason": "model", "p_value": None, "alpha": None, "max_points": 0}
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


def by_clock(session: Session, decision_id: uuid.UUID, now: dt.datetime) -> None:
    """Nobody decided in time: it counts for the learner (L04)."""
    changed: dict[str, Any] = {"maker": "clock", "member_id": None, "outcome": "passed", "reason": "deadline-missed"}
    changed |= {"points": Decision.max_points, "in_review": False, "decided_at": now}
    session.execute(update(Decision).where(Decision.id == decision_id).values(**changed))


def snapshot(decision: Decision) -> dict[str, Any]:
    """What a person's ruling changes, so that it can be taken back for a moment."""
    return {name: getattr(decision, name) for name in _RULED} | {"decided_at": decision.decided_at.isoformat()} | {
        "member_id": str(decision.member_id) if decision.member_id else None
    }  # fmt: skip


def restore(session: Session, decision_id: uuid.UUID, before: dict[str, Any]) -> None:
    """What stood before the ruling stands again; a person looks once more."""
    changed = {name: before[name] for name in _RULED}
    changed |= {"decided_at": dt.datetime.fromisoformat(before["decided_at"]), "in_review": True}
    changed["member_id"] = uuid.UUID(before["member_id"]) if before["member_id"] else None
    session.execute(update(Decision).where(Decision.id == decision_id).values(**changed))


def by_remedy(session: Session, decision_id: uuid.UUID, remedy_id: uuid.UUID) -> None:
    """Passed after all, with its like (L05). What the machine read stays as it was."""
    changed: dict[str, Any] = {"outcome": "passed", "points": Decision.max_points, "remedy_id": remedy_id}
    session.execute(update(Decision).where(Decision.id == decision_id).values(**changed))


def undo_remedy(session: Session, remedy_id: uuid.UUID) -> int:
    """What a remedy passed is as the machine had left it; answers given since are not touched. Returns how many."""
    undone = session.execute(
        update(Decision)
        .where(Decision.remedy_id == remedy_id, Decision.maker == "model", ~Decision.in_review)
        .values(outcome="not_passed", points=0, remedy_id=None)
        .returning(Decision.id)
    )
    return len(undone.all())


def review(session: Session, decision_id: uuid.UUID, *, pending: bool) -> None:
    """Marks that a person is going to look (what stands is not final), or that nobody will any more."""
    session.execute(update(Decision).where(Decision.id == decision_id).values(in_review=pending))


def of(session: Session, learner_id: uuid.UUID, question_id: uuid.UUID, *, lock: bool = False) -> Decision:
    """What stands for this answer; raises `NotFound` when nothing does."""
    query = select(Decision).where(Decision.learner_id == learner_id, Decision.question_id == question_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.execute(query).scalar_one_or_none()
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
