"""The life of a rights request, pure: who may do what from which state, and what it leads to.

One table, `ACTS`, says it all; another, `DEEDS`, says by what a request of each kind can be carried out. A test walks
every act and state.
"""

import enum
from dataclasses import dataclass
from typing import Final, Literal

from privacy.errors import RequestNotPossible


class State(enum.StrEnum):
    """Where a request is. Nothing of anybody is shown or changed before it is known who asks."""

    RECEIVED = "received"
    IDENTIFIED = "identified"
    DONE = "done"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"


Kind = Literal["see", "correct", "erase", "restrict", "object", "portability", "withdraw"]
"""The rights of GDPR articles 15 to 18, 20 and 21, and the withdrawal of article 7(3)."""
Way = Literal["page", "mail", "post", "phone", "in_person"]
How = Literal["known_address", "code", "seen", "employer", "other"]
"""How it was checked who asks: an address that was known before, a code sent there, in person, the employer knows
them, something else. Never a copy of a document."""
Deed = Literal["file", "erase", "restrict", "lift", "by_person", "withdraw", "language", "address"]
Refusal = Literal["not_identified", "excessive", "law_requires", "legal_claim", "rights_of_others", "not_this_right"]
Who = Literal["requester", "officer", "clock"]
Act = Literal["identify", "link", "carry_out", "extend", "refuse", "finish", "take_back", "remind"]
Told = Literal["extended", "refused", "done"]

OPEN: Final = frozenset({State.RECEIVED, State.IDENTIFIED})


@dataclass(frozen=True, slots=True)
class Rule:
    """One act: whose it is, from where, where to (None: where it was), what is told, and what else must hold."""

    who: Who
    frm: frozenset[State]
    to: State | None
    tells: Told | None
    when: str


_I: Final = frozenset({State.IDENTIFIED})
ACTS: Final[dict[Act, Rule]] = {
    "identify": Rule("officer", OPEN, State.IDENTIFIED, None, "they say how it was checked who asks"),
    "link": Rule("officer", _I, None, None, "the organisation knows a learner by this id"),
    "carry_out": Rule("officer", _I, None, None, "it is linked to a learner, and the deed fits what was asked"),
    "extend": Rule("officer", OPEN, None, "extended", "once, with a reason, before the date"),
    "refuse": Rule("officer", OPEN, State.REFUSED, "refused", "a reason from the list, and words"),
    "finish": Rule("officer", _I, State.DONE, "done", "they say what was done"),
    "take_back": Rule("requester", OPEN, State.TAKEN_BACK, None, "they said so; what they wrote goes at once"),
    "remind": Rule("clock", OPEN, None, None, "at half and at four fifths of the time, and when the date has passed"),
}
DEEDS: Final[dict[Kind, tuple[Deed, ...]]] = {
    "see": ("file",),
    "portability": ("file",),
    "erase": ("erase",),
    "correct": ("language", "address"),
    "restrict": ("restrict", "lift"),
    "object": ("restrict", "by_person"),
    "withdraw": ("withdraw",),
}


def follow(state: State, act: Act) -> State:
    """The state after the act; raises `RequestNotPossible` when the act is not open from here."""
    rule = ACTS[act]
    if state not in rule.frm:
        raise RequestNotPossible(act)
    return rule.to or state
