"""The gold set, and what calibrates: neither is learned from, and a model that is worse on gold is not published."""

import re
from difflib import SequenceMatcher
from typing import Any

import pytest

from api.settings import ROOT
from grading import examples
from grading.train import Worse, compare

GOLD = examples.read(ROOT / "data" / "gold")
CALIBRATION = examples.read(ROOT / "data" / "calibration")
TRAINING = examples.read(ROOT / "data" / "training")
KNOWN = TRAINING + CALIBRATION
LONG = 5
"""Words; shorter answers ("no, never") are everybody's."""


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.casefold()).strip()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_no_gold_question_or_one_like_it_is_in_training(language: str) -> None:
    trained = {_plain(row.question) for row in KNOWN if row.language == language}
    asked = {_plain(row.question) for row in GOLD if row.language == language}
    assert len(asked) > 50
    near = [one for one in asked for other in trained if _alike(one, other) > 0.85]
    assert near == []


def test_no_longer_gold_answer_is_in_training() -> None:
    trained = {_plain(row.answer) for row in KNOWN}
    assert [row.answer for row in GOLD if len(row.answer.split()) >= LONG and _plain(row.answer) in trained] == []


def test_no_question_that_calibrates_is_learned_from() -> None:
    asked = {_plain(row.question) for row in CALIBRATION}
    assert len(asked) > 1000 and not asked & {_plain(row.question) for row in TRAINING}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_it_is_large_and_even(language: str) -> None:
    labels = [row.label for row in GOLD if row.language == language]
    assert len(labels) >= 700 and all(
        labels.count(label) >= 70 for label in ("approve", "disapprove", "unsure", "none")
    )
    assert abs(labels.count("approve") - labels.count("disapprove")) < 0.05 * len(labels)


def test_a_model_that_reads_less_is_refused() -> None:
    assert _figures(0.9) != _figures(0.8)
    with pytest.raises(Worse, match=r"nl: reads 80\.0%.*90\.0%"):
        compare(_figures(0.9), _figures(0.8))
    for before, now in [(_figures(0.9), _figures(0.895)), (_figures(0.8), _figures(0.9)), (None, _figures(0.1))]:
        compare(before, now)
    compare(_figures(0.9), _figures(0.8) | {"data": "another set"})


def _figures(accuracy: float) -> dict[str, Any]:
    return {"data": "a set", "figures": {"nl": {"accuracy": {"value": accuracy}}}}


def _alike(one: str, other: str) -> float:
    matcher = SequenceMatcher(None, one, other)
    return matcher.ratio() if matcher.real_quick_ratio() > 0.85 and matcher.quick_ratio() > 0.85 else 0.0
