"""Hears from the database that an organisation's line changed, and wakes whoever shows it.

One connection for the whole process, next to the pool; who waits here holds no session. The announcement comes from
a trigger (`store/migrations`), so that no act can forget it, and says only whose line it is.
"""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
import structlog

CHANNEL: Final = "wederhoor_line"
AGAIN: Final = 2.0
"""Seconds before the next try, when the database is away."""
KEEPALIVE: Final = 30
"""Seconds of silence after which a connection over the network is tested."""

log = structlog.get_logger()


class Announcements:
    """The listener of one process, and who waits for what it hears."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._waiting: dict[uuid.UUID, set[asyncio.Event]] = defaultdict(set)

    async def listen(self) -> None:
        """Until it is cancelled. What was announced while it was not connected is unknown: then everybody looks."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._conninfo, autocommit=True, keepalives_idle=KEEPALIVE, application_name=CHANNEL
                ) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    for organisation_id in self._waiting:
                        self._wake(organisation_id)
                    async for announced in connection.notifies():
                        self._wake(uuid.UUID(announced.payload))
            except psycopg.Error as error:
                log.warning("announcements", error=type(error).__name__)
            await asyncio.sleep(AGAIN)

    @contextmanager
    def awaited(self, organisation_id: uuid.UUID) -> Iterator[asyncio.Event]:
        """An event that is set whenever this organisation's line changed; whoever waits clears it."""
        changed = asyncio.Event()
        self._waiting[organisation_id].add(changed)
        try:
            yield changed
        finally:
            self._waiting[organisation_id].discard(changed)
            if not self._waiting[organisation_id]:
                del self._waiting[organisation_id]

    def _wake(self, organisation_id: uuid.UUID) -> None:
        for changed in self._waiting.get(organisation_id, ()):
            changed.set()
