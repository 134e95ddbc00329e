"""The words that carry approval or its opposite, per language, from `lexicon/<language>.toml`."""

import re
import tomllib
from collections import Counter
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
    no_slips: frozenset[str]
    but: frozenset[str]
    filler: frozenset[str]
    after_no: frozenset[str]
    idioms: dict[str, Intent]
    permit: frozenset[str]
    forbid: frozenset[str]
    whole: dict[str, Intent]
    """Expressions that count only when they are the whole answer."""
    whole_permit: frozenset[str]
    whole_forbid: frozenset[str]
    before: re.Pattern[str]
    after: re.Pattern[str]
    """What may stand around a short answer without changing it."""
    hedges: re.Pattern[str]
    flipping: re.Pattern[str]
    refusing: re.Pattern[str]
    irony: re.Pattern[str]
    wavering: re.Pattern[str]
    restating: re.Pattern[str]
    asking_back: re.Pattern[str]
    asking_whether: re.Pattern[str]
    """What asks back however long it is, with its mark or without. Who goes on ("..., then I call"; "...? I do") may
    answer."""
    instruction: re.Pattern[str]
    emoji: dict[str, str]
    signs: tuple[str, str]
    """The plainest yes and the plainest no."""
    phrases: re.Pattern[str]
    """Every expression of more than one word."""
    polar: frozenset[str]
    """All words that say yes or no."""
    fuzzy: dict[str, tuple[str, ...]]
    """The longer polar words by their first letter."""

    def cores(self, words: tuple[str, ...]) -> list[str]:
        """The answer, then the answer with one thing less around it, and so on ("well, I'd say no" is "no")."""
        found = [" ".join(words)]
        for text in found:
            less = (self.before.sub("", text, count=1), self.after.sub("", text, count=1))
            found += [one for one in less if one and one not in found]
        return found

    def phrases_in(self, text: str) -> Counter[Intent]:
        """How many expressions of each intent a text holds; permission counts as approval."""
        found: Counter[Intent] = Counter()
        for phrase in self.phrases.findall(text):
            if phrase in self.permit or phrase in self.forbid:
                found["approve" if phrase in self.permit else "disapprove"] += 1
            else:
                found[self.idioms[phrase]] += 1
        return found


@cache
def of(language: Language) -> Lexicon:
    """The lexicon of a language, read once."""
    raw: dict[str, Any] = tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))
    idioms: dict[str, Intent] = dict.fromkeys(raw["yes_idioms"], "approve")
    idioms |= dict.fromkeys(raw["no_idioms"], "disapprove")
    idioms |= dict.fromkeys(raw["unsure_idioms"], "unsure")
    idioms |= dict.fromkeys(raw["none_idioms"], "none")
    whole: dict[str, Intent] = dict.fromkeys(raw["whole"]["yes"], "approve")
    whole |= dict.fromkeys(raw["whole"]["no"], "disapprove")
    whole |= dict.fromkeys(raw["whole"]["unsure"], "unsure")
    signs = raw["emoji"]
    emoji = {sign: f" {signs[f'{name}_word']} " for name in ("yes", "no", "unsure") for sign in signs[name]}
    sets = (
        "strong_yes",
        "strong_no",
        "yes",
        "no",
        "always",
        "negators",
        "no_slips",
        "but",
        "filler",
        "after_no",
        "permit",
        "forbid",
    )
    words: dict[str, Any] = {name: frozenset(raw[name]) for name in sets}
    polar = words["strong_yes"] | words["strong_no"] | words["yes"] | words["no"]
    long = sorted(word for word in polar if len(word) >= SHORTEST_FUZZY)
    fuzzy = {first: tuple(word for word in long if word[0] == first) for first in {word[0] for word in long}}
    expressions = {one for one in (*idioms, *words["permit"], *words["forbid"]) if " " in one}
    longest_first = sorted(expressions, key=lambda one: (-len(one), one))
    patterns: dict[str, Any] = {"phrases": re.compile(rf"\b({'|'.join(map(re.escape, longest_first))})\b")}
    searched = (
        "hedges",
        "flipping",
        "refusing",
        "irony",
        "wavering",
        "restating",
        "asking_back",
        "asking_whether",
        "instruction",
    )
    patterns |= {name: re.compile(raw[name]) for name in searched}
    around = {name: "|".join(sorted(raw[name], key=len, reverse=True)) for name in ("before", "after")}
    patterns |= {"before": re.compile(rf"^({around['before']}) "), "after": re.compile(rf" ({around['after']})$")}
    words |= {f"whole_{name}": frozenset(raw["whole"][name]) for name in ("permit", "forbid")}
    plain = (signs["yes_word"], signs["no_word"])
    return Lexicon(**words, **patterns, idioms=idioms, whole=whole, emoji=emoji, polar=polar, fuzzy=fuzzy, signs=plain)
