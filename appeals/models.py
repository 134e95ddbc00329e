"""The table of appeals."""

import datetime as dt
import uuid

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Key, OfOrganisation, Sealed, Table
from store.personal import Privacy

OPEN = text("state IN ('filed', 'claimed')")


class Appeal(OfOrganisation, Table):
    """A dispute of a decision (`origin` learner), or an answer that the machine could not tell (`origin` machine).

    It points at the decision; the ruling becomes the decision. When the answer is replaced or wiped, texts,
    readings and the learner are taken out and a statistic stays.
    """

    __tablename__ = "appeal"
    __privacy__ = Privacy("learner", "detach", "three years, without texts", exported=True)
    __table_args__ = (
        CheckConstraint("state IN ('filed', 'claimed', 'decided', 'withdrawn', 'superseded')", name="state"),
        CheckConstraint("origin IN ('learner', 'machine')", name="origin"),
        CheckConstraint("(state = 'claimed') = (claimed_by IS NOT NULL AND claim_until IS NOT NULL)", name="claim"),
        CheckConstraint(
            "state <> 'decided' OR (ruling IS NOT NULL AND reason IS NOT NULL AND ruled_by IS NOT NULL)", name="ruled"
        ),
        CheckConstraint("state <> 'decided' OR own_reading IS NOT NULL", name="read_before_ruled"),
        Index("uq_appeal_open", "decision_id", unique=True, postgresql_where=OPEN),
        Index("ix_appeal_waiting", "organisation_id", "filed_at", "id", postgresql_where=OPEN),
        Index("ix_appeal_learner_question", "learner_id", "question_id"),
    )

    id: Mapped[Key]
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    learner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("learner.id", ondelete="SET NULL"))
    question_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("question.id"))
    decision_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("decision.id", ondelete="SET NULL"))
    origin: Mapped[str]
    state: Mapped[str]
    statement: Mapped[Sealed | None]
    filed_at: Mapped[dt.datetime]
    due_at: Mapped[dt.datetime]
    claimed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("member.id"))
    claim_until: Mapped[dt.datetime | None]
    own_reading: Mapped[str | None]
    """What the reviewer read before the machine's reading was shown (L03)."""
    version: Mapped[int]
    ruling: Mapped[str | None]
    reason: Mapped[str | None]
    ruling_text: Mapped[Sealed | None]
    ruled_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("member.id"))
    ruled_at: Mapped[dt.datetime | None]
    announced_at: Mapped[dt.datetime | None]
