"""An organisation with a connected mailbox: what comes in, what leaves, and workers that can be killed."""

import datetime as dt
import os
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import select

from api.mail import exchanging
from api.mail.exchanging import Round
from api.settings import ROOT
from appeals import letters, mailbox
from appeals.letters import Opened, Thread
from appeals.mailbox import Letter
from tests.appeals.desk import Desk
from tests.mailserver import PASSWORD, Dovecot, Letterbox, Trap, servers

NOW = dt.datetime.now(dt.UTC)
"""When the tests began: the present of all that happens in their own process."""


class Post:
    """The desk's mailbox, on real servers."""

    def __init__(self, desk: Desk, incoming: Dovecot, outside: Letterbox, var: Path) -> None:
        self.desk, self.incoming, self.outside, self._var = desk, incoming, outside, var
        self.connect()

    def connect(self, *, imap: int = 0, smtp: int = 0, deletes_read: bool = False) -> None:
        """Connects it, or renews how it is reached."""
        reached = servers(imap or self.incoming.port, smtp or self.outside.port, deletes_read=deletes_read)
        with self.desk.store.write(self.desk.id) as session:
            mailbox.connect(session, self.desk.vault, self.desk.id, reached, PASSWORD, NOW)

    def exchange(self, now: dt.datetime = NOW) -> Round:
        """A round of the worker, in a thread as there: the browser's loop may be running in ours."""
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(
                exchanging.exchange, self.desk.store, self.desk.vault, self.desk.id, lambda: now
            ).result()

    def killed(self, trap: Trap) -> dt.datetime:
        """A round in a process of its own, which the trap kills; when that was, by the only clock it knows."""
        environment = os.environ | {
            "DATABASE_URL": self.desk.store.engine.url.render_as_string(hide_password=False),
            "WEDERHOOR_VAR": str(self._var),
        }
        command = [sys.executable, "-m", "api", "mailbox", "exchange", str(self.desk.id)]
        trap.victim = subprocess.Popen(command, cwd=ROOT, env=environment)
        assert trap.victim.wait(60) == -9 and trap.sprung
        return dt.datetime.now(dt.UTC)

    def line(self) -> list[Opened]:
        """What waits for somebody."""
        with self.desk.store.read(self.desk.id) as session:
            found = [one for one, _ in letters.waiting(session, self.desk.vault)]
            session.expunge_all()
            return found

    def letters(self) -> list[Letter]:
        """All rows, as they are now."""
        with self.desk.store.read(self.desk.id) as session:
            found = list(session.execute(select(Letter).order_by(Letter.number)).scalars())
            session.expunge_all()
            return found

    def states(self) -> list[tuple[str, str]]:
        """Direction and state of each letter."""
        return [(one.direction, one.state) for one in self.letters()]

    def read(self, number: int) -> Thread:
        """The thread of a letter."""
        with self.desk.store.write(self.desk.id) as session:
            return letters.read(session, self.desk.vault, self.desk.reviewers[0], number, NOW)

    def answer(
        self, number: int, text: str = "We kijken ernaar.", *, letter_id: uuid.UUID | None = None, seen: int = 0
    ) -> None:
        """What a reviewer writes, on the thread as it is now."""
        seen = seen or self.read(number).seen
        with self.desk.store.write(self.desk.id) as session:
            letters.answer(
                session, self.desk.vault, self.desk.reviewers[0], number, letter_id=letter_id or uuid.uuid4(),
                seen=seen, text=text, language="nl", now=NOW,
            )  # fmt: skip

    def link(self, number: int, case: int | None) -> None:
        """A reviewer says which case a letter belongs to."""
        with self.desk.store.write(self.desk.id) as session:
            letters.link(session, self.desk.reviewers[0], number, case, NOW)
