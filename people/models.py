"""The tables of organisations, members, learners and the keys that vouch for them."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Key, OfOrganisation, Table
from store.personal import Privacy


class Organisation(Table):
    """A tenant: the employer whose people learn here. `alpha` bounds the chance of a wrong "not passed"."""

    __tablename__ = "organisation"
    __privacy__ = Privacy("organisation", "keep", "the service period plus one year")
    __table_args__ = (
        CheckConstraint("alpha > 0 AND alpha <= 0.1", name="alpha"),
        CheckConstraint("appeal_days BETWEEN 1 AND 31", name="appeal_days"),
    )

    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    language: Mapped[str] = mapped_column(server_default="nl")
    alpha: Mapped[float] = mapped_column(server_default="0.01")
    appeal_days: Mapped[int] = mapped_column(server_default="28")
    origins: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    created_at: Mapped[dt.datetime]


class Member(OfOrganisation, Table):
    """Somebody of the organisation's staff: controller, reviewer or both."""

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


class Learner(OfOrganisation, Table):
    """Somebody who answers in the widget: an opaque id from the organisation, and nothing else."""

    __tablename__ = "learner"
    __privacy__ = Privacy("learner", "delete", "the service period plus one year", exported=True)
    __table_args__ = (UniqueConstraint("organisation_id", "subject"),)

    id: Mapped[Key]
    subject: Mapped[str]
    language: Mapped[str]
    created_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]


class SigningKey(OfOrganisation, Table):
    """A public key (JWK, Ed25519) with which an organisation's site signs learner tokens."""

    __tablename__ = "signing_key"
    __privacy__ = Privacy("organisation", "delete", "until it is revoked")

    id: Mapped[str] = mapped_column(primary_key=True)
    jwk: Mapped[dict[str, Any]]
    created_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]
