"""Killed between any two statements, an act has happened in every table or in none."""

import datetime as dt
from pathlib import Path

import pytest

from appeals.states import Ruling
from store.embedded import APP, EmbeddedServer
from tests.appeals import invariants, killed
from tests.appeals.conftest import NewDesk
from tests.appeals.desk import START, Desk

DAY = dt.timedelta(days=1)


def _prepared(desk: Desk, name: str) -> int:
    """A case on which the act can be done, and its like."""
    others = [desk.learner() for _ in range(2)]
    for learner in others:
        desk.answer(learner, "zeker weten")
    appealing = desk.learner()
    desk.answer(appealing, "zeker weten")
    number = desk.appeal(appealing)
    if name == "tick":
        desk.appeal(others[0], START + 20 * DAY)
        decided = desk.appeal(others[1])
        desk.decide(decided)
        return number
    desk.claim(number)
    desk.read(number)
    if name == "escalate":
        desk.rule(number, choice=Ruling.UPHELD, reason="ambiguous")
    elif name != "rule":
        desk.rule(number)
    return number


@pytest.mark.parametrize(
    ("name", "statements"),
    [("rule", 10), ("undo", 7), ("tick", 14), ("escalate", 8), ("remedy", 15), ("undo_remedy", 8)],
)
def test_all_or_nothing(
    new_desk: NewDesk, bare_server: EmbeddedServer, tmp_path: Path, name: str, statements: int
) -> None:
    desk = new_desk()
    number = _prepared(desk, name)
    of_act = (bare_server.url(APP), tmp_path / "ring", name, desk.reviewers[0], number)
    if name == "undo_remedy":
        killed.after(1000, *of_act[:2], "remedy", *of_act[3:])
    with desk.store.read(desk.id) as session:
        before = invariants.everything(session)
    died = 0
    while killed.after(died + 1, *of_act):
        died += 1
        with desk.store.read(desk.id) as session:
            assert invariants.everything(session) == before, f"half of it remained after {died} statements"
    assert died >= statements, "it was killed before each of them"
    with desk.store.read(desk.id) as session:
        assert invariants.everything(session) != before
        assert invariants.broken(session) == {}
