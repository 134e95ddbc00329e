"""How often somebody may do something: a moving window in memory, per process."""

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


class TooMany(Exception):
    """Too many tries in the window; nothing was done."""


class Limit:
    """At most `rate` (as `60/minute`) for each key; keys are ids or digests, never what somebody typed."""

    def __init__(self, rate: str) -> None:
        self._rate = parse(rate)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def spend(self, key: str) -> None:
        """Counts one; raises `TooMany` when the window is full."""
        if not self._limiter.hit(self._rate, key):
            raise TooMany

    def forgive(self, key: str) -> None:
        """What was spent does not count any more: it was no guessing."""
        self._limiter.clear(self._rate, key)
