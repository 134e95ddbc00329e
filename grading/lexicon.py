"""The words that carry approval or its opposite, per language, from `lexicon/<language>.toml`."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from grading.grade import Intent, Language

FOLDER = Path(__file__).parent / "lexicon"
SHORTEST_FUZZY = 5
"""Shorter words are too alike to be matched with a slip of the keyboard."""


@dataclass(frozen=True)
class Lexicon:
    """The lexicon of one language. Patterns are searched in normalised text."""

    strong_yes: frozenset[str]
    strong_no: frozenset[str]
    yes: frozenset[str]
    no: frozenset[str]
    always: frozenset[str]
    negators: frozenset[str]
    but: frozenset[str]
    idioms: dict[str, Intent]
    permit: frozenset[str]
    forbid: frozenset[str]
    hedges: re.Pattern[str]
    flipping: re.Pattern[str]
    refusing: re.Pattern[str]
    asking_back: re.Pattern[str]
    instruction: re.Pattern[str]
    emoji: dict[str, str]
    fuzzy: dict[str, tuple[str, ...]]
    """The longer polar words by their first letter."""

    @property
    def polar(self) -> frozenset[str]:
        """All words that say yes or no."""
        return self.strong_yes | self.strong_no | self.yes | self.no


@cache
def of(language: Language) -> Lexicon:
    """The lexicon of a language, read once."""
    raw: dict[str, Any] = tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))
    idioms: dict[str, Intent] = dict.fromkeys(raw["yes_idioms"], "approve")
    idioms |= dict.fromkeys(raw["no_idioms"], "disapprove")
    idioms |= dict.fromkeys(raw["unsure_idioms"], "unsure")
    idioms |= dict.fromkeys(raw["none_idioms"], "none")
    signs = raw["emoji"]
    emoji = {sign: f" {signs[f'{name}_word']} " for name in ("yes", "no", "unsure") for sign in signs[name]}
    sets = ("strong_yes", "strong_no", "yes", "no", "always", "negators", "but", "permit", "forbid")
    words: dict[str, Any] = {name: frozenset(raw[name]) for name in sets}
    polar = words["strong_yes"] | words["strong_no"] | words["yes"] | words["no"]
    long = sorted(word for word in polar if len(word) >= SHORTEST_FUZZY)
    fuzzy = {first: tuple(word for word in long if word[0] == first) for first in {word[0] for word in long}}
    searched = ("hedges", "flipping", "refusing", "asking_back", "instruction")
    patterns: dict[str, Any] = {name: re.compile(raw[name]) for name in searched}
    return Lexicon(**words, **patterns, idioms=idioms, emoji=emoji, fuzzy=fuzzy)
