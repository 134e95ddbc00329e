"""The conformal test against another implementation of the same theory: MAPIE.

MAPIE conformalized on the answers of one intent alone, with the score 1 - probability, is the class-conditional test:
an intent must be in its prediction set at confidence 1 - alpha exactly when our p-value for it exceeds alpha.
"""

from fractions import Fraction
from math import ceil
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mapie.classification import SplitConformalClassifier
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin

from grading.calibration import Expected, smallest_sample
from grading.grade import INTENTS

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Truths = NDArray[np.bool_]
Polar = Literal["approve", "disapprove"]
ALPHAS = (0.01, 0.05, 0.1, 0.2)
POLAR: tuple[Polar, ...] = ("approve", "disapprove")

# MAPIE warns that it is shown one of four classes: that is what makes it class-conditional.
pytestmark = pytest.mark.filterwarnings("ignore:WARNING. your conformalization dataset has less labels:UserWarning")


class Given(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A classifier that was fitted elsewhere: what it is asked about are the probabilities themselves."""

    def __init__(self) -> None:
        self.classes_ = np.arange(len(INTENTS))

    def fit(self, features: Floats, labels: Labels) -> "Given":
        """Nothing to learn."""
        return self

    def predict_proba(self, features: Floats) -> Floats:
        """The features."""
        return np.asarray(features)

    def predict(self, features: Floats) -> Labels:
        """The likeliest class."""
        found: Labels = np.asarray(features).argmax(axis=1)
        return found


def _of_mapie(probabilities: Floats, labels: Labels, new: Floats, intent: Polar, alphas: tuple[float, ...]) -> Truths:
    """Whether the intent is in MAPIE's prediction set, shape (new, alphas)."""
    place = INTENTS.index(intent)
    own = labels == place
    mapie = SplitConformalClassifier(Given(), [1 - alpha for alpha in alphas], conformity_score="lac", prefit=True)
    sets: Truths = mapie.conformalize(probabilities[own], labels[own]).predict_set(new)[1]
    return sets[:, place]


def _of_ours(probabilities: Floats, labels: Labels, new: Floats, intent: Polar, alphas: tuple[float, ...]) -> Truths:
    """Whether the p-value exceeds alpha, shape (new, alphas)."""
    expected = Expected.fit(probabilities, labels)
    ours = [expected.p_value(one, intent) for one in new[:, INTENTS.index(intent)]]
    found: Truths = np.array(ours)[:, None] > np.array(alphas)
    return found


def _drawn(seed: int, size: int, steps: int | None = None) -> tuple[Floats, Labels]:
    """Random probabilities and labels drawn from them; with steps all are multiples of 1 / steps, so that many tie."""
    generator = np.random.default_rng(seed)
    probabilities = generator.dirichlet([0.7] * len(INTENTS), size)
    labels = generator.multinomial(1, probabilities).argmax(axis=1)
    if steps is not None:
        probabilities = generator.multinomial(steps, probabilities) / steps
    return probabilities, labels


def _around(probabilities: Floats, labels: Labels, intent: Polar) -> Floats:
    """New answers whose probability of the intent is that of a calibration answer, or just beside it."""
    place = INTENTS.index(intent)
    own = probabilities[labels == place, place]
    beside = 1e-6  # more than the 1e-8 within which MAPIE takes two scores for equal
    wanted = np.unique(np.clip(np.concatenate([own, own - beside, own + beside, [0, 1]]), 0, 1))
    new = np.repeat((1 - wanted)[:, None] / (len(INTENTS) - 1), len(INTENTS), axis=1)
    new[:, place] = wanted
    return new


@pytest.mark.parametrize("intent", POLAR)
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("steps", [None, 64], ids=["continuous", "ties"])
def test_new_answers_are_in_the_set_of_mapie_when_the_p_value_exceeds_alpha(
    seed: int, steps: int | None, intent: Polar
) -> None:
    probabilities, labels = _drawn(seed, 1500, steps)
    new, _ = _drawn(seed + 1000, 2000, steps)
    found = _of_mapie(probabilities, labels, new, intent, ALPHAS)
    assert np.array_equal(found, _of_ours(probabilities, labels, new, intent, ALPHAS))
    shares = found.mean(axis=0)
    assert np.all(np.diff(shares) <= 0) and 0 < shares[-1] < 1, "both answers must occur, or nothing was compared"


@pytest.mark.parametrize("intent", POLAR)
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("steps", [None, 64], ids=["continuous", "ties"])
def test_at_and_beside_every_calibration_answer_as_well(seed: int, steps: int | None, intent: Polar) -> None:
    """Where a rank too many or too few, or < for <=, would show."""
    probabilities, labels = _drawn(seed, 900, steps)
    new = _around(probabilities, labels, intent)
    found = _of_mapie(probabilities, labels, new, intent, ALPHAS)
    assert np.array_equal(found, _of_ours(probabilities, labels, new, intent, ALPHAS))
    assert found[-1].all() and not found[:, -1].all()


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("more", range(4))
def test_with_small_samples_as_well(alpha: float, more: int) -> None:
    """From the smallest that MAPIE takes, where alpha * (n + 1) is a whole number and where it is not."""
    probabilities = np.random.default_rng(more).dirichlet([0.7] * len(INTENTS), round(1 / alpha) + more)
    labels = np.zeros(len(probabilities), dtype=np.int64)
    new = _around(probabilities, labels, "approve")
    mapie = _of_mapie(probabilities, labels, new, "approve", (alpha,))
    assert np.array_equal(mapie, _of_ours(probabilities, labels, new, "approve", (alpha,)))
    assert not mapie.all()


@pytest.mark.parametrize("alpha", ALPHAS)
def test_one_answer_fewer_than_mapie_takes(alpha: float) -> None:
    """The one difference: MAPIE wants 1 / alpha answers, of which the theory needs one less.

    Its threshold is the score of rank ceil((n + 1) * (1 - alpha)). At n = 1 / alpha - 1 that is rank n, the worst of
    the calibration answers: there is such a rank, so alpha is kept with these n as well, and left out is exactly what
    is less likely than each of them. With one answer fewer the rank would be n + 1, and nothing could be left out.
    """
    size = smallest_sample(alpha)
    assert size == Fraction(1) / Fraction(str(alpha)) - 1
    assert ceil((size + 1) * (1 - Fraction(str(alpha)))) == size
    assert ceil(size * (1 - Fraction(str(alpha)))) == size
    probabilities = np.random.default_rng(size).dirichlet([0.7] * len(INTENTS), size)
    labels = np.zeros(size, dtype=np.int64)
    new = _around(probabilities, labels, "approve")
    with pytest.raises(ValueError, match="Number of samples of the score is too low"):
        _of_mapie(probabilities, labels, new, "approve", (alpha,))
    ours = _of_ours(probabilities, labels, new, "approve", (alpha,))[:, 0]
    assert np.array_equal(ours, new[:, 0] >= probabilities[:, 0].min()) and not ours.all()
    assert _of_ours(probabilities[1:], labels[1:], new, "approve", (alpha,)).all()


@settings(max_examples=60, deadline=None)
@given(
    sample=st.lists(st.integers(0, 16), min_size=8, max_size=40),
    new=st.lists(st.integers(0, 16), min_size=1, max_size=20),
    alpha=st.sampled_from([1 / 8, 1 / 4, 1 / 2]),
)
def test_whatever_ties_there_are(sample: list[int], new: list[int], alpha: float) -> None:
    rows = {16 * own: [own, *[(1 - own) / 3] * 3] for own in np.arange(17) / 16}
    probabilities, asked = np.array([rows[one] for one in sample]), np.array([rows[one] for one in new])
    labels = np.zeros(len(sample), dtype=np.int64)
    found = _of_mapie(probabilities, labels, asked, "approve", (alpha,))
    assert np.array_equal(found, _of_ours(probabilities, labels, asked, "approve", (alpha,)))
