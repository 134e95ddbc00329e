"""One language's path from an answer to calibrated probabilities, and how it is learned."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from grading import gloss, rules
from grading.calibration import Expected, shares, temperature
from grading.classifier import Corpus, Head
from grading.encoder import Encoder, Tuned
from grading.examples import Labelled
from grading.grade import INTENTS, Intent, Language, Question
from grading.rules import Read

Floats = NDArray[np.float64]
FOLDS = 4
"""With fewer files of training data than this, folds keep questions apart and not writers."""
GUARD_SHARE = 0.7
"""What a guard's label gets. Guarded answers are never decided, so this only shows how the rest is spread."""


ANCHORS = 600
STACK_STRENGTH = 0.3
"""C of the regression that weighs the two readings against each other."""


@dataclass(frozen=True)
class Stack:
    """Weighs the head's reading and the tuned network's against each other (stacking: Wolpert 1992)."""

    coefficients: Floats
    """Shape (4, 8), of the log shares of both readings."""
    intercept: Floats

    @classmethod
    def fit(cls, head: Floats, tuned: Floats, labels: NDArray[np.int64]) -> "Stack":
        """From readings, both (n, 4), of answers that neither had seen."""
        model = LogisticRegression(C=STACK_STRENGTH, max_iter=1000).fit(_both(head, tuned), labels)
        return cls(model.coef_.astype(np.float64), model.intercept_.astype(np.float64))

    def scores(self, head: Floats, tuned: Floats) -> Floats:
        """Logits, shape (n, 4)."""
        found: Floats = _both(head, tuned) @ self.coefficients.T + self.intercept
        return found


@dataclass(frozen=True)
class Reader:
    """Everything that reads answers in one language. Made by `learn`, kept by `save`."""

    head: Head
    tuned: Tuned | None
    """Reads question and answer together; None where only the head reads."""
    stack: Stack | None
    divisor: float
    """The temperature of the head's scores."""
    rules: dict[str, tuple[float, ...]]
    """For each rule with its label, how often each intent was meant; see `_rule_shares`."""
    expected: Expected
    known: frozenset[str]
    anchors: tuple[Floats, NDArray[np.int64]]
    """Probabilities, shape (`ANCHORS`, 4), of answers that were not learned from, and what was meant (see `own`)."""

    def read(self, pairs: list[tuple[Question, str]]) -> tuple[list[Read], Floats]:
        """What guards, rules and the head make of answers; probabilities of shape (n, 4)."""
        found = [rules.read(question, answer, self.known) for question, answer in pairs]
        left = [place for place, read in enumerate(found) if read.label is None]
        scores = np.zeros((len(pairs), len(INTENTS)))
        if left:
            reads = [found[place] for place in left]
            alone = self.head.scores(reads)
            scores[left] = alone
            if self.tuned and self.stack:
                logits = self.tuned.logits([gloss.of_read(*pairs[place], found[place]) for place in left])
                scores[left] = self.stack.scores(alone, logits)
                for place, read in zip(left, _compared(reads, alone, logits), strict=True):
                    found[place] = read
        return found, _probabilities(found, scores, self.divisor, self.rules)

    def save(self, folder: Path, language: Language) -> None:
        """Two files of plain data."""
        self.head.save(folder / f"{language}.npz")
        facts = {
            "divisor": self.divisor,
            "rules": self.rules,
            "samples": [[float(one) for one in sample] for sample in self.expected.samples],
            "anchors": [part.tolist() for part in self.anchors],
        }
        if self.stack:
            facts["stack"] = [self.stack.coefficients.tolist(), self.stack.intercept.tolist()]
        (folder / f"{language}.json").write_text(json.dumps(facts))

    @classmethod
    def load(cls, folder: Path, language: Language, encoder: Encoder | None, tuned: Tuned | None) -> "Reader":
        """What `save` has written."""
        head = Head.load(folder / f"{language}.npz", language, encoder)
        facts = json.loads((folder / f"{language}.json").read_text("utf-8"))
        expected = Expected(tuple(np.array(sample) for sample in facts["samples"]))
        table = {name: tuple(row) for name, row in facts["rules"].items()}
        stack = Stack(*(np.array(one) for one in facts["stack"])) if tuned else None
        shares_of, meant = facts["anchors"]
        anchors = (np.array(shares_of), np.array(meant, dtype=np.int64))
        return cls(head, tuned, stack, facts["divisor"], table, expected, head.words(), anchors)


@dataclass(frozen=True)
class Held:
    """Out-of-fold results: each row was read by a head that had seen neither its question nor its writer."""

    rows: list[Labelled]
    reads: list[Read]
    probabilities: Floats


def learn(
    rows: list[Labelled],
    language: Language,
    encoder: Encoder | None,
    tuned: Tuned | None = None,
    *,
    tuned_on: tuple[str, ...] = (),
) -> tuple[Reader, Held]:
    """A reader from labelled answers of one language; `tuned_on` are the files that the tuned network has seen.

    Calibration uses cross-fitting by file of training data, as each file has its own writers and questions: every
    answer is scored by a head that was fitted without them, and the head that serves is fitted on all. So what is
    calibrated is what happens on answers of people who are not in the data. A tuned network cannot be fitted anew for
    each fold: the answers that it has seen train the head, and only the others weigh and calibrate.
    """
    labels = np.array([INTENTS.index(row.label) for row in rows])
    scores = np.zeros((len(rows), len(INTENTS)))
    reads = [_read(row, frozenset()) for row in rows]
    corpus = Corpus(language, encoder, reads)
    usable = np.array([not (read.guarded and read.label) for read in reads])
    seen = list(reads)
    for train, test in _folds(rows):
        head = Head.fit(corpus, train[usable[train]], labels)
        known = head.words()
        for place in test:
            seen[place] = _read(rows[place], known)
        scores[test] = head.scores_in(corpus, test)
    head = Head.fit(corpus, np.flatnonzero(usable), labels)
    new = np.array([place for place, row in enumerate(rows) if row.source not in tuned_on])
    rows, reads, scores, labels = [rows[i] for i in new], [seen[i] for i in new], scores[new], labels[new]
    stack = None
    if tuned:
        logits = tuned.logits([gloss.pair(row) for row in rows])
        stack = Stack.fit(scores, logits, labels)
        alone = scores.copy()
        reads = _compared(reads, alone, logits)
        for train, test in _folds(rows):
            apart = Stack.fit(alone[train], logits[train], labels[train])
            scores[test] = apart.scores(alone[test], logits[test])
    divisor, table, expected, probabilities = _calibrate(rows, reads, scores, labels)
    some = np.linspace(0, len(rows) - 1, min(ANCHORS, len(rows)), dtype=np.int64)
    anchors = (probabilities[some], labels[some])
    reader = Reader(head, tuned, stack, divisor, table, expected, head.words(), anchors)
    return reader, Held(rows, reads, probabilities)


def _calibrate(
    rows: list[Labelled], reads: list[Read], scores: Floats, labels: NDArray[np.int64]
) -> tuple[float, dict[str, tuple[float, ...]], Expected, Floats]:
    """Temperature, shares per rule, the test of the expected intent, and the probabilities that it is made from."""
    left = np.array([read.label is None for read in reads])
    divisor = temperature(scores[left], labels[left])
    probabilities = np.zeros_like(scores)
    for train, test in _folds(rows):
        table = _rule_shares([reads[i] for i in train], labels[train])
        probabilities[test] = _probabilities([reads[i] for i in test], scores[test], divisor, table)
    decided = np.array([not read.guarded for read in reads])
    expected = Expected.fit(probabilities[decided], labels[decided])
    return divisor, _rule_shares(reads, labels), expected, probabilities


def _folds(rows: list[Labelled]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Rows to fit and rows to score; no question is on both sides."""
    questions = np.array([row.question for row in rows])
    sources = sorted({row.source for row in rows})
    if len(sources) < FOLDS:
        yield from GroupKFold(FOLDS, shuffle=True, random_state=0).split(rows, None, questions)
        return
    of = np.array([row.source for row in rows])
    for place in range(FOLDS):
        test = np.flatnonzero(np.isin(of, sources[place::FOLDS]))
        yield np.setdiff1d(np.flatnonzero(~np.isin(questions, questions[test])), test), test


def _probabilities(reads: list[Read], scores: Floats, divisor: float, table: dict[str, tuple[float, ...]]) -> Floats:
    """Calibrated probabilities, shape (n, 4): of rules from how often they were right, else from the head's scores."""
    found = shares(scores, divisor)
    for place, read in enumerate(reads):
        if read.label is not None:
            fallback = _spread(read.label, GUARD_SHARE)
            found[place] = fallback if read.guarded else table.get(_name(read), fallback)
    return found


def _read(row: Labelled, known: frozenset[str]) -> Read:
    return rules.read(Question(row.question, row.language, "approve"), row.answer, known)


def _compared(reads: list[Read], head: Floats, tuned: Floats) -> list[Read]:
    """Where head and network read different things first, nothing is decided: neither is to be trusted there."""
    return [
        replace(read, reason="two-readings", guarded=True)
        if read.label is None and not read.guarded and differ
        else read
        for read, differ in zip(reads, head.argmax(axis=1) != tuned.argmax(axis=1), strict=True)
    ]


def _both(head: Floats, tuned: Floats) -> Floats:
    found: Floats = np.hstack([log_softmax(head, axis=1), log_softmax(tuned, axis=1)])
    return found


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
