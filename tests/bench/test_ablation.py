"""The bench that leaves stages out: it must leave out what it says, and nothing afterwards."""

import numpy as np
import pytest

from bench import ablation
from grading import rules
from grading.evaluate import One, report
from grading.grade import Outcome, Question

ASKED = Question("Do you lock your screen?", "en", "approve")


def _without(name: str) -> ablation.Patch:
    return next(stage.without for stage in ablation.STAGES if stage.name == name)


@pytest.mark.parametrize(
    ("name", "answer", "reason"),
    [
        ("rules for short answers", "yes", "leading-yes"),
        ("guards before the model", "", "empty"),
        ("guards before the model", "yes no yes no", "repetition"),
        ("the whole lexicon", "yes", "leading-yes"),
    ],
)
def test_a_stage_is_left_out_and_comes_back(name: str, answer: str, reason: str) -> None:
    with _without(name)():
        assert rules.read(ASKED, answer).reason == "model"
    assert rules.read(ASKED, answer).reason == reason


def test_turning_with_the_question_is_left_out() -> None:
    rules.asked.cache_clear()
    assert rules.asked("Do you refuse to help?", "en").turned
    with _without("turning yes and no around with the question")():
        assert not rules.asked("Do you refuse to help?", "en").turned
    assert rules.asked("Do you refuse to help?", "en").turned


def test_it_counts_as_the_report_does() -> None:
    read: list[tuple[str, str, Outcome, Outcome]] = [
        ("approve", "approve", "passed", "not_passed"),
        ("approve", "disapprove", "not_passed", "passed"),
        ("disapprove", "disapprove", "undecided", "undecided"),
        ("unsure", "unsure", "undecided", "passed"),
    ]
    ones = [One(label, seen, 1.0, {"approve": yes, "disapprove": no}) for label, seen, yes, no in read]  # type: ignore[arg-type]
    shares = report(ones).shares
    found = ablation.counts(ones).sum(axis=0)
    assert {name: tuple(own) for name, own in zip(ablation.FIGURES, found.tolist(), strict=True)} == {
        name: (shares[name].count, shares[name].total) for name in ablation.FIGURES
    }


def test_a_difference_lies_in_its_interval_and_is_none_to_itself() -> None:
    drawn = np.random.default_rng(1)
    whole = np.stack([drawn.integers(0, 2, (200, 5)), np.ones((200, 5), dtype=np.int64)], axis=2)
    worse = whole.copy()
    worse[::4, 0, 0] = 0
    questions = [f"question {place % 20}" for place in range(200)]
    assert set(ablation.differences(questions, whole, whole).values()) == {(0.0, 0.0, 0.0)}
    more, low, high = ablation.differences(questions, whole, worse)["accuracy"]
    assert low <= more <= high < 0
