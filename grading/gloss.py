"""Dutch word by word in English, for a network that reads English only.

Not a translation: word order stays Dutch, and each word form has one gloss. It is enough to tell a promise from a
refusal, which is what the network was tuned to tell. Words that are not in the list stay as they are.
"""

from functools import lru_cache
from pathlib import Path

from grading import rules
from grading.examples import Labelled
from grading.grade import Question
from grading.rules import Read

LIST = Path(__file__).parent / "lexicon" / "nl-en.tsv"
LONGEST = 5
"""Words in an expression."""


def pair(row: Labelled) -> tuple[str, str]:
    """Question and answer of an example, as a network reads them that was tuned for this language."""
    question = Question(row.question, row.language, "approve")
    return of_read(question, row.answer, rules.read(question, row.answer))


def of_read(question: Question, answer: str, read: Read) -> tuple[str, str]:
    """The same of an answer that the rules have seen: English as it is written, Dutch word by word in English."""
    if question.language == "en":
        return question.text, answer[: rules.LONGEST]
    return of(read.asked.text), of(read.text)


def of(text: str) -> str:
    """Normalised Dutch in English words; expressions before single words."""
    known = _known()
    words, found, place = text.split(), [], 0
    while place < len(words):
        for length in range(min(LONGEST, len(words) - place), 0, -1):
            phrase = " ".join(words[place : place + length])
            if phrase in known or length == 1:
                found.append(known.get(phrase, phrase))
                place += length
                break
    return " ".join(found)


@lru_cache(maxsize=1)
def _known() -> dict[str, str]:
    lines = (line.split("\t") for line in LIST.read_text("utf-8").splitlines())
    return dict(lines)
