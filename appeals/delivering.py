"""Hands out what is to be told outside the chat, one notice at a time, to whoever sends it (`api/notifying.py`).

Taking a notice puts its next try a while ahead, and longer each time, in one short transaction: nobody else takes it
meanwhile, and no lock is held while the network is waited for. What arrived is marked. What did not, or whose sender
was killed at whatever point, comes up again by itself, under the same id, by which a receiver knows it.
"""

import datetime as dt
import uuid
from typing import Final

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from appeals.models import Notice
from appeals.notices import Channel

FIRST_PAUSE: Final = dt.timedelta(minutes=2)
LONGEST_PAUSE: Final = dt.timedelta(hours=12)
MOST_ATTEMPTS: Final = 9
"""In about a day and a half."""
TO_TELL: Final = text("SELECT id FROM organisations_to_tell(:now)")


def to_tell(session: Session, now: dt.datetime) -> list[uuid.UUID]:
    """The organisations in which something is due, of all of this installation."""
    return list(session.execute(TO_TELL, {"now": now}).scalars())


def pause(attempts: int) -> dt.timedelta:
    """How long after this many tries the next one comes: two minutes, then three times as long each time."""
    return min(FIRST_PAUSE * int(3 ** (attempts - 1)), LONGEST_PAUSE)


def take(session: Session, channels: tuple[Channel, ...], now: dt.datetime) -> Notice | None:
    """The notice that has waited longest, for one try that must be over when `send_at` comes.

    None when nothing is due. One that was tried `MOST_ATTEMPTS` times already is given up: its `gave_up_at` is set.
    """
    notice = session.execute(
        select(Notice)
        .where(
            Notice.channel.in_(channels), Notice.sent_at.is_(None), Notice.gave_up_at.is_(None), Notice.send_at <= now
        )
        .order_by(Notice.send_at, Notice.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).scalar_one_or_none()  # fmt: skip
    if notice is None:
        return None
    if notice.attempts >= MOST_ATTEMPTS:
        notice.gave_up_at = now
        return notice
    notice.attempts += 1
    notice.send_at = now + pause(notice.attempts)
    return notice


def reached(session: Session, notice_id: uuid.UUID, receiver: str) -> None:
    """One of its receivers has it: a later try passes them over."""
    _mark(session, notice_id, reached=func.array_append(Notice.reached, receiver))


def told(session: Session, notice_id: uuid.UUID, now: dt.datetime) -> None:
    """All of its receivers have it."""
    _mark(session, notice_id, sent_at=now)


def give_up(session: Session, notice_id: uuid.UUID, now: dt.datetime) -> None:
    """There is nobody to tell."""
    _mark(session, notice_id, gave_up_at=now)


def _mark(session: Session, notice_id: uuid.UUID, **values: object) -> None:
    """Nothing happens to a notice that went meanwhile, with the answer that it was about."""
    session.execute(
        update(Notice).where(Notice.id == notice_id).values(**values).execution_options(synchronize_session=False)
    )
