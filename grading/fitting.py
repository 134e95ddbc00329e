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
from grading.grade import INTENTS, Language, Question
from grading.reader import Reader, Stack, both, compared, probabilities_of, rule_of
from grading.rules import Read
from grading.terms import KINDS, Terms

Floats = NDArray[np.float64]
LEAST_ANSWERS = 5
"""Terms of fewer answers are not learned from: they would only tell those, and take twice the memory."""
STRENGTH = 3.0
"""C of the regression: the inverse of its regularisation. 1 to 10 make no difference on writers not in training."""
STEPS = 60
"""More change nothing that can be measured; it is stopped on purpose."""
FOLDS = 3
"""With fewer files that calibrate than this, folds keep questions apart and not writers."""
ANCHORS = 600
STACK_STRENGTH = 0.3
"""C of the regression that weighs the two readings against each other."""


class Corpus:
    """Answers taken apart once for training, so that each fold can be fitted and scored on some of them."""

    def __init__(self, language: Language, encoder: Encoder | None, reads: list[Read]) -> None:
        self.language, self.encoder = language, encoder
        words = bearing(reads, language)
        self.counts: dict[str, sparse.csr_matrix] = {}
        self.terms: dict[str, NDArray[np.str_]] = {}
        for name, texts in texts_of(words, language).items():
            counter = CountVectorizer(**KINDS[name])
            self.counts[name] = counter.fit_transform(texts)
            self.terms[name] = counter.get_feature_names_out()
        self.dense = dense(reads, words, language, encoder)
        self.turned = np.array([one.asked.turned for one in reads])


@dataclass(frozen=True)
class Fitted:
    """A head, and what scores many answers of its corpus at once."""

    head: Head
    columns: dict[str, NDArray[np.int64]]
    """Of the corpus' terms, those that it learned from, by kind."""
    weights: dict[str, TfidfTransformer]
    model: LogisticRegression

    def scores(self, corpus: Corpus, places: NDArray[np.int64]) -> Floats:
        """As the head's, shape (len(places), 4)."""
        found: Floats = self.model.decision_function(_matrix(corpus, places, self.columns, self.weights))
        turned = corpus.turned[places]
        found[turned] = found[turned][:, TURNED]
        return found


def fit(corpus: Corpus, places: NDArray[np.int64], labels: NDArray[np.int64]) -> Fitted:
    """Learns from the answers at these places, labels by place; a rule's label is a feature. Takes some seconds."""
    columns, weights, terms = {}, {}, {}
    for name, all_counts in corpus.counts.items():
        counts = all_counts[places]
        often = np.bincount(counts.indices, minlength=counts.shape[1])
        columns[name] = np.flatnonzero(often >= LEAST_ANSWERS)
        weights[name] = TfidfTransformer(sublinear_tf=True).fit(counts[:, columns[name]])
        idf = kept(weights[name].idf_)
        weights[name].idf_ = idf.astype(np.float64)
        terms[name] = Terms(name, corpus.terms[name][columns[name]].tolist(), idf)
    turned = corpus.turned[places]
    meant = np.where(turned, np.array(TURNED)[labels[places]], labels[places])
    model = LogisticRegression(C=STRENGTH, max_iter=STEPS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(_matrix(corpus, places, columns, weights), meant)
    head = Head(corpus.language, corpus.encoder, terms, model.coef_, model.intercept_)
    return Fitted(head, columns, weights, model)


def _matrix(
    corpus: Corpus,
    places: NDArray[np.int64],
    columns: dict[str, NDArray[np.int64]],
    weights: dict[str, TfidfTransformer],
) -> sparse.csr_matrix:
    blocks = [weights[name].transform(corpus.counts[name][places][:, which]) for name, which in columns.items()]
    return sparse.hstack([*blocks, sparse.csr_matrix(corpus.dense[places])], format="csr")


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

    Calibration uses cross-fitting by file of training data, as each file has its own writers and questions: what
    calibrates is scored by a head that was fitted without them, and the head that serves is fitted on all. So what is
    calibrated is what happens on answers of people who are not in the data. A tuned network cannot be fitted anew for
    each fold: the answers that it has seen train every head, and only the others weigh and calibrate. Raises
    `ExamplesInvalid` when there are no others.
    """
    labels = np.array([INTENTS.index(row.label) for row in rows])
    scores = np.zeros((len(rows), len(INTENTS)))
    reads = [_read(row, frozenset()) for row in rows]
    corpus = Corpus(language, encoder, reads)
    usable = np.array([not (read.guarded and read.label) for read in reads])
    new = np.flatnonzero([row.source not in tuned_on for row in rows])
    if not len(new):
        raise ExamplesInvalid(f"{language}: the network was tuned on every file; none is left to calibrate on")
    for train, test in _folds(rows, new):
        fitted = fit(corpus, train[usable[train]], labels)
        known = fitted.head.words()
        for place in test:
            reads[place] = _read(rows[place], known)
        scores[test] = fitted.scores(corpus, test)
    head = fit(corpus, np.flatnonzero(usable), labels).head
    rows, reads, scores, labels = [rows[i] for i in new], [reads[i] for i in new], scores[new], labels[new]
    stack = None
    if tuned:
        logits = tuned.logits([(row.question, row.answer) for row in rows])
        stack = stacked(scores, logits, labels)
        alone = scores.copy()
        reads = compared(reads, alone, logits)
        for train, test in _folds(rows):
            apart = stacked(alone[train], logits[train], labels[train])
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
        probabilities[test] = probabilities_of([reads[i] for i in test], scores[test], divisor, table)
    decided = np.array([not read.guarded for read in reads])
    expected = Expected.fit(probabilities[decided], labels[decided])
    return divisor, _rule_shares(reads, labels), expected, probabilities


def _folds(
    rows: list[Labelled], left_out: NDArray[np.int64] | None = None
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Rows to fit and rows to score; no question is on both sides. Scored are, in turn, all that may be left out."""
    left_out = np.arange(len(rows)) if left_out is None else left_out
    questions, of = np.array([row.question for row in rows]), np.array([row.source for row in rows])
    sources = sorted(set(of[left_out]))
    if len(sources) < FOLDS:
        parts = [
            test
            for _, test in GroupKFold(FOLDS, shuffle=True, random_state=0).split(left_out, None, questions[left_out])
        ]
        tests = [left_out[part] for part in parts]
    else:
        tests = [left_out[np.isin(of[left_out], sources[place::FOLDS])] for place in range(FOLDS)]
    for test in tests:
        yield np.flatnonzero(~np.isin(questions, questions[test])), test


def _rule_shares(reads: list[Read], labels: NDArray[np.int64]) -> dict[str, tuple[float, ...]]:
    """Per rule the shares of the intents that were meant, with half a count added to each (Krichevsky-Trofimov)."""
    counts: dict[str, Floats] = {}
    for read, label in zip(reads, labels, strict=True):
        if read.label is not None and not read.guarded:
            counts.setdefault(rule_of(read), np.full(len(INTENTS), 0.5))[label] += 1
    return {name: tuple(float(one) for one in count / count.sum()) for name, count in sorted(counts.items())}


def _read(row: Labelled, known: frozenset[str]) -> Read:
    return rules.read(Question(row.question, row.language, "approve"), row.answer, known)


def stacked(head: Floats, tuned: Floats, labels: NDArray[np.int64]) -> Stack:
    """Weighs two readings, both (n, 4), of answers that neither had seen."""
    model = LogisticRegression(C=STACK_STRENGTH, max_iter=1000).fit(both(head, tuned), labels)
    return Stack(model.coef_.astype(np.float64), model.intercept_.astype(np.float64))
