"""D05: every look at personal data is logged: who, what, when, for which case; no content, for the learner to see."""

import subprocess
import sys
import uuid

from sqlalchemy import select

from api.settings import ROOT
from api.trial import System, Visitor
from privacy import accesses
from privacy.models import Access
from store.store import Store
from tests.course import receipt_number
from tests.staff import Staff


def test_employer_and_reviewer_leave_a_trace_that_the_learner_sees(
    learner: Visitor, employer: Staff, reviewer: Staff, store: Store, system: System
) -> None:
    organisation, word = uuid.UUID(system.demo["organisation_id"]), f"olifant{uuid.uuid4().hex}"
    with store.read(organisation) as session:
        before = accesses.verify(session, organisation).entries
    learner.say(f"ja, dat doe ik, {word}")
    assert word in employer.open_answer(learner.name, learner.course).text
    number = receipt_number(learner.command("appeal"))
    learner.command("skip")
    assert word not in reviewer.get(f"/review/{number}").text, "looking at a case is not opening it"
    reviewer.post(f"/review/{number}/claim")
    assert word in reviewer.get(f"/review/{number}").text
    with store.read(organisation) as session:
        found = accesses.verify(session, organisation)
        entries = session.execute(select(Access).order_by(Access.id.desc()).limit(2)).scalars().all()
        assert (found.entries - before, found.broken_at) == (2, None)
        assert [(one.purpose, one.number) for one in entries] == [("review", int(number[2:])), ("employer", None)]
    seen = learner.ask("GET", f"/v1/privacy?course={learner.course}")["looks"]
    assert [one["who"] for one in seen] == ["een beoordelaar", "Werkgever"]
    reviewer.post(f"/review/{number}/release")


def test_the_log_is_proven_by_a_command(system: System) -> None:
    command = [sys.executable, "-m", "api", "prove", "access-log"]
    done = subprocess.run(command, cwd=ROOT, env=system.environment, text=True, capture_output=True, check=False)
    assert done.returncode == 0 and "whole" in done.stdout, done.stdout + done.stderr
