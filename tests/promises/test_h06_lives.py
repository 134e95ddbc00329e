"""H06: many learners live, all at once: they answer, answer again, appeal, are ruled on, reset and erase.

Afterwards none of what they replaced is anywhere, for whoever has every key and a copy of the disk from before.
`WEDERHOOR_LIVES` says how many.
"""

import os
import random
import secrets
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from api import building, forensics, proving, trial
from api.settings import ROOT
from api.trial import System, Visitor
from tests.conftest import unwatched
from tests.course import disputed
from tests.staff import Staff

LIVES = int(os.environ.get("WEDERHOOR_LIVES", "40"))
AT_ONCE = 4
OLD, NOW = (f"{animal}{secrets.token_hex(6)}x" for animal in ("zebra", "olifant"))
"""Begins whatever is replaced, wiped or erased in the end, and whatever stays: a search for two words finds all."""


@dataclass
class Lives:
    """What was done, in all lives together."""

    system: System
    done: dict[str, int] = field(default_factory=dict)

    def live(self, number: int) -> None:
        """One life: in the end there is one answer, or nothing at all."""
        chance = random.Random(number)
        learner = Visitor(self.system, f"life-{number}-{secrets.token_hex(4)}")
        learner.enter()
        learner.say(f"nee, dat doe ik niet, {OLD}{number}a")
        for turn in range(chance.randrange(3)):
            learner.command("again")
            learner.say(f"nee, dat doe ik niet, {OLD}{number}again{turn}")
            self.count("again")
        fate = chance.choice(("replace", "appeal", "ruled", "reset", "erase"))
        getattr(self, fate)(learner, number)
        self.count(fate)

    def replace(self, learner: Visitor, number: int) -> None:
        learner.command("again")
        learner.say(f"nee, dat doe ik nooit, {NOW}{number}")

    def appeal(self, learner: Visitor, number: int) -> None:
        """On the answer to the next question, with a reason; replaced before anybody looked."""
        self.replace(learner, number)
        disputed(learner, f"omdat het zo is, {OLD}{number}why", answer=f"ja, dat doe ik, {OLD}{number}b")
        learner.command("again")
        learner.command("affirm")
        learner.say(f"nee, dat doe ik nooit, {NOW}{number}b")

    def ruled(self, learner: Visitor, number: int) -> None:
        """The ruling quotes it; then the learner answers again."""
        self.replace(learner, number)
        text = f"ja, dat doe ik, {OLD}{number}c"
        case = disputed(learner, f"lees nog eens, {OLD}{number}why", answer=text)
        reviewer = Staff(self.system, self.system.demo["reviewer"])
        page = reviewer.rule(
            case, "approve", "upheld:ambiguous", f"Je schreef: {OLD}{number}c. Dat kan van alles zijn."
        )
        assert page.status == 303, page.words[:300]
        learner.command("again")
        learner.say(f"nee, dat doe ik nooit, {NOW}{number}c")

    def reset(self, learner: Visitor, number: int) -> None:
        learner.command("reset")
        assert any(one.get("wiped") for one in learner.command("affirm")["messages"])

    def erase(self, learner: Visitor, number: int) -> None:
        assert learner.ask("DELETE", f"/v1/me?course={learner.course}&sure=yes")["erased"]

    def count(self, act: str) -> None:
        self.done[act] = self.done.get(act, 0) + 1


def test_after_many_lives_nothing_of_what_was_replaced_is_left(tmp_path: Path) -> None:
    settings = {"log_level": "DEBUG", "readable_memory": "1", "key_grace": str(proving.KEY_GRACE)}
    with trial.system(**settings) as system:
        unwatched(system)
        lives, began = Lives(system), time.monotonic()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lives.live, range(LIVES // 2)))
            forensics.copied(system.settings.var / "pg", tmp_path / "copy")
            list(pool.map(lives.live, range(LIVES // 2, LIVES)))
        lived = time.monotonic() - began
        proving._others(system)
        time.sleep(proving.KEY_GRACE + 2)
        shred = [sys.executable, "-m", "api", "shred"]
        subprocess.run(shred, env=system.environment, cwd=ROOT, check=True, capture_output=True)
        told: list[str] = []
        keys, wanted = building.keys(system.settings), [OLD.encode(), NOW.encode()]
        read = [
            forensics.opened(proving.files(folder), keys, wanted)
            for folder in (system.settings.var / "pg", tmp_path / "copy")
        ]
        found, unread = proving.search(proving.places_of(system, None), proving.forms(OLD), told.append)
        print(f"{LIVES} lives in {lived:.0f} s, searched in {time.monotonic() - began - lived:.0f} s: {lives.done}")
        print("\n".join(told))
    assert (found, unread) == ([], []), told
    assert [one[wanted[0]] for one in read] == [set(), set()]
    assert read[0][wanted[1]], "what is there is found: the search is one"
    assert LIVES < 40 or {"again", "replace", "appeal", "ruled", "reset", "erase"} == set(lives.done)
