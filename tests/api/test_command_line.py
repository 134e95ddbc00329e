"""The `wederhoor` command: help that a newcomer can follow, and errors that say what to do."""

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from api.settings import ROOT

COMMANDS = (
    *("up", "serve", "work", "bot", "migrate", "seed", "train", "tune", "grade", "evaluate", "member", "prove"),
    *("check", "demo", "refit", "remedy", "shred", "sweep", "watch-grading", "webhook", "token", "mailbox", "privacy"),
    *("backup", "restore", "close-organisation"),
)


def _run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "api", *arguments]
    env = os.environ | environment
    return subprocess.run(command, cwd=ROOT, env=env, text=True, capture_output=True, check=False)


def test_help_names_every_command() -> None:
    words = _run("--help").stdout
    assert all(name in words for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help(name: str) -> None:
    done = _run(name, "--help")
    assert done.returncode == 0 and len(done.stdout) > 80


def test_one_answer_is_graded_and_explained() -> None:
    done = _run(
        "grade", "--question", "Klik je op de link?", "--answer", "nee, nooit", "--expected", "disapprove", "--explain"
    )
    assert done.returncode == 0 and done.stdout.startswith("passed: reads disapprove")
    assert "words: nee" in done.stdout and "model: " in done.stdout


def test_a_set_is_evaluated(tmp_path: Path) -> None:
    path = tmp_path / "set.tsv"
    path.write_text("question\tanswer\tlabel\nKlik je?\tnee, nooit\tdisapprove\nKlik je?\tja hoor\tapprove\n")
    done = _run("evaluate", str(path), "--lang", "nl", "--json")
    report = json.loads(done.stdout)
    assert report["n"] == 2 and report["accuracy"]["value"] == 1.0 and report["wrongly_failed"]["count"] == 0
    assert len(report["decided"]["interval"]) == 2 and set(report["f1"]) == {"approve", "disapprove", "unsure", "none"}
    assert "accuracy" in _run("evaluate", str(path), "--lang", "nl").stdout


def test_a_wrong_set_is_told_by_line(tmp_path: Path) -> None:
    path = tmp_path / "set.tsv"
    path.write_text("question\tanswer\tlabel\nKlik je?\tnee\tmaybe\n")
    done = _run("evaluate", str(path), "--lang", "nl")
    assert done.returncode == 1 and ":2: the label must be one of" in done.stderr and "Traceback" not in done.stderr


def test_without_a_model_it_says_what_to_do(tmp_path: Path) -> None:
    done = _run("grade", "--question", "x?", "--answer", "y", WEDERHOOR_VAR=str(tmp_path))
    assert done.returncode == 1 and "wederhoor train" in done.stderr and "Traceback" not in done.stderr


def test_a_wrong_course_is_told_by_line(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("slug: X\n")
    done = _run("check", str(path))
    assert done.returncode == 1 and "x.yaml:1: slug" in done.stderr


def test_a_role_that_does_not_exist_is_told() -> None:
    given = ["--name", "X", "--role", "boss", "--organisation", str(uuid.uuid4()), "--password", "long enough for one"]
    done = _run("member", "add", "x@elders.example", *given)
    assert (
        done.returncode == 2
        and "reviewer, controller, author or privacy_officer" in done.stderr
        and "Traceback" not in done.stderr
    )
