"""`python -m tests.killed_restore MOMENT FILE`: a restore that is killed at that moment, as by a power cut."""

import datetime as dt
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from api import restoring
from api.reapplying import Reapplying
from api.settings import Settings
from store import dumping

MOMENTS = ("halfway", "taken back", "before the exchange", "after the exchange")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def after(owner: Any, name: str) -> None:
    """Dies when this has been done."""
    done = getattr(owner, name)

    def wrapped(*given: Any) -> None:
        done(*given)
        die()

    setattr(owner, name, wrapped)


def halfway() -> None:
    """Dies when a part of the rows has been handed over."""
    restore = dumping.restore

    def wrapped(owner: Any, content: Iterable[bytes]) -> None:
        def some() -> Iterator[bytes]:
            for part in content:
                yield part[: len(part) // 2]
                die()

        restore(owner, some())

    dumping.restore = wrapped


def main() -> None:
    moment, path = sys.argv[1:]
    match MOMENTS.index(moment):
        case 0:
            halfway()
        case 1:
            after(Reapplying, "run")
        case 2:
            dumping.take_over = lambda _: die()
        case 3:
            dumping.throw_away = lambda *_: die()
    restoring.restore(Settings(), Path(path), dt.datetime.now(dt.UTC), replace=True)


if __name__ == "__main__":
    main()
