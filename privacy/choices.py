"""What an organisation chooses about its learners' data, within what the law and the database allow."""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Final

from sqlalchemy.orm import Session

from people import organisations
from people.actors import ActingMember
from people.models import Organisation
from privacy.errors import ArrangementInvalid

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
    organisations.choose(session, member, asdict(of_organisation(session, member)), asdict(wanted), now)
