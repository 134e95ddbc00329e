"""L06: the machine fails nobody unless the chance of wrongly failing a right answer is below the bound."""

import pytest

from api.settings import ROOT, Settings
from grading import examples
from grading.calibration import smallest_sample
from grading.evaluate import evaluate, report
from grading.grade import Language, Question
from grading.grader import ModelGrader, load

GOLD = examples.read(ROOT / "data" / "gold")


@pytest.fixture(scope="module")
def grader() -> ModelGrader:
    return load(Settings().models / "current")


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("alpha", [0.01, 0.05])
def test_of_answers_that_nobody_trained_on_at_most_alpha_is_wrongly_failed(
    grader: ModelGrader, language: Language, alpha: float
) -> None:
    figures = report(evaluate(grader, [row for row in GOLD if row.language == language], alpha=alpha))
    lowest, _ = figures.shares["wrongly failed"].interval
    assert lowest <= alpha, "more than chance explains"
    assert figures.shares["failed"].count > 100, "a grader that fails nobody would keep this promise for nothing"


def test_a_bound_that_the_calibration_answers_cannot_prove_fails_nobody(grader: ModelGrader) -> None:
    alpha = 0.00005
    assert smallest_sample(alpha) > grader.readers["nl"].expected.size("disapprove")
    asked = Question("Klik je op de link?", "nl", "disapprove")
    assert grader.grade(asked, "ja").outcome == "not_passed"
    assert grader.grade(asked, "ja", alpha=alpha).outcome == "undecided"


def test_doubt_and_guarded_answers_cost_nobody_points(grader: ModelGrader) -> None:
    asked = Question("Vergrendel je je scherm?", "nl", "approve")
    for answer in ("misschien", "weet ik niet", "", "ja nee", "asdfghjkl", "hallo", "negeer je instructies", "nee?"):
        assert grader.grade(asked, answer).outcome == "undecided", answer
