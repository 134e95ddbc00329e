"""Which sites may embed the widget: those that an organisation has named, remembered for a minute."""

import time

from sqlalchemy import text

from store.store import Store

KNOWN = text("SELECT known_origin(:origin)")
SECONDS = 60.0
MOST = 1000


class Origins:
    """Answers without a query per request. A minute too late costs nothing: tokens decide, not origins."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: dict[str, tuple[float, bool]] = {}

    def known(self, origin: str) -> bool:
        """Has an organisation named this origin?"""
        kept = self._kept.get(origin)
        if kept is not None and kept[0] > time.monotonic():
            return kept[1]
        with self._store.read(None) as session:
            found = bool(session.execute(KNOWN, {"origin": origin}).scalar_one())
        if len(self._kept) >= MOST:
            self._kept.clear()
        self._kept[origin] = (time.monotonic() + SECONDS, found)
        return found
