"""Nothing is stored: the tracker of a turn is built from the state that the api sent along, and dropped."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import Any, AsyncIterator, Iterable, Optional, Text

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LockStore
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from wederhoor_bot import vault


class TurnTrackerStore(TrackerStore):
    """No method may raise: Rasa would fall back to a store in memory that keeps every event."""

    def __init__(self, domain: Any, host: Optional[Text] = None, event_broker: Any = None, **kwargs: Any) -> None:
        if event_broker is not None:
            raise ValueError("no event broker: it would be a history of messages")
        super().__init__(domain, None)

    async def retrieve(self, sender_id: Text) -> Optional[DialogueStateTracker]:
        turn = vault.get(sender_id)
        tracker = self.init_tracker(sender_id)
        for name in ("language", "awaiting", "question_id") if turn else ():
            value = getattr(turn, name)
            if value is not None:
                tracker.update(SlotSet(name, value))
        tracker.update(ActionExecuted(ACTION_LISTEN_NAME))  # not empty, so that Rasa starts no session
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        return None

    async def delete(self, sender_id: Text) -> None:
        return None

    async def keys(self) -> Iterable[Text]:
        return []


class NoLockStore(LockStore):
    """A conversation lasts one turn, so nobody else can want its lock."""

    def __init__(self, endpoint_config: Any = None) -> None:
        super().__init__()

    @asynccontextmanager
    async def lock(self, conversation_id: Text, *args: Any, **kwargs: Any) -> AsyncIterator[TicketLock]:
        yield TicketLock(conversation_id)
