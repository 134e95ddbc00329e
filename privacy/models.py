"""The tables of consents, agreements, looks and holds."""

import datetime as dt
import uuid

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Key, OfOrganisation, Table
from store.personal import Privacy


class Consent(OfOrganisation, Table):
    """One act of consent to one purpose, under one version of the policy."""

    __tablename__ = "consent"
    __privacy__ = Privacy("learner", "delete", "with the learner; one that was taken back, a year", exported=True)
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
    __privacy__ = Privacy("learner", "delete", "a year", exported=True)
    __table_args__ = (Index("ix_look_learner", "learner_id", "at"),)

    id: Mapped[Key]
    learner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"))
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"))
    question_id: Mapped[uuid.UUID]
    purpose: Mapped[str]
    at: Mapped[dt.datetime]
    salt: Mapped[bytes | None]
    """Shows that an entry of the access log is about this learner."""


class Access(OfOrganisation, Table):
    """One look at personal data by staff, for good: who, when, for what, under which case; not at whose.

    `about` commits to learner and question with a salt that is in the learner's `Look` and goes with it. `hash` is
    made of the entry and the hash before it, so that nothing can be changed, put between or taken out unseen.
    """

    __tablename__ = "access"
    __privacy__ = Privacy("member", "keep", "as long as the organisation is served", exported=True)
    __table_args__ = (Index("ix_access_member_at", "member_id", "at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[dt.datetime]
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"))
    purpose: Mapped[str]
    number: Mapped[int | None] = mapped_column(BigInteger)
    """Of the case, where it was opened for one."""
    about: Mapped[bytes]
    hash: Mapped[bytes]


class Hold(OfOrganisation, Table):
    """What the law requires to keep of a learner, in spite of their wish (B07): why, until when, and who said so."""

    __tablename__ = "hold"
    __privacy__ = Privacy("learner", "delete", "until its end", exported=True)

    id: Mapped[Key]
    learner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"))
    reason: Mapped[str]
    until: Mapped[dt.date]
    made_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"))
    made_at: Mapped[dt.datetime]
