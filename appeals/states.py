"""The life of an appeal, pure: which act is possible from which state, and what it leads to."""

import datetime as dt
import enum
from typing import Final, Literal

from appeals.errors import NotPossible


class State(enum.StrEnum):
    """Where an appeal is. `claimed` lasts as long as its lease; after that it counts as `filed` again."""

    FILED = "filed"
    CLAIMED = "claimed"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


class Ruling(enum.StrEnum):
    """What a person decides. The last two are for answers that came without an appeal: nothing was decided yet."""

    OVERTURNED = "overturned"
    UPHELD = "upheld"
    PASSED = "passed"
    NOT_PASSED = "not_passed"


Origin = Literal["learner", "machine"]
Act = Literal["claim", "release", "read", "rule", "withdraw", "supersede"]

OPEN: Final = frozenset({State.FILED, State.CLAIMED})
LEASE: Final = dt.timedelta(minutes=30)

EDGES: Final[dict[tuple[State, Act], State]] = {
    (State.FILED, "claim"): State.CLAIMED,
    (State.CLAIMED, "claim"): State.CLAIMED,
    (State.CLAIMED, "release"): State.FILED,
    (State.CLAIMED, "read"): State.CLAIMED,
    (State.CLAIMED, "rule"): State.DECIDED,
    (State.FILED, "withdraw"): State.WITHDRAWN,
    (State.CLAIMED, "withdraw"): State.WITHDRAWN,
    (State.FILED, "supersede"): State.SUPERSEDED,
    (State.CLAIMED, "supersede"): State.SUPERSEDED,
    (State.DECIDED, "supersede"): State.SUPERSEDED,
    (State.WITHDRAWN, "supersede"): State.SUPERSEDED,
}

REASONS: Final[dict[Ruling, tuple[str, ...]]] = {
    Ruling.OVERTURNED: ("meaning_misread", "ordinary_usage", "question_unclear", "technical_fault"),
    Ruling.UPHELD: ("graded_correctly", "ambiguous", "not_ordinary_usage"),
    Ruling.PASSED: ("meaning_clear",),
    Ruling.NOT_PASSED: ("meaning_opposite", "ambiguous", "not_ordinary_usage"),
}

RULINGS: Final[dict[Origin, tuple[Ruling, Ruling]]] = {
    "learner": (Ruling.OVERTURNED, Ruling.UPHELD),
    "machine": (Ruling.PASSED, Ruling.NOT_PASSED),
}


def follow(state: State, act: Act) -> State:
    """The state after the act; raises `NotPossible` when the act is not open from here."""
    try:
        return EDGES[state, act]
    except KeyError:
        raise NotPossible(act) from None


def rulings_for(origin: Origin, outcome: str) -> tuple[Ruling, Ruling]:
    """The ruling in the learner's favour, and the other one. An undecided answer has nothing to overturn."""
    return RULINGS["machine" if outcome == "undecided" else origin]


def outcome_of(ruling: Ruling, before: str) -> str:
    """The outcome that stands after a ruling: upholding changes nothing, the others say it themselves (L02)."""
    if ruling in (Ruling.OVERTURNED, Ruling.PASSED):
        return "passed"
    return "not_passed" if ruling is Ruling.NOT_PASSED else before


def due(filed_at: dt.datetime, days: int) -> dt.datetime:
    """By when a person decides; four weeks unless the organisation chose less or the month that the law allows."""
    return filed_at + dt.timedelta(days=days)
