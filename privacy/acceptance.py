"""A new version of the policy is told to whoever began under an earlier one, and what they did with that is kept.

Told in the chat at the next visit, and by mail once to who left an address. Where consent is kept, reading is
accepted by an act; where it is asked again, consent itself is that act (`privacy/consent.py`), or reading the ground
that stands in its place (`privacy/legal_basis.py`).
"""

import datetime as dt
import uuid
from typing import Any, Final

from sqlalchemy import CompoundSelect, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from people.actors import LearnerClaims
from people.models import Contact
from privacy import consent, policy
from privacy.consent import LEARNING
from privacy.errors import PolicyOutdated
from privacy.models import Acceptance, Consent, LegalBasis
from store import journal

AT_ONCE: Final = 500
"""Mails of one organisation in one round."""


def pending(session: Session, learner_id: uuid.UUID) -> str | None:
    """The version that this learner began under, or accepted since, if there is a newer one; None who did not begin."""
    begun = _begun().subquery()
    agreed = session.execute(
        select(func.max(begun.c.policy)).where(begun.c.learner_id == learner_id)
    ).scalar_one_or_none()
    if agreed is None:
        return None
    accepted = session.execute(
        select(Acceptance.policy).where(Acceptance.learner_id == learner_id, Acceptance.accepted_at.is_not(None))
    ).scalars()
    last = max([agreed, *accepted])
    return last if last < policy.current().version else None


def tell(session: Session, organisation_id: uuid.UUID, learner_id: uuid.UUID, now: dt.datetime) -> None:
    """The learner is told now; the first time counts."""
    row = _row(organisation_id, learner_id, now)
    session.execute(insert(Acceptance).values(row).on_conflict_do_nothing())


def accept(session: Session, claims: LearnerClaims, learner_id: uuid.UUID, version: str, now: dt.datetime) -> None:
    """The learner says that they read this version; the first time counts.

    Raises `PolicyOutdated` when there is a newer one, `ConsentRequired` when what they began under does not cover it.
    """
    if version != policy.current().version:
        raise PolicyOutdated
    if pending(session, learner_id) is None:
        return
    consent.require(session, learner_id)
    row = _row(claims.organisation_id, learner_id, now) | {"accepted_at": now}
    session.execute(
        insert(Acceptance).values(row).on_conflict_do_update(
            index_elements=["learner_id", "policy"], set_={"accepted_at": now}
        )
    )  # fmt: skip
    journal.note(
        session, "policy.accepted", organisation_id=claims.organisation_id, now=now, learner_id=learner_id,
        policy=version,
    )  # fmt: skip


def to_mail(session: Session, organisation_id: uuid.UUID, now: dt.datetime) -> list[uuid.UUID]:
    """Who confirmed an address and began under an earlier version, each once; they count as mailed from now on."""
    mailed = select(Acceptance.learner_id).where(
        Acceptance.policy == policy.current().version, Acceptance.mailed_at.is_not(None)
    )
    begun = _begun().subquery()
    earlier = (
        select(begun.c.learner_id)
        .where(
            begun.c.learner_id.in_(select(Contact.learner_id).where(Contact.confirmed_at.is_not(None))),
            begun.c.learner_id.not_in(mailed),
        )
        .group_by(begun.c.learner_id)
        .having(func.max(begun.c.policy) < policy.current().version)
    )
    found = list(session.execute(earlier.order_by(begun.c.learner_id).limit(AT_ONCE)).scalars())
    for learner_id in found:
        row = _row(organisation_id, learner_id, now) | {"mailed_at": now}
        again = insert(Acceptance).values(row).on_conflict_do_update(
            index_elements=["learner_id", "policy"], set_={"mailed_at": now}
        )  # fmt: skip
        session.execute(again)
    return found


def _begun() -> CompoundSelect[uuid.UUID, str]:
    """Learners who take part and the version of the policy under which they began: by consent, or on another ground."""
    agreed = select(Consent.learner_id, Consent.policy).where(
        Consent.purpose == LEARNING, Consent.withdrawn_at.is_(None)
    )
    read = (
        select(Acceptance.learner_id, Acceptance.policy)
        .join(LegalBasis, LegalBasis.id == Acceptance.legal_basis_id)
        .where(LegalBasis.ended_at.is_(None))
    )
    return agreed.union_all(read)


def _row(organisation_id: uuid.UUID, learner_id: uuid.UUID, now: dt.datetime) -> dict[str, Any]:
    row: dict[str, Any] = {"organisation_id": organisation_id, "learner_id": learner_id, "told_at": now}
    return row | {"policy": policy.current().version}
