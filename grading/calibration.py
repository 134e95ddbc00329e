"""From scores to shares that mean what they say, and to a test with a known error rate.

`Expected` is the class-conditional conformal test (split conformal prediction, Vovk et al. 2005, per label) of "this
answer has the expected intent". If new answers resemble the calibration answers, at most a share alpha of the answers
that truly have the expected intent gets a p-value of alpha or less, and so at most that share is wrongly failed.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grading.grade import INTENTS, Intent

Floats = NDArray[np.float64]
DOUBT = 0.05
"""How much of each reading of the head is put down to chance."""


def log_shares(scores: Floats) -> Floats:
    """Log-probabilities of scores along the last axis (log-softmax)."""
    moved: Floats = scores - scores.max(axis=-1, keepdims=True)
    found: Floats = moved - np.log(np.exp(moved).sum(axis=-1, keepdims=True))
    return found


def temperature(scores: Floats, labels: NDArray[np.int64]) -> float:
    """The divisor of the scores, shape (n, 4), under which the labels are most likely."""
    from scipy.optimize import minimize_scalar  # only who learns needs it

    def loss(log_t: float) -> float:
        return -float(log_shares(scores / math.exp(log_t))[np.arange(len(labels)), labels].mean())

    return math.exp(float(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x))


def shares(scores: Floats, divisor: float) -> Floats:
    """Probabilities, shape (n, 4), none below `DOUBT` / 4.

    A temperature fits the middle; the head's surest readings are still wrong more often than they say, and without
    a floor a few of them would use up the error rate that plain yes and no are failed by.
    """
    found: Floats = (1 - DOUBT) * np.exp(log_shares(scores / divisor)) + DOUBT / len(INTENTS)
    return found


def smallest_sample(alpha: float) -> int:
    """Fewer calibration answers per intent than this, and nobody can be failed."""
    return math.ceil(1 / alpha - 1e-9) - 1


@dataclass(frozen=True)
class Expected:
    """Per intent the sorted probabilities that calibration answers of this intent were given for it."""

    samples: tuple[Floats, ...]

    @classmethod
    def fit(cls, probabilities: Floats, labels: NDArray[np.int64]) -> "Expected":
        """From probabilities, shape (n, 4), of answers that the model which gave them had not seen."""
        return cls(tuple(np.sort(probabilities[labels == place, place]) for place in range(len(INTENTS))))

    def size(self, intent: Intent) -> int:
        """How many calibration answers have this intent."""
        return len(self.samples[INTENTS.index(intent)])

    def p_value(self, probability: float, intent: Intent) -> float:
        """In (0, 1]: how usual so low a probability is among answers that do have this intent."""
        sample = self.samples[INTENTS.index(intent)]
        return (1 + int(np.searchsorted(sample, probability, side="right"))) / (len(sample) + 1)
