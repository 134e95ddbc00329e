"""How well a grader does on labelled answers: per language, with 95 % intervals, never averaged together."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from scipy.stats import beta

from grading import examples
from grading.calibration import Expected
from grading.grade import INTENTS, Grader, Intent, Outcome, Question
from grading.policy import outcome
from grading.reader import Held

Polar = Literal["approve", "disapprove"]
POLAR: tuple[Polar, ...] = ("approve", "disapprove")
WRONGLY_PASSED = 0.05
LENIENT, STRICT = 0.5, 0.9
"""Where the pass threshold may lie."""


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `total`, with its 95 % Clopper-Pearson interval."""

    count: int
    total: int

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper bound."""
        low = beta.ppf(0.025, self.count, self.total - self.count + 1) if self.count else 0.0
        high = beta.ppf(0.975, self.count + 1, self.total - self.count) if self.count < self.total else 1.0
        return float(low), float(high)

    def __str__(self) -> str:
        if not self.total:
            return "-"
        low, high = self.interval
        return f"{self.count / self.total:.1%} ({self.count}/{self.total}; {low:.1%} to {high:.1%})"


@dataclass(frozen=True, slots=True)
class One:
    """One labelled answer, and what became of it under each expectation."""

    label: Intent
    read: Intent
    outcomes: dict[Polar, Outcome]


@dataclass(frozen=True, slots=True)
class Report:
    """Shares by name, per language."""

    languages: dict[str, dict[str, Share]]

    def __str__(self) -> str:
        return "\n".join(
            "\n".join([language, *(f"  {name:<16}{share}" for name, share in shares.items())])
            for language, shares in self.languages.items()
        )


def evaluate(grader: Grader, folder: Path, *, alpha: float = 0.01) -> Report:
    """Grades every answer in the `*.tsv` of a folder. Each polar answer is taken with its own intent expected, and with
    the opposite one."""
    rows = examples.read(folder)
    found: dict[str, list[One]] = {}
    for row in rows:
        grades = {
            expected: grader.grade(Question(row.question, row.language, expected), row.answer, alpha=alpha)
            for expected in POLAR
        }
        outcomes = {expected: grade.outcome for expected, grade in grades.items()}
        found.setdefault(row.language, []).append(One(row.label, grades["approve"].intent, outcomes))
    return Report({language: shares(ones) for language, ones in sorted(found.items())})


def shares(ones: Iterable[One]) -> dict[str, Share]:
    """The figures of one language."""
    ones = list(ones)
    polar = [one for one in ones if one.label in POLAR]
    right = [one.outcomes[_own(one.label)] for one in polar]
    wrong = [one.outcomes[_opposite(one.label)] for one in polar]
    vague = [result for one in ones if one.label not in POLAR for result in one.outcomes.values()]
    return {
        "accuracy": Share(sum(one.read == one.label for one in ones), len(ones)),
        "opposite": Share(sum(one.read == _opposite(one.label) for one in polar), len(polar)),
        "wrongly failed": Share(right.count("not_passed"), len(right)),
        "rightly passed": Share(right.count("passed"), len(right)),
        "wrongly passed": Share(wrong.count("passed"), len(wrong)),
        "rightly failed": Share(wrong.count("not_passed"), len(wrong)),
        "decided": Share(len(right + wrong) - (right + wrong).count("undecided"), len(right + wrong)),
        "vague failed": Share(vague.count("not_passed"), len(vague)),
        "vague passed": Share(vague.count("passed"), len(vague)),
    }


def figures(held: Held, expected: Expected, pass_at: float, alpha: float = 0.01) -> dict[str, str]:
    """The held-out figures of a reader, for the model card."""
    return {name: str(share) for name, share in shares(_ones(held, expected, pass_at, alpha)).items()}


def pass_threshold(held: Held) -> float:
    """The lowest probability at which at most `WRONGLY_PASSED` of the answers with the opposite intent would pass."""
    polar = [(row.label, p) for row, p in zip(held.rows, held.probabilities, strict=True) if row.label in POLAR]
    for threshold in np.arange(LENIENT, STRICT, 0.02):
        passed = 0
        for label, probabilities in polar:
            place = INTENTS.index(_opposite(label))
            passed += probabilities.argmax() == place and probabilities[place] >= threshold
        if passed <= WRONGLY_PASSED * len(polar):
            return round(float(threshold), 2)
    return STRICT


def _ones(held: Held, expected: Expected, pass_at: float, alpha: float) -> Iterable[One]:
    for row, read, probabilities in zip(held.rows, held.reads, held.probabilities, strict=True):
        intent = INTENTS[int(probabilities.argmax())]
        outcomes = {}
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
        yield One(row.label, intent, outcomes)


def _own(label: str) -> Polar:
    return "approve" if label == "approve" else "disapprove"


def _opposite(label: str) -> Polar:
    return "disapprove" if label == "approve" else "approve"
