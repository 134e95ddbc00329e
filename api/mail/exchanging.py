"""One round for an organisation's mailbox: what came in is kept, what waits is sent."""

import datetime as dt
import logging
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from api import building
from api.mail import reading, sending
from api.settings import Settings
from appeals import letters, mailbox, posting
from appeals.mailbox import Mailbox, Servers
from store.store import Store
from store.vault import Vault

log = logging.getLogger(__name__)
Now = Callable[[], dt.datetime]


@dataclass(frozen=True, slots=True)
class Round:
    """How many letters were read, sent, and not taken by the server; `trouble` when it could not be read."""

    read: int = 0
    sent: int = 0
    refused: int = 0
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A connected mailbox during a round."""

    store: Store
    vault: Vault
    organisation: uuid.UUID
    mailbox_id: uuid.UUID
    servers: Servers
    password: str = field(repr=False)
    now: Now

    @contextmanager
    def write(self) -> Iterator[tuple[Session, Mailbox | None]]:
        """A transaction with the mailbox; None when it is no longer the one that is connected."""
        with self.store.write(self.organisation) as session:
            live = mailbox.live(session)
            yield session, live if live is not None and live.id == self.mailbox_id else None


def exchange_all(settings: Settings, now: Now) -> None:
    """A round for each organisation, side by side: a mail server that does not answer keeps nobody else waiting."""
    vault = building.keys(settings)
    with building.opened(settings) as store, ThreadPoolExecutor(max_workers=6) as pool:
        for organisation in building.organisations(store):
            pool.submit(_try, store, vault, organisation, now)


def prune_all(settings: Settings, now: dt.datetime) -> None:
    """Takes away letters whose time is over."""
    with building.opened(settings) as store:
        for organisation in building.organisations(store):
            with store.write(organisation) as session:
                posting.prune(session, now)


def exchange(store: Store, vault: Vault, organisation: uuid.UUID, now: Now) -> Round:
    """Reads and sends, each letter in a transaction of its own; nothing when no mailbox is connected."""
    with store.read(organisation) as session:
        box = mailbox.live(session)
        if box is None:
            return Round()
        line = Line(store, vault, organisation, box.id, box.servers, mailbox.password_of(vault, box), now)
    trouble, read = "", 0
    try:
        read = _read(line)
    except Exception as error:  # whatever a mail server does: answers still have to leave
        trouble = type(error).__name__
        log.warning("mailbox not read: %s, organisation %s", trouble, organisation)
    sent, refused = _send(line)
    return Round(read, sent, refused, trouble)


def _read(line: Line) -> int:
    """Keeps each unseen mail, and only then marks it: when we die in between, it is read again and known by its id."""
    count = 0
    with reading.opened(line.servers, line.password) as box:
        for uid, mail in reading.unseen(box):
            with line.write() as (session, live):
                if live is None:
                    return count
                count += letters.receive(session, line.vault, live, mail, line.now()) is not None
            reading.done(box, uid, delete=line.servers.deletes_read and not mail.incomplete)
    with line.write() as (_, live):
        if live is not None:
            live.read_at = line.now()
    return count


def _send(line: Line) -> tuple[int, int]:
    sent = refused = 0
    while True:
        with line.write() as (session, live):
            outgoing = posting.take(session, line.vault, live, line.now()) if live else None
        if outgoing is None:
            return sent, refused
        try:
            sending.send(line.servers, line.password, sending.compose(outgoing, line.servers.address))
        except Exception as error:  # whatever else goes wrong is tried again
            refused += 1
            for_good = isinstance(error, sending.Undelivered) and error.for_good
            log.warning("letter not sent: %s, organisation %s", type(error).__name__, line.organisation)
            with line.write() as (session, _):
                posting.refused(session, outgoing.letter_id, for_good=for_good)
            if not for_good:
                return sent, refused
        else:
            sent += 1
            with line.write() as (session, _):
                posting.sent(session, outgoing.letter_id)


def _try(store: Store, vault: Vault, organisation: uuid.UUID, now: Now) -> None:
    try:
        exchange(store, vault, organisation, now)
    except Exception as error:
        log.error("mailbox: %s, organisation %s", type(error).__name__, organisation, exc_info=error)
