"""H06: only the latest answer exists, anywhere: the search of `wederhoor prove no-history`, and that it can find."""

import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from api import proving
from api.settings import ROOT
from api.trial import System, Visitor
from tests.staff import Staff


def test_a_replaced_answer_is_nowhere() -> None:
    command = [sys.executable, "-m", "api", "prove", "no-history"]
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "browser profile: searched" in done.stdout and "memory of python" in done.stdout
    assert "decrypted with all keys, a copy from before: replaced 0" in done.stdout
    assert "decrypted with all keys, the database: replaced 0, latest 0" not in done.stdout


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    """A proof that cannot fail is none: each form is found in a file, and across the edge of two parts."""
    for number, form in enumerate(proving.forms("zebra1234567890giraf")):
        (tmp_path / f"{number}.bin").write_bytes(b"\0" * 100 + form + b"\0" * 100)
    split = iter([("one", b"...zebra12345"), ("one", b"67890giraf...")])
    places = {"files": proving.files(tmp_path), "split": split}
    found, unread = proving.search(places, proving.forms("zebra1234567890giraf"), lambda _: None)
    assert len(found) == len(proving.forms("zebra1234567890giraf")) + 1 and not unread


def test_the_search_finds_an_answer_in_memory(learner: Visitor, system: System) -> None:
    """While it is being held somewhere: in the memory of this very process."""
    marker = "zebra" + uuid.uuid4().hex
    held = marker.encode() * 2
    import os

    found, _ = proving.search({"me": proving.memory(os.getpid())}, [held], lambda _: None)
    assert found
    assert learner.revision and system.pids()


def test_the_latest_answer_is_the_only_one_that_can_be_opened(learner: Visitor, employer: Staff) -> None:
    old, new = f"nee {uuid.uuid4().hex}", f"nee {uuid.uuid4().hex}"
    learner.say(old)
    learner.command("again")
    learner.say(new)
    page = employer.open_answer(learner.name, "information-security")
    assert new in page.text and old not in page.text


@pytest.mark.parametrize("table", ["answer", "decision"])
def test_the_schema_has_one_row_per_question(table: str) -> None:
    from api.tables import METADATA

    keys = {tuple(sorted(column.name for column in one.columns)) for one in METADATA.tables[table].constraints} | {
        tuple(sorted(column.name for column in one.columns)) for one in METADATA.tables[table].indexes if one.unique
    }
    assert ("learner_id", "question_id") in keys
