"""Closing an organisation: who is told what stays, the log that the law asks for, and the end of all the rest."""

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from appeals.mailbox import Letter, Mailbox
from appeals.models import Appeal
from people import closing
from people.models import Learner, Member, Organisation, SignIn, SigningKey, StaffToken, Webhook
from privacy.models import Agreement, Hold
from privacy.retention import FORMER
from store.journal import Entry


@dataclass(frozen=True, slots=True)
class Held:
    """What the law keeps of one learner after the rest is gone: why, and until when."""

    learner_id: uuid.UUID
    reason: str
    until: dt.date


@dataclass(frozen=True, slots=True)
class Closing:
    """What an organisation that closes has, since when it is closed, and what stays longer."""

    name: str
    closed_at: dt.datetime
    learners: int
    held: tuple[Held, ...]


def close(session: Session, organisation_id: uuid.UUID, now: dt.datetime) -> Closing:
    """From now on nobody of it signs in and its widget answers nobody; says what goes and what stays."""
    closed_at = closing.close(session, organisation_id, now)
    session.execute(delete(SignIn))
    name = session.get_one(Organisation, organisation_id).name
    learners = session.execute(select(func.count()).select_from(Learner)).scalar_one()
    return Closing(name, closed_at, learners, holds(session, now.date()))


def holds(session: Session, today: dt.date) -> tuple[Held, ...]:
    """The holds that have not ended, of all learners of the session's organisation."""
    rows = session.execute(
        select(Hold.learner_id, Hold.reason, Hold.until).where(Hold.until >= today).order_by(Hold.until)
    )
    return tuple(Held(*row) for row in rows)


def log_lines(session: Session) -> Iterator[str]:
    """The event log without people, as JSON lines: the AI Act (26(6)) asks an organisation to keep it half a year."""
    for entry in session.execute(select(Entry).order_by(Entry.id)).scalars():
        question = str(entry.question_id) if entry.question_id else None
        yield json.dumps({"at": entry.at.isoformat(), "act": entry.act, "question": question, "facts": entry.facts})


def finish(session: Session, organisation_id: uuid.UUID, now: dt.datetime) -> tuple[Held, ...]:
    """All of the organisation goes; its learners have been erased before, but for those whom the law holds.

    For those the course and the cases stay that their rows belong to, and the name of who set the hold. It is done
    again each night, and ends with the last hold.
    """
    held = holds(session, now.date())
    if not held:
        session.execute(delete(Organisation).where(Organisation.id == organisation_id))
        return ()
    for gone in (SignIn, StaffToken, SigningKey, Webhook, Agreement):
        session.execute(delete(gone))
    theirs = exists().where(Appeal.id == Letter.appeal_id, Appeal.learner_id.is_not(None))
    session.execute(delete(Letter).where(~theirs))
    live = update(Mailbox).where(Mailbox.disconnected_at.is_(None))
    session.execute(live.values(password=None, disconnected_at=now))
    nobody = {"name": FORMER, "email": func.concat(Member.id, "@invalid"), "password_hash": "", "left_at": now}
    named = select(Hold.made_by)
    session.execute(update(Member).where(Member.id.not_in(named), Member.name != FORMER).values(**nobody))
    return held
