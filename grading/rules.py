"""What is seen before any model: guards, under which nothing is decided, and rules for short plain answers.

Long indirect answers are none of their business: measured on such answers, rules are right 72 % of the time only.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

from grading import lexicon as lexicons
from grading.grade import Intent, Language, Question
from grading.lexicon import Lexicon
from grading.normalise import normalise

LONGEST = 600
"""Characters; the encoder reads the first 64 tokens only, so a longer answer would be judged by its beginning."""
LEAST_LETTERS = 2
PLAIN_WORDS = 8
"""A longer answer that begins with yes or no may still take it back."""
LEAST_KNOWN = 0.34
"""With a smaller share of known words an answer is gibberish, or of another language."""
MARKUP = re.compile(
    r"</?[a-z][^>]*>|<!--|<\||\|>|\[/?inst\]|[{}]|==|!=|\$\(|=>|;\s*$|\b(select|drop|insert) .*\b(from|table|into)\b",
    re.I,
)


DISGUISE = re.compile("[\u202a-\u202e\u2066-\u2069\u0334-\u0338]|(?:\\w[\u200b-\u200d\u2060\ufeff].*){3}", re.DOTALL)
"""Marks that turn text around or strike it through, or invisible ones in words, again and again: what is seen is not
what is written. One or two come along with what is copied from a page."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the stages see it."""

    text: str
    flips: bool
    """Saying "fine" to this question means no."""
    refuses: bool
    """The question asks whether something is left undone."""

    @property
    def turned(self) -> bool:
        """Who says yes to this question is against what it is about."""
        return self.flips or self.refuses


@dataclass(frozen=True, slots=True)
class Read:
    """An answer as the later stages see it. `label` is None where the model has to tell.

    `guarded` answers are never decided, whatever is read in them: that cannot be known without a person.
    """

    text: str
    words: tuple[str, ...]
    asked: Asked
    label: Intent | None
    reason: str
    guarded: bool = False
    cause: tuple[str, ...] = ()
    """The words that made the rule speak."""


@lru_cache(maxsize=2000)
def asked(text: str, language: Language) -> Asked:
    """What kind of question it is. Questions are authors' texts and may be remembered; answers never are."""
    lexicon = lexicons.of(language)
    plain = normalise(text, lexicon, mended=False)  # an author's "verkeer" is no "verkeerd"
    return Asked(plain, bool(lexicon.flipping.search(plain)), bool(lexicon.refusing.search(plain)))


def read(question: Question, answer: str, known: frozenset[str] = frozenset()) -> Read:
    """Applies guards and rules in order. `known` are the words that the model has seen; empty asks nobody to know."""
    lexicon = lexicons.of(question.language)
    on = asked(question.text, question.language)
    text = normalise(answer[: 2 * LONGEST], lexicon)
    words = tuple(word for word in text.split() if word != "?")

    def found(label: Intent | None, reason: str, *cause: str, guarded: bool = False) -> Read:
        return Read(text, words, on, label, reason, guarded, cause)

    guard = _form(answer, text, words, on, lexicon)
    settled = None if guard else _expression(words, lexicon, on)
    if not settled:
        guard = guard or _contradiction(words, text, on, lexicon)
        settled = None if guard else _polarity(words, text, answer, lexicon, turned=on.turned)
    if guard:
        label, reason, cause = guard
        return found(label, reason, *cause, guarded=True)
    if settled:
        label, reason, cause = settled
        return found(label, reason, *cause)
    if len(words) <= QUESTION_WORDS and lexicon.asking_back.search(text):
        if text.endswith("?"):
            return found("none", "question-back", words[0])
        if len(words) <= UNMARKED_WORDS:
            return found(None, "question-back", words[0], guarded=True)
    if known:
        strange = [word for word in words if word not in known and word not in on.text]
        if len(strange) / len(words) > 1 - LEAST_KNOWN:
            return found("none" if len(strange) == len(words) else None, "unknown-words", guarded=True)
    return found(None, "model")


SAME_BREATH = 6
"""In so few words a "not" after "no" says the same once more ("no, I do not do that")."""
QUESTION_WORDS = 5
"""A longer question may be a rhetorical one, which takes a stand."""
UNMARKED_WORDS = 3
"""So few that begin as a question may be one without its mark."""
Settled = tuple[Intent | None, str, tuple[str, ...]]


def _form(answer: str, text: str, words: tuple[str, ...], on: Asked, lexicon: Lexicon) -> Settled | None:
    """Guards that look at the form of an answer."""
    if not answer.strip():
        return "none", "empty", ()
    if sum(char.isalpha() for char in text) < LEAST_LETTERS and " ".join(words) not in lexicon.idioms:
        return "none", "no-letters", ()
    if len(answer) > LONGEST:
        return None, "too-long", ()
    if MARKUP.search(answer) or DISGUISE.search(answer):
        return "none", "markup", ()
    if any(lexicons.of(language).instruction.search(text) for language in get_args(Language)):
        return "none", "instruction", ()
    plain = " ".join(words)
    if len(words) >= 3 and f" {plain} " in f" {on.text.replace(' ?', '').strip()} ":
        return "none", "copy-of-question", ()
    theirs = set(on.text.split())
    copied = sum(word in theirs for word in words)
    tells = lexicon.polar | lexicon.negators
    if len(words) >= 5 and copied / len(words) > 0.85 and not (set(words) - theirs) & tells:
        return "none", "copy-of-question", ()
    if lexicon.asking_whether.search(text):
        return "none", "question-back", ()
    return None


def _contradiction(words: tuple[str, ...], text: str, on: Asked, lexicon: Lexicon) -> Settled | None:
    """Guards that look at what the words say together: yes and no, a pile of them, a negated negation."""
    seen, polar = set(words), [word for word in words if word in lexicon.polar]
    yes, no = [w for w in words if w in lexicon.strong_yes], [w for w in words if w in lexicon.strong_no]
    one_sided = seen <= lexicon.strong_yes | lexicon.yes or seen <= lexicon.strong_no
    if len(words) >= 4 and len(seen) / len(words) <= 0.5 and not one_sided:
        return None, "repetition", ()
    if len(set(polar)) >= 3 and len(set(polar)) / len(seen) > 0.7:
        return None, "stuffing", tuple(polar)
    if (yes and no) or (no and words[0] in no and seen & lexicon.always and len(words) <= PLAIN_WORDS):
        return None, "yes-and-no", (*yes, *no)
    plain_yes, plain_no = lexicon.strong_yes | lexicon.yes, lexicon.strong_no | lexicon.no | lexicon.negators
    if len(words) >= 5 and seen & plain_yes and seen & plain_no and seen <= plain_yes | plain_no | lexicon.filler:
        return None, "stuffing", words
    permits, forbids = (
        any(one in kind for one in lexicon.phrases.findall(text)) for kind in (lexicon.permit, lexicon.forbid)
    )
    if lexicon.wavering.search(text) or (permits and forbids) or (on.flips and ((yes and permits) or (no and forbids))):
        return None, "yes-and-no", (*yes, *no)
    if text.endswith("?") and len(words) <= QUESTION_WORDS and not lexicon.asking_back.search(text):
        return None, "question-back", (*yes, *no)
    if no and words[0] in no and _restates(words, on, lexicon):
        return None, "yes-and-no", (words[0], words[-1])
    after = words[1:] if words[:1] and words[0] in lexicon.strong_no else words  # "no, I do not" says no once
    negations = [word for word in after if word in lexicon.negators]
    if len(negations) >= 2:
        return None, "negations", tuple(negations)
    return None


def _restates(words: tuple[str, ...], on: Asked, lexicon: Lexicon) -> bool:
    """Does what follows a "no" say what was asked, and nothing else ("is it safe?" "no, it is perfectly safe")?"""
    said = lexicon.restating.match(" ".join(words[1:]))
    return said is not None and said[1] in set(on.text.split()) - lexicon.negators


def _expression(words: tuple[str, ...], lexicon: Lexicon, on: Asked) -> Settled | None:
    """The whole answer is a fixed expression, or a plain yes or no with something around it that changes nothing."""
    whole, *cores = lexicon.cores(words)
    asked = set(on.text.split()) - lexicon.negators
    for core in (whole, *cores):
        permits, forbids = core in lexicon.permit | lexicon.whole_permit, core in lexicon.forbid | lexicon.whole_forbid
        if permits or forbids:
            return None if on.refuses else ("approve" if permits != on.flips else "disapprove", "idiom", (core,))
        label = lexicon.idioms.get(core) or lexicon.whole.get(core)
        if label == "unsure" and core.split()[-1] in asked:
            return None  # "is it possible?" "possible": what the question asks for is no doubt
        if label:
            return label, "idiom", (core,)
        if core is not whole and core in lexicon.strong_yes | lexicon.strong_no:
            return "approve" if core in lexicon.strong_yes else "disapprove", "idiom", (core,)
    return None


def _polarity(words: tuple[str, ...], text: str, answer: str, lexicon: Lexicon, *, turned: bool) -> Settled | None:
    """Plain yes and no."""
    if not words:
        return None
    seen, rest = set(words), " ".join(words[1:])
    if seen <= lexicon.strong_yes | lexicon.yes and len(words) >= 3 and seen & lexicon.strong_yes:
        return "approve", "repeated-yes", tuple(dict.fromkeys(words))
    if seen <= lexicon.strong_no and len(words) >= 3:
        return "disapprove", "repeated-no", tuple(dict.fromkeys(words))
    negated = bool(seen & (lexicon.negators - lexicon.strong_no))
    hedged = bool(lexicon.hedges.search(text)) or "?" in text or bool(seen & lexicon.but)
    if hedged or lexicon.irony.search(text) or len(words) > PLAIN_WORDS or (turned and (negated or len(words) > 2)):
        return None
    soft_yes, soft_no = seen & lexicon.yes, seen & lexicon.no
    if words[0] in lexicon.strong_yes and not negated and not soft_no:
        return "approve", "leading-yes", (words[0],)
    if words[0] in lexicon.strong_no and not soft_yes and not _takes_back(words, rest, answer, lexicon):
        return "disapprove", "leading-no", (words[0],)
    if len(words) <= 2 and not turned and soft_yes and seen <= lexicon.strong_yes | lexicon.yes | lexicon.filler:
        return "approve", "short-yes", tuple(word for word in words if word in soft_yes)
    return None


def _takes_back(words: tuple[str, ...], rest: str, answer: str, lexicon: Lexicon) -> bool:
    """Does what follows a leading "no" permit after all, or make it part of an expression ("no bother")?"""
    if any(f" {phrase} " in f" {rest} " or phrase == " ".join(words) for phrase in lexicon.permit if " " in phrase):
        return True
    if (
        len(words) > SAME_BREATH
        and set(words[1:]) & (lexicon.negators - {"never"})
        and words[1] not in lexicon.negators
    ):
        return True
    separate = re.match(r"\W*\w+\s*[,.!;:\n-]", answer) is not None
    return bool(lexicon.after_no) and len(words) > 1 and not separate and words[1] not in lexicon.after_no
