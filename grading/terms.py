"""The terms of a text, as scikit-learn takes them apart, and their TF-IDF, one text at a time.

To take one answer apart and weigh it scikit-learn spends ten times longer on checking its input than on computing, and
takes 70 MB to import. So what serves does the same here, in numpy; a test compares.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
CHARACTERS: Final = (2, 5)
WORDS: Final = (1, 3)
"""Lengths of the terms, in characters of one word and in words."""
_WORDS: Final[dict[str, Any]] = {"ngram_range": WORDS, "token_pattern": r"[^\s]+", "lowercase": False}
KINDS: Final[dict[str, dict[str, Any]]] = {
    "characters": {"analyzer": "char_wb", "ngram_range": CHARACTERS},
    "words": _WORDS,
    "scoped": _WORDS,
}
"""Each kind as the settings of a `CountVectorizer`, which learning counts with."""


class Terms:
    """TF-IDF of one kind of terms: sublinear, unit length."""

    def __init__(self, kind: str, terms: Sequence[str], idf: NDArray[np.float32]) -> None:
        self._analyse: Callable[[str], list[str]] = characters if kind == "characters" else phrases
        self.places = {term: place for place, term in enumerate(terms)}
        self.idf = idf

    def weights(self, text: str) -> tuple[NDArray[np.int64], Floats]:
        """The places of the terms in a text that are known, ascending, and their weights."""
        counts = Counter(self._analyse(text))
        found = sorted((place, n) for term, n in counts.items() if (place := self.places.get(term)) is not None)
        places = np.array([place for place, _ in found], dtype=np.int64)
        weights: Floats = (1 + np.log(np.array([n for _, n in found], dtype=np.float64))) * self.idf[places]
        return places, weights / np.sqrt(np.square(weights).sum()) if found else weights


def phrases(text: str) -> list[str]:
    """The words, and what stands together."""
    words, (least, most) = text.split(), WORDS
    return [" ".join(words[at : at + size]) for size in range(least, most + 1) for at in range(len(words) - size + 1)]


def characters(text: str) -> list[str]:
    """Parts of single words, with a space before and after each; a word that is too short counts once."""
    least, most = CHARACTERS
    found = []
    for word in text.lower().split():
        padded = f" {word} "
        for size in range(least, most + 1):
            found += [padded[at : at + size] for at in range(max(1, len(padded) - size + 1))]
            if size >= len(padded):
                break
    return found
