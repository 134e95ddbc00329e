"""What an organisation chooses about its learners' data, within what the law and the database allow."""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from people.actors import ActingMember
from people.models import Organisation
from privacy.errors import ArrangementInvalid
from store import journal

SHORTEST: Final = 30
LONGEST: Final = 365


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices; what each means is said where it is kept (`people.models.Organisation`)."""

    age_gate: bool
    retention_days: int


def of_organisation(session: Session, member: ActingMember) -> Choices:
    """What is chosen now."""
    row = session.get_one(Organisation, member.organisation_id)
    return Choices(row.age_gate, row.retention_days)


def choose(session: Session, member: ActingMember, wanted: Choices, now: dt.datetime) -> None:
    """From now on it is so: from the next message, or the next sweep. Raises `ArrangementInvalid` out of bounds."""
    if not SHORTEST <= wanted.retention_days <= LONGEST:
        raise ArrangementInvalid
    before = asdict(of_organisation(session, member))
    changed = {name: value for name, value in asdict(wanted).items() if value != before[name]}
    if changed:
        session.execute(update(Organisation).where(Organisation.id == member.organisation_id).values(**changed))
    for name, value in changed.items():
        journal.note(
            session, "choice.changed", organisation_id=member.organisation_id, now=now, member_id=member.id,
            choice=name, before=str(before[name]), after=str(value),
        )  # fmt: skip
