"""Answers on their way out, and letters whose time is over.

An outgoing letter is taken for a while before it is sent, so that two workers never send it side by side. A worker
that dies in between leaves it queued: it is tried again later, as the same mail with the same message id.
"""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from appeals.letters import place
from appeals.mailbox import GONE_AFTER, Letter, Mailbox
from people.actors import Language
from people.models import Organisation
from store.vault import Vault

MOST_ATTEMPTS: Final = 18
"""About two days, by `pause`."""
REFERENCES: Final = 20
KEPT: Final = dt.timedelta(days=90)
"""A letter that belongs to no case."""
KEPT_WITH_CASE: Final = dt.timedelta(days=3 * 365)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A mail to send: what staff wrote, and what puts it in its thread."""

    letter_id: uuid.UUID
    number: int
    message_id: str
    references: tuple[str, ...]
    """The thread so far, the oldest first; the last is what it answers."""
    organisation: str
    language: Language
    at: dt.datetime
    to: str = field(repr=False)
    text: str = field(repr=False)


def take(session: Session, vault: Vault, mailbox: Mailbox, now: dt.datetime) -> Outgoing | None:
    """The next letter that is due, not due again for a while; None when there is none."""
    due = (Letter.mailbox_id == mailbox.id, Letter.state == "queued", Letter.send_at <= now)
    query = select(Letter).where(*due).order_by(Letter.send_at, Letter.number).limit(1)
    letter = session.execute(query.with_for_update(skip_locked=True)).scalar_one_or_none()
    if letter is None or letter.sender is None or letter.body is None:
        return None
    letter.attempts += 1
    letter.send_at = now + pause(letter.attempts)
    before = session.execute(
        select(Letter.message_id)
        .where(Letter.thread_id == letter.thread_id, Letter.number < letter.number)
        .order_by(Letter.number.desc())
        .limit(REFERENCES)
    ).scalars()
    references = [one for one in reversed(list(before)) if one != letter.in_reply_to] + [str(letter.in_reply_to)]
    language: Language = "en" if letter.language == "en" else "nl"
    organisation = session.get_one(Organisation, letter.organisation_id).name
    return Outgoing(
        letter.id, letter.number, letter.message_id, tuple(references), organisation, language, letter.at,
        to=vault.unseal(place(letter.id, "sender"), letter.sender),
        text=vault.unseal(place(letter.id, "body"), letter.body),
    )  # fmt: skip


def pause(attempts: int) -> dt.timedelta:
    """How long until the next try: five minutes at first, then ever longer, at most four hours."""
    return dt.timedelta(minutes=min(240, max(5, 2**attempts)))


def sent(session: Session, letter_id: uuid.UUID) -> None:
    """The mail server has it."""
    session.execute(
        update(Letter).where(Letter.id == letter_id, Letter.state == "queued").values(state="sent", send_at=None)
    )


def refused(session: Session, letter_id: uuid.UUID, *, for_good: bool) -> None:
    """The mail server has it not. For good, or after the last try, what it answered is open again."""
    letter = session.get_one(Letter, letter_id, with_for_update=True)
    if letter.state != "queued" or (letter.attempts < MOST_ATTEMPTS and not for_good):
        return
    letter.state, letter.send_at = "failed", None
    session.execute(
        update(Letter)
        .where(Letter.message_id == letter.in_reply_to, Letter.state == "answered")
        .values(state="open")
        .execution_options(synchronize_session=False)
    )


def prune(session: Session, now: dt.datetime) -> int:
    """Letters whose time is over, and mailboxes that were disconnected; returns how many rows went."""
    old = or_(Letter.appeal_id.is_(None) & (Letter.at < now - KEPT), Letter.at < now - KEPT_WITH_CASE)
    gone = session.execute(delete(Letter).where(old).returning(Letter.id)).all()
    left = Mailbox.disconnected_at < now - GONE_AFTER
    return len(gone) + len(session.execute(delete(Mailbox).where(left).returning(Mailbox.id)).all())
