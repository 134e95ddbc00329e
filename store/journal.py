"""The append-only record of what happened. It names acts, never what was said, read or decided."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import BigInteger, Identity, Index, insert, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from store.base import OfOrganisation, Table, core
from store.personal import Privacy


class Entry(OfOrganisation, Table):
    """One act. The app's role may add rows and unlink the learner, nothing else."""

    __tablename__ = "journal"
    __privacy__ = Privacy("learner", "detach", "three years", exported=True)
    __table_args__ = (
        Index("ix_journal_learner_question", "learner_id", "question_id"),
        Index("ix_journal_appeal", "appeal_id", postgresql_where=text("appeal_id IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[dt.datetime]
    act: Mapped[str]
    learner_id: Mapped[uuid.UUID | None]
    member_id: Mapped[uuid.UUID | None]
    question_id: Mapped[uuid.UUID | None]
    appeal_id: Mapped[uuid.UUID | None]
    facts: Mapped[dict[str, Any]]


ADD = insert(core(Entry))


def note(
    session: Session,
    act: str,
    *,
    organisation_id: uuid.UUID,
    now: dt.datetime,
    learner_id: uuid.UUID | None = None,
    member_id: uuid.UUID | None = None,
    question_id: uuid.UUID | None = None,
    appeal_id: uuid.UUID | None = None,
    **facts: int | str | None,
) -> None:
    """Adds an entry in the transaction of the act. Facts are counts, codes and versions, never content."""
    entry = {"organisation_id": organisation_id, "at": now, "act": act, "learner_id": learner_id}
    entry |= {"member_id": member_id, "question_id": question_id, "appeal_id": appeal_id, "facts": facts}
    session.execute(ADD, entry)


def unlink(session: Session, learner_id: uuid.UUID, question_ids: list[uuid.UUID] | None = None) -> None:
    """Entries about these answers (all of the learner's without a list) lose the learner.

    Otherwise the journal would be a history of answers: who answered what, how often and when.
    """
    theirs = update(Entry).where(Entry.learner_id == learner_id).values(learner_id=None)
    if question_ids is not None:
        theirs = theirs.where(Entry.question_id.in_(question_ids))
    session.execute(theirs)
