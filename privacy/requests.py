"""Rights requests: how one comes in, and what the privacy officer does with it until it is answered in time (H13).

Whoever can sign in uses their rights by their own hand. This is for the others: they asked on a page, by post or by
phone. What they wrote is sealed, and opening it is recorded. `api/requesting.py` carries out what other packages do
and puts the notices; see `request_states` for what is possible when.
"""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import Any, Final, get_args

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from people import contacts
from people.actors import ActingMember, Language
from people.errors import AddressInvalid
from people.models import NOBODY, Learner
from privacy.errors import RequestNotFound, RequestNotPossible
from privacy.models import Request, RequestText
from privacy.request_states import ACTS, DEEDS, Act, Deed, How, Kind, Refusal, State, Way, follow
from store import journal
from store.vault import Vault

TEXT_LIMIT: Final = 4000
CONTACT_LIMIT: Final = 500
SUBJECT_LIMIT: Final = 128
OLDEST: Final = dt.timedelta(days=365)
"""A letter that came longer ago was not overlooked: the date is wrong."""
TEXTS: Final = ("contact", "words", "subject", "extension", "answer", "held", "ticket")
PER_PAGE: Final = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks. `subject` is the organisation's id of the learner, if they know it."""

    kind: Kind
    came_by: Way
    language: Language
    contact: str = field(repr=False)
    words: str = field(default="", repr=False)
    subject: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """A request with its texts in plain; all None once their time is over, or when it was taken back."""

    request: Request
    contact: str | None = field(repr=False)
    words: str | None = field(repr=False)
    subject: str | None = field(repr=False)
    extension: str | None = field(repr=False)
    answer: str | None = field(repr=False)
    held: str | None = field(repr=False)
    ticket: str | None = field(repr=False)
    learner: str | None = None
    """The organisation's id of the learner to whom it is linked."""

    @property
    def address(self) -> str | None:
        """Where it is answered by mail; None where by letter."""
        return self.contact if self.contact and contacts.ADDRESS.fullmatch(self.contact) else None


def receive(
    session: Session,
    vault: Vault,
    organisation_id: uuid.UUID,
    asked: Asked,
    request_id: uuid.UUID,
    now: dt.datetime,
    *,
    received_at: dt.datetime | None = None,
    member: ActingMember | None = None,
) -> tuple[Request, bool]:
    """The request, and is it new? The form's `request_id` sent twice is one request. The clock runs from now on.

    Of a letter it runs since `received_at`. Raises `AddressInvalid`, and `RequestNotPossible` when something is
    missing, too long, or the date cannot be right.
    """
    known = session.get(Request, request_id)
    if known is not None:
        return known, False
    since = received_at or now
    contact = _checked(asked)
    if not now - OLDEST <= since <= now:
        raise RequestNotPossible("receive")
    made = Request(
        id=request_id, organisation_id=organisation_id, kind=asked.kind, came_by=asked.came_by,
        language=asked.language, state=State.RECEIVED, received_at=since, reminded=0, deeds=[],
    )  # fmt: skip
    made.wind()
    session.add(made)
    session.flush()
    texts = {"contact": contact, "words": asked.words.strip(), "subject": asked.subject.strip()}
    sealed = {name: vault.seal(place(request_id, name), text) for name, text in texts.items() if text}
    session.add(RequestText(request_id=request_id, organisation_id=organisation_id, **sealed))
    _note(session, made, "request.received", now, member, kind=asked.kind, by=asked.came_by)
    return made, True


def find(session: Session, number: int, *, lock: bool = False) -> Request:
    """The request with this number; raises `RequestNotFound`."""
    query = select(Request).where(Request.number == number)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.execute(query).scalar_one_or_none()
    if found is None:
        raise RequestNotFound
    return found


def waiting(session: Session) -> list[Request]:
    """The open ones, whose date is nearest or longest past first."""
    rows = select(Request).where(Request.closed_at.is_(None)).order_by(Request.due_at, Request.number).limit(PER_PAGE)
    return list(session.execute(rows).scalars())


def answered(session: Session) -> list[Request]:
    """Those that are closed, the latest first."""
    rows = select(Request).where(Request.closed_at.is_not(None)).order_by(Request.closed_at.desc()).limit(PER_PAGE)
    return list(session.execute(rows).scalars())


def read(session: Session, vault: Vault, member: ActingMember, number: int, now: dt.datetime) -> Opened:
    """The request with its texts; that it was opened is recorded."""
    request = find(session, number)
    _note(session, request, "request.opened", now, member)
    return opened(session, vault, request)


def opened(session: Session, vault: Vault, request: Request) -> Opened:
    """The same for the machine that mails: nobody sees it."""
    row = session.get(RequestText, request.id)
    sealed = {name: getattr(row, name, None) for name in TEXTS}
    plain = {name: vault.unseal(place(request.id, name), value) if value else None for name, value in sealed.items()}
    subject = session.execute(select(Learner.subject).where(Learner.id == request.learner_id)).scalar_one_or_none()
    return Opened(request, **plain, learner=subject)


def identify(session: Session, member: ActingMember, number: int, how: How, now: dt.datetime) -> None:
    """It was checked who asks; only how is kept."""
    request = _begin(session, number, "identify")
    if how not in get_args(How):
        raise RequestNotPossible("identify")
    request.identified_how, request.identified_at = how, now
    _note(session, request, "request.identified", now, member, how=how)


def link(session: Session, member: ActingMember, number: int, subject: str, now: dt.datetime) -> None:
    """It is about the learner whom the organisation knows by this id; an unknown one is not possible."""
    request = _begin(session, number, "link")
    wanted = select(Learner.id).where(Learner.subject == subject.strip(), Learner.subject != NOBODY)
    learner_id = session.execute(wanted).scalar_one_or_none()
    if learner_id is None:
        raise RequestNotPossible("link")
    if request.learner_id != learner_id:
        request.file_digest = request.code_digest = request.file_until = None
    request.learner_id = learner_id
    _texts(session, request).subject = None
    _note(session, request, "request.linked", now, member)


def extend(session: Session, vault: Vault, member: ActingMember, number: int, reason: str, now: dt.datetime) -> Request:
    """Sixty days since it came instead, once, before the date, with a reason that the requester reads."""
    request = _begin(session, number, "extend")
    if request.extended_at is not None or request.due_at <= now:
        raise RequestNotPossible("extend")
    _write(session, vault, request, "extension", reason, "extend")
    request.extended_at, request.reminded = now, 0
    request.wind()
    _note(session, request, "request.extended", now, member)
    return request


def refuse(
    session: Session, vault: Vault, member: ActingMember, number: int, refusal: Refusal, text: str, now: dt.datetime
) -> Request:
    """It is not done: why, as a code and in words. The requester also reads where they can complain."""
    request = _begin(session, number, "refuse")
    if refusal not in get_args(Refusal):
        raise RequestNotPossible("refuse")
    request.refusal = refusal
    _close(session, vault, request, member, text, "refuse", now)
    return request


def finish(session: Session, vault: Vault, member: ActingMember, number: int, text: str, now: dt.datetime) -> Request:
    """It is answered: what was done, in words."""
    request = _begin(session, number, "finish")
    _close(session, vault, request, member, text, "finish", now)
    return request


def take_back(session: Session, member: ActingMember, number: int, now: dt.datetime) -> None:
    """Who asked does not want it any more: what they wrote goes at once."""
    request = _begin(session, number, "take_back")
    request.closed_at, request.handled_by = now, member.id
    session.execute(delete(RequestText).where(RequestText.request_id == request.id))
    _note(session, request, "request.taken_back", now, member)


def begin_deed(session: Session, number: int, deed: Deed) -> Request:
    """The request, locked, if this deed may be done for it now; raises `RequestNotPossible`."""
    request = _begin(session, number, "carry_out")
    fits = {one: deeds for one, deeds in DEEDS.items() if one == request.kind and deed in deeds}
    if not fits or request.learner_id is None:
        raise RequestNotPossible("carry_out")
    return request


def carried_out(session: Session, member: ActingMember, request: Request, deed: Deed, now: dt.datetime) -> None:
    """The deed is done, in this transaction."""
    request.deeds = [*request.deeds, deed]
    _note(session, request, "request.carried_out", now, member, deed=deed)


def keep_hold(session: Session, vault: Vault, request: Request, reason: str, until: dt.date) -> None:
    """The law keeps something of the learner: why and until when is part of the answer."""
    request.held_until = until
    _write(session, vault, request, "held", reason, "carry_out")


def place(request_id: uuid.UUID, column: str) -> str:
    """Where a text of this request is sealed."""
    return f"request_text|{request_id}|{column}"


def _begin(session: Session, number: int, act: Act) -> Request:
    """The request, locked, in the state that the act leads to; raises `RequestNotPossible`."""
    request = find(session, number, lock=True)
    request.state = follow(State(request.state), act)
    return request


def _close(
    session: Session, vault: Vault, request: Request, member: ActingMember, text: str, act: Act, now: dt.datetime
) -> None:
    _write(session, vault, request, "answer", text, act)
    request.closed_at, request.handled_by, request.remind_at = now, member.id, None
    _texts(session, request).closed_at = now
    _note(session, request, f"request.{ACTS[act].tells}", now, member, late=int(now > request.due_at))


def _write(session: Session, vault: Vault, request: Request, name: str, text: str, act: Act) -> None:
    if not text.strip() or len(text) > TEXT_LIMIT:
        raise RequestNotPossible(act)
    setattr(_texts(session, request), name, vault.seal(place(request.id, name), text.strip()))


def _texts(session: Session, request: Request) -> RequestText:
    """Looked up without writing what is half done of the request: the database would refuse it."""
    with session.no_autoflush:
        return session.get_one(RequestText, request.id)


def _checked(asked: Asked) -> str:
    contact = asked.contact.strip()
    known = asked.kind in get_args(Kind) and asked.came_by in get_args(Way)
    short = len(contact) <= CONTACT_LIMIT and len(asked.words) <= TEXT_LIMIT and len(asked.subject) <= SUBJECT_LIMIT
    if not contact or not known or not short:
        raise RequestNotPossible("receive")
    if "@" in contact and not (contacts.ADDRESS.fullmatch(contact) and len(contact) <= contacts.LONGEST):
        raise AddressInvalid
    return contact


def _note(
    session: Session,
    request: Request,
    act: str,
    now: dt.datetime,
    member: ActingMember | None = None,
    **facts: Any,
) -> None:
    journal.note(
        session, act, organisation_id=request.organisation_id, now=now, learner_id=request.learner_id,
        member_id=member.id if member else None, request=request.number, **facts,
    )  # fmt: skip
