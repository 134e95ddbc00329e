"""The learner's side: filing, adding a statement, withdrawing, reading how it stands."""

import datetime as dt
import uuid
from typing import Final

from sqlalchemy import bindparam, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from appeals import notices, outlook, states
from appeals.errors import AppealNotFound, NothingToAppeal, NotPossible
from appeals.models import Appeal, Notice
from appeals.states import OPEN, Origin, State
from learning import decisions
from learning.enrolments import AS_SEEN, Here
from learning.errors import MovedOn, NotFound
from learning.models import Decision, Enrolment, Question
from store import journal
from store.base import Ciphertext, core
from store.vault import Vault

STATEMENT_LIMIT = 2000
TEXTS: Final = tuple(column.name for column in core(Appeal).c if isinstance(column.type, Ciphertext))
"""All that anybody wrote about the case."""
KNOWN: Final = (
    select(
        or_(
            exists().where(core(Appeal).c.learner_id == bindparam("learner")),
            exists().where(core(Notice).c.learner_id == bindparam("learner"), core(Notice).c.channel == "chat"),
        )
    )
    .select_from(core(Enrolment))
    .where(AS_SEEN)
    .with_for_update(of=core(Enrolment))
)


def refer(
    session: Session,
    here: Here,
    question_id: uuid.UUID,
    decision_id: uuid.UUID,
    now: dt.datetime,
    origin: Origin = "machine",
) -> Appeal:
    """A person has to grade this answer: it joins the queue by itself, and costs no points meanwhile."""
    return _open(session, here, question_id, decision_id, origin, now)


def file(
    session: Session, vault: Vault, here: Here, question_id: uuid.UUID, statement: str | None, now: dt.datetime
) -> Appeal:
    """The learner disputes what stands for their answer.

    A second filing on the same decision is the same appeal, with the newer statement; when the reviewer had asked
    something, it is the reply to that. Raises `NothingToAppeal` when there is no decision, or it is not a machine's.
    """
    appeal = open_on(session, here.learner, question_id, lock=True)
    while appeal is None:
        appeal = _dispute(session, here, question_id, now) or open_on(session, here.learner, question_id, lock=True)
    if appeal.origin != "learner":
        appeal.origin = "learner"
        notices.put(session, appeal, "filed", now)
        _note(session, here, appeal, "appeal.filed", now)
    if statement is not None:
        _add(session, vault, here, appeal, statement, now)
    return appeal


def add(session: Session, vault: Vault, here: Here, number: int, statement: str, now: dt.datetime) -> Appeal:
    """What the learner says: the reply where the reviewer asked something, else the statement.

    It takes the place of an earlier one. Raises `NotPossible` once the case is decided.
    """
    appeal = _own(session, here, number)
    _add(session, vault, here, appeal, statement, now)
    return appeal


def withdraw(session: Session, here: Here, number: int, now: dt.datetime) -> Appeal:
    """The learner takes the appeal back; the statement is gone.

    An answer that nobody has graded yet stays in the queue without it: somebody still has to.
    """
    appeal = _own(session, here, number)
    state = states.follow(State(appeal.state), "withdraw")
    appeal.statement = appeal.reply = None
    decision = session.get_one(Decision, appeal.decision_id)
    if decision.outcome == "undecided":
        appeal.origin = "machine" if appeal.origin == "learner" else appeal.origin
        appeal.version += 1
        if appeal.state == State.AWAITING_LEARNER:
            _resume(appeal, now)
    else:
        _close(appeal, state)
        decisions.review(session, decision.id, pending=False)
    _note(session, here, appeal, "appeal.withdrawn", now)
    return appeal


def escalate(session: Session, here: Here, number: int, now: dt.datetime) -> Appeal:
    """The learner asks for a second person: once, and only where the first one did not decide in their favour.

    What the first one decided stands until then. Raises `NotPossible`.
    """
    appeal = _own(session, here, number)
    state = states.follow(State(appeal.state), "escalate")
    if not outlook.can_escalate(appeal, now):
        raise NotPossible("escalate")
    appeal.first_ruling, appeal.first_ruled_by = appeal.ruling, appeal.ruled_by
    appeal.state, appeal.level, appeal.origin = state, 2, "learner"
    appeal.before = appeal.own_reading = appeal.agreed = appeal.asked_at = None
    appeal.clock_at, appeal.paused_seconds, appeal.reminded = now, 0, 0
    appeal.extended_at = appeal.extension = None
    appeal.wind()
    appeal.version += 1
    assert appeal.decision_id is not None
    decisions.review(session, appeal.decision_id, pending=True)
    notices.put(session, appeal, "escalated", now)
    _note(session, here, appeal, "appeal.escalated", now)
    return appeal


def supersede(session: Session, here: Here, question_ids: list[uuid.UUID] | None) -> int:
    """The answers go (all of the course without a list), and with them all that was said about them.

    Statements, questions, ruling texts, readings, the learner and what was still to be told are taken out; what
    stays is a statistic. Returns how many appeals were open.
    """
    theirs = select(Appeal).where(Appeal.learner_id == here.learner)
    told = delete(Notice).where(Notice.learner_id == here.learner)
    if question_ids is None:
        of_course = select(Question.id).where(Question.course_id == here.course.id)
        theirs, told = theirs.where(Appeal.question_id.in_(of_course)), told.where(Notice.question_id.in_(of_course))
    else:
        theirs, told = theirs.where(Appeal.question_id.in_(question_ids)), told.where(
            Notice.question_id.in_(question_ids)
        )  # fmt: skip
    were_open = 0
    locked = theirs.order_by(Appeal.id).with_for_update().execution_options(populate_existing=True)
    for appeal in session.execute(locked).scalars():
        state = State(appeal.state)
        were_open += state in OPEN
        after = states.follow(state, "supersede")
        if after is not state:
            _close(appeal, after)
            appeal.own_reading = None
        for column in (*TEXTS, "before", "learner_id", "decision_id"):
            setattr(appeal, column, None)
        appeal.opens_remedy = False
        session.execute(update(journal.Entry).where(journal.Entry.appeal_id == appeal.id).values(learner_id=None))
    session.flush()
    session.execute(told)
    return were_open


def open_on(session: Session, learner_id: uuid.UUID, question_id: uuid.UUID, *, lock: bool = False) -> Appeal | None:
    """The open appeal on the latest answer to a question, if there is one."""
    query = select(Appeal).where(
        Appeal.learner_id == learner_id, Appeal.question_id == question_id, Appeal.state.in_(OPEN)
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.execute(query).scalar_one_or_none()


def latest_on(session: Session, learner_id: uuid.UUID, question_id: uuid.UUID) -> Appeal | None:
    """The last appeal on the latest answer to a question, open or not."""
    return session.execute(
        select(Appeal)
        .where(Appeal.learner_id == learner_id, Appeal.question_id == question_id)
        .order_by(Appeal.number.desc())
        .limit(1)
    ).scalar_one_or_none()


def known(session: Session, here: Here) -> bool:
    """Has the learner any appeal, review or news at all? Most have none: then nothing else has to be looked up.

    From here on this turn is the learner's only one: another that is sent at the same moment waits, and then finds
    that it comes too late. Raises `MovedOn`.
    """
    seen = {"learner": here.learner, "course": here.course.id, "seen": here.revision}
    found: bool | None = session.connection().execute(KNOWN, seen).scalar_one_or_none()
    if found is None:
        raise MovedOn
    return found


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


def statement_of(vault: Vault, appeal: Appeal) -> str | None:
    """What the learner has to say about it, if they said anything."""
    return vault.unseal(place(appeal.id, "statement"), appeal.statement) if appeal.statement else None


def reply_of(vault: Vault, appeal: Appeal) -> str | None:
    """What the learner replied to the reviewer's question, if they did."""
    return vault.unseal(place(appeal.id, "reply"), appeal.reply) if appeal.reply else None


def place(appeal_id: uuid.UUID, column: str) -> str:
    """Where a text of this appeal is sealed."""
    return f"appeal|{appeal_id}|{column}"


def _dispute(session: Session, here: Here, question_id: uuid.UUID, now: dt.datetime) -> Appeal | None:
    """A new appeal on what stands; None when somebody opened one a moment ago.

    Whoever opens one locks the decision first, so that two of them wait for each other. For an appeal that is there
    the order is the reverse: hence the lock is let go of again when there is one.
    """
    with session.begin_nested() as attempt:
        try:
            decision = decisions.of(session, here.learner, question_id, lock=True)
        except NotFound:
            raise NothingToAppeal from None
        if open_on(session, here.learner, question_id) is not None:
            attempt.rollback()
            return None
        if decision.maker in ("person", "clock"):
            raise NothingToAppeal
        return _open(session, here, question_id, decision.id, "learner", now)


def _open(
    session: Session, here: Here, question_id: uuid.UUID, decision_id: uuid.UUID, origin: Origin, now: dt.datetime
) -> Appeal:
    appeal = opened(here.organisation_id, here.learner, question_id, decision_id, origin, here.appeal_days, now)
    session.add(appeal)
    session.flush()
    decisions.review(session, decision_id, pending=True)
    if origin == "learner":
        notices.put(session, appeal, "filed", now)
    _note(session, here, appeal, "appeal.filed" if origin == "learner" else "answer.referred", now)
    return appeal


def opened(
    organisation_id: uuid.UUID,
    learner_id: uuid.UUID,
    question_id: uuid.UUID,
    decision_id: uuid.UUID,
    origin: Origin,
    days: int,
    now: dt.datetime,
) -> Appeal:
    """A new case with its clock running, not yet in the session."""
    appeal = Appeal(
        id=uuid.uuid4(), organisation_id=organisation_id, learner_id=learner_id, question_id=question_id,
        decision_id=decision_id, origin=origin, state=State.FILED, level=1, version=0, filed_at=now, clock_at=now,
        clock_days=days, paused_seconds=0, reminded=0, opens_remedy=False, exception=False,
    )  # fmt: skip
    appeal.wind()
    return appeal


def _add(session: Session, vault: Vault, here: Here, appeal: Appeal, statement: str, now: dt.datetime) -> None:
    state = states.follow(State(appeal.state), "add", level=appeal.level)
    column = "statement" if appeal.asked_at is None else "reply"
    setattr(appeal, column, vault.seal(place(appeal.id, column), statement[:STATEMENT_LIMIT]))
    appeal.version += 1
    if state is not State(appeal.state):
        _resume(appeal, now)
        _note(session, here, appeal, "appeal.replied", now)


def _resume(appeal: Appeal, now: dt.datetime) -> None:
    """The reply is there, or no longer needed: the case is in the line again, and its clock runs."""
    appeal.state = states.waiting(appeal.level)
    unpause(appeal, now)


def unpause(appeal: Appeal, now: dt.datetime) -> None:
    """The clock runs again, if it stood still."""
    if appeal.paused_at is not None:
        appeal.paused_seconds += int((now - appeal.paused_at).total_seconds())
        appeal.paused_at = None
        appeal.wind()


def _own(session: Session, here: Here, number: int) -> Appeal:
    theirs = select(Appeal).where(Appeal.number == number, Appeal.learner_id == here.learner)
    locked = theirs.with_for_update().execution_options(populate_existing=True)
    appeal = session.execute(locked).scalar_one_or_none()
    if appeal is None:
        raise AppealNotFound
    return appeal


def _close(appeal: Appeal, state: State) -> None:
    appeal.state = state
    appeal.claimed_by = appeal.claim_until = appeal.paused_at = appeal.draft = None
    appeal.version += 1


def _note(session: Session, here: Here, appeal: Appeal, act: str, now: dt.datetime) -> None:
    journal.note(
        session, act, organisation_id=here.organisation_id, now=now, learner_id=here.learner,
        question_id=appeal.question_id, appeal_id=appeal.id,
    )  # fmt: skip
