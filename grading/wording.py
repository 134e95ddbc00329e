"""What in the wording of a question makes a plain yes or no hard to read, for who writes it."""

from typing import Literal

from grading import lexicon as lexicons
from grading import rules
from grading.grade import Language

Hard = Literal["denials", "turned"]


def hard(text: str, language: Language) -> Hard | None:
    """Two denials in what is asked, or a question to which yes means that something is left; None for a plain one."""
    on = rules.asked(text, language)
    sentences = [one for one in text.replace("?", ".").replace("!", ".").split(".") if one.strip()]
    words = rules.asked(sentences[-1], language).text.split() if sentences else []
    if sum(word in lexicons.of(language).negators for word in words) > 1:
        return "denials"
    return "turned" if on.turned else None
