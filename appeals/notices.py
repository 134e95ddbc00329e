"""What is to be told about a case, written down in the transaction of what it tells (an outbox).

The chat tells at the learner's next visit; mail and webhook go out by the worker (`api/notifying.py`).
"""

import datetime as dt
import uuid
from typing import Final, Literal, get_args

from sqlalchemy import case, delete, select, true, update
from sqlalchemy.orm import Session

from appeals.models import Appeal, Notice
from appeals.states import OPEN, State
from learning.enrolments import Here
from learning.models import Question

Kind = Literal["filed", "asked", "extended", "ruled", "expired", "remedied", "escalated", "reminder", "missed"]
AboutRequest = Literal["request_received", "request_extended", "request_refused", "request_done", "request_file"]
ToOfficers = Literal["request_new", "request_reminder", "request_late"]
Personal = Literal["policy", "permission", "address"]
"""News that is about no answer; it is mailed, and the chat has its own ways."""
Channel = Literal["chat", "learner_mail", "staff_mail", "webhook", "requester_mail", "officer_mail"]
CHANNELS: Final[dict[Kind, tuple[Channel, ...]]] = {
    "filed": ("learner_mail", "webhook"),
    "asked": ("chat", "learner_mail", "webhook"),
    "extended": ("chat", "learner_mail", "webhook"),
    "ruled": ("chat", "learner_mail", "webhook"),
    "expired": ("chat", "learner_mail", "staff_mail", "webhook"),
    "remedied": ("chat", "learner_mail", "webhook"),
    "escalated": ("staff_mail", "webhook"),
    "reminder": ("staff_mail",),
    "missed": ("staff_mail", "webhook"),
}
"""By whom each is heard. The chat has told of a filing already: it was the learner's own act."""


STANDS: Final = case(
    (Notice.kind == "ruled", Notice.send_at == Appeal.announce_at),
    (Notice.kind == "asked", Appeal.state == State.AWAITING_LEARNER),
    (Notice.kind == "extended", Appeal.state.in_(OPEN)),
    else_=true(),
)
"""Does a notice still say what is so? Its words are looked up when it is told: an earlier ruling's must not be told
with those of a later one, and a question that was answered is not asked any more."""


def put(
    session: Session,
    appeal: Appeal,
    kind: Kind,
    now: dt.datetime,
    *,
    send_at: dt.datetime | None = None,
    version: int | None = None,
) -> None:
    """To be told from `send_at` on, once per channel for this version of the case.

    Of a case that measures reviewers nobody hears: there is no learner, and staff would learn which one it is.
    """
    if appeal.expected is not None:
        return
    session.flush()
    session.add_all(
        Notice(
            id=uuid.uuid4(), organisation_id=appeal.organisation_id, appeal_id=appeal.id, learner_id=appeal.learner_id,
            question_id=appeal.question_id, kind=kind, channel=channel,
            version=appeal.version if version is None else version, created_at=now, send_at=send_at or now,
        )
        for channel in CHANNELS[kind]
    )  # fmt: skip


def put_remedied(
    session: Session, organisation_id: uuid.UUID, learner_id: uuid.UUID, question_id: uuid.UUID, now: dt.datetime
) -> None:
    """Told to a learner who had not appealed."""
    session.add_all(
        Notice(
            id=uuid.uuid4(), organisation_id=organisation_id, learner_id=learner_id, question_id=question_id,
            kind="remedied", channel=channel, version=0, created_at=now, send_at=now,
        )
        for channel in CHANNELS["remedied"]
    )  # fmt: skip


def put_about_request(
    session: Session,
    organisation_id: uuid.UUID,
    request_id: uuid.UUID,
    kind: AboutRequest | ToOfficers,
    now: dt.datetime,
) -> None:
    """Mailed to the requester or to the privacy officers, whomever it is for."""
    session.flush()
    channel: Channel = "officer_mail" if kind in get_args(ToOfficers) else "requester_mail"
    session.add(
        Notice(
            id=uuid.uuid4(), organisation_id=organisation_id, request_id=request_id, kind=kind, channel=channel,
            version=0, created_at=now, send_at=now,
        )
    )  # fmt: skip


def put_personal(
    session: Session, organisation_id: uuid.UUID, learner_id: uuid.UUID, kind: Personal, now: dt.datetime
) -> None:
    """To be mailed about a learner, about no answer of theirs."""
    session.add(
        Notice(
            id=uuid.uuid4(), organisation_id=organisation_id, learner_id=learner_id, kind=kind, channel="learner_mail",
            version=0, created_at=now, send_at=now,
        )
    )  # fmt: skip


def take_back(session: Session, appeal: Appeal, kind: Kind) -> bool:
    """What was to be told of this version of the case will not be; False when somebody has heard it already."""
    untold = Notice.sent_at.is_(None) & (Notice.attempts == 0)
    of_now = delete(Notice).where(Notice.appeal_id == appeal.id, Notice.kind == kind, Notice.version == appeal.version)
    return len(session.execute(of_now.where(untold).returning(Notice.id)).all()) == len(CHANNELS[kind])


def news(session: Session, here: Here, since: dt.datetime, now: dt.datetime) -> list[tuple[Notice, Appeal | None]]:
    """What the chat has not told this learner yet, or told after `since`; marks it as told.

    What is taken back at this moment, or told by another window, is not in it.
    """
    rows = session.execute(
        select(Notice, Appeal)
        .join(Question, Question.id == Notice.question_id)
        .outerjoin(Appeal, Appeal.id == Notice.appeal_id)
        .where(
            Notice.learner_id == here.learner,
            Notice.channel == "chat",
            Question.course_id == here.course.id,
            STANDS,
            Notice.send_at <= now,
            Notice.sent_at.is_(None) | (Notice.sent_at > since),
        )
        .order_by(Notice.send_at, Notice.id)
    ).all()
    fresh = [notice.id for notice, _ in rows if notice.sent_at is None]
    if not fresh:
        return [(notice, appeal) for notice, appeal in rows]
    mark = update(Notice).where(Notice.id.in_(fresh), Notice.sent_at.is_(None)).values(sent_at=now).returning(Notice.id)
    told = set(session.execute(mark, execution_options={"synchronize_session": False}).scalars())
    return [(notice, appeal) for notice, appeal in rows if notice.id in told or notice.sent_at is not None]
