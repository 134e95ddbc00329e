"""How hard a text is to read: LIX (Björnsson, 1968), which needs no word list and holds for Dutch and English.

Words per sentence plus the percentage of words of more than six letters: under 40 is easy (B1), above 50 is what
officials write.
"""

import re
from collections.abc import Iterable

PLAIN = 40.0
LONGEST = 25
"""Words in one sentence."""


def sentences(text: str) -> list[list[str]]:
    """The words of each sentence."""
    parts = (re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", part) for part in re.split(r"[.!?:;]+(?:\s|$)", text))
    return [part for part in parts if part]


def lix(texts: Iterable[str]) -> float:
    """The measure over all of these texts together."""
    found = [sentence for text in texts for sentence in sentences(text)]
    words = [word for sentence in found for word in sentence]
    return len(words) / len(found) + 100 * sum(len(word) > 6 for word in words) / len(words)


def too_long(texts: Iterable[str]) -> list[str]:
    """The sentences that are longer than a reader keeps hold of."""
    return [" ".join(one) for text in texts for one in sentences(text) if len(one) > LONGEST]
