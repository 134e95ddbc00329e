"""Rights requests in full: acts of several packages together, each with what is told about it, in one transaction."""

import datetime as dt
import uuid

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api import erasing
from appeals import notices
from appeals.notices import ToOfficers
from learning import enrolments
from learning.catalogue import Catalogue
from learning.enrolments import Here
from learning.models import Course
from people import contacts
from people.actors import ActingMember, Language, LearnerClaims
from people.models import Learner
from privacy import consent, erase, request_files, requests
from privacy.errors import RequestNotFound, RequestNotPossible
from privacy.models import Request
from privacy.request_states import Deed, Refusal
from privacy.requests import Asked
from store import journal
from store.store import Store
from store.vault import Vault

AT_ONCE = 200
LATE = 100


def submit(
    session: Session,
    vault: Vault,
    organisation_id: uuid.UUID,
    asked: Asked,
    request_id: uuid.UUID,
    now: dt.datetime,
    *,
    received_at: dt.datetime | None = None,
    member: ActingMember | None = None,
) -> Request:
    """A request has come in; who asked hears that, and so do the officers unless one of them typed it."""
    made, new = requests.receive(
        session, vault, organisation_id, asked, request_id, now, received_at=received_at, member=member
    )
    if new:
        notices.put_about_request(session, organisation_id, made.id, "request_received", now)
        if member is None:
            notices.put_about_request(session, organisation_id, made.id, "request_new", now)
    return made


def extend(session: Session, vault: Vault, member: ActingMember, number: int, reason: str, now: dt.datetime) -> None:
    """It takes longer, and the requester is told why."""
    request = requests.extend(session, vault, member, number, reason, now)
    notices.put_about_request(session, member.organisation_id, request.id, "request_extended", now)


def refuse(
    session: Session, vault: Vault, member: ActingMember, number: int, refusal: Refusal, text: str, now: dt.datetime
) -> None:
    """It is not done, and the requester is told why and where to complain."""
    request = requests.refuse(session, vault, member, number, refusal, text, now)
    notices.put_about_request(session, member.organisation_id, request.id, "request_refused", now)


def finish(session: Session, vault: Vault, member: ActingMember, number: int, text: str, now: dt.datetime) -> None:
    """It is answered, and the requester is told what was done."""
    request = requests.finish(session, vault, member, number, text, now)
    notices.put_about_request(session, member.organisation_id, request.id, "request_done", now)


def hand_over(session: Session, vault: Vault, member: ActingMember, number: int, now: dt.datetime) -> str:
    """The requester gets a link to their data; returns the code that the officer gives them another way."""
    request, code = request_files.prepare(session, vault, member, number, now)
    notices.put_about_request(session, member.organisation_id, request.id, "request_file", now)
    return code


def carry_out(
    session: Session,
    vault: Vault,
    catalogue: Catalogue,
    member: ActingMember,
    number: int,
    deed: Deed,
    now: dt.datetime,
    *,
    language: Language = "nl",
    address: str = "",
) -> None:
    """Does what was asked, with the same functions as the learner's own hand. The officer sees no answer by it.

    Raises `RequestNotPossible`, and `AddressInvalid` for a new address that is none. What a legal hold keeps stays:
    the request says why and until when.
    """
    request = requests.begin_deed(session, number, deed)
    learner_id = request.learner_id
    assert learner_id is not None
    if deed == "erase":
        _erase(session, vault, catalogue, member, request, learner_id, now)
        return
    here = _here(session, catalogue, member.organisation_id, learner_id)
    match deed:
        case "restrict" | "lift":
            enrolments.restrict(session, here, restricted=deed == "restrict", now=now)
        case "by_person":
            enrolments.choose_grading(session, here, by_person=True, now=now)
        case "withdraw":
            consent.withdraw(session, here.claims, learner_id, now)
            contacts.remove(session, member.organisation_id, learner_id, now)
        case "language":
            session.execute(update(Learner).where(Learner.id == learner_id).values(language=language))
        case "address" if address.strip():
            contacts.leave(session, vault, member.organisation_id, learner_id, address, now)
            notices.put_personal(session, member.organisation_id, learner_id, "address", now)
        case "address":
            contacts.remove(session, member.organisation_id, learner_id, now)
        case _:
            raise RequestNotPossible("carry_out")
    requests.carried_out(session, member, request, deed, now)


def keep_clocks(store: Store, organisation: uuid.UUID, now: dt.datetime) -> int:
    """Reminds the officers of requests at half and at four fifths of the time, and when the date has passed."""
    with store.write(organisation) as session:
        rows = session.execute(
            select(Request)
            .where(Request.closed_at.is_(None), Request.reminded < LATE)
            .where((Request.remind_at <= now) | (Request.due_at <= now))
            .order_by(Request.due_at, Request.number)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        ).scalars()
        due = list(rows)
        for request in due:
            _remind(session, request, now)
        return len(due)


def from_number(shown: str) -> int:
    """The number behind `V-000123`; raises `RequestNotFound` for anything else."""
    digits = shown.removeprefix("V-")
    if digits == shown or not digits.isdecimal() or not digits.isascii() or len(digits) > 18:
        raise RequestNotFound
    return int(digits)


def _erase(
    session: Session, vault: Vault, catalogue: Catalogue, member: ActingMember, request: Request,
    learner_id: uuid.UUID, now: dt.datetime,
) -> None:  # fmt: skip
    """The link to the learner goes with them; what they wrote to us stays until it is answered."""
    hold = erase.holding(session, learner_id, now.date())
    if hold is not None:
        requests.keep_hold(session, vault, request, hold.reason, hold.until)
        journal.note(
            session, "request.held", organisation_id=member.organisation_id, now=now, member_id=member.id,
            learner_id=learner_id, request=request.number,
        )  # fmt: skip
        return
    requests.carried_out(session, member, request, "erase", now)
    session.flush()
    erasing.erase_within(session, catalogue, member.organisation_id, learner_id, now)
    session.expire(request)


def _remind(session: Session, request: Request, now: dt.datetime) -> None:
    kind: ToOfficers = "request_late" if request.due_at <= now else "request_reminder"
    request.reminded = LATE if kind == "request_late" else request.clock.reached(now)
    request.remind_at = None if kind == "request_late" else request.clock.next_reminder(request.reminded)
    notices.put_about_request(session, request.organisation_id, request.id, kind, now)
    journal.note(
        session, "request.reminded", organisation_id=request.organisation_id, now=now, learner_id=request.learner_id,
        request=request.number, reminded=request.reminded,
    )  # fmt: skip


def _here(session: Session, catalogue: Catalogue, organisation_id: uuid.UUID, learner_id: uuid.UUID) -> Here:
    """The learner in any course: what is done holds for all of them."""
    subject = session.execute(select(Learner.subject).where(Learner.id == learner_id)).scalar_one()
    slug = session.execute(select(Course.slug).order_by(Course.slug).limit(1)).scalar_one()
    return enrolments.find(session, catalogue, LearnerClaims(organisation_id, subject), slug)
