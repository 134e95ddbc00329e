"""Learns heads and readers with scikit-learn. Training only: what serves does not import it."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from grading import rules
from grading.calibration import Expected, temperature
from grading.classifier import TURNED, Head, bearing, dense, kept, texts_of
from grading.encoder import Encoder, Tuned
from grading.examples import ExamplesInvalid, Labelled
from grading.grade import INTENTS, Intent, Language, Question
from grading.reader import Reader, Stack, both, by_first, compared, probabilities_of, rule_of
from grading.rules import Read
from grading.terms import KINDS, Terms

Floats = NDArray[np.float64]
LEAST_ANSWERS = 7
"""Terms of fewer answers are not learned from: they would only tell those, and take twice the memory."""
STRENGTH = 3.0
"""C of the regression: the inverse of its regularisation. 1 to 10 make no difference on writers not in training."""
STEPS = 60
"""More change nothing that can be measured; it is stopped on purpose."""
FOLDS = 3
"""In which the answers that calibrate are weighed: what weighs one has not seen its file."""
ANCHORS = 600
STACK_STRENGTH = 0.3
"""C of the regression that weighs the two readings against each other."""


def fit(reads: list[Read], labels: NDArray[np.int64], language: Language, encoder: Encoder | None) -> Head:
    """A head that has learned from these answers; a rule's label is a feature. Takes a minute for 80,000 answers."""
    words = bearing(reads, language)
    blocks, terms = [], {}
    for name, texts in texts_of(words, language).items():
        counter = CountVectorizer(**KINDS[name], min_df=LEAST_ANSWERS, dtype=np.float32)
        counts = counter.fit_transform(texts)
        weights = TfidfTransformer(sublinear_tf=True).fit(counts)
        weights.idf_ = idf = kept(weights.idf_)
        blocks.append(weights.transform(counts))
        terms[name] = Terms(name, counter.get_feature_names_out().tolist(), idf)
    turned = np.array([one.asked.turned for one in reads])
    meant = np.where(turned, np.array(TURNED)[labels], labels)
    matrix = sparse.hstack([*blocks, sparse.csr_matrix(kept(dense(reads, words, language, encoder)))], format="csr")
    model = LogisticRegression(C=STRENGTH, max_iter=STEPS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(matrix, meant)
    return Head(language, encoder, terms, model.coef_, model.intercept_)


@dataclass(frozen=True)
class Held:
    """What a reader makes of the answers that it is calibrated on."""

    rows: list[Labelled]
    reads: list[Read]
    probabilities: Floats


def learn(
    rows: list[Labelled],
    apart: list[Labelled],
    language: Language,
    encoder: Encoder | None,
    tuned: Tuned | None = None,
) -> tuple[Reader, Held]:
    """A reader from labelled answers of one language: the head learns from `rows`, `apart` weighs and calibrates.

    Neither head nor network may have seen the questions that are set apart, nor their writers: so what is calibrated
    is what the reader does on answers of people who are not in its data. Raises `ExamplesInvalid` where nothing is set
    apart, a question is on both sides, or there are too few answers of an intent.
    """
    if not rows or not apart:
        raise ExamplesInvalid(f"{language}: no answers to {'calibrate on' if rows else 'learn from'}")
    if missing := set(INTENTS) - {row.label for row in rows}:
        raise ExamplesInvalid(f"{language}: no answers to learn from are {min(missing)}")
    if both_sides := {row.question for row in rows} & {row.question for row in apart}:
        raise ExamplesInvalid(f"{language}: learned from and set apart: {min(both_sides)} ({len(both_sides)} in all)")
    learned = [(read, row.label) for row in rows if not ((read := _read(row, frozenset())).guarded and read.label)]
    head = fit([read for read, _ in learned], _places([label for _, label in learned]), language, encoder)
    known = head.words()
    reads, labels = [_read(row, known) for row in apart], _places([row.label for row in apart])
    scores, stack = head.scores(reads), None
    if tuned:
        left = np.flatnonzero([read.label is None or by_first(read) for read in reads])
        logits = tuned.logits([(apart[place].question, apart[place].answer) for place in left])
        alone, meant = scores[left], labels[left]
        stack = stacked(alone, logits, meant)
        for place, read in zip(left, compared([reads[place] for place in left], alone, logits), strict=True):
            reads[place] = read
        for train, test in _folds([apart[place] for place in left]):
            scores[left[test]] = stacked(alone[train], logits[train], meant[train]).scores(alone[test], logits[test])
    divisor, table, expected, probabilities = _calibrate(apart, reads, scores, labels)
    some = np.linspace(0, len(apart) - 1, min(ANCHORS, len(apart)), dtype=np.int64)
    reader = Reader(head, tuned, stack, divisor, table, expected, known, (probabilities[some], labels[some]))
    return reader, Held(apart, reads, probabilities)


def _calibrate(
    rows: list[Labelled], reads: list[Read], scores: Floats, labels: NDArray[np.int64]
) -> tuple[float, dict[str, tuple[float, ...]], Expected, Floats]:
    """Temperature, shares per rule, the test of the expected intent, and the probabilities that it is made from."""
    left = np.array([read.label is None for read in reads])
    divisor = temperature(scores[left], labels[left])
    probabilities = np.zeros_like(scores)
    for train, test in _folds(rows):
        table = _rule_shares([reads[i] for i in train], labels[train])
        probabilities[test] = probabilities_of([reads[i] for i in test], scores[test], divisor, table)
    decided = np.array([not read.guarded for read in reads])
    expected = Expected.fit(probabilities[decided], labels[decided])
    return divisor, _rule_shares(reads, labels), expected, probabilities


def _folds(rows: list[Labelled]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Rows to fit and rows to score, with no file on both sides; or no question, where there are too few files."""
    sources, questions = [row.source for row in rows], [row.question for row in rows]
    if len(set(questions)) < FOLDS:
        raise ExamplesInvalid(f"{len(set(questions))} questions to calibrate on; at least {FOLDS} are needed")
    groups = sources if len(set(sources)) >= FOLDS else questions
    yield from GroupKFold(FOLDS).split(rows, groups=groups)


def _rule_shares(reads: list[Read], labels: NDArray[np.int64]) -> dict[str, tuple[float, ...]]:
    """Per rule the shares of the intents that were meant, with half a count added to each (Krichevsky-Trofimov)."""
    counts: dict[str, Floats] = {}
    for read, label in zip(reads, labels, strict=True):
        if read.label is not None and not read.guarded:
            counts.setdefault(rule_of(read), np.full(len(INTENTS), 0.5))[label] += 1
    return {name: tuple(float(one) for one in count / count.sum()) for name, count in sorted(counts.items())}


def _read(row: Labelled, known: frozenset[str]) -> Read:
    return rules.read(Question(row.question, row.language, "approve"), row.answer, known)


def _places(labels: list[Intent]) -> NDArray[np.int64]:
    return np.array([INTENTS.index(label) for label in labels])


def stacked(head: Floats, tuned: Floats, labels: NDArray[np.int64]) -> Stack:
    """Weighs two readings, both (n, 4), of answers that neither had seen.

    Raises `ExamplesInvalid` where an intent is missing: nothing can be said of that one then.
    """
    if missing := set(range(len(INTENTS))) - set(labels.tolist()):
        raise ExamplesInvalid(f"too few answers to calibrate on: in some part none are {INTENTS[min(missing)]}")
    model = LogisticRegression(C=STACK_STRENGTH, max_iter=1000).fit(both(head, tuned), labels)
    return Stack(model.coef_.astype(np.float64), model.intercept_.astype(np.float64))
