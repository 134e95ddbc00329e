"""How well a grader does on labelled answers: of one language at a time, with 95 % intervals.

Under the policy each polar answer is taken twice: with its own intent expected, and with the opposite one.
"""

import math
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.stats import beta

from grading import rules
from grading.calibration import Expected
from grading.examples import Labelled
from grading.fitting import Held
from grading.grade import INTENTS, Grader, Intent, Outcome, Question
from grading.policy import outcome

Polar = Literal["approve", "disapprove"]
By = Literal["length", "spelling", "question"]
POLAR: tuple[Polar, ...] = ("approve", "disapprove")
BINS = 10
WRONGLY_PASSED = 0.04
"""Of the answers with the opposite intent, at most; aimed for is 5 %, and other writers differ."""
LENIENT, STRICT = 0.5, 0.9
"""Where the pass threshold may lie."""


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `total`, with its 95 % Clopper-Pearson interval."""

    count: int
    total: int

    @property
    def value(self) -> float | None:
        """Between 0 and 1; None of nothing."""
        return self.count / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper bound."""
        low = beta.ppf(0.025, self.count, self.total - self.count + 1) if self.count else 0.0
        high = beta.ppf(0.975, self.count + 1, self.total - self.count) if self.count < self.total else 1.0
        return float(low), float(high)

    def __str__(self) -> str:
        if self.value is None:
            return "-"
        low, high = self.interval
        return f"{self.value:.1%} ({self.count}/{self.total}; {low:.1%} to {high:.1%})"

    def as_json(self) -> dict[str, Any]:
        """Value, counts and interval."""
        return {"value": self.value, "count": self.count, "total": self.total, "interval": self.interval}


@dataclass(frozen=True, slots=True)
class One:
    """One labelled answer, how it was read and how surely, and what became of it under each expectation."""

    label: Intent
    read: Intent
    sureness: float
    outcomes: dict[Polar, Outcome]


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one set of answers."""

    n: int
    shares: dict[str, Share]
    f1: dict[Intent, float]
    ece: float
    """Expected calibration error of the likeliest intent, in ten bins."""

    def __str__(self) -> str:
        lines = [f"n                     {self.n}"]
        lines += [f"{name:<22}{share}" for name, share in self.shares.items()]
        lines += [f"{'f1 ' + intent:<22}{value:.3f}" for intent, value in self.f1.items()]
        return "\n".join([*lines, f"ece                   {self.ece:.3f}"])

    def as_json(self) -> dict[str, Any]:
        """Everything, for other programs."""
        shares = {name.replace(" ", "_"): share.as_json() for name, share in self.shares.items()}
        return {"n": self.n, **shares, "f1": self.f1, "ece": self.ece}


def evaluate(grader: Grader, rows: Sequence[Labelled], *, alpha: float = 0.01) -> list[One]:
    """Grades labelled answers. They should be of one language, and new to the grader."""
    pairs = [(Question(row.question, row.language, expected), row.answer) for row in rows for expected in POLAR]
    grades = grader.grade_all(pairs, alpha=alpha)
    ones = []
    for row, first, second in zip(rows, grades[::2], grades[1::2], strict=True):
        outcomes: dict[Polar, Outcome] = {"approve": first.outcome, "disapprove": second.outcome}
        ones.append(One(row.label, first.intent, first.probabilities[first.intent], outcomes))
    return ones


def split(rows: Sequence[Labelled], ones: Sequence[One], by: By) -> dict[str, Report]:
    """A report per group of answers: by their length, how they are written, or the kind of question."""
    groups: dict[str, list[One]] = {}
    for row, one in zip(rows, ones, strict=True):
        groups.setdefault(GROUPS[by](row), []).append(one)
    return {name: report(groups[name]) for name in sorted(groups)}


def _length(row: Labelled) -> str:
    words = len(row.answer.split())
    return next(name for most, name in LENGTHS if words <= most)


def _spelling(row: Labelled) -> str:
    if any(unicodedata.category(char) == "So" for char in row.answer):
        return "with signs"
    if row.answer.isupper():
        return "capitals"
    return "neat" if row.answer[:1].isupper() and row.answer[-1:] in ".!?" else "lower case"


def _kind(row: Labelled) -> str:
    asked = rules.asked(row.question, row.language)
    return "turned around" if asked.flips else "about leaving something" if asked.refuses else "straight"


LENGTHS = ((3, "1 to 3 words"), (8, "4 to 8 words"), (20, "9 to 20 words"), (math.inf, "more than 20 words"))
GROUPS: dict[By, Callable[[Labelled], str]] = {"length": _length, "spelling": _spelling, "question": _kind}


def report(ones: Sequence[One]) -> Report:
    """The figures of answers that have been read."""
    polar = [one for one in ones if one.label in POLAR]
    right = [one.outcomes[_own(one.label)] for one in polar]
    wrong = [one.outcomes[_opposite(one.label)] for one in polar]
    vague = [result for one in ones if one.label not in POLAR for result in one.outcomes.values()]
    both = right + wrong
    shares = {
        "accuracy": Share(sum(one.read == one.label for one in ones), len(ones)),
        "opposite rate": Share(sum(one.read == _opposite(one.label) for one in polar), len(polar)),
        "wrongly failed": Share(right.count("not_passed"), len(right)),
        "passed": Share(right.count("passed"), len(right)),
        "wrongly passed": Share(wrong.count("passed"), len(wrong)),
        "failed": Share(wrong.count("not_passed"), len(wrong)),
        "undecided": Share(both.count("undecided"), len(both)),
        "decided": Share(len(both) - both.count("undecided"), len(both)),
        "vague failed": Share(vague.count("not_passed"), len(vague)),
        "vague passed": Share(vague.count("passed"), len(vague)),
    }
    f1: dict[Intent, float] = {}
    for intent in INTENTS:
        hits = sum(one.read == one.label == intent for one in ones)
        read, meant = sum(one.read == intent for one in ones), sum(one.label == intent for one in ones)
        shares[f"precision {intent}"], shares[f"recall {intent}"] = Share(hits, read), Share(hits, meant)
        f1[intent] = 2 * hits / (read + meant) if read + meant else 0.0
    return Report(len(ones), shares, f1, _calibration_error(ones))


def held_out(held: Held, expected: Expected, pass_at: float, alpha: float = 0.01) -> list[One]:
    """How a reader does on the answers that it is calibrated on, of other questions and writers, for the model card."""
    ones = []
    for row, read, probabilities in zip(held.rows, held.reads, held.probabilities, strict=True):
        intent = INTENTS[int(probabilities.argmax())]
        outcomes: dict[Polar, Outcome] = {}
        for wanted in POLAR:
            probability = float(probabilities[INTENTS.index(wanted)])
            outcomes[wanted] = outcome(
                intent=intent,
                expected=wanted,
                probability=probability,
                p_value=1.0 if read.guarded else expected.p_value(probability, wanted),
                alpha=alpha,
                sample=expected.size(wanted),
                pass_at=pass_at,
                guarded=read.guarded,
            )
        ones.append(One(row.label, intent, float(probabilities.max()), outcomes))
    return ones


def pass_threshold(held: Held) -> float:
    """The lowest probability at which at most `WRONGLY_PASSED` of the answers with the opposite intent would pass."""
    polar = np.flatnonzero([row.label in POLAR for row in held.rows])
    other = np.array([INTENTS.index(_opposite(held.rows[place].label)) for place in polar], dtype=np.int64)
    guarded = np.array([held.reads[place].guarded for place in polar], dtype=bool)
    probabilities = held.probabilities[polar]
    wrong = (probabilities.argmax(axis=1) == other) & ~guarded
    surely = probabilities[np.arange(len(other)), other]
    for threshold in np.arange(LENIENT, STRICT, 0.01).round(2):
        if (wrong & (surely >= threshold)).sum() <= WRONGLY_PASSED * len(other):
            return float(threshold)
    return STRICT


def _calibration_error(ones: Sequence[One]) -> float:
    error = 0.0
    for place in range(BINS):
        inside = [one for one in ones if min(int(one.sureness * BINS), BINS - 1) == place]
        if inside:
            right = sum(one.read == one.label for one in inside)
            error += abs(right - sum(one.sureness for one in inside)) / len(ones)
    return error


def _own(label: str) -> Polar:
    return "approve" if label == "approve" else "disapprove"


def _opposite(label: str) -> Polar:
    return "disapprove" if label == "approve" else "approve"
