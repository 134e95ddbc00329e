"""The one door to a case: a reviewer reaches an answer only through a case that they have claimed (T02)."""

import datetime as dt
from dataclasses import dataclass, field, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from appeals import checks, drafting
from appeals.drafting import NOTHING, Draft
from appeals.errors import AppealNotFound, Stale
from appeals.filing import place
from appeals.models import Appeal
from appeals.states import OPEN, State
from grading.grade import Graders
from learning import explaining
from learning.answering import text_of
from learning.catalogue import Asked, Catalogue, Taught
from learning.explaining import Explained
from learning.models import Answer, Decision
from people.actors import ActingMember, Language
from people.models import Member
from privacy import looks
from store.vault import Vault


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a first person decided, of a case that is now a second one's."""

    ruling: str
    reason: str | None
    text: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Case:
    """A case as its reviewer sees it. Answer, statement and machine's reading are there only once claimed.

    `machine` and `earlier` are None until the reviewer has recorded their own reading (L03). `undo_until` is there
    for who ruled, for as long as the ruling can be taken back.
    """

    appeal: Appeal
    course: str
    course_title: dict[str, str]
    asked: Asked
    owner: str | None
    is_mine: bool
    is_open: bool
    answer: str | None = field(default=None, repr=False)
    language: Language = "nl"
    statement: str | None = field(default=None, repr=False)
    question_back: str | None = field(default=None, repr=False)
    reply: str | None = field(default=None, repr=False)
    extension: str | None = field(default=None, repr=False)
    machine: Explained | None = field(default=None, repr=False)
    earlier: Earlier | None = None
    decision: Decision | None = None
    draft: Draft = NOTHING
    undo_until: dt.datetime | None = None


def find(session: Session, number: int, *, lock: bool = False) -> Appeal:
    """The appeal with this number in the session's organisation; raises `AppealNotFound`."""
    query = select(Appeal).where(Appeal.number == number)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    appeal = session.execute(query).scalar_one_or_none()
    if appeal is None:
        raise AppealNotFound
    return appeal


def asked_in(session: Session, course: Taught, appeal: Appeal) -> Asked:
    """The question of the case as it was when it was answered."""
    decision = _decision(session, appeal)
    return course.question(appeal.question_id, decision.question_version if decision else None)


def held(session: Session, member: ActingMember, number: int, now: dt.datetime) -> Appeal:
    """The case, locked, while this member holds it; raises `Stale` and `AppealNotFound`.

    The lock comes before that of the decision, here as everywhere: two acts on one case wait for each other, and
    neither for ever.
    """
    appeal = find(session, number, lock=True)
    mine = appeal.state == State.CLAIMED and appeal.claimed_by == member.id
    if not mine or appeal.claim_until is None or appeal.claim_until <= now:
        raise Stale
    return appeal


def case(
    session: Session, vault: Vault, catalogue: Catalogue, member: ActingMember, number: int, now: dt.datetime
) -> Case:
    """The case, as far as this member may see it now; an opened answer is recorded as a look by a reviewer."""
    appeal = find(session, number)
    course = catalogue.of_question(session, appeal.question_id)
    decision = _decision(session, appeal)
    asked = asked_in(session, course, appeal)
    claimed = appeal.claim_until is not None and appeal.claim_until > now
    owner = session.get_one(Member, appeal.claimed_by).name if claimed and appeal.claimed_by else None
    mine = claimed and appeal.claimed_by == member.id
    shell = Case(
        appeal, course.slug, course.title(), asked, owner, mine, State(appeal.state) in OPEN,
        undo_until=_undo_until(appeal, member, now),
    )  # fmt: skip
    if not mine or decision is None or appeal.learner_id is None:
        return shell
    answer = session.get_one(Answer, (appeal.learner_id, appeal.question_id))
    language = asked.language(answer.language)
    seen = replace(
        shell,
        answer=asked.shown(text_of(session, vault, answer.learner_id, answer.question_id), language),
        language=language,
        statement=_text(vault, appeal, "statement"),
        question_back=_text(vault, appeal, "asked"),
        reply=_text(vault, appeal, "reply"),
        extension=_text(vault, appeal, "extension"),
        machine=explaining.of_decision(session, vault, course, decision) if appeal.own_reading else None,
        earlier=_earlier(vault, appeal) if appeal.own_reading else None,
        decision=decision,
        draft=drafting.of(vault, appeal),
    )
    _record_first_look(session, member, appeal, now)  # last: it makes other looks wait until this one is written
    return seen


def with_grade(graders: Graders, case: Case) -> Case:
    """The same with the machine's grade repeated, where it may be seen; without a transaction.

    Of a case with a known answer it is one that looks like a real mistake.
    """
    if case.machine is None:
        return case
    machine = explaining.repeat(graders, case.machine)
    return replace(case, machine=machine if case.appeal.expected is None else checks.disguised(machine, graders))


def _decision(session: Session, appeal: Appeal) -> Decision | None:
    """What stands, which is gone when the answer is."""
    return session.get(Decision, appeal.decision_id) if appeal.decision_id else None


def _undo_until(appeal: Appeal, member: ActingMember, now: dt.datetime) -> dt.datetime | None:
    if appeal.before is None or appeal.ruled_by != member.id or appeal.announce_at is None or appeal.announce_at <= now:
        return None
    return appeal.announce_at


def _earlier(vault: Vault, appeal: Appeal) -> Earlier | None:
    if appeal.first_ruling is None:
        return None
    return Earlier(appeal.first_ruling, appeal.reason, _text(vault, appeal, "ruling_text"))


def _text(vault: Vault, appeal: Appeal, column: str) -> str | None:
    sealed = getattr(appeal, column)
    return vault.unseal(place(appeal.id, column), sealed) if sealed else None


def _record_first_look(session: Session, member: ActingMember, appeal: Appeal, now: dt.datetime) -> None:
    """One look per case and reviewer: reading the same page twice is not news for the learner."""
    assert appeal.learner_id is not None
    if not looks.since(session, member.id, appeal.learner_id, appeal.question_id, appeal.filed_at):
        looks.record(session, member, appeal.learner_id, appeal.question_id, "review", now, appeal.number)
