"""Answers that try to break the grader: nothing is decided that a careful person would leave."""

from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from api.settings import Settings
from grading.grade import Language, Outcome, Question
from grading.grader import ModelGrader, load

Probe = tuple[str, ...]


def _read(name: str) -> list[Probe]:
    lines = (Path(__file__).parent / name).read_text("utf-8").splitlines()[1:]
    return [tuple(line.split("\t")) for line in lines]


PROBES = _read("probes.tsv")
BY_OTHERS = _read("probes_by_others.tsv")
"""By two writers who knew neither guards nor data. The first half was looked at when guards were mended and data were
written, the second was not."""
NEVER = {"copy", "disguise", "doubt", "gibberish", "injection", "plain", "question_back", "stuffing"}
"""Kinds of which none may be decided wrongly. Of the others some are: an off-topic "yes" is still read as a yes."""
SELDOM = 0.02
SELDOM_BY_OTHERS = 0.12
"""Measured are 8 %; irony, contradictions and answers that break off lead it astray most."""


@pytest.fixture(scope="module")
def grader() -> ModelGrader:
    return load(Settings().models / "current")


def _wrong(grader: ModelGrader, probes: list[Probe] = PROBES) -> list[Probe]:
    wrong = []
    for probe in probes:
        question, answer, language, expected, allowed, _ = probe
        assert language in get_args(Language) and expected in ("approve", "disapprove")
        outcome = grader.grade(Question(question, language, expected), answer).outcome  # type: ignore[arg-type]
        assert set(allowed.split("|")) <= set(get_args(Outcome))
        if outcome not in allowed.split("|"):
            wrong.append((*probe, outcome))
    return wrong


def test_what_a_careful_person_would_leave_is_left(grader: ModelGrader) -> None:
    wrong = _wrong(grader)
    assert [probe for probe in wrong if probe[5] in NEVER] == []
    assert len(PROBES) >= 300 and len(wrong) <= SELDOM * len(PROBES), wrong


def test_what_others_thought_up_is_left_too(grader: ModelGrader) -> None:
    decided = [probe for probe in _wrong(grader, BY_OTHERS) if probe[-1] != "undecided"]
    assert len(decided) <= SELDOM_BY_OTHERS * len(BY_OTHERS), decided
    assert not [probe for probe in decided if probe[5] in ("gibberish", "question_back", "long")]


def test_plain_answers_are_decided(grader: ModelGrader) -> None:
    """Leaving everything to people would pass the test above."""
    plain = [probe for probe in PROBES if probe[5] == "plain"]
    outcomes = Counter(
        grader.grade(Question(probe[0], probe[2], probe[3]), probe[1]).outcome  # type: ignore[arg-type]
        for probe in plain
    )
    assert outcomes["passed"] >= 15 and outcomes["not_passed"] >= 15
