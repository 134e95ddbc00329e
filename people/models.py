"""The tables of organisations, members, learners and the keys that vouch for them."""

import datetime as dt
import uuid
from typing import Any, Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Key, OfOrganisation, Sealed, Table
from store.personal import Privacy


class Organisation(Table):
    """A tenant: the employer whose people learn here. `alpha` bounds the chance of a wrong "not passed"."""

    __tablename__ = "organisation"
    __privacy__ = Privacy("organisation", "keep", "the service period plus one year")
    __table_args__ = (
        CheckConstraint("alpha > 0 AND alpha <= 0.1", name="alpha"),
        CheckConstraint("appeal_days BETWEEN 1 AND 31", name="appeal_days"),
        CheckConstraint("on_missed IN ('favour', 'escalate')", name="on_missed"),
        CheckConstraint("retention_days BETWEEN 30 AND 365", name="retention_days"),
        CheckConstraint("undo_seconds BETWEEN 0 AND 300", name="undo_seconds"),
        CheckConstraint(
            "(failing_stopped_at IS NULL) = (failing_stopped_model IS NULL)"
            " AND (failing_stopped_at IS NULL) = (failing_stopped_why IS NULL)",
            name="failing_stopped",
        ),
    )

    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    language: Mapped[str] = mapped_column(server_default="nl")
    alpha: Mapped[float] = mapped_column(server_default="0.01")
    appeal_days: Mapped[int] = mapped_column(server_default="28")
    on_missed: Mapped[str] = mapped_column(server_default="favour")
    """What a missed date does: the case is decided in the learner's favour, or goes to a second person."""
    pauses_clock: Mapped[bool] = mapped_column(server_default=text("false"))
    """Waiting for a learner's reply moves the promised date; never the limit of the law."""
    undo_seconds: Mapped[int] = mapped_column(server_default="30")
    """So long can a ruling be taken back, before the learner hears of it."""
    origins: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    created_at: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None]
    """The service has ended; thirty days later everything of the organisation is deleted."""
    retention_days: Mapped[int] = mapped_column(server_default="365")
    """So long after their last message is a learner erased; less where the organisation agreed so, never more."""
    age_gate: Mapped[bool] = mapped_column(server_default=text("false"))
    """Who is younger than sixteen needs a parent's permission here (B04)."""
    watched_since: Mapped[dt.datetime | None]
    """Grades before this moment no longer count for the alarm."""
    failing_stopped_at: Mapped[dt.datetime | None]
    """The alarm went: this model fails nobody here any more."""
    failing_stopped_model: Mapped[str | None]
    failing_stopped_why: Mapped[str | None]


class Member(OfOrganisation, Table):
    """Somebody of the organisation's staff, with one or more roles."""

    __tablename__ = "member"
    __privacy__ = Privacy("member", "detach", "until a year after they left", exported=True)
    __table_args__ = (Index("uq_member_email", text("lower(email)"), unique=True),)

    id: Mapped[Key]
    email: Mapped[str]
    name: Mapped[str]
    roles: Mapped[list[str]]
    language: Mapped[str] = mapped_column(server_default="nl")
    password_hash: Mapped[str]
    created_at: Mapped[dt.datetime]
    left_at: Mapped[dt.datetime | None]


class SignIn(OfOrganisation, Table):
    """A live sign-in of a member; the cookie holds the secret, the table its SHA-256."""

    __tablename__ = "sign_in"
    __privacy__ = Privacy("member", "delete", "at most twelve hours")

    id: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]


class StaffToken(OfOrganisation, Table):
    """What a member's own program signs in with; the table holds its SHA-256, and it is shown once."""

    __tablename__ = "staff_token"
    __privacy__ = Privacy("member", "delete", "a year at most")

    id: Mapped[Key]
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    name: Mapped[str]
    """What it is for, in the member's words."""
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]


class OutsideAccount(OfOrganisation, Table):
    """By which account at a provider outside (OpenID Connect) a member signs in: issuer and subject, nothing else."""

    __tablename__ = "outside_account"
    __privacy__ = Privacy("member", "delete", "until it is unlinked, or a year after they left")
    __table_args__ = (UniqueConstraint("issuer", "subject"), UniqueConstraint("member_id", "issuer"))

    id: Mapped[Key]
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    issuer: Mapped[str]
    subject: Mapped[str]
    linked_at: Mapped[dt.datetime]


NOBODY: Final = "wederhoor/check"
"""The subject of answers that nobody gave, by which reviewers are measured; no token can carry it, for its slash."""


class Learner(OfOrganisation, Table):
    """Somebody who answers in the widget: an opaque id from the organisation, and nothing else."""

    __tablename__ = "learner"
    __privacy__ = Privacy("learner", "delete", "the service period plus one year", exported=True)
    __table_args__ = (UniqueConstraint("organisation_id", "subject"),)

    id: Mapped[Key]
    subject: Mapped[str]
    language: Mapped[str]
    by_person_since: Mapped[dt.datetime | None]
    """Set when they want no automated decisions: a person grades every answer."""
    restricted_since: Mapped[dt.datetime | None]
    """Set when their data is kept and not used: in no view, model or report."""
    created_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]


class Contact(OfOrganisation, Table):
    """The e-mail address that a learner left, to hear of their appeals. Nothing asks for it, nothing else uses it.

    Until it is confirmed from its own mailbox it gets one mail, which asks for that.
    """

    __tablename__ = "contact"
    __privacy__ = Privacy(
        "learner", "delete", "until the learner takes it back, or their consent; two weeks unconfirmed", exported=True
    )

    learner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"), primary_key=True)
    address: Mapped[Sealed]
    given_at: Mapped[dt.datetime]
    confirmed_at: Mapped[dt.datetime | None]


class Webhook(OfOrganisation, Table):
    """Where an organisation's own system hears of cases, and the secret that what it gets is signed with."""

    __tablename__ = "webhook"
    __privacy__ = Privacy("organisation", "delete", "until it is removed")
    __table_args__ = (UniqueConstraint("organisation_id", "url"),)

    id: Mapped[Key]
    url: Mapped[str]
    secret: Mapped[Sealed]
    created_at: Mapped[dt.datetime]
    disabled_at: Mapped[dt.datetime | None]
    """Since when nothing is sent to it: the receiver said that it is gone."""


class SigningKey(OfOrganisation, Table):
    """A public key (JWK, Ed25519) with which an organisation's site signs learner tokens."""

    __tablename__ = "signing_key"
    __privacy__ = Privacy("organisation", "delete", "until it is revoked")

    id: Mapped[str] = mapped_column(primary_key=True)
    jwk: Mapped[dict[str, Any]]
    created_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]
