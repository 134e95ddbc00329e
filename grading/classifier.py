"""The head: a logistic regression over TF-IDF, cues and sentence embeddings, kept as plain data.

`fitting` makes it with scikit-learn; what serves computes the same numbers here, and a test compares.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grading import features
from grading import lexicon as lexicons
from grading.encoder import Encoder
from grading.grade import Language
from grading.rules import Read
from grading.terms import KINDS, Terms

Floats = NDArray[np.float64]
CUE_WEIGHT = 0.5
EMBEDDING_WEIGHT = 0.5
"""Measured on writers not in training, English: 0.5 adds 0.9 points of accuracy, 1.5 takes 1.3 away."""
TURNED = [1, 0, 2, 3]
"""Approve and disapprove exchanged."""


class Head:
    """Scores of the four intents for one language."""

    def __init__(
        self, language: Language, encoder: Encoder | None, terms: dict[str, Terms], coefficients: Any, intercept: Any
    ) -> None:
        """`coefficients`: shape (4, number of terms of each kind in turn, then of `dense`)."""
        self.language, self._encoder, self._terms = language, encoder, terms
        self._intercept = kept(intercept)
        self._parts: dict[str, NDArray[np.float32]] = {}
        start = 0
        for name, known in terms.items():
            end = start + len(known.places)
            self._parts[name] = np.ascontiguousarray(kept(coefficients[:, start:end].T))
            start = end
        self._dense = np.ascontiguousarray(kept(coefficients[:, start:].T))

    def scores(self, reads: list[Read]) -> Floats:
        """Logits before temperature, shape (n, 4), in the order of `INTENTS`."""
        words = bearing(reads, self.language)
        found: Floats = dense(reads, words, self.language, self._encoder) @ self._dense + self._intercept
        texts = texts_of(words, self.language)
        for place, one in enumerate(reads):
            for name, terms in self._terms.items():
                places, weights = terms.weights(texts[name][place])
                found[place] += weights @ self._parts[name][places]
            if one.asked.turned:
                found[place] = found[place, TURNED]
        return found

    def weights(self, reads: list[Read]) -> Floats:
        """TF-IDF of the words and short phrases that it knows, shape (n, their number)."""
        terms = self._terms["words"]
        found = np.zeros((len(reads), len(terms.places)))
        for place, text in enumerate(texts_of(bearing(reads, self.language), self.language)["words"]):
            places, weights = terms.weights(text)
            found[place, places] = weights
        return found

    def likeness(self, text: str, others: list[str]) -> Floats:
        """How alike each is to a text, by their characters: the cosine of their TF-IDF, shape (len(others),)."""
        terms = self._terms["characters"]
        whole = np.zeros(len(terms.places))
        places, weights = terms.weights(text)
        whole[places] = weights
        return np.array([weights @ whole[places] for places, weights in map(terms.weights, others)])

    def words(self) -> frozenset[str]:
        """The single words that it has seen in training."""
        return frozenset(word for word in self._terms["words"].places if " " not in word)

    def save(self, path: Path) -> None:
        """Plain arrays (npz): nothing in it can run code when it is loaded."""
        arrays: dict[str, Any] = {
            "coef": np.vstack([*self._parts.values(), self._dense]).T,
            "intercept": self._intercept,
        }
        for name, terms in self._terms.items():
            arrays[f"{name}.terms"] = np.frombuffer("\n".join(terms.places).encode(), dtype=np.uint8)
            arrays[f"{name}.idf"] = terms.idf
        np.savez_compressed(path, **arrays)

    @classmethod
    def load(cls, path: Path, language: Language, encoder: Encoder | None) -> "Head":
        """What `save` has written."""
        with np.load(path, allow_pickle=False) as arrays:
            terms = {
                name: Terms(name, arrays[f"{name}.terms"].tobytes().decode().split("\n"), arrays[f"{name}.idf"])
                for name in KINDS
            }
            return cls(language, encoder, terms, arrays["coef"], arrays["intercept"])


def bearing(reads: list[Read], language: Language) -> list[list[str]]:
    """The words of each answer, as they bear on its question."""
    lexicon = lexicons.of(language)
    return [features.bearing(one, lexicon) for one in reads]


def texts_of(words: list[list[str]], language: Language) -> dict[str, list[str]]:
    """What each kind of terms is taken from."""
    lexicon = lexicons.of(language)
    return {
        "characters": [" ".join(each) for each in words],
        "words": [features.framed(each) for each in words],
        "scoped": [features.scoped(each, lexicon) for each in words],
    }


def dense(reads: list[Read], words: list[list[str]], language: Language, encoder: Encoder | None) -> Floats:
    """Cues, and embeddings where there is an encoder; shape (n, their number)."""
    seen = [features.cues(one, each, language) for one, each in zip(reads, words, strict=True)]
    found: Floats = CUE_WEIGHT * np.stack(seen) if seen else np.zeros((0, features.WIDTH))
    if encoder is None:
        return found
    return np.hstack([found, EMBEDDING_WEIGHT * encoder.encode([" ".join(each) for each in words])])


def kept(values: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    """In the precision in which a head is saved, and so grades before as after."""
    return values.astype(np.float32)
