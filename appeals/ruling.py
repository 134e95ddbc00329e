"""What the person does who holds a case: read, ask, extend, rule. Each is one transaction with every consequence."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from appeals import access, notices, states
from appeals.errors import NotPossible, Stale
from appeals.filing import place
from appeals.models import Appeal
from appeals.states import LEASE, REASONS, Ruling, State, outcome_of, rulings_for
from learning import decisions
from learning.models import Decision
from people.actors import ActingMember
from people.models import Organisation
from store import journal
from store.vault import Vault

TEXT_LIMIT = 2000
READINGS = ("approve", "disapprove", "unsure", "none")


def record_reading(session: Session, member: ActingMember, number: int, reading: str, now: dt.datetime) -> None:
    """The reviewer's own reading, before the machine's is shown (L03). It is recorded once and then stands."""
    if reading not in READINGS:
        raise NotPossible("read")
    appeal = access.held(session, member, number, now)
    if appeal.own_reading is not None:
        raise Stale
    states.follow(State(appeal.state), "read")
    appeal.own_reading, appeal.claim_until = reading, now + LEASE
    appeal.version += 1


def ask(session: Session, vault: Vault, member: ActingMember, number: int, question: str, now: dt.datetime) -> None:
    """Asks the learner something; the case leaves the reviewer's hands until the reply, or until it is claimed.

    Where the organisation chose so, the promised date moves by the time that the reply takes; the limit of the law
    does not. Raises `Stale`, and `NotPossible` when this person has asked already or the text is empty or too long.
    """
    appeal = access.held(session, member, number, now)
    if appeal.asked_at is not None or not question.strip() or len(question) > TEXT_LIMIT:
        raise NotPossible("ask")
    appeal.state = states.follow(State(appeal.state), "ask")
    appeal.asked = vault.seal(place(appeal.id, "asked"), question.strip())
    appeal.asked_at, appeal.reply = now, None
    appeal.claimed_by = appeal.claim_until = appeal.own_reading = appeal.draft = None
    appeal.version += 1
    if session.get_one(Organisation, member.organisation_id).pauses_clock and appeal.due_at > now:
        appeal.paused_at, appeal.due_at, appeal.remind_at = now, appeal.clock.limit, None
    notices.put(session, appeal, "asked", now)
    _note(session, member, appeal, "appeal.asked", now)


def extend(session: Session, vault: Vault, member: ActingMember, number: int, why: str, now: dt.datetime) -> None:
    """Two more months, once, for a reason that the learner reads; raises `Stale` and `NotPossible`."""
    appeal = access.held(session, member, number, now)
    if appeal.extended_at is not None or appeal.due_at <= now or not why.strip() or len(why) > TEXT_LIMIT:
        raise NotPossible("extend")
    states.follow(State(appeal.state), "extend")
    appeal.extended_at, appeal.extension = now, vault.seal(place(appeal.id, "extension"), why.strip())
    appeal.reminded = 0
    appeal.wind()
    appeal.claim_until = now + LEASE
    appeal.version += 1
    notices.put(session, appeal, "extended", now)
    _note(session, member, appeal, "appeal.extended", now)


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
    """The ruling becomes the decision; points, progress, the employer's view and what is told follow at once.

    The learner is told after the organisation's time for second thoughts (`undo`). `version` is that of the case as
    the reviewer saw it. Raises `Stale` when it has moved on or the claim ran out, `NotPossible` when this ruling or
    reason does not fit the case, it was not read yet, or the text is empty or too long.
    """
    appeal = access.held(session, member, number, now)
    if appeal.version != version:
        raise Stale
    decision = session.execute(
        select(Decision).where(Decision.id == appeal.decision_id).with_for_update()
    ).scalar_one_or_none()
    if decision is None:
        raise Stale
    if ruling not in rulings_for(decision.outcome) or reason not in REASONS[ruling] or appeal.own_reading is None:
        raise NotPossible("rule")
    if not text.strip() or len(text) > TEXT_LIMIT:
        raise NotPossible("rule")
    seconds = session.get_one(Organisation, member.organisation_id).undo_seconds
    is_machines = decision.maker == "model" or appeal.first_ruling == Ruling.UPHELD
    machine_read = is_machines and decision.p_value is not None
    first = _first(appeal)
    appeal.state = states.follow(State(appeal.state), "rule")
    appeal.claimed_by = appeal.claim_until = appeal.draft = None
    appeal.version += 1
    appeal.ruling, appeal.reason, appeal.ruled_by, appeal.ruled_at = ruling, reason, member.id, now
    if appeal.ruling_text is not None:
        appeal.first_text = vault.seal(place(appeal.id, "first_text"), text_of(vault, appeal))
    appeal.ruling_text = vault.seal(place(appeal.id, "ruling_text"), text.strip())
    appeal.agreed = appeal.own_reading == decision.intent if machine_read else None
    appeal.before = decisions.snapshot(decision) | {"first": first}
    appeal.announce_at = now + dt.timedelta(seconds=seconds)
    appeal.opens_remedy = ruling is Ruling.OVERTURNED and machine_read and decision.outcome == "not_passed"
    notices.put(session, appeal, "ruled", now, send_at=appeal.announce_at)
    outcome = outcome_of(ruling, decision.outcome)
    intent = appeal.own_reading if ruling is not Ruling.UPHELD else None
    decisions.by_person(session, decision.id, member, outcome=outcome, reason=reason, now=now, intent=intent)
    _note(session, member, appeal, "appeal.ruled", now)
    return appeal


def undo(session: Session, vault: Vault, member: ActingMember, number: int, now: dt.datetime) -> None:
    """Takes the ruling back before anybody hears of it; the case is the reviewer's again, as it was.

    Raises `NotPossible` when the learner may have been told, or it was not this member's ruling.
    """
    appeal = access.find(session, number, lock=True)
    after = states.follow(State(appeal.state), "undo")
    if appeal.before is None or appeal.announce_at is None or appeal.announce_at <= now or appeal.ruled_by != member.id:
        raise NotPossible("undo")
    assert appeal.decision_id is not None
    if not notices.take_back(session, appeal, "ruled"):
        raise NotPossible("undo")
    decisions.restore(session, appeal.decision_id, appeal.before)
    first = appeal.before["first"]
    appeal.state, appeal.claimed_by, appeal.claim_until = after, member.id, now + LEASE
    appeal.ruling, appeal.ruled_by, appeal.agreed = appeal.first_ruling, appeal.first_ruled_by, None
    appeal.reason, appeal.ruling_text = first["reason"], None
    if appeal.first_text is not None:
        words = vault.unseal(place(appeal.id, "first_text"), appeal.first_text)
        appeal.ruling_text, appeal.first_text = vault.seal(place(appeal.id, "ruling_text"), words), None
    appeal.ruled_at, appeal.announce_at = (
        first[name] and dt.datetime.fromisoformat(first[name]) for name in ("ruled_at", "announce_at")
    )
    appeal.before, appeal.opens_remedy = None, False
    appeal.version += 1
    _note(session, member, appeal, "appeal.undone", now)


def _first(appeal: Appeal) -> dict[str, str | None]:
    """What a second ruling takes the place of, besides its text: the first one's reason and moments."""
    return {
        "reason": appeal.reason,
        "ruled_at": appeal.ruled_at.isoformat() if appeal.ruled_at else None,
        "announce_at": appeal.announce_at.isoformat() if appeal.announce_at else None,
    }


def _note(session: Session, member: ActingMember, appeal: Appeal, act: str, now: dt.datetime) -> None:
    journal.note(
        session, act, organisation_id=member.organisation_id, now=now, learner_id=appeal.learner_id,
        member_id=member.id, question_id=appeal.question_id, appeal_id=appeal.id,
    )  # fmt: skip


def text_of(vault: Vault, appeal: Appeal) -> str:
    """What the reviewer wrote to the learner with the ruling."""
    assert appeal.ruling_text is not None
    return vault.unseal(place(appeal.id, "ruling_text"), appeal.ruling_text)


def question_of(vault: Vault, appeal: Appeal) -> str | None:
    """What the reviewer asked the learner, if they did."""
    return vault.unseal(place(appeal.id, "asked"), appeal.asked) if appeal.asked else None


def extension_of(vault: Vault, appeal: Appeal) -> str | None:
    """Why it takes longer, if it does."""
    return vault.unseal(place(appeal.id, "extension"), appeal.extension) if appeal.extension else None
