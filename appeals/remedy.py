"""One decision overturned opens a check of its like (L05): answers that the same model failed on the same question.

The machine that grades now grades them again, which is slow, so no transaction is open then. Only improvements are
written: what it would pass now passes; what says the same as the corrected answer passes too; what it would no longer
decide goes to a person. Whoever got anything out of it is told. Undone once, everything is as before.
"""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import Final, Literal

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from appeals import filing, notices, states
from appeals.errors import AppealNotFound, NotPossible
from appeals.models import Appeal, Notice, Remedy
from appeals.states import State
from grading.grade import Grader
from learning import answering, decisions
from learning.catalogue import Asked, Catalogue
from learning.courses import StanceQuestion
from learning.models import Answer, Decision
from people.actors import ActingMember, Language
from people.models import Organisation
from store import journal
from store.vault import Vault

SHOWN: Final = 200
Better = Literal["passed", "referred"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An answer to look at again. The text is content: graded, never kept."""

    decision_id: uuid.UUID
    answered_at: dt.datetime
    language: Language
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Check:
    """What a ruling asks to be looked at."""

    appeal_id: uuid.UUID
    asked: Asked
    model_id: str
    corrected: Candidate
    alike: list[Candidate]


def due(session: Session, now: dt.datetime) -> list[uuid.UUID]:
    """Rulings that can no longer be undone and whose like nobody has looked at."""
    rows = session.execute(
        select(Appeal.id).where(Appeal.opens_remedy, Appeal.announce_at <= now).order_by(Appeal.ruled_at)
    )
    return list(rows.scalars())


def prepare(session: Session, vault: Vault, catalogue: Catalogue, appeal_id: uuid.UUID) -> Check | None:
    """What to grade again; None when there is nothing (left) to look at."""
    appeal = session.get_one(Appeal, appeal_id)
    corrected = session.get(Decision, appeal.decision_id) if appeal.decision_id else None
    if not appeal.opens_remedy or corrected is None or corrected.model_id is None:
        return None
    course = catalogue.of_question(session, appeal.question_id)
    asked = course.question(appeal.question_id, corrected.question_version)
    if not isinstance(asked.body, StanceQuestion):
        return None
    rows = session.execute(
        select(Decision, Answer)
        .join(Answer, (Answer.learner_id == Decision.learner_id) & (Answer.question_id == Decision.question_id))
        .where(
            Decision.question_id == asked.id,
            Decision.question_version == asked.version,
            (Decision.id == corrected.id)
            | (
                (Decision.maker == "model")
                & (Decision.model_id == corrected.model_id)
                & (Decision.outcome == "not_passed")
                & ~Decision.in_review
            ),
        )
        .order_by(Decision.id)
    )
    found: dict[uuid.UUID, Candidate] = {}
    for decision, answer in rows:
        text = vault.unseal(answering.place(answer.learner_id, answer.question_id), answer.text)
        found[decision.id] = Candidate(decision.id, answer.answered_at, asked.language(answer.language), text)
    first = found.pop(corrected.id, None)
    if first is None:  # its learner answered again between the two queries
        return None
    return Check(appeal_id, asked, corrected.model_id, first, list(found.values()))


def grade_again(check: Check, grader: Grader, alpha: float) -> dict[uuid.UUID, Better]:
    """What is better for whom, by the machine that grades now; without a transaction."""
    pairs = [(check.asked.for_grader(one.language), one.text) for one in check.alike]
    grades = grader.grade_all(pairs, alpha=alpha)
    better: dict[uuid.UUID, Better] = {}
    for one, grade in zip(check.alike, grades, strict=True):
        if _says(one) == _says(check.corrected) or grade.outcome == "passed":
            better[one.decision_id] = "passed"
        elif grade.outcome == "undecided":
            better[one.decision_id] = "referred"
    return better


def apply(session: Session, check: Check, better: dict[uuid.UUID, Better], now: dt.datetime) -> Remedy | None:
    """Writes the improvements, all at once; None when another worker was first or the ruling is gone.

    An answer that changed since it was graded again, or that its learner disputes by now, is left alone.
    """
    appeal = session.execute(select(Appeal).where(Appeal.id == check.appeal_id).with_for_update()).scalar_one_or_none()
    if appeal is None or not appeal.opens_remedy:
        return None
    appeal.opens_remedy = False
    remedy = Remedy(
        id=uuid.uuid4(), organisation_id=appeal.organisation_id, appeal_id=appeal.id, question_id=check.asked.id,
        model_id=check.model_id, made_at=now, looked=len(check.alike), passed=0, referred=0,
    )  # fmt: skip
    session.add(remedy)
    session.flush()
    days = session.get_one(Organisation, appeal.organisation_id).appeal_days
    seen = {one.decision_id: one.answered_at for one in check.alike}
    rows = session.execute(
        select(Decision, Answer.answered_at)
        .join(Answer, (Answer.learner_id == Decision.learner_id) & (Answer.question_id == Decision.question_id))
        .where(Decision.id.in_(list(better)), Decision.outcome == "not_passed", ~Decision.in_review)
        .order_by(Decision.id)
        .with_for_update(of=Decision, skip_locked=True)
    )
    for decision, answered_at in rows.all():
        if answered_at != seen[decision.id] or decision.maker != "model":
            continue
        if better[decision.id] == "passed":
            decisions.by_remedy(session, decision.id, remedy.id)
            remedy.passed += 1
        else:
            case = filing.opened(
                appeal.organisation_id, decision.learner_id, decision.question_id, decision.id, "remedy", days, now
            )
            case.remedy_id = remedy.id
            session.add(case)
            session.flush()
            decisions.review(session, decision.id, pending=True)
            remedy.referred += 1
        notices.put_remedied(session, appeal.organisation_id, decision.learner_id, decision.question_id, now)
    _note(session, remedy, "remedy.made", now)
    return remedy


def drop(session: Session, appeal_id: uuid.UUID) -> None:
    """There is nothing to look at (any more): the answer or its question has changed since."""
    session.execute(update(Appeal).where(Appeal.id == appeal_id).values(opens_remedy=False))


def of_organisation(session: Session) -> list[Remedy]:
    """The organisation's remedies, the latest first."""
    return list(session.execute(select(Remedy).order_by(Remedy.made_at.desc(), Remedy.id).limit(SHOWN)).scalars())


def find(session: Session, remedy_id: uuid.UUID) -> Remedy:
    """The remedy with this id in the session's organisation; raises `AppealNotFound`."""
    remedy = session.get(Remedy, remedy_id)
    if remedy is None:
        raise AppealNotFound
    return remedy


def undo(session: Session, member: ActingMember, remedy_id: uuid.UUID, now: dt.datetime) -> Remedy:
    """Takes a remedy back, once: what it passed is as before, what it sent to a person and nobody has begun, too.

    Raises `AppealNotFound`, or `NotPossible` when it was undone already.
    """
    remedy = session.execute(select(Remedy).where(Remedy.id == remedy_id).with_for_update()).scalar_one_or_none()
    if remedy is None:
        raise AppealNotFound
    if remedy.undone_at is not None:
        raise NotPossible("undo")
    remedy.undone_at, remedy.undone_by = now, member.id
    untold = select(Notice.id).where(
        Notice.kind == "remedied", Notice.question_id == remedy.question_id, Notice.sent_at.is_(None),
        Notice.created_at == remedy.made_at,
    )  # fmt: skip
    session.execute(delete(Notice).where(Notice.id.in_(untold)))  # before the cases: a turn tells first, then acts
    opened = session.execute(
        select(Appeal)
        .where(Appeal.remedy_id == remedy.id, Appeal.origin == "remedy", Appeal.state == State.FILED)
        .with_for_update()
    )
    for case in opened.scalars():
        case.state = states.follow(State(case.state), "withdraw")
        case.version += 1
        if case.decision_id is not None:
            decisions.review(session, case.decision_id, pending=False)
    decisions.undo_remedy(session, remedy.id)
    _note(session, remedy, "remedy.undone", now, member_id=member.id)
    return remedy


def _says(one: Candidate) -> str:
    """The words alone, so that only spelling marks and capitals may differ."""
    return " ".join("".join(char if char.isalnum() else " " for char in one.text.casefold()).split())


def _note(session: Session, remedy: Remedy, act: str, now: dt.datetime, member_id: uuid.UUID | None = None) -> None:
    journal.note(
        session, act, organisation_id=remedy.organisation_id, now=now, member_id=member_id,
        question_id=remedy.question_id, appeal_id=remedy.appeal_id, passed=remedy.passed, referred=remedy.referred,
    )  # fmt: skip
