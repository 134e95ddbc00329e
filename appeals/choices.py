"""What an organisation chooses about appeals, within what the law and the database allow."""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Literal

from sqlalchemy.orm import Session

from appeals.errors import NotPossible
from people import organisations
from people.actors import ActingMember
from people.models import Organisation


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices; what each means is said where it is kept (`people.models.Organisation`)."""

    on_missed: Literal["favour", "escalate"]
    pauses_clock: bool
    undo_seconds: int
    appeal_days: int
    alpha: float


def of_organisation(session: Session, member: ActingMember) -> Choices:
    """What is chosen now."""
    row = session.get_one(Organisation, member.organisation_id)
    return Choices(
        "escalate" if row.on_missed == "escalate" else "favour", row.pauses_clock, row.undo_seconds, row.appeal_days,
        row.alpha,
    )  # fmt: skip


def choose(session: Session, member: ActingMember, wanted: Choices, now: dt.datetime) -> list[str]:
    """From now on it is so, for cases that come; returns what changed. Raises `NotPossible` out of bounds."""
    within = 0 <= wanted.undo_seconds <= 300 and 1 <= wanted.appeal_days <= 31 and 0 < wanted.alpha <= 0.1
    if not within or wanted.on_missed not in ("favour", "escalate"):
        raise NotPossible("choose")
    return organisations.choose(session, member, asdict(of_organisation(session, member)), asdict(wanted), now)
