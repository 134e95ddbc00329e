"""What needs no model: guards, which never fail anybody, and rules for short plain answers.

Long indirect answers are none of their business: measured on such answers, rules are right 72 % of the time only.
"""

import re
from dataclasses import dataclass

from grading import lexicon as lexicons
from grading.grade import Intent, Question
from grading.lexicon import Lexicon
from grading.normalise import normalise

LONGEST = 600
"""Characters; the encoder reads the first 64 tokens only, so a longer answer would be judged by its beginning."""
PLAIN_WORDS = 12
MARKUP = re.compile(r"</?[a-z][^>]*>|[{}]|\$\(|=>|;\s*$|\b(select|drop|insert) .*\b(from|table|into)\b", re.I)


@dataclass(frozen=True, slots=True)
class Read:
    """An answer as the later stages see it. `label` is None where the model has to tell.

    `guarded` answers are never failed: what they say cannot be known without a person.
    """

    text: str
    words: tuple[str, ...]
    flips: bool
    """Saying "fine" to this question means no."""
    refuses: bool
    """The question asks whether something is left undone."""
    label: Intent | None
    reason: str
    guarded: bool = False
    cause: tuple[str, ...] = ()
    """The words that made the rule speak."""


def read(question: Question, answer: str, known: frozenset[str] = frozenset()) -> Read:
    """Applies guards and rules in order. `known` are the words that the model has seen; empty asks nobody to know."""
    lexicon = lexicons.of(question.language)
    text = normalise(answer, lexicon)
    asked = normalise(question.text, lexicon)
    words = tuple(word for word in text.split() if word != "?")
    flips, refuses = bool(lexicon.flipping.search(asked)), bool(lexicon.refusing.search(asked))

    def found(label: Intent | None, reason: str, *cause: str, guarded: bool = False) -> Read:
        return Read(text, words, flips, refuses, label, reason, guarded, cause)

    guard = _before(answer, text, words, asked, lexicon)
    if guard:
        return found(*guard, guarded=True)
    settled = _expression(words, lexicon, flips=flips, refuses=refuses) or _polarity(
        words, text, lexicon, turned=flips or refuses
    )
    if settled:
        label, reason, cause = settled
        return found(label, reason, *cause, guarded=reason in ("yes-and-no", "stuffing", "repetition"))
    negations = [word for word in words if word in lexicon.negators]
    if len(negations) >= 2:
        return found("unsure", "negations", *negations, guarded=True)
    if text.endswith("?") and lexicon.asking_back.search(text):
        return found("none", "question-back", words[0])
    if known and not known & set(words):
        return found("none", "unknown-words", guarded=True)
    return found(None, "model")


def _before(answer: str, text: str, words: tuple[str, ...], asked: str, lexicon: Lexicon) -> tuple[Intent, str] | None:
    """Guards that look at the form of an answer."""
    if not answer.strip():
        return "none", "empty"
    if not any(char.isalpha() for char in text):
        return "none", "no-letters"
    if len(answer) > LONGEST:
        return "unsure", "too-long"
    if MARKUP.search(answer):
        return "none", "markup"
    if lexicon.instruction.search(text):
        return "none", "instruction"
    plain = " ".join(words)
    if len(words) >= 3 and f" {plain} " in f" {asked.replace(' ?', '').strip()} ":
        return "none", "copy-of-question"
    asked_words = set(asked.split())
    copied = sum(word in asked_words for word in words)
    if len(words) >= 5 and copied / len(words) > 0.85 and not (set(words) - asked_words) & _tells(lexicon):
        return "none", "copy-of-question"
    return None


Settled = tuple[Intent, str, tuple[str, ...]]


def _expression(words: tuple[str, ...], lexicon: Lexicon, *, flips: bool, refuses: bool) -> Settled | None:
    """The whole answer is a fixed expression."""
    phrase = " ".join(words)
    if phrase in lexicon.permit | lexicon.forbid:
        if refuses:
            return None
        return ("approve" if (phrase in lexicon.permit) != flips else "disapprove"), "idiom", (phrase,)
    label = lexicon.idioms.get(phrase)
    return (label, "idiom", (phrase,)) if label else None


def _polarity(words: tuple[str, ...], text: str, lexicon: Lexicon, *, turned: bool) -> Settled | None:
    """Plain yes and no, what contradicts itself, and what is only a pile of such words."""
    if not words:
        return None
    seen = set(words)
    yes, no = [w for w in words if w in lexicon.strong_yes], [w for w in words if w in lexicon.strong_no]
    if len(words) >= 4 and len(seen) / len(words) <= 0.5:
        return _repeated(seen, lexicon)
    polar = [word for word in words if word in lexicon.polar]
    if len(set(polar)) >= 3 and len(set(polar)) / len(seen) > 0.7:
        return "unsure", "stuffing", tuple(polar)
    if (yes and no) or (no and words[0] in no and seen & lexicon.always and len(words) <= PLAIN_WORDS):
        return "unsure", "yes-and-no", (*yes, *no)
    negated = bool(seen & (lexicon.negators - lexicon.strong_no))
    hedged = bool(lexicon.hedges.search(text)) or "?" in text or bool(seen & lexicon.but)
    if hedged or len(words) > PLAIN_WORDS or (turned and (negated or len(words) > 2)):
        return None
    soft_yes, soft_no = seen & lexicon.yes, seen & lexicon.no
    if words[0] in lexicon.strong_yes and not negated and not soft_no:
        return "approve", "leading-yes", (words[0],)
    if words[0] in lexicon.strong_no and not soft_yes and " ".join(words[:2]) not in lexicon.permit | {"no doubt"}:
        return "disapprove", "leading-no", (words[0],)
    if len(words) <= 2 and not negated and not turned and not soft_no and (soft_yes or yes):
        return "approve", "short-yes", tuple(soft_yes or yes)
    return None


def _repeated(seen: set[str], lexicon: Lexicon) -> Settled:
    if seen <= lexicon.strong_yes | lexicon.yes:
        return "approve", "repeated-yes", tuple(seen)
    if seen <= lexicon.strong_no:
        return "disapprove", "repeated-no", tuple(seen)
    return "unsure", "repetition", ()


def _tells(lexicon: Lexicon) -> frozenset[str]:
    return lexicon.polar | lexicon.negators
