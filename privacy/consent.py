"""Consent: given by an act, for one purpose, to one version of the policy; withdrawn just as easily."""

import datetime as dt
import uuid

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from people.actors import LearnerClaims
from privacy import legal_basis, policy
from privacy.errors import ConsentRequired, PolicyOutdated
from privacy.models import Consent
from store import journal

LEARNING = "learning"
IMPROVING = "improving"
"""Rulings on the learner's answers may improve how the machine grades at this organisation. Never needed."""


def give(
    session: Session, claims: LearnerClaims, learner_id: uuid.UUID, version: str, purposes: list[str], now: dt.datetime
) -> None:
    """The learner agrees to these purposes; what they read must be the current policy."""
    current = policy.current()
    if version != current.version:
        raise PolicyOutdated
    if LEARNING not in purposes or not set(purposes) <= set(current.purposes):
        raise ConsentRequired
    _end(session, learner_id, now)
    for purpose in purposes:
        _add(session, claims, learner_id, purpose, now)
    journal.note(
        session,
        "consent.given",
        organisation_id=claims.organisation_id,
        now=now,
        learner_id=learner_id,
        policy=version,
    )


def choose(
    session: Session, claims: LearnerClaims, learner_id: uuid.UUID, purpose: str, *, allowed: bool, now: dt.datetime
) -> None:
    """The learner allows or no longer allows an optional purpose; the same act twice is one act."""
    if purpose not in policy.current().optional:
        raise ConsentRequired
    if allowed == (given_at(session, learner_id, purpose) is not None):
        return
    _end(session, learner_id, now, purpose)
    if allowed:
        _add(session, claims, learner_id, purpose, now)
    act = f"{purpose}.{'allowed' if allowed else 'refused'}"
    journal.note(session, act, organisation_id=claims.organisation_id, now=now, learner_id=learner_id)


def withdraw(session: Session, claims: LearnerClaims, learner_id: uuid.UUID, now: dt.datetime) -> None:
    """Ends all consent; from the next message on nothing is processed."""
    _end(session, learner_id, now)
    journal.note(session, "consent.withdrawn", organisation_id=claims.organisation_id, now=now, learner_id=learner_id)


def given_at(session: Session, learner_id: uuid.UUID, purpose: str = LEARNING) -> dt.datetime | None:
    """When this learner agreed to the purpose, in words that still hold; None when not, or when they took it back."""
    return session.execute(
        select(Consent.given_at).where(
            Consent.learner_id == learner_id,
            Consent.purpose == purpose,
            Consent.policy.in_(policy.covering()),
            Consent.withdrawn_at.is_(None),
        )
    ).scalar_one_or_none()


def counted(session: Session) -> list[tuple[str, str, int]]:
    """How many live consents there are, by version of the policy and purpose, the newest version first."""
    rows = session.execute(
        select(Consent.policy, Consent.purpose, func.count())
        .where(Consent.withdrawn_at.is_(None))
        .group_by(Consent.policy, Consent.purpose)
        .order_by(Consent.policy.desc(), Consent.purpose)
    )
    return [(version, purpose, count) for version, purpose, count in rows]


def require(session: Session, learner_id: uuid.UUID) -> None:
    """Raises `ConsentRequired` without a live consent that covers the policy, or another ground in its place."""
    if given_at(session, learner_id) is None and not legal_basis.begun(session, learner_id):
        raise ConsentRequired


def _add(session: Session, claims: LearnerClaims, learner_id: uuid.UUID, purpose: str, now: dt.datetime) -> None:
    row = {"id": uuid.uuid4(), "organisation_id": claims.organisation_id, "learner_id": learner_id}
    session.add(Consent(**row, purpose=purpose, policy=policy.current().version, given_at=now))


def _end(session: Session, learner_id: uuid.UUID, now: dt.datetime, purpose: str | None = None) -> None:
    live = update(Consent).where(Consent.learner_id == learner_id, Consent.withdrawn_at.is_(None))
    if purpose is not None:
        live = live.where(Consent.purpose == purpose)
    session.execute(live.values(withdrawn_at=now))
