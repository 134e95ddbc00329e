"""An answer that contains the words of a command is an answer. Measured on texts of which half was never looked at.

`answers.tsv` and `commands.tsv` were written apart from the phrases and the training examples. The `dev` half may be
looked at to mend the phrases; the `test` half only counts.
"""

import csv
from pathlib import Path
from typing import Dict, List

import pytest

from tests.conftest import Bot

FOLDER = Path(__file__).parent


def _rows(name: str, split: str) -> List[Dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if row["split"] == split]


def test_the_sets_are_large_enough() -> None:
    for name in ("answers.tsv", "commands.tsv"):
        assert sum(len(_rows(name, split)) for split in ("dev", "test")) >= 100


@pytest.mark.parametrize("split", ["dev", "test"])
def test_no_answer_is_carried_out_as_a_command(bot: Bot, split: str, record_property) -> None:
    rows = _rows("answers.tsv", split)
    acts = [bot.act(row["text"], language=row["language"]) for row in rows]
    asked_back = acts.count("ask_meaning")
    carried_out = [row["text"] for row, act in zip(rows, acts) if act not in ("answer", "ask_meaning")]
    print(f"\n{split}: {len(rows)} answers, {asked_back} asked back, {len(carried_out)} carried out as a command")
    assert not carried_out
    assert asked_back <= 0.08 * len(rows)


@pytest.mark.parametrize("split", ["dev", "test"])
def test_commands_are_understood_or_asked_back(bot: Bot, split: str) -> None:
    rows = _rows("commands.tsv", split)
    done = asked = lost = 0
    wrong = []
    for row in rows:
        act, command = bot.act(row["text"], language=row["language"]), row["command"]
        if act == {"reset": "ask_reset", "skip": "next"}.get(command, command):
            done += 1
        elif act == "ask_meaning":
            asked += 1
        elif act == "answer":
            lost += 1
        else:
            wrong.append((row["text"], act))
    print(f"\n{split}: {len(rows)} commands, {done} at once, {asked} asked back, {lost} taken as answers, {len(wrong)} wrong")
    assert not wrong, "another command was carried out"
    assert done + asked >= 0.75 * len(rows)
