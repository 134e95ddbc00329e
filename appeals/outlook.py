"""How a case looks to its learner, pure: what they may know by now, and what they can do."""

import datetime as dt
from typing import Literal

from appeals.models import Appeal
from appeals.states import OPEN, Ruling, State

Can = Literal["reply", "add", "withdraw", "escalate"]


def told(appeal: Appeal, now: dt.datetime) -> bool:
    """May the learner know what was decided? Not while the reviewer can still take it back."""
    return appeal.announce_at is not None and appeal.announce_at <= now


def state(appeal: Appeal, now: dt.datetime) -> State:
    """Where the case is, as far as the learner may know: until they are told, a person is still looking."""
    found = State(appeal.state)
    return State.CLAIMED if found is State.DECIDED and not told(appeal, now) else found


def can_escalate(appeal: Appeal, now: dt.datetime) -> bool:
    """A second person: once, by who was told of a decision that was not in their favour."""
    lost = appeal.ruling in (Ruling.UPHELD, Ruling.NOT_PASSED)
    return appeal.state == State.DECIDED and appeal.level == 1 and lost and told(appeal, now)


def can(appeal: Appeal, now: dt.datetime) -> list[Can]:
    """What the learner can do about the case now; there is something to withdraw only where they said something."""
    if State(appeal.state) not in OPEN:
        return ["escalate"] if can_escalate(appeal, now) else []
    theirs = appeal.origin == "learner" or appeal.statement is not None
    said: Can = "reply" if appeal.state == State.AWAITING_LEARNER else "add"
    return [said, "withdraw"] if theirs else [said]
