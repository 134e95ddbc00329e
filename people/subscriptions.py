"""News about trainings, for learners who asked for it: at an address of its own, which they confirmed from there.

It has nothing to do with the address for mail about appeals. Asking is one act, off until then; stopping is one too.
"""

import datetime as dt
import uuid
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from people import contacts
from people.actors import ActingMember, Language
from people.errors import NewsInvalid
from people.models import Learner
from store import journal
from store.base import Key, OfOrganisation, Sealed, Table
from store.personal import Privacy
from store.vault import Vault

LONGEST_SUBJECT: Final = 120
LONGEST_TEXT: Final = 5000


class NewsSubscription(OfOrganisation, Table):
    """The address at which a learner asked for news about trainings. Nothing is sent to it before it is confirmed."""

    __tablename__ = "news_subscription"
    __privacy__ = Privacy(
        "learner", "delete", "until the learner stops it, or their consent; two weeks unconfirmed", exported=True
    )

    learner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"), primary_key=True)
    address: Mapped[Sealed]
    asked_at: Mapped[dt.datetime]
    confirmed_at: Mapped[dt.datetime | None]


class NewsItem(OfOrganisation, Table):
    """News that an author of the organisation wrote."""

    __tablename__ = "news_item"
    __privacy__ = Privacy("organisation", "keep", "the service period plus one year")
    __table_args__ = (CheckConstraint("language IN ('nl', 'en')", name="language"),)

    id: Mapped[Key]
    language: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    written_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"))
    written_at: Mapped[dt.datetime]


class NewsMail(OfOrganisation, Table):
    """A mail to one subscriber that is to go or has gone; without an item, the one that asks to confirm."""

    __tablename__ = "news_mail"
    __privacy__ = Privacy("learner", "delete", "ninety days", exported=True)
    __table_args__ = (
        Index(
            "ix_news_mail_waiting", "organisation_id", "send_at",
            postgresql_where=text("sent_at IS NULL AND gave_up_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[Key]
    learner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"), index=True)
    item_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("news_item.id", ondelete="CASCADE"))
    created_at: Mapped[dt.datetime]
    send_at: Mapped[dt.datetime]
    attempts: Mapped[int] = mapped_column(server_default="0")
    sent_at: Mapped[dt.datetime | None]
    gave_up_at: Mapped[dt.datetime | None]


def ask(
    session: Session, vault: Vault, organisation_id: uuid.UUID, learner_id: uuid.UUID, address: str, now: dt.datetime
) -> None:
    """The learner asks for news at this address, in place of any other; a mail to it asks to confirm.

    Raises `AddressInvalid`.
    """
    address = contacts.checked(address)
    session.execute(delete(NewsMail).where(NewsMail.learner_id == learner_id))
    row = {"learner_id": learner_id, "organisation_id": organisation_id, "asked_at": now, "confirmed_at": None}
    row["address"] = vault.seal(_place(learner_id), address)
    asked = insert(NewsSubscription).values(row)
    newer = {name: asked.excluded[name] for name in ("address", "asked_at", "confirmed_at")}
    session.execute(asked.on_conflict_do_update(index_elements=["learner_id"], set_=newer))
    _queue(session, organisation_id, [learner_id], None, now)
    journal.note(session, "news.asked", organisation_id=organisation_id, now=now, learner_id=learner_id)


def confirm(
    session: Session, organisation_id: uuid.UUID, learner_id: uuid.UUID, asked_at: dt.datetime, now: dt.datetime
) -> bool:
    """Whoever reads that mailbox says that it was them; False when what was asked then is not asked any more."""
    theirs = (NewsSubscription.learner_id == learner_id, NewsSubscription.asked_at == asked_at)
    found = session.execute(select(NewsSubscription).where(*theirs)).scalar_one_or_none()
    if found is not None and found.confirmed_at is None:
        found.confirmed_at = now
        journal.note(session, "news.confirmed", organisation_id=organisation_id, now=now, learner_id=learner_id)
    return found is not None


def stop(session: Session, organisation_id: uuid.UUID, learner_id: uuid.UUID, now: dt.datetime) -> None:
    """No news any more, at once: what was still to be sent goes too. Nothing happens when there was none."""
    session.execute(delete(NewsMail).where(NewsMail.learner_id == learner_id))
    gone = delete(NewsSubscription).where(NewsSubscription.learner_id == learner_id)
    if session.execute(gone.returning(NewsSubscription.learner_id)).first():
        journal.note(session, "news.stopped", organisation_id=organisation_id, now=now, learner_id=learner_id)


def of_learner(session: Session, vault: Vault, learner_id: uuid.UUID) -> tuple[NewsSubscription, str] | None:
    """What this learner asked for, with the address; None when they asked for nothing."""
    found = session.get(NewsSubscription, learner_id)
    return None if found is None else (found, vault.unseal(_place(learner_id), found.address))


def write(session: Session, member: ActingMember, language: Language, subject: str, body: str, now: dt.datetime) -> int:
    """News for everybody who asked and confirmed, and whose data does not stand still; to how many it goes.

    Raises `NewsInvalid` when subject or text is empty or too long.
    """
    subject, body = " ".join(subject.split()), body.replace("\r\n", "\n").strip()
    if not 0 < len(subject) <= LONGEST_SUBJECT or not 0 < len(body) <= LONGEST_TEXT or not subject.isprintable():
        raise NewsInvalid
    item = uuid.uuid4()
    session.add(
        NewsItem(
            id=item, organisation_id=member.organisation_id, language=language, subject=subject, text=body,
            written_by=member.id, written_at=now,
        )
    )  # fmt: skip
    session.flush()
    readers = list(session.execute(select(NewsSubscription.learner_id).where(*_READING)).scalars())
    _queue(session, member.organisation_id, readers, item, now)
    journal.note(session, "news.written", organisation_id=member.organisation_id, now=now, member_id=member.id)
    return len(readers)


def written(session: Session) -> list[NewsItem]:
    """The organisation's news, the latest first."""
    return list(session.execute(select(NewsItem).order_by(NewsItem.written_at.desc()).limit(50)).scalars())


def readers(session: Session) -> int:
    """How many get it."""
    return session.execute(select(func.count()).select_from(NewsSubscription).where(*_READING)).scalar_one()


def may_read(session: Session, learner_id: uuid.UUID) -> bool:
    """Is this learner one of them now?"""
    theirs = select(NewsSubscription.learner_id).where(NewsSubscription.learner_id == learner_id, *_READING)
    return session.execute(theirs).first() is not None


def mark(session: Session, mail_id: uuid.UUID, **values: dt.datetime) -> None:
    """Of a mail: that it has gone, or will not."""
    session.execute(update(NewsMail).where(NewsMail.id == mail_id).values(**values))


_STILL = select(Learner.id).where(Learner.restricted_since.is_not(None))
_READING = (NewsSubscription.confirmed_at.is_not(None), NewsSubscription.learner_id.not_in(_STILL))


def _queue(
    session: Session, organisation_id: uuid.UUID, learners: list[uuid.UUID], item: uuid.UUID | None, now: dt.datetime
) -> None:
    session.add_all(
        NewsMail(
            id=uuid.uuid4(), organisation_id=organisation_id, learner_id=one, item_id=item, created_at=now, send_at=now
        )
        for one in learners
    )  # fmt: skip


def _place(learner_id: uuid.UUID) -> str:
    return f"news_subscription|{learner_id}|address"
