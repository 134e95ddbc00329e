"""How reviewers decide: whether they look, or only put a stamp under what the machine said.

Counted from what stands in the organisation's cases, per person and together. No single figure says that somebody
decides badly: one who sees only clear cases upholds much. That is what the cases with a known answer are for.
"""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from appeals.models import Appeal
from appeals.shares import K, Share
from appeals.states import Ruling, State
from people.models import Member

PERIOD: Final = dt.timedelta(days=90)
FOR_THE_LEARNER: Final = frozenset({Ruling.OVERTURNED, Ruling.PASSED})


@dataclass(frozen=True, slots=True)
class Ruled:
    """What is known of a case on which somebody ruled."""

    state: str
    ruling: str | None
    ruled_by: uuid.UUID | None
    claimed_at: dt.datetime | None
    ruled_at: dt.datetime | None
    agreed: bool | None = None
    exception: bool = False
    first_ruling: str | None = None
    first_ruled_by: uuid.UUID | None = None
    expected: str | None = None


@dataclass(slots=True)
class Reading:
    """The meter's reading, of one person or of all. Cases with a known answer are in `found` only."""

    rulings: int = 0
    upheld: int = 0
    compared: int = 0
    agreed: int = 0
    exceptions: int = 0
    looked_again: int = 0
    otherwise: int = 0
    checks: int = 0
    found: int = 0
    minutes: list[float] = field(default_factory=list)

    @property
    def uphold_rate(self) -> Share:
        """How often what stood went on standing, or an answer was not approved."""
        return Share(self.upheld, self.rulings)

    @property
    def agreement(self) -> Share:
        """How often their reading was the machine's, before that was shown; where it had one."""
        return Share(self.agreed, self.compared)

    @property
    def decided_otherwise(self) -> Share:
        """How often a second person, asked by the learner, decided otherwise."""
        return Share(self.otherwise, self.looked_again)

    @property
    def checks_found(self) -> Share:
        """How many of the cases with a known answer were decided rightly."""
        return Share(self.found, self.checks)

    @property
    def median_minutes(self) -> float | None:
        """From taking a case to ruling on it; None of too few."""
        return median(self.minutes) if len(self.minutes) >= K else None


def read(cases: Iterable[Ruled]) -> tuple[Reading, dict[uuid.UUID, Reading]]:
    """The reading of all together and of each person who ruled."""
    total, each = Reading(), dict[uuid.UUID, Reading]()
    for case in cases:
        decided = case.state == State.DECIDED
        if case.first_ruled_by is not None and case.first_ruling is not None:
            for reading in (total, each.setdefault(case.first_ruled_by, Reading())):
                _first(reading, case, decided=decided)
        if decided and case.ruled_by is not None:
            for reading in (total, each.setdefault(case.ruled_by, Reading())):
                _ruling(reading, case)
    return total, each


def cases(session: Session, since: dt.datetime) -> list[Ruled]:
    """The organisation's cases on which somebody ruled since then."""
    names = Ruled.__dataclass_fields__
    rows = session.execute(select(*(getattr(Appeal, name) for name in names)).where(Appeal.ruled_at >= since))
    return [Ruled(*row) for row in rows]


def names(session: Session, who: Iterable[uuid.UUID]) -> list[tuple[uuid.UUID, str]]:
    """Those people by name."""
    rows = session.execute(
        select(Member.id, Member.name).where(Member.id.in_(list(who))).order_by(Member.name, Member.id)
    )
    return [(row[0], row[1]) for row in rows]


def _first(reading: Reading, case: Ruled, *, decided: bool) -> None:
    """The first person's ruling; when they took the case is no longer known."""
    reading.rulings += 1
    reading.upheld += case.first_ruling not in FOR_THE_LEARNER
    if decided:
        reading.looked_again += 1
        reading.otherwise += case.ruling in FOR_THE_LEARNER


def _ruling(reading: Reading, case: Ruled) -> None:
    if case.expected is not None:
        reading.checks += 1
        reading.found += case.ruling == case.expected
        return
    reading.rulings += 1
    reading.upheld += case.ruling not in FOR_THE_LEARNER
    reading.exceptions += case.exception
    if case.agreed is not None:
        reading.compared += 1
        reading.agreed += case.agreed
    if case.claimed_at is not None and case.ruled_at is not None:
        reading.minutes.append((case.ruled_at - case.claimed_at).total_seconds() / 60)
