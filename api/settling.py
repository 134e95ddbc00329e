"""What follows by itself for appeals, organisation by organisation: clocks and remedies."""

import datetime as dt
import logging
import subprocess
import sys
import uuid

from api import building, requesting
from api.settings import Settings
from appeals import clocks, remedy
from appeals.clocks import AT_ONCE, Ticked
from appeals.models import Remedy
from grading.grade import Graders
from learning.catalogue import Catalogue
from people.models import Organisation
from store.store import Store
from store.vault import Vault

log = logging.getLogger(__name__)


def settle(settings: Settings) -> None:
    """Keeps all clocks, and starts a check of like answers, in a process of its own, where one is due.

    An organisation whose turn fails does not keep the others waiting.
    """
    with building.opened(settings) as store:
        for organisation in building.organisations(store):
            now = dt.datetime.now(dt.UTC)
            try:
                keep_clocks(store, organisation, now)
                requesting.keep_clocks(store, organisation, now)
                with store.read(organisation) as session:
                    checks = remedy.due(session, now)
            except Exception as error:
                log.error("clocks: %s, organisation %s", type(error).__name__, organisation, exc_info=error)
                continue
            if checks:
                done = subprocess.run([sys.executable, "-m", "api", "remedy", str(organisation)], check=False)
                if done.returncode:
                    log.error("remedy not made, organisation %s, status %s", organisation, done.returncode)


def keep_clocks(store: Store, organisation: uuid.UUID, now: dt.datetime) -> Ticked:
    """Everything that the clocks ask for now, in as many transactions as it takes."""
    total = Ticked()
    while True:
        with store.write(organisation) as session:
            done = clocks.tick(session, organisation, now)
        total += done
        if max(done.reminded, done.expired + done.passed_on) < AT_ONCE:
            return total


def remedies(
    store: Store, vault: Vault, graders: Graders, catalogue: Catalogue, organisation: uuid.UUID, now: dt.datetime
) -> list[Remedy]:
    """Looks at the like of each corrected answer; the grading is done while no transaction is open."""
    with store.read(organisation) as session:
        waiting = remedy.due(session, now)
        alpha = session.get_one(Organisation, organisation).alpha
    made = []
    for appeal_id in waiting:
        with store.read(organisation) as session:
            check = remedy.prepare(session, vault, catalogue, appeal_id)
        better = remedy.grade_again(check, graders.of(str(organisation)), alpha) if check else {}
        with store.write(organisation) as session:
            if check is None:
                remedy.drop(session, appeal_id)
            elif done := remedy.apply(session, check, better, now):
                made.append(done)
    return made
