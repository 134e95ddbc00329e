"""Cue features: what the words of an answer say of approval, and whether the question turns that around."""

import numpy as np
from numpy.typing import NDArray

from grading import lexicon as lexicons
from grading.grade import INTENTS, Language
from grading.rules import Read

NAMES = (
    "yes", "no", "soft yes", "soft no", "negators", "hedges", "but", "always", "yes idioms", "no idioms",
    "unsure idioms", "permits", "forbids", "starts with yes", "starts with no", "balance",
)  # fmt: skip
PLAIN = ("length", "asks", *(f"rule says {intent}" for intent in INTENTS))
WIDTH = 3 * len(NAMES) + len(PLAIN) + 2


def cues(read: Read, language: Language) -> NDArray[np.float64]:
    """One row, shape (WIDTH,): each polar cue alone, where the question flips it, and where it asks of leaving."""
    lexicon = lexicons.of(language)
    words, padded = read.words, f" {' '.join(read.words)} "

    def count(known: frozenset[str]) -> int:
        return sum(word in known for word in words)

    def inside(label: str) -> int:
        return sum(f" {idiom} " in padded for idiom, of in lexicon.idioms.items() if of == label and " " in idiom)

    def inside_any(phrases: frozenset[str]) -> int:
        return sum(f" {phrase} " in padded for phrase in phrases)

    yes, no = count(lexicon.strong_yes | lexicon.yes), count(lexicon.strong_no | lexicon.no | lexicon.negators)
    first = words[0] if words else ""
    polar = [
        count(lexicon.strong_yes), count(lexicon.strong_no), count(lexicon.yes), count(lexicon.no),
        count(lexicon.negators), len(lexicon.hedges.findall(read.text)), count(lexicon.but), count(lexicon.always),
        inside("approve"), inside("disapprove"), inside("unsure"),
        inside_any(lexicon.permit), inside_any(lexicon.forbid),
        first in lexicon.strong_yes, first in lexicon.strong_no, np.tanh(yes - no),
    ]  # fmt: skip
    turned = [value if turns else 0 for turns in (read.flips, read.refuses) for value in polar]
    plain = [
        min(len(words), 40) / 10,
        "?" in read.text,
        *(read.label == intent for intent in INTENTS),
        read.flips,
        read.refuses,
    ]
    return np.minimum(np.array([*polar, *turned, *plain], dtype=np.float64), 4)
