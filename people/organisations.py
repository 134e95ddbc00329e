"""Finds an organisation for somebody who has no sign-in that says which one is theirs, and writes what one chooses."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from people.actors import ActingMember
from people.models import Organisation
from store import journal

NAMED = text("SELECT id, slug, name FROM organisation_named(:wanted)")


@dataclass(frozen=True, slots=True)
class Named:
    """An organisation that is served here, as anybody may know it."""

    id: uuid.UUID
    slug: str
    name: str


def named(session: Session, wanted: str) -> Named | None:
    """The organisation with this short or full name; None when nothing is called so. No list of all is ever given."""
    row = session.execute(NAMED, {"wanted": wanted.strip()}).one_or_none()
    return Named(*row) if row else None


def choose(
    session: Session, member: ActingMember, before: dict[str, Any], wanted: dict[str, Any], now: dt.datetime
) -> list[str]:
    """Writes what the member's organisation chooses otherwise than before, each with its entry; what that was."""
    changed = {name: value for name, value in wanted.items() if value != before[name]}
    if changed:
        session.execute(update(Organisation).where(Organisation.id == member.organisation_id).values(**changed))
    for name, value in changed.items():
        journal.note(
            session, "choice.changed", organisation_id=member.organisation_id, now=now, member_id=member.id,
            choice=name, before=str(before[name]), after=str(value),
        )  # fmt: skip
    return list(changed)
