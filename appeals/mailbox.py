"""An organisation's connected mailbox, and the letters that came and went through it: the tables of promise D02.

Letters are mail: who wrote, what it is about and what it says are sealed. `letters.py` has the acts on them; the
edge (`api/mail`) talks to the mail servers.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from appeals.errors import NotPossible
from store import journal
from store.base import Key, OfOrganisation, Sealed, Table
from store.personal import Privacy
from store.vault import Vault

GONE_AFTER: Final = dt.timedelta(days=29)
"""A disconnected mailbox takes its letters along: a day before the promised thirty, should the worker stand still."""

LATE_AFTER: Final = dt.timedelta(minutes=30)


class Mailbox(OfOrganisation, Table):
    """Where an organisation's people are written to. One at a time; without a password once disconnected."""

    __tablename__ = "mailbox"
    __privacy__ = Privacy("organisation", "delete", "until thirty days after it is disconnected; its password at once")
    __table_args__ = (
        CheckConstraint("(disconnected_at IS NULL) = (password IS NOT NULL)", name="credentials"),
        Index("uq_mailbox_live", "organisation_id", unique=True, postgresql_where=text("disconnected_at IS NULL")),
    )

    id: Mapped[Key]
    address: Mapped[str]
    imap_host: Mapped[str]
    imap_port: Mapped[int]
    smtp_host: Mapped[str]
    smtp_port: Mapped[int]
    username: Mapped[str]
    password: Mapped[Sealed | None]
    folder: Mapped[str]
    deletes_read: Mapped[bool] = mapped_column(server_default=text("false"))
    """What was read is deleted on the server, rather than marked as seen, unless it is not wholly kept here."""
    connected_at: Mapped[dt.datetime]
    read_at: Mapped[dt.datetime | None]
    """When it was last read without trouble."""
    disconnected_at: Mapped[dt.datetime | None]

    @property
    def servers(self) -> "Servers":
        """What it takes to use it, but for the password."""
        return Servers(**{name: getattr(self, name) for name in Servers.__dataclass_fields__})


class Letter(OfOrganisation, Table):
    """One mail, in or out. Of a case's letters the texts go when the case's texts go: a trigger sees to that.

    An incoming letter is open until somebody answers or closes it. An outgoing one is its own outbox: queued in the
    transaction of the answer, under the message id with which it will leave, also when it has to be tried again.
    """

    __tablename__ = "letter"
    __privacy__ = Privacy(
        "learner", "delete", "with the texts of its case; ninety days when it belongs to none", exported=True
    )
    __table_args__ = (
        CheckConstraint(
            "CASE direction WHEN 'in' THEN state IN ('open', 'answered', 'closed')"
            " WHEN 'out' THEN state IN ('queued', 'sent', 'failed', 'dropped') ELSE false END",
            name="state",
        ),
        CheckConstraint("(direction = 'out') = (answered_by IS NOT NULL)", name="written_by"),
        UniqueConstraint("organisation_id", "message_id"),
        Index("ix_letter_thread", "thread_id", "number"),
        Index("ix_letter_appeal", "appeal_id", postgresql_where=text("appeal_id IS NOT NULL")),
        Index("ix_letter_waiting", "organisation_id", "number", postgresql_where=text("state = 'open'")),
        Index("ix_letter_queued", "organisation_id", "send_at", postgresql_where=text("state = 'queued'")),
    )

    id: Mapped[Key]
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    mailbox_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("mailbox.id", ondelete="CASCADE"), index=True)
    thread_id: Mapped[uuid.UUID]
    """The id of the first letter of the thread."""
    appeal_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("appeal.id", ondelete="SET NULL"))
    direction: Mapped[str]
    message_id: Mapped[str]
    in_reply_to: Mapped[str | None]
    sender: Mapped[Sealed | None]
    """Whose address it came from; of an outgoing letter, whose it goes to."""
    subject: Mapped[Sealed | None]
    body: Mapped[Sealed | None]
    attachments: Mapped[Sealed | None]
    """Their names, one a line; they themselves stay in the mailbox."""
    language: Mapped[str | None]
    """In which an outgoing letter's fixed texts are."""
    automatic: Mapped[bool]
    """No person wrote it: it is never answered."""
    incomplete: Mapped[bool]
    """There was more than is kept here."""
    state: Mapped[str]
    at: Mapped[dt.datetime]
    answered_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("member.id"))
    attempts: Mapped[int] = mapped_column(server_default="0")
    send_at: Mapped[dt.datetime | None]
    """When an outgoing letter is tried next."""


@dataclass(frozen=True, slots=True)
class Servers:
    """What it takes to use a mailbox, but for the password."""

    address: str
    imap_host: str
    imap_port: int
    smtp_host: str
    smtp_port: int
    username: str
    folder: str = "INBOX"
    deletes_read: bool = False


def connect(
    session: Session, vault: Vault, organisation_id: uuid.UUID, servers: Servers, password: str, now: dt.datetime,
    by: uuid.UUID | None = None,
) -> Mailbox:  # fmt: skip
    """From now on mail to it is read. The same address again renews servers and password.

    `by` is the member who decided it. Raises `NotPossible` when another one is connected: it has to be disconnected
    first.
    """
    found = live(session)
    if found is None:
        found = Mailbox(id=uuid.uuid4(), organisation_id=organisation_id, connected_at=now)
        session.add(found)
    elif found.address != servers.address:
        raise NotPossible("connect")
    for name in Servers.__dataclass_fields__:
        setattr(found, name, getattr(servers, name))
    found.password = vault.seal(_place(found), password)
    session.flush()
    journal.note(session, "mailbox.connected", organisation_id=organisation_id, now=now, member_id=by)
    return found


def disconnect(session: Session, organisation_id: uuid.UUID, now: dt.datetime) -> bool:
    """The password goes at once, and with it what was still to be sent; letters go within thirty days (D06)."""
    found = live(session)
    if found is None:
        return False
    found.password, found.disconnected_at = None, now
    session.execute(update(Letter).where(Letter.state == "queued").values(state="dropped", send_at=None))
    journal.note(session, "mailbox.disconnected", organisation_id=organisation_id, now=now)
    return True


def live(session: Session) -> Mailbox | None:
    """The mailbox that is connected now."""
    return session.execute(select(Mailbox).where(Mailbox.disconnected_at.is_(None))).scalar_one_or_none()


def is_late(mailbox: Mailbox, now: dt.datetime) -> bool:
    """Has it not been read for so long that somebody should know?"""
    return (mailbox.read_at or mailbox.connected_at) < now - LATE_AFTER


def password_of(vault: Vault, mailbox: Mailbox) -> str:
    """What signs in on both servers."""
    assert mailbox.password is not None
    return vault.unseal(_place(mailbox), mailbox.password)


def _place(mailbox: Mailbox) -> str:
    return f"mailbox|{mailbox.id}|password"
