"""The head: scikit-learn's logistic regression over TF-IDF, cues and sentence embeddings, kept as plain data."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from grading.encoder import Encoder
from grading.features import cues
from grading.grade import INTENTS, Intent, Language
from grading.rules import Read

Floats = NDArray[np.float64]
CUE_WEIGHT = 0.7
EMBEDDING_WEIGHT = 1.5
SETTINGS: dict[str, dict[str, Any]] = {
    "characters": {"analyzer": "char_wb", "ngram_range": (1, 5), "sublinear_tf": True, "min_df": 2},
    "words": {"ngram_range": (1, 3), "sublinear_tf": True, "token_pattern": r"[^\s]+", "lowercase": False},
}
MOST_QUESTIONS = 2000
STRENGTH = 3.0
"""C of the regression: the inverse of its regularisation."""


@dataclass(frozen=True, slots=True)
class Example:
    """One answer as the head sees it."""

    question: str
    read: Read


class Head:
    """Probabilities over the four intents for one language. Refitting it takes about a second."""

    def __init__(self, language: Language, encoder: Encoder | None) -> None:
        self.language = language
        self._encoder = encoder
        self._questions: dict[str, Floats] = {}
        self._tfidf = {name: TfidfVectorizer(**settings) for name, settings in SETTINGS.items()}
        self._model = LogisticRegression(C=STRENGTH, max_iter=2000)

    def fit(self, examples: list[Example], labels: list[Intent]) -> "Head":
        """Learns from scratch; rows with a rule's label are welcome, the rule is a feature."""
        texts = [one.read.text for one in examples]
        for vectorizer in self._tfidf.values():
            vectorizer.fit(texts)
        self._model.fit(self._matrix(examples), [INTENTS.index(label) for label in labels])
        return self

    def scores(self, examples: list[Example]) -> Floats:
        """Logits before temperature, shape (n, 4), in the order of `INTENTS`."""
        found: Floats = self._model.decision_function(self._matrix(examples))
        return found

    def vectors(self, texts: list[str]) -> sparse.csr_matrix:
        """Unit-length rows by which answers are compared to find the nearest examples."""
        return self._tfidf["characters"].transform(texts)

    def words(self) -> frozenset[str]:
        """The single words that it has seen in training."""
        return frozenset(word for word in self._tfidf["words"].vocabulary_ if " " not in word)

    def _matrix(self, examples: list[Example]) -> sparse.csr_matrix:
        texts = [one.read.text for one in examples]
        blocks = [vectorizer.transform(texts) for vectorizer in self._tfidf.values()]
        blocks.append(sparse.csr_matrix(CUE_WEIGHT * np.stack([cues(one.read, self.language) for one in examples])))
        if self._encoder is not None:
            answers = self._encoder.encode(texts)
            asked = np.stack([self._question(self._encoder, one.question) for one in examples])
            blocks.append(sparse.csr_matrix(EMBEDDING_WEIGHT * np.hstack([answers, np.abs(answers - asked)])))
        return sparse.hstack(blocks, format="csr")

    def _question(self, encoder: Encoder, text: str) -> Floats:
        """The embedding of a question. Questions are authors' texts and may be remembered; answers never are."""
        if text not in self._questions:
            if len(self._questions) >= MOST_QUESTIONS:
                self._questions.clear()
            self._questions[text] = encoder.encode([text])[0]
        return self._questions[text]

    def save(self, path: Path) -> None:
        """Plain arrays (npz): nothing in it can run code when it is loaded."""
        arrays: dict[str, Any] = {"coef": self._model.coef_, "intercept": self._model.intercept_}
        for name, vectorizer in self._tfidf.items():
            terms = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.__getitem__)
            arrays[f"{name}.terms"] = np.frombuffer("\n".join(terms).encode(), dtype=np.uint8)
            arrays[f"{name}.idf"] = vectorizer.idf_
        np.savez_compressed(path, **arrays)

    @classmethod
    def load(cls, path: Path, language: Language, encoder: Encoder | None) -> "Head":
        """What `save` has written."""
        head = cls(language, encoder)
        with np.load(path, allow_pickle=False) as arrays:
            for name, settings in SETTINGS.items():
                terms = arrays[f"{name}.terms"].tobytes().decode().split("\n")
                head._tfidf[name] = TfidfVectorizer(**settings, vocabulary=terms)
                head._tfidf[name].idf_ = arrays[f"{name}.idf"]
            head._model.coef_, head._model.intercept_ = arrays["coef"], arrays["intercept"]
            head._model.classes_ = np.arange(len(INTENTS))
        return head
