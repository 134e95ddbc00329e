"""The tables of consents, agreements, looks, holds, requests, links, and what a learner read or may."""

import datetime as dt
import uuid
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from privacy.deadlines import Clock
from store.base import Key, OfOrganisation, Sealed, Table
from store.personal import Privacy

DAYS: Final = 28
"""A request is answered within four weeks; the law allows a month."""
EXTENDED_DAYS: Final = 60
"""Since it came, when it takes longer (B02); the law allows three months."""

NOBODY_OF_STAFF: Final = "(member_id IS NULL) = (purpose = 'link')"
"""Whoever has a learner's own link is no member."""


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
    __table_args__ = (CheckConstraint("ends_on IS NULL OR ends_on >= starts_on - 1", name="period"),)

    id: Mapped[Key]
    course: Mapped[str | None]
    """The slug of the course that it is about; of all courses when empty."""
    grants: Mapped[list[str]]
    ground: Mapped[str]
    agreed_by: Mapped[str]
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date | None]
    """The last day; the day before its first where it was ended before it held."""


class LegalBasis(OfOrganisation, Table):
    """Another ground than consent on which an organisation's learners follow courses: which, why, who said so."""

    __tablename__ = "legal_basis"
    __privacy__ = Privacy("organisation", "keep", "the service period plus one year")
    __table_args__ = (
        CheckConstraint("ground IN ('contract', 'legal_obligation')", name="ground"),
        Index("uq_legal_basis_live", "organisation_id", unique=True, postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[Key]
    ground: Mapped[str]
    why: Mapped[dict[str, str]]
    """By language, as learners read it before they begin: which contract or law asks for it."""
    recorded_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"))
    recorded_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]


class Look(OfOrganisation, Table):
    """Somebody of the staff opened an answer of this learner, or somebody took all along with the learner's link."""

    __tablename__ = "look"
    __privacy__ = Privacy("learner", "delete", "a year", exported=True)
    __table_args__ = (Index("ix_look_learner", "learner_id", "at"), CheckConstraint(NOBODY_OF_STAFF, name="by"))

    id: Mapped[Key]
    learner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"))
    member_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("member.id"))
    question_id: Mapped[uuid.UUID | None]
    """None where everything was taken along."""
    purpose: Mapped[str]
    at: Mapped[dt.datetime]
    salt: Mapped[bytes | None]
    """Shows that an entry of the access log is about this learner."""


class Access(OfOrganisation, Table):
    """One look at personal data by staff, or with a learner's own link, for good: who, when, for what; not at whose.

    `about` commits to learner and question with a salt that is in the learner's `Look` and goes with it. `hash` is
    made of the entry and the hash before it, so that nothing can be changed, put between or taken out unseen.
    """

    __tablename__ = "access"
    __privacy__ = Privacy("member", "keep", "as long as the organisation is served", exported=True)
    __table_args__ = (Index("ix_access_member_at", "member_id", "at"), CheckConstraint(NOBODY_OF_STAFF, name="by"))

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[dt.datetime]
    member_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("member.id"))
    purpose: Mapped[str]
    number: Mapped[int | None] = mapped_column(BigInteger)
    """Of the case, where it was opened for one."""
    about: Mapped[bytes]
    hash: Mapped[bytes]


class Hold(OfOrganisation, Table):
    """What the law requires to keep of a learner, in spite of their wish (B07): why, until when, and who said so."""

    __tablename__ = "hold"
    __privacy__ = Privacy("learner", "delete", "until a month after its end", exported=True)

    id: Mapped[Key]
    learner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"))
    reason: Mapped[str]
    until: Mapped[dt.date]
    made_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"))
    made_at: Mapped[dt.datetime]


class Request(OfOrganisation, Table):
    """A right that somebody uses who cannot sign in (H13): what they ask, by when they are answered, what was done.

    It holds no text: see `RequestText`. A learner's link goes when they are erased, and the case stays answerable.
    """

    __tablename__ = "request"
    __privacy__ = Privacy("learner", "detach", "three years after the answer, without texts", exported=True)
    __table_args__ = (
        CheckConstraint("state IN ('received', 'identified', 'done', 'refused', 'taken_back')", name="state"),
        CheckConstraint("(state IN ('received', 'identified')) = (closed_at IS NULL)", name="closed"),
        CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name="refused"),
        CheckConstraint("state NOT IN ('identified', 'done') OR identified_how IS NOT NULL", name="identified"),
        CheckConstraint("learner_id IS NULL OR identified_how IS NOT NULL", name="linked"),
        Index(
            "ix_request_open", "organisation_id", "due_at", "number",
            postgresql_where=text("state IN ('received', 'identified')"),
        ),
        Index("ix_request_learner", "learner_id", postgresql_where=text("learner_id IS NOT NULL")),
    )  # fmt: skip

    id: Mapped[Key]
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    learner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("learner.id", ondelete="SET NULL"))
    kind: Mapped[str]
    came_by: Mapped[str]
    language: Mapped[str]
    """In which the requester is answered."""
    state: Mapped[str]
    received_at: Mapped[dt.datetime]
    """Since when the clock runs; of a letter, the day on which it came."""
    due_at: Mapped[dt.datetime]
    extended_at: Mapped[dt.datetime | None]
    reminded: Mapped[int] = mapped_column(server_default="0")
    """The last reminder, in per cent of the time; 100 when the date had passed."""
    remind_at: Mapped[dt.datetime | None]
    identified_how: Mapped[str | None]
    identified_at: Mapped[dt.datetime | None]
    deeds: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    """What was carried out, in order."""
    held_until: Mapped[dt.date | None]
    """A legal hold kept something, until then."""
    refusal: Mapped[str | None]
    closed_at: Mapped[dt.datetime | None]
    handled_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("member.id"))
    file_digest: Mapped[bytes | None]
    """SHA-256 of the secret in the link to the export, which is made when it is fetched."""
    code_digest: Mapped[bytes | None]
    """Of the secret and the code that goes another way."""
    file_until: Mapped[dt.datetime | None]
    file_taken_at: Mapped[dt.datetime | None]

    @property
    def clock(self) -> Clock:
        """What the date depends on."""
        extended = self.extended_at is not None
        return Clock(self.received_at, DAYS, extended=extended, extended_days=EXTENDED_DAYS)

    def wind(self) -> None:
        """Sets the date and the next reminder by the clock, after anything that it depends on."""
        self.due_at, self.remind_at = self.clock.due, self.clock.next_reminder(self.reminded)


class RequestText(OfOrganisation, Table):
    """What was written in a request and in answer to it: where to answer to, the words, the reasons."""

    __tablename__ = "request_text"
    __privacy__ = Privacy("learner", "keep", "ninety days after the answer", exported=True)

    request_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("request.id", ondelete="CASCADE"), primary_key=True)
    closed_at: Mapped[dt.datetime | None]
    """When the request was answered: from then on it is kept a while."""
    contact: Mapped[Sealed]
    words: Mapped[Sealed | None]
    subject: Mapped[Sealed | None]
    """The organisation's id of the learner, as the requester gave it; it goes once the request is linked."""
    extension: Mapped[Sealed | None]
    """Why it takes longer, as the requester reads it."""
    answer: Mapped[Sealed | None]
    """What was done, or why it was refused, as the requester reads it."""
    held: Mapped[Sealed | None]
    """Why the law keeps something of them."""
    ticket: Mapped[Sealed | None]
    """The secret in the link to the export, to be mailed."""


class Link(OfOrganisation, Table):
    """A link of a learner's own: who has it can take along what is kept of them, or change their choices.

    The table holds the SHA-256 of its secret, which is shown once.
    """

    __tablename__ = "link"
    __privacy__ = Privacy("learner", "delete", "a month after its last day", exported=True)
    __table_args__ = (CheckConstraint("purpose IN ('export', 'choices')", name="purpose"),)

    id: Mapped[Key]
    learner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str]
    digest: Mapped[bytes] = mapped_column(unique=True)
    made_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]


class Acceptance(OfOrganisation, Table):
    """A learner was told of a version of the policy, and when they said that they read it.

    With a `legal_basis_id` that was the act by which they began: the organisation has another ground than consent.
    """

    __tablename__ = "acceptance"
    __privacy__ = Privacy("learner", "delete", "with the learner", exported=True)

    learner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"), primary_key=True)
    policy: Mapped[str] = mapped_column(primary_key=True)
    told_at: Mapped[dt.datetime]
    mailed_at: Mapped[dt.datetime | None]
    accepted_at: Mapped[dt.datetime | None]
    legal_basis_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("legal_basis.id"))


class Permission(OfOrganisation, Table):
    """Why a learner may take part where the young need a parent: old enough by their own word, or a parent's yes.

    There is no birth date. A parent's address and the secret of the link to them go as soon as they have answered.
    """

    __tablename__ = "permission"
    __privacy__ = Privacy("learner", "delete", "with the learner; a request without an answer, a month", exported=True)
    __table_args__ = (CheckConstraint("ground IN ('of_age', 'mail', 'paper')", name="ground"),)

    learner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"), primary_key=True)
    ground: Mapped[str]
    asked_at: Mapped[dt.datetime]
    given_at: Mapped[dt.datetime | None]
    withdrawn_at: Mapped[dt.datetime | None]
    digest: Mapped[bytes | None] = mapped_column(unique=True)
    """SHA-256 of the secret in the parent's link, or of the code on paper."""
    address: Mapped[Sealed | None]
    secret: Mapped[Sealed | None]
