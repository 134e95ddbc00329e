"""Letters: what comes in joins its thread or begins one, and somebody of the staff answers, closes or links it.

A letter is never an appeal by itself, and a case number in its subject links it to nothing: anybody can write a
number. A person decides what it belongs to.
"""

import datetime as dt
import re
import uuid
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from appeals.errors import AppealNotFound, LetterNotFound, NotPossible, Stale
from appeals.mailbox import Letter, Mailbox, live
from appeals.models import Appeal
from people.actors import ActingMember, Language
from store import journal
from store.vault import Vault

TEXT_LIMIT: Final = 10_000
PER_PAGE: Final = 50
CASE: Final = re.compile(r"\bW-(\d{6,18})\b", re.ASCII)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mail as far as it is kept."""

    message_id: str
    references: tuple[str, ...]
    """Message ids of what it answers, the nearest first."""
    sender: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)
    attachments: tuple[str, ...] = field(default=(), repr=False)
    automatic: bool = False
    incomplete: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A letter with its texts; they are None when they went with their case's answer."""

    letter: Letter
    sender: str | None = field(repr=False)
    subject: str | None = field(repr=False)
    body: str | None = field(repr=False)
    attachments: tuple[str, ...] = field(repr=False)

    @property
    def claims(self) -> int | None:
        """The case that its subject says it is about."""
        found = CASE.search(self.subject or "")
        return int(found[1]) if found else None


@dataclass(frozen=True, slots=True)
class Thread:
    """All letters of a thread, in the order in which they came and went."""

    letters: list[Opened]
    case: int | None
    answers: Opened | None
    """What an answer would go to: the last letter of a person. None when there is nobody to answer."""

    @property
    def seen(self) -> int:
        """The newest letter: an act on the thread says which one it was based on."""
        return self.letters[-1].letter.number

    @property
    def is_open(self) -> bool:
        """Does something in it wait for somebody?"""
        return any(one.letter.state == "open" for one in self.letters)


def receive(session: Session, vault: Vault, mailbox: Mailbox, mail: Incoming, now: dt.datetime) -> uuid.UUID | None:
    """Keeps a mail; the letter's id, or None when it is known already: the same message id is the same letter."""
    answered = _answered(session, vault, mail)
    own = mail.sender == mailbox.address.lower()
    automatic = mail.automatic or own
    ignored = own or (automatic and answered is None and mail.sender)
    letter_id = uuid.uuid4()
    row: dict[str, Any] = {
        "id": letter_id, "organisation_id": mailbox.organisation_id, "mailbox_id": mailbox.id, "direction": "in",
        "thread_id": answered.thread_id if answered else letter_id,
        "appeal_id": _lock_case(session, answered.appeal_id) if answered else None,
        "message_id": mail.message_id, "in_reply_to": answered.message_id if answered else None,
        "automatic": automatic, "incomplete": mail.incomplete, "at": now,
        "state": "closed" if ignored else "open",
    }  # fmt: skip
    texts = {"sender": mail.sender, "subject": mail.subject, "body": mail.body}
    texts["attachments"] = "\n".join(mail.attachments)
    row |= {column: vault.seal(place(letter_id, column), text) for column, text in texts.items()}
    added = session.execute(insert(Letter).values(row).on_conflict_do_nothing().returning(Letter.id)).scalar()
    if added is not None:
        _note(session, mailbox.organisation_id, "letter.received", now, appeal_id=row["appeal_id"])
    return added


def waiting(
    session: Session, vault: Vault, *, everything: bool = False, before: int | None = None
) -> list[tuple[Opened, int | None]]:
    """Letters that wait for somebody, the longest first; or all that came in, the latest first, from `before` on.

    With each the number of the case that it is linked to.
    """
    query = select(Letter, Appeal.number).outerjoin(Appeal, Appeal.id == Letter.appeal_id).limit(PER_PAGE)
    if everything:
        query = query.where(Letter.direction == "in").order_by(Letter.number.desc())
        query = query.where(Letter.number < before) if before is not None else query
    else:
        query = query.where(Letter.state == "open").order_by(Letter.number)
    return [(_open(vault, letter), number) for letter, number in session.execute(query)]


def read(session: Session, vault: Vault, member: ActingMember, number: int, now: dt.datetime) -> Thread:
    """The thread of this letter; that it was opened is recorded. Raises `LetterNotFound`."""
    letter = _find(session, number)
    _note(session, member.organisation_id, "letter.opened", now, member, letter.appeal_id)
    rows = session.execute(select(Letter).where(Letter.thread_id == letter.thread_id).order_by(Letter.number))
    letters = [_open(vault, row) for row in rows.scalars()]
    last = letters[-1].letter
    case = session.execute(select(Appeal.number).where(Appeal.id == last.appeal_id)).scalar_one_or_none()
    people = [one for one in letters if _of_person(one.letter)] if live(session) else []
    return Thread(letters, case, people[-1] if people else None)


def answer(
    session: Session,
    vault: Vault,
    member: ActingMember,
    number: int,
    *,
    letter_id: uuid.UUID,
    seen: int,
    text: str,
    language: Language,
    now: dt.datetime,
) -> None:
    """Puts an answer in the outbox, to the last person who wrote. The form's `letter_id` sent twice is one answer.

    Raises `NotPossible` when there is nobody to answer or the text is empty or too long, and `Stale` when something
    came or went in the thread since it was `seen`.
    """
    letters = _lock(session, number)
    if any(one.id == letter_id for one in letters):
        return
    people = [one for one in letters if _of_person(one)]
    mailbox = live(session)
    if not people or mailbox is None or not text.strip() or len(text) > TEXT_LIMIT:
        raise NotPossible("answer_letter")
    if letters[-1].number != seen:
        raise Stale
    to = people[-1]
    assert to.sender is not None
    session.add(
        Letter(
            id=letter_id, organisation_id=member.organisation_id, mailbox_id=mailbox.id, thread_id=to.thread_id,
            appeal_id=to.appeal_id, direction="out", in_reply_to=to.message_id,
            message_id=f"<{uuid.uuid4().hex}@{mailbox.address.rpartition('@')[2]}>",
            sender=vault.seal(place(letter_id, "sender"), vault.unseal(place(to.id, "sender"), to.sender)),
            body=vault.seal(place(letter_id, "body"), text.strip()),
            language=language, automatic=False, incomplete=False, state="queued", at=now, send_at=now,
            answered_by=member.id,
        )
    )  # fmt: skip
    _settle(letters, "answered")
    _note(session, member.organisation_id, "letter.answered", now, member, to.appeal_id)


def close(session: Session, member: ActingMember, number: int, *, seen: int, now: dt.datetime) -> None:
    """What is open in the thread needs no answer; raises `Stale` when something came in since it was `seen`."""
    letters = _lock(session, number)
    if letters[-1].number != seen:
        raise Stale
    _settle(letters, "closed")
    _note(session, member.organisation_id, "letter.closed", now, member, letters[-1].appeal_id)


def link(session: Session, member: ActingMember, number: int, case: int | None, now: dt.datetime) -> None:
    """The thread belongs to this case (to none with None): its texts go when the case's go.

    Raises `AppealNotFound`, and `NotPossible` when the case's answer is gone already.
    """
    letter = _find(session, number)
    appeal_id = None
    if case is not None:
        appeal_id = session.execute(select(Appeal.id).where(Appeal.number == case)).scalar_one_or_none()
        if appeal_id is None:
            raise AppealNotFound
        if _lock_case(session, appeal_id) is None:
            raise NotPossible("link_letter")
    session.execute(
        update(Letter).where(Letter.thread_id == letter.thread_id, Letter.body.is_not(None)).values(appeal_id=appeal_id)
    )
    _note(session, member.organisation_id, "letter.linked", now, member, appeal_id)


def place(letter_id: uuid.UUID, column: str) -> str:
    """Where a text of this letter is sealed."""
    return f"letter|{letter_id}|{column}"


def _answered(session: Session, vault: Vault, mail: Incoming) -> Letter | None:
    """What it answers: a letter of ours, whose id only its readers know, or an earlier one of the same sender."""
    rows = session.execute(select(Letter).where(Letter.message_id.in_(mail.references)).order_by(Letter.number.desc()))
    for one in rows.scalars():
        if one.direction == "out":
            return one
        if one.sender is not None and vault.unseal(place(one.id, "sender"), one.sender) == mail.sender:
            return one
    return None


def _lock_case(session: Session, appeal_id: uuid.UUID | None) -> uuid.UUID | None:
    """The case, held until the end of the transaction, so that its texts cannot go meanwhile; None if they have."""
    return session.execute(
        select(Appeal.id).where(Appeal.id == appeal_id, Appeal.learner_id.is_not(None)).with_for_update()
    ).scalar_one_or_none()


def _find(session: Session, number: int) -> Letter:
    letter = session.execute(select(Letter).where(Letter.number == number)).scalar_one_or_none()
    if letter is None:
        raise LetterNotFound
    return letter


def _lock(session: Session, number: int) -> list[Letter]:
    """The thread, locked; the case before its letters, as where the case's texts go."""
    letter = _find(session, number)
    cases = select(Letter.appeal_id).where(Letter.thread_id == letter.thread_id)
    session.execute(select(Appeal.id).where(Appeal.id.in_(cases)).order_by(Appeal.id).with_for_update())
    rows = session.execute(
        select(Letter)
        .where(Letter.thread_id == letter.thread_id)
        .order_by(Letter.number)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(rows.scalars())


def _settle(letters: list[Letter], state: str) -> None:
    for one in letters:
        if one.state == "open":
            one.state = state


def _of_person(letter: Letter) -> bool:
    return letter.direction == "in" and not letter.automatic and letter.sender is not None


def _open(vault: Vault, letter: Letter) -> Opened:
    texts = (getattr(letter, column) for column in ("sender", "subject", "body", "attachments"))
    sender, subject, body, attachments = (
        vault.unseal(place(letter.id, column), sealed) if sealed is not None else None
        for column, sealed in zip(("sender", "subject", "body", "attachments"), texts, strict=True)
    )
    return Opened(letter, sender, subject, body, tuple((attachments or "").split("\n")) if attachments else ())


def _note(
    session: Session,
    organisation_id: uuid.UUID,
    act: str,
    now: dt.datetime,
    member: ActingMember | None = None,
    appeal_id: uuid.UUID | None = None,
) -> None:
    who = member.id if member else None
    journal.note(session, act, organisation_id=organisation_id, now=now, member_id=who, appeal_id=appeal_id)
