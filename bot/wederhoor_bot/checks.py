"""What has to hold before the bot answers: nothing is stored, and the domain is a function."""

from __future__ import annotations

from typing import Any, Dict, List

from wederhoor_bot.acts import ACTS
from wederhoor_bot.stores import NoLockStore, TurnTrackerStore


def problems(agent: Any) -> List[str]:
    """What is wrong with this set-up; an empty list when it may serve."""
    found = []
    store = getattr(agent.tracker_store, "_tracker_store", agent.tracker_store)
    if not isinstance(store, TurnTrackerStore):
        found.append(f"tracker store is {type(store).__name__}")
    if not isinstance(agent.lock_store, NoLockStore):
        found.append(f"lock store is {type(agent.lock_store).__name__}")
    return found + in_responses(agent.domain.responses)


def in_responses(responses: Dict[str, List[Dict[str, Any]]]) -> List[str]:
    """Two variations that both fit are chosen by chance; a missing one is silence. So: nl, then English last."""
    found, acts = [], set()
    for name, variations in responses.items():
        texts = [one for one in variations if "text" in one]
        customs = [one["custom"]["act"] for one in variations if "act" in one.get("custom", {})]
        acts.update(customs)
        if len(customs) != len(variations):
            found.append(f"{name}: each variation needs one act")
        if texts and not (
            len(variations) == 2
            and variations[0].get("condition") == [{"type": "slot", "name": "language", "value": "nl"}]
            and "condition" not in variations[1]
        ):
            found.append(f"{name}: one variation with language nl, then one in English without a condition")
        if not texts and len(variations) != 1:
            found.append(f"{name}: a response without text has one variation")
    found += [f"unknown act {act}" for act in sorted(acts - ACTS)]
    return found + [f"no response leads to act {act}" for act in sorted(ACTS - acts)]
