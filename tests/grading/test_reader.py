"""Where two readings of one answer differ, nothing is decided."""

import numpy as np
import pytest

from grading import rules
from grading.grade import INTENTS, Question
from grading.reader import by_first, compared

HELMET = Question("Draag je altijd een helm op de bouwplaats?", "nl", "approve")


def _first(intent: str) -> np.ndarray:
    """Logits, shape (1, 4), of a reading with this intent first."""
    return np.array([[1.0 if one == intent else 0.0 for one in INTENTS]])


@pytest.mark.parametrize("answer", ["Ja, de koffie is bruin vandaag", "nee hoor dat is een ander verhaal"])
def test_a_rule_that_goes_by_the_first_word_is_left_when_the_network_reads_something_else(answer: str) -> None:
    read = rules.read(HELMET, answer)
    assert by_first(read) and not read.guarded
    (agreed,) = compared([read], _first("unsure"), _first(read.label or ""))
    (left,) = compared([read], _first(read.label or ""), _first("none"))
    assert agreed == read
    assert (left.label, left.reason, left.guarded) == (None, "two-readings", True)


@pytest.mark.parametrize("answer", ["ja", "nee hoor", "zeker weten"])
def test_a_plain_yes_or_no_needs_no_network(answer: str) -> None:
    read = rules.read(HELMET, answer)
    assert not by_first(read)
    assert compared([read], _first("none"), _first("none")) == [read]


def test_the_head_and_the_network_have_to_agree() -> None:
    read = rules.read(HELMET, "die ligt bij mij altijd in de auto")
    assert read.label is None
    assert compared([read], _first("approve"), _first("approve")) == [read]
    assert compared([read], _first("approve"), _first("disapprove"))[0].guarded
