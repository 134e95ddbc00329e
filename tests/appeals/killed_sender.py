"""A worker in a process of its own that is killed, with SIGKILL, before its n-th statement or commit."""

import datetime as dt
import os
import signal
import uuid
from itertools import count
from pathlib import Path

from sqlalchemy import event

from api.calling import Caller
from api.notifying import Teller
from api.parcels import Packing
from learning.catalogue import Catalogue
from store.store import Store, connect
from store.vault import open_ring
from tests.appeals.desk import URL
from tests.receivers import Mailbox


def work(url: str, ring: Path, organisation: uuid.UUID, port: int, now: dt.datetime, die_at: int) -> None:
    """One round of telling; with 0 it lives."""
    engine = connect(url, pool=1)
    place = count(1)

    def step(*_: object) -> None:
        if next(place) == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "before_cursor_execute", step)
    event.listen(engine, "commit", step)
    packing = Packing(open_ring(ring), Catalogue(), Mailbox(port).post(), Caller(private=True), URL)
    Teller(Store(engine), packing, lambda: now).tell(organisation)
