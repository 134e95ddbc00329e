"""H20: everything is killed mid-course; the learner goes on at the same question, in the same language."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from api import trial
from api.trial import System, Visitor
from tests.course import asked, says

LOST_WITHIN = 45.0


@pytest.fixture(scope="module")
def own() -> Iterator[System]:
    """A system that these tests may break."""
    with trial.system() as running:
        yield running


def _until_ready(system: System) -> float:
    began = time.monotonic()
    while not system.is_ready():
        assert time.monotonic() - began < LOST_WITHIN, system.output.read_text()[-2000:]
        time.sleep(0.1)
    return time.monotonic() - began


def test_a_restart_of_everything_loses_nothing(own: System) -> None:
    visitor = Visitor(own, "restarted", language="en")
    visitor.enter()
    before = visitor.say("no, never")
    assert own.stop() == 0
    assert own.start() <= 20, "second start to first greeting"
    view = visitor.ask("GET", f"/v1/conversation?course={visitor.course}")
    assert view["revision"] == before["revision"] and view["progress"] == before["progress"]
    assert asked(view)["question"] == asked(before)["question"] and "Welcome back" in says(view)
    assert "yes" not in says(visitor.say("yes, I call first"))


@pytest.mark.parametrize("words", [("wederhoor_bot.serve",), ("postgres", "-D"), ("-m api serve",)])
def test_a_killed_process_comes_back_and_loses_nothing(own: System, words: tuple[str, ...]) -> None:
    visitor = Visitor(own, f"killed-{abs(hash(words))}")
    visitor.enter()
    before = visitor.say("nee, dat doe ik niet")
    os.kill(own.pid(*words), signal.SIGKILL)
    time.sleep(0.3)
    _until_ready(own)
    view = visitor.ask("GET", f"/v1/conversation?course={visitor.course}")
    assert view["revision"] == before["revision"] and view["progress"] == before["progress"]
    after = visitor.say("ja, ik bel eerst")
    assert after["progress"]["answered"] == 2


def test_a_turn_during_an_outage_can_be_sent_again_and_counts_once(own: System) -> None:
    visitor = Visitor(own, "outage")
    visitor.enter()
    turn = {"turn": "1" * 32, "course": visitor.course, "seen": visitor.revision, "kind": "text", "text": "nee, nooit"}
    os.kill(own.pid("wederhoor_bot.serve"), signal.SIGKILL)
    reply = visitor.request("POST", "/v1/turns", turn)
    assert reply.status == 503 and reply.headers["retry-after"] and "nog eens" in reply.json()["detail"]
    _until_ready(own)
    first = visitor.ask("POST", "/v1/turns", turn)
    assert visitor.ask("POST", "/v1/turns", turn) == first
    assert first["progress"]["answered"] == 1


def test_ctrl_c_leaves_no_process_behind(own: System) -> None:
    pids = own.pids()
    assert len(pids) > 6 and own.stop() == 0
    deadline = time.monotonic() + 5
    while (left := [pid for pid in pids if Path(f"/proc/{pid}").exists()]) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left == []
