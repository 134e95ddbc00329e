"""The guarantee: of the answers that truly have the expected intent at most alpha are failed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax

from grading.calibration import Expected, smallest_sample, temperature
from grading.evaluate import WRONGLY_PASSED, pass_threshold
from grading.examples import Labelled
from grading.fitting import Held
from grading.grade import INTENTS
from grading.policy import outcome
from grading.rules import Asked, Read


def _samples(seed: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Random probabilities, and labels that are drawn from them."""
    generator = np.random.default_rng(seed)
    probabilities = generator.dirichlet([0.7] * 4, size)
    labels = np.array([generator.choice(4, p=row) for row in probabilities])
    return probabilities, labels


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.1])
def test_at_most_alpha_is_wrongly_failed(alpha: float) -> None:
    """Simulated: mean over 200 calibration sets, with the interval of the mean below alpha plus its noise."""
    rates = []
    for seed in range(200):
        expected = Expected.fit(*_samples(seed, 1500))
        probabilities, labels = _samples(seed + 10_000, 600)
        approve = probabilities[labels == 0, 0]
        rates.append(np.mean([expected.p_value(one, "approve") <= alpha for one in approve]))
    mean, error = float(np.mean(rates)), float(np.std(rates) / np.sqrt(len(rates)))
    assert mean <= alpha + 3 * error
    assert mean > alpha / 3, "a test that never fails anybody would be useless"


def _reads(guarded: np.ndarray) -> list[Read]:
    return [Read("", (), Asked("", False, False), None, "model", bool(one)) for one in guarded]


@pytest.mark.parametrize("every", [2, 1000])
def test_what_is_guarded_does_not_count_as_passed(every: int) -> None:
    """1,000 answers that mean no, of which 50 are read as a sure yes: one in `every` of them is left to a person."""
    rows = [Labelled("Doe je dat?", "ja", "disapprove", "nl", "file")] * 1000
    probabilities = np.tile([0.05, 0.9, 0.03, 0.02], (1000, 1))
    probabilities[:50] = [0.71, 0.19, 0.05, 0.05]
    guarded = np.arange(1000) % every == 0
    threshold = pass_threshold(Held(rows, _reads(guarded), probabilities))
    passed = (~guarded[:50]).sum()
    assert (threshold <= 0.71) == (passed <= WRONGLY_PASSED * 1000)


def test_the_p_value_is_that_of_the_definition() -> None:
    """By counting, as in the definition of a class-conditional split conformal p-value."""
    probabilities, labels = _samples(3, 400)
    expected = Expected.fit(probabilities, labels)
    for score in (0.0, 0.01, 0.3, 0.99, 1.0):
        own = probabilities[labels == 1, 1]
        assert expected.p_value(score, "disapprove") == (1 + sum(own <= score)) / (len(own) + 1)


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_likelier_answer_has_no_smaller_p_value(one: float, other: float) -> None:
    expected = Expected.fit(*_samples(5, 200))
    low, high = sorted((one, other))
    assert expected.p_value(low, "approve") <= expected.p_value(high, "approve")


@pytest.mark.parametrize(("alpha", "size"), [(0.01, 99), (0.05, 19), (0.1, 9), (0.001, 999)])
def test_the_smallest_sample(alpha: float, size: int) -> None:
    assert smallest_sample(alpha) == size


@pytest.mark.parametrize(("sample", "failed"), [(98, "undecided"), (99, "not_passed")])
def test_below_the_smallest_sample_nobody_fails(sample: int, failed: str) -> None:
    found = outcome(
        intent="disapprove", expected="approve", probability=0.001, p_value=0.01, alpha=0.01,
        sample=sample, pass_at=0.5, guarded=False,
    )  # fmt: skip
    assert found == failed


@pytest.mark.parametrize("intent", ["unsure", "none"])
def test_doubt_never_fails(intent: str) -> None:
    found = outcome(
        intent=intent, expected="approve", probability=0.0, p_value=0.001, alpha=0.05,  # type: ignore[arg-type]
        sample=10_000, pass_at=0.5, guarded=False,
    )  # fmt: skip
    assert found == "undecided"


def test_a_guarded_answer_is_never_decided() -> None:
    for intent in INTENTS:
        found = outcome(
            intent=intent, expected="approve", probability=0.99, p_value=0.0001, alpha=0.5,
            sample=10_000, pass_at=0.5, guarded=True,
        )  # fmt: skip
        assert found == "undecided"


def test_temperature_brings_overconfident_scores_back() -> None:
    generator = np.random.default_rng(1)
    scores = generator.normal(size=(4000, 4))
    labels = np.array([generator.choice(4, p=row) for row in softmax(scores, axis=1)])
    assert temperature(scores * 3, labels) == pytest.approx(3, rel=0.15)
