"""Finds an organisation for somebody who has no sign-in that says which one is theirs."""

import uuid
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

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
