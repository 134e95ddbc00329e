"""Does an act in a process of its own, which kills itself on the way: nothing runs that could tidy up."""

import datetime as dt
import multiprocessing
import os
import signal
import uuid
from pathlib import Path
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from appeals import access, clocks, filing, remedy, ruling
from appeals.models import Remedy
from appeals.states import Ruling
from learning import enrolments
from learning.catalogue import Catalogue
from people.actors import ActingMember, LearnerClaims
from people.models import Learner
from store import vault
from store.store import Store, connect
from store.vault import Vault
from tests.appeals.desk import START

LATER = START + dt.timedelta(days=1)
MISSED = START + dt.timedelta(days=40)


def after(statements: int, *of_act: Any) -> bool:
    """Does the act in another process that is killed before the statement with this number; was it?

    The commit counts as a statement. False when the act had fewer, and was done.
    """
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload([__name__])
    process = processes.Process(target=_until, args=(statements, *of_act))
    process.start()
    process.join(60)
    assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
    return process.exitcode != 0


def _until(statements: int, url: str, keys: Path, name: str, member: ActingMember, number: int) -> None:
    engine, left = connect(url, pool=1), [statements]

    def count(*_: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "before_cursor_execute", count)
    event.listen(engine, "commit", count)
    ACTS[name](Store(engine), vault.open_ring(keys), member, number)
    engine.dispose()


def _rule(store: Store, ring: Vault, member: ActingMember, number: int) -> None:
    with store.write(member.organisation_id) as session:
        ruling.rule(
            session, ring, member, number, version=access.find(session, number).version, ruling=Ruling.OVERTURNED,
            reason="meaning_misread", text="Zo is het.", now=START,
        )  # fmt: skip


def _undo(store: Store, ring: Vault, member: ActingMember, number: int) -> None:
    with store.write(member.organisation_id) as session:
        ruling.undo(session, ring, member, number, START)


def _tick(store: Store, ring: Vault, member: ActingMember, number: int) -> None:
    with store.write(member.organisation_id) as session:
        clocks.tick(session, member.organisation_id, MISSED)


def _escalate(store: Store, ring: Vault, member: ActingMember, number: int) -> None:
    with store.write(member.organisation_id) as session:
        claims = LearnerClaims(member.organisation_id, _subject(session, number))
        here = enrolments.find(session, Catalogue(), claims, "information-security")
        filing.escalate(session, here, number, LATER)


def _remedy(store: Store, ring: Vault, member: ActingMember, number: int) -> None:
    with store.read(member.organisation_id) as session:
        check = remedy.prepare(session, ring, Catalogue(), access.find(session, number).id)
    assert check is not None
    better: dict[uuid.UUID, remedy.Better] = {
        one.decision_id: "referred" if place % 2 else "passed" for place, one in enumerate(check.alike)
    }
    with store.write(member.organisation_id) as session:
        remedy.apply(session, check, better, LATER)


def _undo_remedy(store: Store, ring: Vault, member: ActingMember, number: int) -> None:
    with store.write(member.organisation_id) as session:
        remedy.undo(session, member, session.execute(select(Remedy.id)).scalar_one(), LATER)


def _subject(session: Session, number: int) -> str:
    learner = access.find(session, number).learner_id
    return session.execute(select(Learner.subject).where(Learner.id == learner)).scalar_one()


ACTS = {
    "rule": _rule, "undo": _undo, "tick": _tick, "escalate": _escalate, "remedy": _remedy, "undo_remedy": _undo_remedy,
}  # fmt: skip
