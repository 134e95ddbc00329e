"""The turns in progress in this process: text and state, gone when the turn ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, Optional

PREFIX = "turn:"


@dataclass
class Turn:
    """One turn. Nothing of it shows in a log line."""

    language: str
    awaiting: Optional[str]
    question_id: Optional[str] = field(default=None, repr=False)
    text: Optional[str] = field(default=None, repr=False)


_turns: Dict[str, Turn] = {}


def put(turn_id: str, turn: Turn) -> bool:
    """False when this turn is being handled here already."""
    return _turns.setdefault(turn_id, turn) is turn


def get(reference: Optional[str]) -> Optional[Turn]:
    """The turn behind `turn:<id>` or `<id>`."""
    return _turns.get((reference or "").removeprefix(PREFIX))


def drop(turn_id: str) -> None:
    """The turn is over."""
    _turns.pop(turn_id, None)


def size() -> int:
    """How many turns are in progress."""
    return len(_turns)
