"""Another ground than consent on which an organisation's learners follow courses, where it has recorded one (H12).

Whoever has consented keeps their consent, and can take it back. Whoever begins while such a ground holds reads what it
is and says so by an act; a later ground is read anew. It is about following courses only: optional purposes, and what
the law on automated decisions gives a learner, do not depend on it.
"""

import datetime as dt
import uuid
from typing import Any, Final, Literal, get_args

from sqlalchemy import any_, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session
from sqlalchemy.types import Text

from people.actors import ActingMember, LearnerClaims
from privacy import policy
from privacy.errors import ArrangementInvalid, ConsentRequired, PolicyOutdated
from privacy.models import Acceptance, LegalBasis
from store import journal
from store.base import core

Ground = Literal["contract", "legal_obligation"]
LONGEST: Final = 500
"""Characters of the reason, in each language."""

_ACCEPTANCE, _BASIS = core(Acceptance).c, core(LegalBasis).c
BEGUN: Final = (
    select(_ACCEPTANCE.learner_id)
    .join_from(core(Acceptance), core(LegalBasis), _BASIS.id == _ACCEPTANCE.legal_basis_id)
    .where(
        _ACCEPTANCE.policy == any_(bindparam("policies", type_=ARRAY(Text))),
        _ACCEPTANCE.accepted_at.is_not(None),
        _BASIS.ended_at.is_(None),
    )
)
"""Learners who began on the ground that holds now, in words that still hold (`policies`: `policy.covering()`)."""


def live(session: Session) -> LegalBasis | None:
    """The ground that holds for the session's organisation; None where consent is asked."""
    return session.execute(select(LegalBasis).where(LegalBasis.ended_at.is_(None))).scalar_one_or_none()


def record(session: Session, member: ActingMember, ground: Ground, why: dict[str, str], now: dt.datetime) -> None:
    """From now on learners who begin read this ground instead of being asked; one that held before ends.

    `why` says by language which contract or law asks for it. Raises `ArrangementInvalid` when something is missing.
    """
    words = {language: " ".join(text.split()) for language, text in why.items()}
    if ground not in get_args(Ground) or set(words) != {"nl", "en"}:
        raise ArrangementInvalid
    if not all(words.values()) or max(map(len, words.values())) > LONGEST:
        raise ArrangementInvalid
    _end(session, now)
    session.add(
        LegalBasis(
            id=uuid.uuid4(), organisation_id=member.organisation_id, ground=ground, why=words, recorded_by=member.id,
            recorded_at=now,
        )
    )  # fmt: skip
    session.flush()
    _note(session, member, "legal_basis.recorded", now, ground=ground)


def end(session: Session, member: ActingMember, now: dt.datetime) -> None:
    """From the next message on learners are asked for consent; nothing happens where that was so."""
    if _end(session, now):
        _note(session, member, "legal_basis.ended", now)


def begin(session: Session, claims: LearnerClaims, learner_id: uuid.UUID, version: str, now: dt.datetime) -> None:
    """The learner has read the ground that holds, and begins.

    Raises `PolicyOutdated` when there is a newer policy, `ConsentRequired` where there is no other ground.
    """
    if version != policy.current().version:
        raise PolicyOutdated
    basis = live(session)
    if basis is None:
        raise ConsentRequired
    row: dict[str, Any] = {"organisation_id": claims.organisation_id, "learner_id": learner_id, "policy": version}
    read = {"accepted_at": now, "legal_basis_id": basis.id}
    session.execute(
        insert(Acceptance)
        .values(row | read | {"told_at": now})
        .on_conflict_do_update(index_elements=["learner_id", "policy"], set_=read)
    )
    journal.note(
        session, "legal_basis.read", organisation_id=claims.organisation_id, now=now, learner_id=learner_id,
        policy=version,
    )  # fmt: skip


def begun(session: Session, learner_id: uuid.UUID) -> bool:
    """Whether this learner began on the ground that holds now."""
    found = BEGUN.where(_ACCEPTANCE.learner_id == learner_id)
    return session.execute(found, {"policies": policy.covering()}).first() is not None


def counted(session: Session) -> int:
    """How many learners began on the ground that holds now."""
    begun = select(func.count()).select_from(BEGUN.distinct().subquery())
    return session.execute(begun, {"policies": policy.covering()}).scalar_one()


def _end(session: Session, now: dt.datetime) -> bool:
    ended = update(LegalBasis).where(LegalBasis.ended_at.is_(None)).values(ended_at=now).returning(LegalBasis.id)
    return session.execute(ended).first() is not None


def _note(session: Session, member: ActingMember, act: str, now: dt.datetime, **facts: Any) -> None:
    journal.note(session, act, organisation_id=member.organisation_id, now=now, member_id=member.id, **facts)
