"""The api is killed outright while a ruling is being written: before each of its tables nothing of it has happened."""

import os
import signal
import threading
import time
from contextlib import suppress

import urllib3
from sqlalchemy import Connection, text

from api import building, trial
from api.trial import System, Visitor
from store.store import connect
from tests.course import receipt_number
from tests.staff import Staff

TABLES = ("appeal", "decision", "notice", "journal")
STANDS = text("""
    SELECT (SELECT jsonb_agg(to_jsonb(a) ORDER BY id) FROM appeal a),
        (SELECT jsonb_agg(to_jsonb(d) ORDER BY id) FROM decision d),
        (SELECT count(*) FROM notice), (SELECT count(*) FROM journal WHERE act = 'appeal.ruled')
""")
WAITS = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = CAST(:table AS regclass)")


def test_a_ruling_whose_api_is_killed_has_not_happened_and_can_be_made_again() -> None:
    with trial.system() as system:
        learner = Visitor(system, "killed")
        learner.enter()
        learner.say("ja, dat doe ik")
        number = receipt_number(learner.command("appeal"))
        learner.command("skip")
        reviewer = Staff(system, system.demo["reviewer"])
        assert reviewer.post(f"/review/{number}/claim").status == 303
        assert reviewer.post(f"/review/{number}/reading", reading="approve").status == 303
        owner = connect(building.embedded(system.settings).url(building.OWNER), pool=2)
        with owner.connect() as looking:
            before = _stands(looking)
            for table in TABLES:
                with owner.connect() as locking:
                    locking.execute(text(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE"))
                    ruling = threading.Thread(target=_rule, args=(reviewer, number))
                    ruling.start()
                    _wait(looking, table)
                    os.kill(system.pid("api serve"), signal.SIGKILL)
                    ruling.join()
                _until_ready(system)
                assert _stands(looking) == before, table
            assert _rule(reviewer, number) == 303
            *_, ruled = _stands(looking)
            assert ruled == 1
        owner.dispose()


def _rule(reviewer: Staff, number: str) -> int | None:
    """What came of it; None when nobody answered."""
    with suppress(urllib3.exceptions.HTTPError):
        version = reviewer.get(f"/review/{number}").field("version")
        given = {"version": version, "choice": "overturned:meaning_misread", "text": "Ik heb je antwoord gelezen."}
        return reviewer.post(f"/review/{number}/ruling", **given).status
    return None


def _stands(looking: Connection) -> list[object]:
    found = list(looking.execute(STANDS).one())
    looking.rollback()
    for case in found[0]:
        case.pop("claim_until")  # looking at one's own case lengthens it
    return found


def _wait(looking: Connection, table: str) -> None:
    """Until somebody waits to write into this table."""
    deadline = time.monotonic() + 30
    while not looking.execute(WAITS, {"table": table}).scalar_one():
        assert time.monotonic() < deadline, f"nobody writes into {table}"
        looking.rollback()
        time.sleep(0.05)
    looking.rollback()


def _until_ready(system: System) -> None:
    deadline = time.monotonic() + 60
    while not system.is_ready():
        assert time.monotonic() < deadline, "the api did not come back"
        time.sleep(0.1)
