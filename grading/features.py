"""What the head sees of an answer: its words as they bear on what the question is about, and polar cues.

"Yes" to "do you object?" is against the thing that is asked about, and so is "no" to "may I?". For questions that turn
around in this way plain yes and no are exchanged, so that one word means one thing to the head; `classifier` turns its
reading back. Measured on writers who are not in training: opposite readings in English 36 % before, 30 % after.
"""

import numpy as np
from numpy.typing import NDArray

from grading import lexicon as lexicons
from grading.grade import INTENTS, Language
from grading.lexicon import Lexicon
from grading.rules import Read

WIDTH = 15 + len(INTENTS) + 4
NEGATED = 4
"""So many words after a negation are taken to be negated."""
BEGIN, END, NOT = "^", "$", "!"
OPPOSITE = {"approve": "disapprove", "disapprove": "approve"}
FREQUENCY = frozenset({"never", "nooit"})
"""They negate; exchanged for a yes they would lose that."""


def bearing(read: Read, lexicon: Lexicon) -> list[str]:
    """The words of the answer, plain yes and no exchanged where the question turns them around."""
    if not read.asked.turned:
        return read.text.split()
    yes, no = lexicon.signs
    swapped = []
    for word in read.text.split():
        if word in lexicon.strong_yes:
            swapped.append(no)
        else:
            swapped.append(yes if word in lexicon.strong_no and word not in FREQUENCY else word)
    return swapped


def framed(words: list[str]) -> str:
    """With marks for beginning and end, so that a leading "no" differs from one inside."""
    return " ".join([BEGIN, *words, END])


def scoped(words: list[str], lexicon: Lexicon) -> str:
    """Words shortly after a negation carry a mark: "not wise" has little to do with "wise"."""
    marked, left = [], 0
    for word in words:
        if word in lexicon.negators or word in lexicon.strong_no:
            marked.append(word)
            left = NEGATED
        else:
            marked.append(NOT + word if left > 0 else word)
            left -= 1
    return " ".join(marked)


def cues(read: Read, words: list[str], language: Language) -> NDArray[np.float64]:
    """What the lexicon knows of the bearing words, shape (WIDTH,)."""
    lexicon = lexicons.of(language)
    text = " ".join(words)
    phrases = lexicon.phrases_in(text)
    yes = sum(word in lexicon.strong_yes for word in words)
    no = sum(word in lexicon.strong_no for word in words)
    soft_yes, soft_no = sum(word in lexicon.yes for word in words), sum(word in lexicon.no for word in words)
    negators = sum(word in lexicon.negators for word in words)
    first = words[0] if words else ""
    polar = [
        yes, no, soft_yes, soft_no, negators, len(lexicon.hedges.findall(text)),
        sum(word in lexicon.but for word in words), sum(word in lexicon.always for word in words),
        phrases["approve"], phrases["disapprove"], phrases["unsure"],
        first in lexicon.strong_yes, first in lexicon.strong_no,
        np.tanh(yes + soft_yes - no - soft_no - negators), bool(lexicon.irony.search(text)),
    ]  # fmt: skip
    label = OPPOSITE.get(read.label or "", read.label) if read.asked.turned else read.label
    rule = [label == intent for intent in INTENTS]
    plain = [min(len(words), 40) / 10, "?" in words, read.asked.flips, read.asked.refuses]
    return np.minimum(np.array([*polar, *rule, *plain], dtype=np.float64), 4)
