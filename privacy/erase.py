"""Erasing a person: every table is walked, and afterwards looked at again, so that nothing that leads to them is left.

What a table's policy says is done: rows are deleted, or the person and every text are taken out of them and a
statistic stays. A legal hold keeps the rows of its learner; the report says why and until when.
"""

import datetime as dt
import uuid
from dataclasses import dataclass, field

from sqlalchemy import String, Uuid, cast, delete, func, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from privacy import registry
from privacy.models import Hold
from store import journal
from store.base import Ciphertext, Table


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did: rows deleted and rows without the person, by table, and what stays and why."""

    deleted: dict[str, int] = field(default_factory=dict)
    detached: dict[str, int] = field(default_factory=dict)
    held: str | None = None
    held_until: dt.date | None = None


def erase(session: Session, organisation_id: uuid.UUID, learner_id: uuid.UUID, now: dt.datetime) -> Erased:
    """Erases this learner of the session's organisation, or says what holds them.

    Open cases must have been closed before (`api.erasing` does). Raises `SchemaUnknown`, and `AssertionError` when
    anything is left that leads to the learner: then all is rolled back.
    """
    registry.require_known(session)
    hold = holding(session, learner_id, now.date())
    if hold is not None:
        return Erased(held=hold.reason, held_until=hold.until)
    deleted, detached = {}, {}
    for kind in reversed(registry.kinds("learner")):
        theirs = kind.of(learner_id)
        if kind.privacy.erasure == "delete":
            gone = session.execute(delete(kind.table).where(theirs).returning(kind.table.c[0]))
            deleted[kind.table.name] = len(gone.all())
        elif kind.owner is not None:
            nothing = {column.name: None for column in kind.table.c if isinstance(column.type, Ciphertext)}
            without = update(kind.table).where(theirs).values(nothing | {kind.owner.name: None})
            detached[kind.table.name] = len(session.execute(without.returning(kind.table.c[0])).all())
    session.flush()
    left = leading_to(session, learner_id)
    assert not left, f"erasure left something in {', '.join(left)}"
    journal.note(session, "learner.erased", organisation_id=organisation_id, now=now, rows=sum(deleted.values()))
    return Erased(deleted, detached)


def leading_to(session: Session, person_id: uuid.UUID) -> list[str]:
    """Columns of any table, whatever its policy says, in which this person's id still stands, also inside JSON."""
    found = []
    for table in Table.metadata.sorted_tables:
        for column in table.c:
            if isinstance(column.type, Uuid):
                there = select(func.count()).select_from(table).where(column == person_id)
            elif isinstance(column.type, JSONB):
                there = select(func.count()).select_from(table).where(cast(column, String).contains(str(person_id)))
            else:
                continue
            if session.execute(there).scalar_one():
                found.append(f"{table.name}.{column.name}")
    return found


def holding(session: Session, learner_id: uuid.UUID, today: dt.date) -> Hold | None:
    """The legal hold on this learner's data that ends last, if there is one."""
    return session.execute(
        select(Hold).where(Hold.learner_id == learner_id, Hold.until >= today).order_by(Hold.until.desc()).limit(1)
    ).scalar_one_or_none()
