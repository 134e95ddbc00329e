"""What an organisation chooses about appeals, within what the law and the database allow."""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Literal

from sqlalchemy import update
from sqlalchemy.orm import Session

from appeals.errors import NotPossible
from people.actors import ActingMember
from people.models import Organisation
from store import journal


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
    before = asdict(of_organisation(session, member))
    changed = {name: value for name, value in asdict(wanted).items() if value != before[name]}
    if changed:
        session.execute(update(Organisation).where(Organisation.id == member.organisation_id).values(**changed))
    for name, value in changed.items():
        journal.note(
            session, "choice.changed", organisation_id=member.organisation_id, now=now, member_id=member.id,
            choice=name, before=str(before[name]), after=str(value),
        )  # fmt: skip
    return list(changed)
