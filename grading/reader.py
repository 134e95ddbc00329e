"""One language's path from an answer to calibrated probabilities, and how it is learned."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from grading import rules
from grading.calibration import Expected, shares, temperature
from grading.classifier import Example, Head
from grading.encoder import Encoder
from grading.examples import Labelled
from grading.grade import INTENTS, Intent, Language, Question
from grading.rules import Read

Floats = NDArray[np.float64]
FOLDS = 8
GUARD_SHARE = 0.7
"""What a guard's label gets. Guarded answers are never decided, so this only shows how the rest is spread."""


@dataclass(frozen=True)
class Reader:
    """Everything that reads answers in one language. Made by `learn`, kept by `save`."""

    head: Head
    divisor: float
    """The temperature of the head's scores."""
    rules: dict[str, tuple[float, ...]]
    """For each rule with its label, how often each intent was meant; see `_rule_shares`."""
    expected: Expected
    known: frozenset[str]

    def read(self, question: Question, answer: str) -> tuple[Read, Floats]:
        """What guards, rules or the head make of an answer; probabilities of shape (4,)."""
        found = rules.read(question, answer, self.known | frozenset(question.text.casefold().split()))
        return found, self.probabilities([Example(question.text, found)])[0]

    def probabilities(self, examples: list[Example]) -> Floats:
        """Calibrated probabilities, shape (n, 4)."""
        rows = np.zeros((len(examples), len(INTENTS)))
        left = [place for place, one in enumerate(examples) if one.read.label is None]
        if left:
            rows[left] = shares(self.head.scores([examples[place] for place in left]), self.divisor)
        for place, one in enumerate(examples):
            if one.read.guarded:
                rows[place] = _spread(one.read.label or "none", GUARD_SHARE)
            elif one.read.label is not None:
                rows[place] = self.rules.get(_name(one.read), _spread(one.read.label, GUARD_SHARE))
        return rows

    def save(self, folder: Path, language: Language) -> None:
        """Two files of plain data."""
        self.head.save(folder / f"{language}.npz")
        facts = {
            "divisor": self.divisor,
            "rules": self.rules,
            "samples": [[float(one) for one in sample] for sample in self.expected.samples],
        }
        (folder / f"{language}.json").write_text(json.dumps(facts))

    @classmethod
    def load(cls, folder: Path, language: Language, encoder: Encoder | None) -> "Reader":
        """What `save` has written."""
        head = Head.load(folder / f"{language}.npz", language, encoder)
        facts = json.loads((folder / f"{language}.json").read_text("utf-8"))
        expected = Expected(tuple(np.array(sample) for sample in facts["samples"]))
        table = {name: tuple(row) for name, row in facts["rules"].items()}
        return cls(head, facts["divisor"], table, expected, head.words())


@dataclass(frozen=True)
class Held:
    """Out-of-fold results: each row was read by a head that had not seen its question."""

    rows: list[Labelled]
    reads: list[Read]
    probabilities: Floats


def learn(rows: list[Labelled], language: Language, encoder: Encoder | None) -> tuple[Reader, Held]:
    """A reader from labelled answers of one language.

    Calibration uses cross-fitting by question: every answer is scored by a head that was fitted without its question,
    and the head that serves is fitted on all. So the calibration answers are unseen, at the price that the serving
    head has seen slightly more (an eighth) than the heads that were calibrated.
    """
    labels = np.array([INTENTS.index(row.label) for row in rows])
    groups = [row.question for row in rows]
    probabilities = np.zeros((len(rows), len(INTENTS)))
    scores = np.zeros_like(probabilities)
    reads: list[Read] = [_read(row, frozenset()) for row in rows]
    folds = list(GroupKFold(FOLDS, shuffle=True, random_state=0).split(rows, labels, groups))
    for train, test in folds:
        head = _fit([rows[i] for i in train], [reads[i] for i in train], language, encoder)
        known = head.words()
        for place in test:
            reads[place] = _read(rows[place], known)
        scores[test] = head.scores([Example(rows[i].question, reads[i]) for i in test])
    left = np.array([read.label is None for read in reads])
    divisor = temperature(scores[left], labels[left])
    for train, test in folds:
        table = _rule_shares([reads[i] for i in train], labels[train])
        fold = Reader(_Scored(scores[test]), divisor, table, Expected(()), frozenset())  # type: ignore[arg-type]
        probabilities[test] = fold.probabilities([Example(str(i), reads[place]) for i, place in enumerate(test)])
    decided = np.array([not read.guarded for read in reads])
    expected = Expected.fit(probabilities[decided], labels[decided])
    head = _fit(rows, reads, language, encoder)
    reader = Reader(head, divisor, _rule_shares(reads, labels), expected, head.words())
    return reader, Held(rows, reads, probabilities)


class _Scored:
    """A head whose scores are known already, by row number."""

    def __init__(self, scores: Floats) -> None:
        self._scores = scores

    def scores(self, examples: list[Example]) -> Floats:
        found: Floats = self._scores[[int(one.question) for one in examples]]
        return found


def _read(row: Labelled, known: frozenset[str]) -> Read:
    asked = Question(row.question, row.language, "approve")
    return rules.read(asked, row.answer, known and known | frozenset(row.question.casefold().split()))


def _fit(rows: list[Labelled], reads: list[Read], language: Language, encoder: Encoder | None) -> Head:
    usable = [(row, read) for row, read in zip(rows, reads, strict=True) if not read.guarded]
    examples = [Example(row.question, read) for row, read in usable]
    return Head(language, encoder).fit(examples, [row.label for row, _ in usable])


def _rule_shares(reads: list[Read], labels: NDArray[np.int64]) -> dict[str, tuple[float, ...]]:
    """Per rule the shares of the intents that were meant, with half a count added to each (Krichevsky-Trofimov)."""
    counts: dict[str, Floats] = {}
    for read, label in zip(reads, labels, strict=True):
        if read.label is not None and not read.guarded:
            counts.setdefault(_name(read), np.full(len(INTENTS), 0.5))[label] += 1
    return {name: tuple(float(one) for one in count / count.sum()) for name, count in sorted(counts.items())}


def _name(read: Read) -> str:
    return f"{read.reason}:{read.label}"


def _spread(label: Intent, share: float) -> tuple[float, ...]:
    rest = (1 - share) / (len(INTENTS) - 1)
    return tuple(share if intent == label else rest for intent in INTENTS)
