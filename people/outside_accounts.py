"""Members who sign in at a provider outside: found by issuer and subject, the first time by a confirmed e-mail.

A provider tells who somebody is, never what they may do: roles stay ours, and nobody becomes a member by it.
"""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from people import signing_in
from people.errors import EmailUnconfirmed, NotEnrolled
from people.models import OutsideAccount
from people.signing_in import Enrolled
from store import journal

FIND = text("SELECT id, organisation_id FROM member_by_outside_account(:issuer, :subject)")


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom the provider vouches for; `email` is empty unless it says that the address was confirmed."""

    issuer: str
    subject: str = field(repr=False)
    email: str = field(repr=False)


def find(session: Session, vouched: Vouched, welcome: Callable[[uuid.UUID], bool]) -> Enrolled:
    """The member whose account that is, of whatever organisation: before sign-in nobody has one.

    `welcome` says whether members of an organisation may come in by this provider: one that is trusted by one
    organisation must not open the doors of another. Raises `EmailUnconfirmed`, `NotEnrolled`.
    """
    row = session.execute(FIND, {"issuer": vouched.issuer, "subject": vouched.subject}).one_or_none()
    found = Enrolled(*row) if row else None
    if found is None:
        if not vouched.email:
            raise EmailUnconfirmed("email_unconfirmed")
        found = signing_in.candidate(session, vouched.email)
    if found is None:
        raise NotEnrolled("unknown_member")
    if not welcome(found.organisation_id):
        raise NotEnrolled("another_organisation")
    return found


def link(session: Session, who: Enrolled, vouched: Vouched, now: dt.datetime) -> None:
    """From now on this account is the member's, whatever its e-mail becomes.

    Raises `NotEnrolled` when the member signs in by another account there: an address can pass to somebody else.
    """
    row = {
        "id": uuid.uuid4(), "organisation_id": who.organisation_id, "member_id": who.id,
        "issuer": vouched.issuer, "subject": vouched.subject, "linked_at": now,
    }  # fmt: skip
    new = session.execute(insert(OutsideAccount).values(row).on_conflict_do_nothing().returning(OutsideAccount.id))
    if new.scalar_one_or_none() is not None:
        journal.note(session, "account.linked", organisation_id=who.organisation_id, now=now, member_id=who.id)
        return
    linked = session.execute(
        select(OutsideAccount.subject).where(
            OutsideAccount.member_id == who.id, OutsideAccount.issuer == vouched.issuer
        )
    ).scalar_one_or_none()
    if linked != vouched.subject:
        raise NotEnrolled("linked_to_another_account")


def unlink(session: Session, who: Enrolled, now: dt.datetime) -> int:
    """The member's accounts outside are theirs no more; the next confirmed e-mail links anew. Gives how many."""
    gone = session.execute(
        delete(OutsideAccount).where(OutsideAccount.member_id == who.id).returning(OutsideAccount.id)
    ).all()
    if gone:
        journal.note(session, "account.unlinked", organisation_id=who.organisation_id, now=now, member_id=who.id)
    return len(gone)
