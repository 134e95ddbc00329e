"""Answer or command? While a question is open, a guess is never carried out.

Three levels: an exact phrase of `data/commands.toml` is that command; a short text of which the classifier is very
sure is asked back ("appeal, or your answer?"); everything else is an answer. Quotes, or a slash that to Rasa would be
a command, force an answer.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Dict, FrozenSet, Optional

import tomli

PHRASES_FILE = Path(__file__).parent.parent / "data" / "commands.toml"
QUOTED = re.compile(r"^\s*[\"\u201c\u201e\u2018'\u00ab].*[\"\u201d\u2019'\u00bb]\s*$", re.S)
MOST_WORDS, MOST_CHARACTERS = 7, 80
SURE, KNOWN, LIKELY = 0.70, 0.6, 0.40
ASKED_BACK = frozenset({"appeal", "again", "repeat", "stop", "help", "privacy", "language", "reset", "status"})
IN_STATEMENT = frozenset({"skip", "next", "stop", "help", "privacy", "language"})
"""What is a command while the learner explains an appeal; all else is part of the explanation."""


def normalise(text: str) -> str:
    """Lower case, without marks and spaces that do not matter."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")
    return re.sub(r"\s+", " ", re.sub(r"[^\w\s?']", " ", folded)).strip()


def _read(path: Path) -> Dict[str, Dict[str, FrozenSet[str]]]:
    raw = tomli.loads(path.read_text("utf-8"))
    return {
        section: {name: frozenset(map(normalise, phrases)) for name, phrases in table.items()}
        for section, table in raw.items()
    }


_PHRASES = _read(PHRASES_FILE)
COMMANDS = {phrase: name for name, phrases in _PHRASES["commands"].items() for phrase in phrases}
YES, NO, NO_STATEMENT, GO_ON = (_PHRASES["replies"][name] for name in ("yes", "no", "no_statement", "go_on"))


def decide(text: str, awaiting: Optional[str]) -> Optional[str]:
    """The intent where no classifier is needed; None where it has to be asked."""
    if awaiting and (QUOTED.match(text) or text.lstrip().startswith("/")):
        return "free_text"
    phrase = normalise(text) if len(text) <= MOST_CHARACTERS else ""
    command = COMMANDS.get(phrase) or COMMANDS.get(f"{phrase}?")
    if awaiting in ("confirm_reset", "confirm_again"):
        return _confirmation(phrase, command)
    if awaiting == "appeal_statement":
        return "skip" if phrase in NO_STATEMENT else command if command in IN_STATEMENT else "free_text"
    if command:
        return command
    if not awaiting and phrase in GO_ON:
        return "start"
    long = len(text) > MOST_CHARACTERS or len(text.split()) > MOST_WORDS
    return "free_text" if long else None


def weigh(guess: Optional[str], confidence: float, known: float, awaiting: Optional[str]) -> str:
    """What the classifier's guess leads to: while an answer is awaited never more than a question back.

    `known` is the share of the words that the classifier has seen: it is over-confident about others.
    """
    if awaiting:
        sure = guess in ASKED_BACK and confidence >= SURE and known >= KNOWN
        return f"maybe_{guess}" if sure else "free_text"
    return guess if guess and confidence >= LIKELY and known >= KNOWN else "free_text"


def _confirmation(phrase: str, command: Optional[str]) -> str:
    if phrase in YES:
        return "affirm"
    return "deny" if phrase in NO or command in ("stop", "skip", "next") else "free_text"
