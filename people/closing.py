"""The service to an organisation ends: from that moment nobody of it gets in, and a date for everything is set."""

import datetime as dt
import uuid

from sqlalchemy.orm import Session

from people.models import Organisation
from store import journal


def close(session: Session, organisation_id: uuid.UUID, now: dt.datetime) -> dt.datetime:
    """Closes the organisation; returns since when. One that was closed before keeps its first date."""
    organisation = session.get_one(Organisation, organisation_id)
    if organisation.closed_at is None:
        organisation.closed_at = now
        journal.note(session, "organisation.closed", organisation_id=organisation_id, now=now)
    return organisation.closed_at


def reopen(session: Session, organisation_id: uuid.UUID, now: dt.datetime) -> bool:
    """It was closed by mistake, and nothing has been deleted yet; False when it was not closed."""
    organisation = session.get_one(Organisation, organisation_id)
    if organisation.closed_at is None:
        return False
    organisation.closed_at = None
    journal.note(session, "organisation.reopened", organisation_id=organisation_id, now=now)
    return True
