"""The tables of appeals, of what is announced about them, and of who may not rule on what."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from privacy.deadlines import Clock
from store.base import Key, OfOrganisation, Sealed, Table
from store.personal import Privacy

OPEN = text("state IN ('filed', 'claimed', 'awaiting_learner', 'escalated')")


class Appeal(OfOrganisation, Table):
    """A dispute of a decision, or an answer that a person has to grade for another reason (`origin`).

    It points at the decision; the ruling becomes the decision. When the answer is replaced or wiped, texts,
    readings and the learner are taken out and a statistic stays.
    """

    __tablename__ = "appeal"
    __privacy__ = Privacy("learner", "detach", "three years, without texts", exported=True)
    __table_args__ = (
        CheckConstraint(
            "state IN ('filed', 'claimed', 'awaiting_learner', 'escalated', 'decided', 'expired_in_favour',"
            " 'withdrawn', 'superseded')",
            name="state",
        ),
        CheckConstraint("origin IN ('learner', 'machine', 'opted_out', 'remedy')", name="origin"),
        CheckConstraint("level IN (1, 2)", name="level"),
        CheckConstraint("(state = 'claimed') = (claimed_by IS NOT NULL AND claim_until IS NOT NULL)", name="claim"),
        CheckConstraint(
            "state <> 'decided' OR (ruling IS NOT NULL AND reason IS NOT NULL AND ruled_by IS NOT NULL)", name="ruled"
        ),
        CheckConstraint("state <> 'decided' OR own_reading IS NOT NULL", name="read_before_ruled"),
        CheckConstraint("state <> 'escalated' OR level = 2", name="escalated"),
        CheckConstraint("before IS NULL OR (state = 'decided' AND announce_at IS NOT NULL)", name="undo"),
        CheckConstraint("draft IS NULL OR state = 'claimed'", name="draft"),
        Index("uq_appeal_open", "decision_id", unique=True, postgresql_where=OPEN),
        Index("ix_appeal_waiting", "organisation_id", "filed_at", "number", postgresql_where=OPEN),
        Index("ix_appeal_due", "organisation_id", "due_at", "number", postgresql_where=OPEN),
        Index("ix_appeal_origin", "organisation_id", "origin", "filed_at", "number", postgresql_where=OPEN),
        Index("ix_appeal_of_question", "question_id", "filed_at", "number", postgresql_where=OPEN),
        Index("ix_appeal_claimed", "claimed_by", "filed_at", "number", postgresql_where=text("claimed_by IS NOT NULL")),
        Index("ix_appeal_remind", "organisation_id", "remind_at", postgresql_where=OPEN),
        Index("ix_appeal_decision", "decision_id"),
        Index("ix_appeal_undo", "organisation_id", "announce_at", postgresql_where=text("before IS NOT NULL")),
        Index("ix_appeal_opens_remedy", "organisation_id", "announce_at", postgresql_where=text("opens_remedy")),
        Index("ix_appeal_remedy", "remedy_id", postgresql_where=text("remedy_id IS NOT NULL")),
        Index("ix_appeal_learner_question", "learner_id", "question_id"),
        Index("ix_appeal_question", "question_id", "filed_at"),
        Index("ix_appeal_ruled", "organisation_id", "ruled_at"),
    )

    id: Mapped[Key]
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    learner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("learner.id", ondelete="SET NULL"))
    question_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("question.id"))
    decision_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("decision.id", ondelete="SET NULL"))
    remedy_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("remedy.id", ondelete="SET NULL"))
    """The remedy that opened this case, if one did."""
    origin: Mapped[str]
    state: Mapped[str]
    level: Mapped[int] = mapped_column(server_default="1")
    """2 once it is a second person's."""
    version: Mapped[int]
    statement: Mapped[Sealed | None]
    filed_at: Mapped[dt.datetime]

    clock_at: Mapped[dt.datetime]
    """Since when the clock runs: the filing, or the escalation."""
    clock_days: Mapped[int]
    due_at: Mapped[dt.datetime]
    paused_at: Mapped[dt.datetime | None]
    """Since when the learner's reply is awaited, where that stops the clock."""
    paused_seconds: Mapped[int] = mapped_column(server_default="0")
    extended_at: Mapped[dt.datetime | None]
    extension: Mapped[Sealed | None]
    """Why it takes longer, as the learner reads it."""
    reminded: Mapped[int] = mapped_column(server_default="0")
    """The last reminder that was sent, in per cent of the time; 100 when the date was missed."""
    remind_at: Mapped[dt.datetime | None]
    """When the next one is."""

    claimed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("member.id"))
    claim_until: Mapped[dt.datetime | None]
    claimed_at: Mapped[dt.datetime | None]
    exception: Mapped[bool] = mapped_column(server_default=text("false"))
    """Claimed in spite of a conflict of interest, because there is nobody else."""
    own_reading: Mapped[str | None]
    """What the reviewer read before the machine's reading was shown (L03)."""
    draft: Mapped[Sealed | None]
    """What the reviewer is writing (`drafting`); it goes with the claim."""
    asked: Mapped[Sealed | None]
    """The reviewer's question to the learner."""
    asked_at: Mapped[dt.datetime | None]
    """None again once a second person has the case: that one may ask too."""
    reply: Mapped[Sealed | None]
    """What the learner says to the question."""

    ruling: Mapped[str | None]
    reason: Mapped[str | None]
    ruling_text: Mapped[Sealed | None]
    ruled_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("member.id"))
    ruled_at: Mapped[dt.datetime | None]
    agreed: Mapped[bool | None]
    """Was the reviewer's own reading the same as the machine's? None where the machine had none."""
    first_ruling: Mapped[str | None]
    first_text: Mapped[Sealed | None]
    """What the first person wrote, once the second one has ruled."""
    first_ruled_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("member.id"))
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """What stood before the ruling, for as long as it can be undone: codes and numbers, no text."""
    announce_at: Mapped[dt.datetime | None]
    """From when the learner is told: a ruling can be undone until then."""
    opens_remedy: Mapped[bool] = mapped_column(server_default=text("false"))
    """The machine was wrong to fail this: its like have still to be looked at."""
    expected: Mapped[str | None]
    """Of a case that was put in the line to measure reviewers: the ruling that is right."""

    @property
    def clock(self) -> Clock:
        """What the date depends on; a pause that still lasts is not in it."""
        paused = dt.timedelta(seconds=self.paused_seconds)
        return Clock(self.clock_at, self.clock_days, paused, extended=self.extended_at is not None)

    def wind(self) -> None:
        """Sets the date and the next reminder by the clock, after anything that it depends on."""
        self.due_at, self.remind_at = self.clock.due, self.clock.next_reminder(self.reminded)


class Remedy(OfOrganisation, Table):
    """After a ruling against the machine: a new look at the current answers that the same model failed there (L05)."""

    __tablename__ = "remedy"
    __privacy__ = Privacy("organisation", "keep", "three years")

    id: Mapped[Key]
    appeal_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("appeal.id", ondelete="SET NULL", use_alter=True))
    question_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("question.id"))
    model_id: Mapped[str]
    """The model that failed them."""
    made_at: Mapped[dt.datetime]
    looked: Mapped[int]
    passed: Mapped[int]
    referred: Mapped[int]
    """Those that a person looks at now."""
    undone_at: Mapped[dt.datetime | None]
    undone_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("member.id"))


class Notice(OfOrganisation, Table):
    """Something to tell somebody, written in the transaction of what it tells.

    It holds no words and no address: both are looked up when it is sent, so that what is gone by then is not sent.
    """

    __tablename__ = "notice"
    __privacy__ = Privacy("learner", "delete", "ninety days")
    __table_args__ = (
        CheckConstraint(
            "channel IN ('chat', 'learner_mail', 'staff_mail', 'webhook', 'requester_mail', 'officer_mail')",
            name="channel",
        ),
        CheckConstraint(
            "num_nonnulls(question_id, request_id)"
            " = CASE WHEN kind IN ('policy', 'permission', 'address') THEN 0 ELSE 1 END",
            name="about",
        ),
        UniqueConstraint("appeal_id", "kind", "channel", "version"),
        Index(
            "ix_notice_waiting", "organisation_id", "send_at",
            postgresql_where=text("channel <> 'chat' AND sent_at IS NULL AND gave_up_at IS NULL"),
        ),
        Index("ix_notice_learner", "learner_id", "question_id"),
    )  # fmt: skip

    id: Mapped[Key]
    appeal_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("appeal.id", ondelete="CASCADE"))
    """None of a remedy: its learner had not appealed."""
    learner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"))
    question_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("question.id"))
    """None where it is about no answer: a rights request, a new policy, permission of a parent."""
    request_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("request.id", ondelete="CASCADE"), index=True)
    """The rights request that it is about."""
    kind: Mapped[str]
    channel: Mapped[str]
    version: Mapped[int]
    """Of the appeal: the same thing is told once for each time that it happens."""
    created_at: Mapped[dt.datetime]
    send_at: Mapped[dt.datetime]
    """From when on it may be told; while it is being told, when to try again if nothing is heard of that."""
    attempts: Mapped[int] = mapped_column(server_default="0")
    reached: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    """Of several receivers (members, webhooks), those who have it already."""
    sent_at: Mapped[dt.datetime | None]
    gave_up_at: Mapped[dt.datetime | None]
    """It will not be told: there is nobody to tell, or it failed too often."""


class Conflict(OfOrganisation, Table):
    """A member who may not rule: on a course whose questions they wrote, or on a learner whom they manage."""

    __tablename__ = "conflict"
    __privacy__ = Privacy("learner", "delete", "until it is taken back")
    __table_args__ = (
        CheckConstraint("(course_id IS NULL) <> (learner_id IS NULL)", name="about_one"),
        Index("uq_conflict_course", "member_id", "course_id", unique=True),
        Index("uq_conflict_learner", "member_id", "learner_id", unique=True),
    )

    id: Mapped[Key]
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    course_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    learner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"))
    created_at: Mapped[dt.datetime]
