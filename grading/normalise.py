"""One spelling for what is the same: letter forms, invisible marks, stretched words, signs, slips of the keyboard."""

import re
import unicodedata
from difflib import SequenceMatcher

from grading.lexicon import Lexicon

STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
NOT_WORDS = re.compile(r"[^\w\s'?]")
CLOSE = 0.88


def normalise(text: str, lexicon: Lexicon, *, mended: bool = True) -> str:
    """Lower case words with single spaces; apostrophes and question marks stay. The same text again gives itself.

    `mended` gives polar words with a slip their right spelling.
    """
    text = unicodedata.normalize("NFKC", text)
    for sign, word in lexicon.emoji.items():
        text = text.replace(sign, word)
    text = "".join(char for char in text if unicodedata.category(char) != "Cf" and char != "\ufe0f")
    text = STRETCHED.sub(r"\1\1", text.replace("\u2019", "'").replace("\u2018", "'").casefold())
    words = NOT_WORDS.sub(" ", text).replace("_", " ").replace("?", " ? ").split()
    return " ".join(_spelled(word, lexicon) if mended else word for word in words)


def _spelled(word: str, lexicon: Lexicon) -> str:
    """The lexicon's spelling of a word that was meant to be one of its words."""
    if word in lexicon.polar or word in lexicon.negators or word in lexicon.no_slips:
        return word
    single = re.sub(r"(.)\1$", r"\1", word)
    if single in lexicon.polar:
        return single
    return _nearest(word, lexicon.fuzzy) if len(word) >= len("zeker") else word


def _nearest(word: str, known: dict[str, tuple[str, ...]]) -> str:
    """No cache here: it would be a history of what people wrote."""
    for candidate in known.get(word[0], ()):
        if abs(len(candidate) - len(word)) <= 1:
            matcher = SequenceMatcher(None, word, candidate)
            if matcher.quick_ratio() >= CLOSE and matcher.ratio() >= CLOSE:
                return candidate
    return word
