"""The head: scikit-learn's logistic regression over TF-IDF, cues and sentence embeddings, kept as plain data.

It is fitted by scikit-learn. To score one answer scikit-learn spends ten times longer on checking its input than on
computing, so `scores` computes the same numbers directly from vocabulary, weights and coefficients (a test compares).
"""

import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from grading import features
from grading import lexicon as lexicons
from grading.encoder import Encoder
from grading.grade import INTENTS, Language
from grading.rules import Read

Floats = NDArray[np.float64]
CUE_WEIGHT = 0.5
EMBEDDING_WEIGHT = 0.5
"""Measured on writers not in training, English: 0.5 adds 0.9 points of accuracy, 1.5 takes 1.3 away."""
WORDS: dict[str, Any] = {"ngram_range": (1, 3), "token_pattern": r"[^\s]+", "lowercase": False}
TERMS: dict[str, dict[str, Any]] = {
    "characters": {"analyzer": "char_wb", "ngram_range": (2, 5)},
    "words": WORDS,
    "scoped": WORDS,
}
SEEN_TWICE = 2
"""Terms of a single answer are not learned from: they would only tell that answer."""
STRENGTH = 3.0
"""C of the regression: the inverse of its regularisation. 1 to 10 make no difference on writers not in training."""
STEPS = 60
"""More change nothing that can be measured; it is stopped on purpose."""
TURNED = [1, 0, 2, 3]
"""Approve and disapprove exchanged."""


class Terms:
    """TF-IDF of one kind of terms, for one text at a time."""

    def __init__(self, vectorizer: TfidfVectorizer, coefficients: Floats) -> None:
        self._analyse: Callable[[str], list[str]] = vectorizer.build_analyzer()
        self._places: dict[str, int] = vectorizer.vocabulary_
        self._weighted = np.ascontiguousarray((coefficients * vectorizer.idf_).T)
        self._idf: Floats = vectorizer.idf_

    def scores(self, text: str) -> Floats:
        """What these terms add to the logits, shape (4,)."""
        counts = Counter(self._analyse(text))
        found = [(place, count) for term, count in counts.items() if (place := self._places.get(term)) is not None]
        if not found:
            return np.zeros(len(INTENTS))
        places = np.array([place for place, _ in found])
        frequency = 1 + np.log(np.array([count for _, count in found], dtype=np.float64))
        length = np.sqrt(np.square(frequency * self._idf[places]).sum())
        added: Floats = (frequency / length) @ self._weighted[places]
        return added


class Corpus:
    """Answers taken apart once for training, so that each fold can be fitted and scored on some of them."""

    def __init__(self, language: Language, encoder: Encoder | None, reads: list[Read]) -> None:
        self.language, self.encoder = language, encoder
        words = _words(reads, language)
        self.counts: dict[str, sparse.csr_matrix] = {}
        self.terms: dict[str, NDArray[np.str_]] = {}
        for name, texts in _texts(words, language).items():
            counter = CountVectorizer(**TERMS[name])
            self.counts[name] = counter.fit_transform(texts)
            self.terms[name] = counter.get_feature_names_out()
        self.dense = _dense(reads, words, language, encoder)
        self.turned = np.array([one.asked.turned for one in reads])


class Head:
    """Scores of the four intents for one language. Fitting it takes a few seconds."""

    def __init__(self, language: Language, encoder: Encoder | None) -> None:
        self.language = language
        self._encoder = encoder
        self._tfidf: dict[str, TfidfVectorizer] = {}
        self._columns: dict[str, NDArray[np.int64]] = {}
        self._model = LogisticRegression(C=STRENGTH, max_iter=STEPS)

    @classmethod
    def fit(cls, corpus: Corpus, places: NDArray[np.int64], labels: NDArray[np.int64]) -> "Head":
        """Learns from the answers at these places, labels by place; a rule's label is a feature."""
        head = cls(corpus.language, corpus.encoder)
        for name, all_counts in corpus.counts.items():
            counts = all_counts[places]
            often = np.bincount(counts.indices, minlength=counts.shape[1])
            columns = np.flatnonzero(often >= SEEN_TWICE)
            head._columns[name] = columns
            head._tfidf[name] = _vectorizer(name, corpus.terms[name][columns].tolist())
            head._tfidf[name].idf_ = TfidfTransformer().fit(counts[:, columns]).idf_
        turned = corpus.turned[places]
        meant = np.where(turned, np.array(TURNED)[labels[places]], labels[places])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            head._model.fit(head._matrix(corpus, places), meant)
        head._round()
        head._prepare()
        return head

    def scores_in(self, corpus: Corpus, places: NDArray[np.int64]) -> Floats:
        """As `scores`, for answers of the corpus that it was fitted on a part of."""
        found: Floats = self._model.decision_function(self._matrix(corpus, places))
        turned = corpus.turned[places]
        found[turned] = found[turned][:, TURNED]
        return found

    def _matrix(self, corpus: Corpus, places: NDArray[np.int64]) -> sparse.csr_matrix:
        blocks = []
        for name, columns in self._columns.items():
            weights = TfidfTransformer(sublinear_tf=True)
            weights.idf_ = self._tfidf[name].idf_
            blocks.append(weights.transform(corpus.counts[name][places][:, columns]))
        return sparse.hstack([*blocks, sparse.csr_matrix(corpus.dense[places])], format="csr")

    def scores(self, reads: list[Read]) -> Floats:
        """Logits before temperature, shape (n, 4), in the order of `INTENTS`."""
        words = _words(reads, self.language)
        dense = _dense(reads, words, self.language, self._encoder)
        found: Floats = dense @ self._dense_coefficients + self._model.intercept_
        texts = _texts(words, self.language)
        for place, one in enumerate(reads):
            for name, terms in self._terms.items():
                found[place] += terms.scores(texts[name][place])
            if one.asked.turned:
                found[place] = found[place, TURNED]
        return found

    def weights(self, reads: list[Read]) -> Floats:
        """TF-IDF of the words and short phrases that it knows, shape (n, their number)."""
        texts = _texts(_words(reads, self.language), self.language)["words"]
        found: Floats = self._tfidf["words"].transform(texts).toarray()
        return found

    def vectors(self, texts: list[str]) -> sparse.csr_matrix:
        """Unit-length rows by which answers are compared to find the nearest examples."""
        return self._tfidf["characters"].transform(texts)

    def words(self) -> frozenset[str]:
        """The single words that it has seen in training."""
        return frozenset(word for word in self._tfidf["words"].vocabulary_ if " " not in word)

    def _round(self) -> None:
        """To what `save` keeps, so that a model grades alike before and after it was saved."""
        self._model.coef_ = _kept(self._model.coef_).astype(np.float64)
        self._model.intercept_ = _kept(self._model.intercept_).astype(np.float64)
        for vectorizer in self._tfidf.values():
            vectorizer.idf_ = _kept(vectorizer.idf_).astype(np.float64)

    def _prepare(self) -> None:
        """What `scores` computes with."""
        self._terms, start = {}, 0
        for name, vectorizer in self._tfidf.items():
            end = start + len(vectorizer.vocabulary_)
            self._terms[name] = Terms(vectorizer, self._model.coef_[:, start:end])
            start = end
        self._dense_coefficients = np.ascontiguousarray(self._model.coef_[:, start:].T)

    def save(self, path: Path) -> None:
        """Plain arrays (npz): nothing in it can run code when it is loaded."""
        arrays: dict[str, Any] = {
            "coef": _kept(self._model.coef_),
            "intercept": _kept(self._model.intercept_),
        }
        for name, vectorizer in self._tfidf.items():
            terms = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.__getitem__)
            arrays[f"{name}.terms"] = np.frombuffer("\n".join(terms).encode(), dtype=np.uint8)
            arrays[f"{name}.idf"] = _kept(vectorizer.idf_)
        np.savez_compressed(path, **arrays)

    @classmethod
    def load(cls, path: Path, language: Language, encoder: Encoder | None) -> "Head":
        """What `save` has written."""
        head = cls(language, encoder)
        with np.load(path, allow_pickle=False) as arrays:
            for name in TERMS:
                head._tfidf[name] = _vectorizer(name, arrays[f"{name}.terms"].tobytes().decode().split("\n"))
                head._tfidf[name].idf_ = arrays[f"{name}.idf"].astype(np.float64)
            head._model.coef_ = arrays["coef"].astype(np.float64)
            head._model.intercept_ = arrays["intercept"].astype(np.float64)
            head._model.classes_ = np.arange(len(INTENTS))
        head._prepare()
        return head


def _vectorizer(name: str, terms: list[str]) -> TfidfVectorizer:
    return TfidfVectorizer(**TERMS[name], vocabulary=terms, sublinear_tf=True)


def _words(reads: list[Read], language: Language) -> list[list[str]]:
    lexicon = lexicons.of(language)
    return [features.bearing(one, lexicon) for one in reads]


def _texts(words: list[list[str]], language: Language) -> dict[str, list[str]]:
    lexicon = lexicons.of(language)
    return {
        "characters": [" ".join(each) for each in words],
        "words": [features.framed(each) for each in words],
        "scoped": [features.scoped(each, lexicon) for each in words],
    }


def _dense(reads: list[Read], words: list[list[str]], language: Language, encoder: Encoder | None) -> Floats:
    seen = [features.cues(one, each, language) for one, each in zip(reads, words, strict=True)]
    found: Floats = CUE_WEIGHT * np.stack(seen)
    if encoder is None:
        return found
    return np.hstack([found, EMBEDDING_WEIGHT * encoder.encode([" ".join(each) for each in words])])


def _kept(values: Floats) -> NDArray[np.float32]:
    return values.astype(np.float32)
