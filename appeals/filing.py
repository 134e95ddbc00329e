"""The learner's side: filing, adding a statement, withdrawing, reading how it stands."""

import datetime as dt
import uuid
from typing import Final

from sqlalchemy import bindparam, exists, func, select, update
from sqlalchemy.orm import Session

from appeals import states
from appeals.errors import AppealNotFound, NothingToAppeal
from appeals.models import Appeal
from appeals.states import OPEN, Origin, State
from learning import decisions
from learning.decisions import Decided
from learning.enrolments import Here
from learning.errors import NotFound
from learning.models import Decision, Question
from store import journal
from store.base import core
from store.vault import Vault

STATEMENT_LIMIT = 2000
KNOWN: Final = select(exists().where(core(Appeal).c.learner_id == bindparam("learner")))


def refer(session: Session, here: Here, question_id: uuid.UUID, decided: Decided, now: dt.datetime) -> Appeal:
    """The machine could not tell: the answer joins the queue by itself, and costs no points meanwhile."""
    return _open(session, here, question_id, decided.id, "machine", now)


def file(
    session: Session, vault: Vault, here: Here, question_id: uuid.UUID, statement: str | None, now: dt.datetime
) -> Appeal:
    """The learner disputes what stands for their answer.

    A second filing on the same decision is the same appeal, with the newer statement. Raises `NothingToAppeal`
    when there is no decision, or when a person made it.
    """
    try:
        decision = decisions.of(session, here.learner, question_id)
    except NotFound:
        raise NothingToAppeal from None
    if decision.maker == "person":
        raise NothingToAppeal
    appeal = open_on(session, here.learner, question_id) or _open(
        session, here, question_id, decision.id, "learner", now
    )
    appeal.origin = "learner"
    if statement is not None:
        appeal.statement = vault.seal(place(appeal.id, "statement"), statement[:STATEMENT_LIMIT])
    return appeal


def withdraw(session: Session, here: Here, number: int, now: dt.datetime) -> Appeal:
    """The learner takes the appeal back; the statement is gone.

    An answer that the machine could not tell stays in the queue without it: somebody still has to grade it.
    """
    appeal = _own(session, here, number)
    state = states.follow(State(appeal.state), "withdraw")
    appeal.statement = None
    decision = session.get_one(Decision, appeal.decision_id)
    if decision.outcome == "undecided":
        appeal.origin = "machine"
    else:
        _close(appeal, state)
        decisions.review(session, decision.id, pending=False)
    _note(session, here, appeal, "appeal.withdrawn", now)
    return appeal


def supersede(session: Session, here: Here, question_ids: list[uuid.UUID] | None) -> int:
    """The answers go (all of the course without a list), and with them all that was said about them.

    Statement, ruling text, readings and the learner are taken out; what stays is a statistic. Returns how many
    appeals were open.
    """
    theirs = select(Appeal).where(Appeal.learner_id == here.learner)
    if question_ids is None:
        theirs = theirs.join(Question, Question.id == Appeal.question_id).where(Question.course_id == here.course.id)
    else:
        theirs = theirs.where(Appeal.question_id.in_(question_ids))
    were_open = 0
    for appeal in session.execute(theirs.with_for_update()).scalars():
        were_open += State(appeal.state) in OPEN
        if State(appeal.state) is not State.DECIDED:
            _close(appeal, states.follow(State(appeal.state), "supersede"))
            appeal.own_reading = None
        appeal.statement = appeal.ruling_text = appeal.learner_id = appeal.decision_id = None
        session.execute(update(journal.Entry).where(journal.Entry.appeal_id == appeal.id).values(learner_id=None))
    session.flush()
    return were_open


def open_on(session: Session, learner_id: uuid.UUID, question_id: uuid.UUID) -> Appeal | None:
    """The open appeal on the latest answer to a question, if there is one."""
    return session.execute(
        select(Appeal).where(Appeal.learner_id == learner_id, Appeal.question_id == question_id, Appeal.state.in_(OPEN))
    ).scalar_one_or_none()


def known(session: Session, here: Here) -> bool:
    """Has the learner any appeal or review at all? Most have none, and then nothing else has to be looked up."""
    return session.connection().execute(KNOWN, {"learner": here.learner}).scalar_one()


def count_open(session: Session, here: Here) -> int:
    """How many of the learner's own appeals in this course are waiting for a person."""
    return session.execute(
        select(func.count())
        .select_from(Appeal)
        .join(Question, Question.id == Appeal.question_id)
        .where(
            Appeal.learner_id == here.learner,
            Question.course_id == here.course.id,
            Appeal.state.in_(OPEN),
            Appeal.origin == "learner",
        )
    ).scalar_one()


def of_learner(session: Session, here: Here) -> list[Appeal]:
    """All appeals and reviews of the learner in this course, the latest first."""
    rows = session.execute(
        select(Appeal)
        .join(Question, Question.id == Appeal.question_id)
        .where(Appeal.learner_id == here.learner, Question.course_id == here.course.id)
        .order_by(Appeal.filed_at.desc(), Appeal.number.desc())
    )
    return list(rows.scalars())


def news(session: Session, here: Here, since: dt.datetime, now: dt.datetime) -> list[Appeal]:
    """Rulings that the learner has not been told of, or were told of after `since`; marks them as told."""
    rows = session.execute(
        select(Appeal)
        .join(Question, Question.id == Appeal.question_id)
        .where(
            Appeal.learner_id == here.learner,
            Question.course_id == here.course.id,
            Appeal.state == State.DECIDED,
            Appeal.announced_at.is_(None) | (Appeal.announced_at > since),
        )
        .order_by(Appeal.ruled_at)
    )
    fresh = list(rows.scalars())
    for appeal in fresh:
        appeal.announced_at = appeal.announced_at or now
    return fresh


def place(appeal_id: uuid.UUID, column: str) -> str:
    """Where a text of this appeal is sealed."""
    return f"appeal|{appeal_id}|{column}"


def _open(
    session: Session, here: Here, question_id: uuid.UUID, decision_id: uuid.UUID, origin: Origin, now: dt.datetime
) -> Appeal:
    appeal = Appeal(
        id=uuid.uuid4(),
        organisation_id=here.organisation_id,
        learner_id=here.learner,
        question_id=question_id,
        decision_id=decision_id,
        origin=origin,
        state=State.FILED,
        filed_at=now,
        due_at=states.due(now, here.appeal_days),
        version=0,
    )
    session.add(appeal)
    session.flush()
    decisions.review(session, decision_id, pending=True)
    _note(session, here, appeal, "appeal.filed" if origin == "learner" else "answer.referred", now)
    return appeal


def _own(session: Session, here: Here, number: int) -> Appeal:
    appeal = session.execute(
        select(Appeal).where(Appeal.number == number, Appeal.learner_id == here.learner).with_for_update()
    ).scalar_one_or_none()
    if appeal is None:
        raise AppealNotFound
    return appeal


def _close(appeal: Appeal, state: State) -> None:
    appeal.state = state
    appeal.claimed_by = appeal.claim_until = None
    appeal.version += 1


def _note(session: Session, here: Here, appeal: Appeal, act: str, now: dt.datetime) -> None:
    journal.note(
        session, act, organisation_id=here.organisation_id, now=now, learner_id=here.learner,
        question_id=appeal.question_id, appeal_id=appeal.id,
    )  # fmt: skip
