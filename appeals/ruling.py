"""A person's ruling: both kinds in one shape, each one transaction in which every consequence happens."""

import datetime as dt

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from appeals import access
from appeals.errors import NotPossible, Stale
from appeals.filing import place
from appeals.models import Appeal
from appeals.states import LEASE, REASONS, Ruling, State, outcome_of, rulings_for
from learning import decisions
from learning.models import Decision
from people.actors import ActingMember
from store import journal
from store.vault import Vault

TEXT_LIMIT = 2000
READINGS = ("approve", "disapprove", "unsure", "none")


def record_reading(session: Session, member: ActingMember, number: int, reading: str, now: dt.datetime) -> None:
    """The reviewer's own reading, before the machine's is shown (L03). It is recorded once and then stands."""
    if reading not in READINGS:
        raise NotPossible("read")
    changed = session.execute(
        update(Appeal)
        .where(*_mine(member, number, now), Appeal.own_reading.is_(None))
        .values(own_reading=reading, claim_until=now + LEASE, version=Appeal.version + 1)
    )
    if not changed.rowcount:  # type: ignore[attr-defined]  # an update always has one
        access.find(session, number)
        raise Stale


def rule(
    session: Session,
    vault: Vault,
    member: ActingMember,
    number: int,
    *,
    version: int,
    ruling: Ruling,
    reason: str,
    text: str,
    now: dt.datetime,
) -> Appeal:
    """The ruling becomes the decision; points, progress, the employer's view and the learner's message follow.

    `version` is that of the case as the reviewer saw it. Raises `Stale` when it has moved on or the claim ran
    out, `NotPossible` when this ruling or reason does not fit the case or the text is empty or too long.
    """
    appeal = access.find(session, number)
    decision = session.execute(
        select(Decision).where(Decision.id == appeal.decision_id).with_for_update()
    ).scalar_one_or_none()
    if decision is None:
        raise Stale
    if ruling not in rulings_for("learner", decision.outcome) or reason not in REASONS[ruling]:
        raise NotPossible("rule")
    if not text.strip() or len(text) > TEXT_LIMIT:
        raise NotPossible("rule")
    _close(session, vault, member, appeal, version, ruling, reason, text.strip(), now)
    outcome = outcome_of(ruling, decision.outcome)
    intent = appeal.own_reading if ruling is not Ruling.UPHELD else None
    decisions.by_person(session, decision.id, member, outcome=outcome, reason=reason, now=now, intent=intent)
    journal.note(
        session, "appeal.ruled", organisation_id=member.organisation_id, now=now, learner_id=appeal.learner_id,
        member_id=member.id, question_id=appeal.question_id, appeal_id=appeal.id,
    )  # fmt: skip
    return appeal


def _close(
    session: Session,
    vault: Vault,
    member: ActingMember,
    appeal: Appeal,
    version: int,
    ruling: Ruling,
    reason: str,
    text: str,
    now: dt.datetime,
) -> None:
    """The claim, the version and the own reading are conditions of the update, so that nobody can come between."""
    changed = session.execute(
        update(Appeal)
        .where(*_mine(member, appeal.number, now), Appeal.own_reading.is_not(None), Appeal.version == version)
        .values(
            state=State.DECIDED,
            claimed_by=None,
            claim_until=None,
            version=Appeal.version + 1,
            ruling=ruling,
            reason=reason,
            ruling_text=vault.seal(place(appeal.id, "ruling_text"), text),
            ruled_by=member.id,
            ruled_at=now,
        )
    )
    if not changed.rowcount:  # type: ignore[attr-defined]  # an update always has one
        raise Stale


def _mine(member: ActingMember, number: int, now: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Appeal.number == number,
        Appeal.state == State.CLAIMED,
        Appeal.claimed_by == member.id,
        Appeal.claim_until > now,
    )


def text_of(vault: Vault, appeal: Appeal) -> str:
    """What the reviewer wrote to the learner."""
    assert appeal.ruling_text is not None
    return vault.unseal(place(appeal.id, "ruling_text"), appeal.ruling_text)
