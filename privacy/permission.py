"""Permission of a parent (GDPR 8, UAVG 5): where an organisation asks for it, nobody is graded before it is there.

A learner says that they are sixteen or older, or gives the address of a parent, who gets a link, or takes a code
along on paper, with which the privacy officer records what the parent signed. No birth date is asked or kept. Who
gave permission takes it back in the same way, and that stops everything with the next message.
"""

import datetime as dt
import hashlib
import secrets
import uuid
from typing import Any, Final, Literal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from people import contacts
from people.actors import LearnerClaims
from people.models import Learner, Organisation
from privacy import consent
from privacy.errors import LinkUnknown, PermissionRequired
from privacy.models import Permission
from store import journal
from store.vault import Vault

Need = Literal["ask", "waiting"]
LETTERS: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Of a code on paper: none that looks like another."""
CODE: Final = 10


def need(session: Session, learner_id: uuid.UUID | None) -> Need | None:
    """What this learner needs before consent, in the session's organisation; None when nothing."""
    if not session.execute(select(Organisation.age_gate)).scalar_one():
        return None
    row = session.get(Permission, learner_id) if learner_id else None
    if row is None or row.withdrawn_at is not None:
        return "ask"
    return None if row.given_at is not None else "waiting"


def of_age(session: Session, claims: LearnerClaims, learner_id: uuid.UUID, now: dt.datetime) -> None:
    """The learner says that they are sixteen or older. After a parent's no their own word is not enough."""
    row = session.get(Permission, learner_id)
    if row is not None and row.ground != "of_age" and row.withdrawn_at is not None:
        raise PermissionRequired
    _put(session, claims, learner_id, now, ground="of_age", given_at=now)


def ask(
    session: Session, vault: Vault, claims: LearnerClaims, learner_id: uuid.UUID, address: str, now: dt.datetime
) -> None:
    """A parent is asked at this address; raises `AddressInvalid`. An earlier request no longer opens."""
    address, secret = contacts.checked(address), secrets.token_urlsafe(32)
    _put(
        session, claims, learner_id, now, ground="mail", digest=_digest(secret),
        address=vault.seal(_place(learner_id, "address"), address),
        secret=vault.seal(_place(learner_id, "secret"), secret),
    )  # fmt: skip


def ask_on_paper(session: Session, claims: LearnerClaims, learner_id: uuid.UUID, now: dt.datetime) -> str:
    """The code that goes on the paper which a parent signs; it is told now and never again."""
    code = "".join(secrets.choice(LETTERS) for _ in range(CODE))
    _put(session, claims, learner_id, now, ground="paper", digest=_digest(code))
    return code


def letter(vault: Vault, row: Permission) -> tuple[str, str] | None:
    """To whom the request goes and the link's token; None when it was answered, or is on paper."""
    if row.address is None or row.secret is None:
        return None
    secret = vault.unseal(_place(row.learner_id, "secret"), row.secret)
    return vault.unseal(_place(row.learner_id, "address"), row.address), f"{row.organisation_id.hex}.{secret}"


def opened(session: Session, secret: str) -> tuple[Permission, Learner]:
    """The request behind a link's secret or a code on paper; raises `LinkUnknown`."""
    found = session.execute(
        select(Permission, Learner)
        .join(Learner, Learner.id == Permission.learner_id)
        .where(Permission.digest == _digest(secret))
    ).one_or_none()
    if found is None:
        raise LinkUnknown
    return found[0], found[1]


def answer(session: Session, row: Permission, learner: Learner, now: dt.datetime, *, allowed: bool) -> None:
    """The parent allows it, or not (any more); their address is not kept longer."""
    row.address = row.secret = None
    row.given_at, row.withdrawn_at = (now, None) if allowed else (row.given_at, now)
    session.flush()
    if not allowed:
        claims = LearnerClaims(row.organisation_id, learner.subject)
        consent.withdraw(session, claims, learner.id, now)
        contacts.remove(session, row.organisation_id, learner.id, now)
    act = "permission.given" if allowed else "permission.refused"
    journal.note(session, act, organisation_id=row.organisation_id, now=now, learner_id=learner.id)


def _put(session: Session, claims: LearnerClaims, learner_id: uuid.UUID, now: dt.datetime, **values: Any) -> None:
    """Takes the place of what was asked before."""
    empty = dict.fromkeys(("given_at", "withdrawn_at", "digest", "address", "secret"))
    row = empty | {"organisation_id": claims.organisation_id, "asked_at": now} | values
    put = insert(Permission).values(row | {"learner_id": learner_id})
    session.execute(put.on_conflict_do_update(index_elements=["learner_id"], set_=row))
    journal.note(
        session, "permission.asked", organisation_id=claims.organisation_id, now=now, learner_id=learner_id,
        ground=values["ground"],
    )  # fmt: skip


def _place(learner_id: uuid.UUID, column: str) -> str:
    return f"permission|{learner_id}|{column}"


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
