"""How soon, in how much memory and how fast a process of its own grades.

Counted is CPU time of the process, on one thread: that hardly depends on what else the machine is doing.
"""

import json
import os
import subprocess
import sys

import pytest

from api.settings import ROOT, Settings

READY = 1.0
"""Seconds of CPU time to load a model, after imports."""
MEMORY = 200
"""MB at most, of a process that imports, loads and grades; scikit-learn and scipy are not among what it imports."""
EXPLAINING = 30
"""MB more at most, once it has explained: the files in which it looks up examples count while they are in view."""
AT_ONCE = 1.0
"""Seconds of CPU time for the first explanation, which somebody waits for."""
MEDIAN = 25.0
"""Milliseconds of CPU time for one answer: room for a slow or a busy processor, and far less than anybody notices."""
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
CHILD = """
import json, statistics, sys, time
from pathlib import Path
from grading import examples
from grading.grade import Question
from grading.grader import load

models, gold, most = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
began = time.process_time()
grader = load(models / "current")
ready = time.process_time() - began
medians = {}
for language in ("nl", "en"):
    rows = [row for row in examples.read(gold) if row.language == language]
    taken = []
    for row in rows[:: len(rows) // most][:most]:
        question = Question(row.question, language, "approve")
        began = time.process_time()
        grader.grade(question, row.answer)
        taken.append((time.process_time() - began) * 1000)
    assert len(taken) == most
    medians[language] = statistics.median(taken)

def most_memory():
    # Not getrusage: its peak counts the parent's memory, of which a child begins as a copy.
    status = Path("/proc/self/status")
    return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024 if status.exists() else 0

peak = most_memory()
began = time.process_time()
assert grader.explain(question, row.answer).evidence.neighbours
explained = time.process_time() - began
print(json.dumps({"ready": ready, "peak": peak, "explained": explained, "then": most_memory(), **medians}))
"""

Measured = dict[str, float]
"""`ready` and `explained` in seconds, `peak` and `then` in MB, `nl` and `en` in milliseconds."""


def _measured(most: int) -> Measured:
    """By a fresh process that grades so many answers of each language."""
    command = [sys.executable, "-c", CHILD, str(Settings().models), str(ROOT / "data" / "gold"), str(most)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | ONE_THREAD, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: Measured = json.loads(done.stdout)
    print(found)
    return found


@pytest.fixture(scope="module")
def three() -> list[Measured]:
    """Of fresh processes that grade 50 answers, half of them in each language."""
    return [_measured(25) for _ in range(3)]


def test_loading_takes_less_than_a_second(three: list[Measured]) -> None:
    """The best of three: busy neighbours take cache and clock from CPU time as well."""
    assert min(one["ready"] for one in three) < READY


def test_memory_stays_small(three: list[Measured]) -> None:
    assert max(one["peak"] for one in three) <= MEMORY


def test_explaining_takes_little_more(three: list[Measured]) -> None:
    assert max(one["then"] - one["peak"] for one in three) <= EXPLAINING
    assert min(one["explained"] for one in three) < AT_ONCE


def test_an_answer_takes_milliseconds() -> None:
    """The median of 200 answers of the gold set, per language."""
    found = _measured(200)
    assert found["nl"] < MEDIAN and found["en"] < MEDIAN
