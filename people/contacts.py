"""The e-mail address that a learner leaves, if they want to hear of their appeals outside the chat."""

import datetime as dt
import re
import uuid
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from people.errors import AddressInvalid
from people.models import Contact
from store import journal
from store.vault import Vault

LONGEST: Final = 254
LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADDRESS: Final = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{LABEL}(?:\.{LABEL})+")
"""What browsers accept in a field for e-mail (WHATWG HTML, 4.10.5.1.5), with a dot in the domain."""


def leave(
    session: Session, vault: Vault, organisation_id: uuid.UUID, learner_id: uuid.UUID, address: str, now: dt.datetime
) -> None:
    """From now on this is the learner's address, which is still to be confirmed; raises `AddressInvalid`."""
    address = checked(address)
    row = {"learner_id": learner_id, "organisation_id": organisation_id, "given_at": now, "confirmed_at": None}
    row["address"] = vault.seal(_place(learner_id), address)
    left = insert(Contact).values(row)
    newer = {"address": left.excluded.address, "given_at": now, "confirmed_at": None}
    session.execute(left.on_conflict_do_update(index_elements=["learner_id"], set_=newer))
    journal.note(session, "contact.left", organisation_id=organisation_id, now=now, learner_id=learner_id)


def checked(address: str) -> str:
    """The address without spaces around it; raises `AddressInvalid`."""
    address = address.strip()
    if len(address) > LONGEST or not ADDRESS.fullmatch(address):
        raise AddressInvalid
    return address


def remove(session: Session, organisation_id: uuid.UUID, learner_id: uuid.UUID, now: dt.datetime) -> None:
    """Nothing is mailed to this learner any more; nothing happens when there was no address."""
    if session.execute(delete(Contact).where(Contact.learner_id == learner_id).returning(Contact.learner_id)).first():
        journal.note(session, "contact.removed", organisation_id=organisation_id, now=now, learner_id=learner_id)


def confirm(
    session: Session, organisation_id: uuid.UUID, learner_id: uuid.UUID, given_at: dt.datetime, now: dt.datetime
) -> bool:
    """Whoever reads that mailbox says that it is theirs; False when another address was left since, or none."""
    theirs = (Contact.learner_id == learner_id, Contact.given_at == given_at)
    found = session.execute(select(Contact).where(*theirs)).scalar_one_or_none()
    if found is not None and found.confirmed_at is None:
        found.confirmed_at = now
        journal.note(session, "contact.confirmed", organisation_id=organisation_id, now=now, learner_id=learner_id)
    return found is not None


def of_learner(session: Session, vault: Vault, learner_id: uuid.UUID) -> tuple[Contact, str] | None:
    """What this learner left, with the address in words; None when they left none."""
    found = session.get(Contact, learner_id)
    return None if found is None else (found, vault.unseal(_place(learner_id), found.address))


def confirmed(session: Session, vault: Vault, learner_id: uuid.UUID) -> str | None:
    """The address to which news about this learner may be mailed, if there is one."""
    found = of_learner(session, vault, learner_id)
    return found[1] if found and found[0].confirmed_at else None


def masked(address: str) -> str:
    """Enough to know one's own address by, as `j…@example.org`."""
    return f"{address[0]}…@{address.rpartition('@')[2]}"


def _place(learner_id: uuid.UUID) -> str:
    return f"contact|{learner_id}|address"
