"""The life of an appeal, pure: who may do what from which state, and what it leads to.

One table, `ACTS`, says it all. The acts read it, the docs draw it, and a test walks every act, state and person.
"""

import datetime as dt
import enum
from dataclasses import dataclass
from typing import Final, Literal

from appeals.errors import NotPossible


class State(enum.StrEnum):
    """Where an appeal is. `claimed` lasts as long as its lease; after that anybody may claim it again."""

    FILED = "filed"
    CLAIMED = "claimed"
    AWAITING_LEARNER = "awaiting_learner"
    ESCALATED = "escalated"
    DECIDED = "decided"
    EXPIRED_IN_FAVOUR = "expired_in_favour"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


class Ruling(enum.StrEnum):
    """What a person decides. The last two are for answers that came without an appeal: nothing was decided yet."""

    OVERTURNED = "overturned"
    UPHELD = "upheld"
    PASSED = "passed"
    NOT_PASSED = "not_passed"


Origin = Literal["learner", "machine", "opted_out", "remedy"]
"""A dispute, an answer that the machine could not tell, one that it may not grade, one like a corrected one."""
Who = Literal["learner", "reviewer", "clock"]
Act = Literal[
    "claim", "take_over", "release", "read", "ask", "extend", "rule", "undo",
    "add", "withdraw", "supersede", "escalate", "expire", "pass_on",
]  # fmt: skip

OPEN: Final = frozenset({State.FILED, State.CLAIMED, State.AWAITING_LEARNER, State.ESCALATED})
LEASE: Final = dt.timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Rule:
    """One act: whose it is, from where, where to (None: where it was), and what else must hold."""

    who: Who
    frm: frozenset[State]
    to: State | None
    when: str


def _from(*states: State) -> frozenset[State]:
    return frozenset(states)


_F, _C, _L, _E = State.FILED, State.CLAIMED, State.AWAITING_LEARNER, State.ESCALATED
ACTS: Final[dict[Act, Rule]] = {
    "claim": Rule("reviewer", OPEN, _C, "it is free, their own, or its lease has run out; no conflict of interest"),
    "take_over": Rule("reviewer", _from(_C), _C, "a colleague holds it; no conflict of interest"),
    "release": Rule("reviewer", _from(_C), _F, "they hold it; a case at a second person goes back to escalated"),
    "read": Rule("reviewer", _from(_C), _C, "they hold it and have not read it yet"),
    "ask": Rule("reviewer", _from(_C), _L, "they hold it; once per person who looks"),
    "extend": Rule("reviewer", _from(_C), None, "they hold it; once, with a reason, before the date"),
    "rule": Rule("reviewer", _from(_C), State.DECIDED, "they hold it, have read it, and it is as they saw it"),
    "undo": Rule("reviewer", _from(State.DECIDED), _C, "they ruled, and the learner has not been told"),
    "add": Rule("learner", OPEN, None, "their own; an awaited reply puts the case back in the line"),
    "withdraw": Rule("learner", OPEN, State.WITHDRAWN, "their own"),
    "supersede": Rule("learner", frozenset(State), State.SUPERSEDED, "they answer again or wipe; decided ones stay so"),
    "escalate": Rule("learner", _from(State.DECIDED), _E, "their own, not in their favour, once, and they were told"),
    "expire": Rule("clock", OPEN, State.EXPIRED_IN_FAVOUR, "the date has passed"),
    "pass_on": Rule("clock", OPEN, _E, "the date has passed, the organisation chose so, and nobody else had it"),
}  # fmt: skip

REASONS: Final[dict[Ruling, tuple[str, ...]]] = {
    Ruling.OVERTURNED: ("meaning_misread", "ordinary_usage", "question_unclear", "technical_fault"),
    Ruling.UPHELD: ("graded_correctly", "ambiguous", "not_ordinary_usage"),
    Ruling.PASSED: ("meaning_clear",),
    Ruling.NOT_PASSED: ("meaning_opposite", "ambiguous", "not_ordinary_usage"),
}


def allowed(act: Act) -> frozenset[State]:
    """The states from which the act is possible."""
    return ACTS[act].frm


def follow(state: State, act: Act, *, level: int = 1) -> State:
    """The state after the act; raises `NotPossible` when the act is not open from here.

    `level` is 2 when the case is with a second person: what would put it back in the line puts it there.
    """
    rule = ACTS[act]
    if state not in rule.frm:
        raise NotPossible(act)
    if act == "supersede" and state in (State.DECIDED, State.EXPIRED_IN_FAVOUR):
        return state
    if act == "add":
        return waiting(level) if state is State.AWAITING_LEARNER else state
    if rule.to is State.FILED:
        return waiting(level)
    return rule.to or state


def waiting(level: int) -> State:
    """How a case waits that nobody holds."""
    return State.ESCALATED if level > 1 else State.FILED


def rulings_for(outcome: str) -> tuple[Ruling, Ruling]:
    """The ruling in the learner's favour, and the other one. An undecided answer has nothing to overturn."""
    if outcome == "undecided":
        return Ruling.PASSED, Ruling.NOT_PASSED
    return Ruling.OVERTURNED, Ruling.UPHELD


def outcome_of(ruling: Ruling, before: str) -> str:
    """The outcome that stands after a ruling: upholding changes nothing, the others say it themselves (L02)."""
    if ruling in (Ruling.OVERTURNED, Ruling.PASSED):
        return "passed"
    return "not_passed" if ruling is Ruling.NOT_PASSED else before
