"""The tables of consents, agreements and looks."""

import datetime as dt
import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Key, OfOrganisation, Table
from store.personal import Privacy


class Consent(OfOrganisation, Table):
    """One act of consent to one purpose, under one version of the policy."""

    __tablename__ = "consent"
    __privacy__ = Privacy("learner", "delete", "the service period plus one year", exported=True)
    __table_args__ = (
        Index("uq_consent_live", "learner_id", "purpose", unique=True, postgresql_where=text("withdrawn_at IS NULL")),
    )

    id: Mapped[Key]
    learner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"))
    purpose: Mapped[str]
    policy: Mapped[str]
    given_at: Mapped[dt.datetime]
    withdrawn_at: Mapped[dt.datetime | None]


class Agreement(OfOrganisation, Table):
    """What an organisation may see of its learners beyond flagged answers: who agreed, on what ground, until when."""

    __tablename__ = "agreement"
    __privacy__ = Privacy("organisation", "keep", "the service period plus one year")
    __table_args__ = (CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="period"),)

    id: Mapped[Key]
    course: Mapped[str | None]
    """The slug of the course that it is about; of all courses when empty."""
    grants: Mapped[list[str]]
    ground: Mapped[str]
    agreed_by: Mapped[str]
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date | None]


class Look(OfOrganisation, Table):
    """Somebody of the staff opened an answer of this learner."""

    __tablename__ = "look"
    __privacy__ = Privacy("learner", "delete", "the service period plus one year", exported=True)
    __table_args__ = (Index("ix_look_learner", "learner_id", "at"),)

    id: Mapped[Key]
    learner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"))
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"))
    question_id: Mapped[uuid.UUID]
    purpose: Mapped[str]
    at: Mapped[dt.datetime]
