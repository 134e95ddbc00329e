"""The one door to a case: a reviewer reaches an answer only through a case that they have claimed (T02)."""

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from appeals.errors import AppealNotFound
from appeals.filing import place
from appeals.models import Appeal
from appeals.states import OPEN, State
from grading.grade import Grader
from learning import explaining
from learning.catalogue import Asked, Catalogue
from learning.explaining import Explained
from learning.models import Decision
from people.actors import ActingMember
from people.models import Member
from privacy import looks
from store.vault import Vault


@dataclass(frozen=True, slots=True)
class Case:
    """A case as its reviewer sees it. Answer, statement and machine's reading are there only once claimed.

    `machine` is None until the reviewer has recorded their own reading (L03).
    """

    appeal: Appeal
    course: str
    course_title: dict[str, str]
    asked: Asked
    owner: str | None
    is_mine: bool
    is_open: bool
    answer: str | None = field(default=None, repr=False)
    language: str = "nl"
    statement: str | None = field(default=None, repr=False)
    machine: Explained | None = field(default=None, repr=False)
    decision: Decision | None = None


def find(session: Session, number: int) -> Appeal:
    """The appeal with this number in the session's organisation; raises `AppealNotFound`."""
    appeal = session.execute(select(Appeal).where(Appeal.number == number)).scalar_one_or_none()
    if appeal is None:
        raise AppealNotFound
    return appeal


def case(
    session: Session,
    vault: Vault,
    grader: Grader,
    catalogue: Catalogue,
    member: ActingMember,
    number: int,
    now: dt.datetime,
) -> Case:
    """The case, as far as this member may see it now; an opened answer is recorded as a look by a reviewer."""
    appeal = find(session, number)
    course = catalogue.of_question(session, appeal.question_id)
    asked = course.question(appeal.question_id)
    claimed = appeal.claim_until is not None and appeal.claim_until > now
    owner = session.get_one(Member, appeal.claimed_by).name if claimed and appeal.claimed_by else None
    mine = claimed and appeal.claimed_by == member.id
    shell = Case(appeal, course.slug, course.title(), asked, owner, mine, State(appeal.state) in OPEN)
    if not mine or appeal.decision_id is None or appeal.learner_id is None:
        return shell
    decision = session.get_one(Decision, appeal.decision_id)
    explained = explaining.of_decision(session, vault, grader, course, decision)
    _record_first_look(session, member, appeal, now)
    return Case(
        appeal, course.slug, course.title(), asked, owner, True, True,
        answer=asked.shown(explained.answer, explained.language),
        language=explained.language,
        statement=vault.unseal(place(appeal.id, "statement"), appeal.statement) if appeal.statement else None,
        machine=explained if appeal.own_reading else None,
        decision=decision,
    )  # fmt: skip


def _record_first_look(session: Session, member: ActingMember, appeal: Appeal, now: dt.datetime) -> None:
    """One look per case and reviewer: reading the same page twice is not news for the learner."""
    assert appeal.learner_id is not None
    if not looks.since(session, member.id, appeal.learner_id, appeal.question_id, appeal.filed_at):
        looks.record(session, member, appeal.learner_id, appeal.question_id, "review", now)
