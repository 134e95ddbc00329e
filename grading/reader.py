"""One language's path from an answer to calibrated probabilities."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grading import rules
from grading.calibration import Expected, log_shares, shares
from grading.classifier import Head
from grading.encoder import Encoder, Tuned
from grading.grade import INTENTS, Intent, Language, Question
from grading.rules import Read

Floats = NDArray[np.float64]
GUARD_SHARE = 0.7
"""What a guard's label gets. Guarded answers are never decided, so this only shows how the rest is spread."""
BY_FIRST = {"leading-yes", "leading-no"}
"""Rules that go by the first word. What follows may be about something else ("yes, the coffee is brown")."""
TOGETHER = 0.66
"""What head and network have to give to the network's first reading, on average: a sure network needs a less sure head.
Chosen among some thirty ways to ask on the answers that calibrate and on probes; half from the head alone left more
undecided."""
SURELY = 0.75
"""Of the network's reading, what they ask for. Chosen after looking at four probes that less of it let through."""


@dataclass(frozen=True)
class Stack:
    """Weighs the head's reading and the tuned network's against each other (stacking: Wolpert 1992)."""

    coefficients: Floats
    """Shape (4, 8), of the log shares of both readings."""
    intercept: Floats

    def scores(self, head: Floats, tuned: Floats) -> Floats:
        """Logits, shape (n, 4)."""
        found: Floats = both(head, tuned) @ self.coefficients.T + self.intercept
        return found


@dataclass(frozen=True)
class Reader:
    """Everything that reads answers in one language. Made by `fitting.learn`, kept by `save`."""

    head: Head
    tuned: Tuned | None
    """Reads question and answer together; None where only the head reads."""
    stack: Stack | None
    divisor: float
    """The temperature of the head's scores."""
    rules: dict[str, tuple[float, ...]]
    """For each rule with its label, how often each intent was meant; see `fitting`."""
    expected: Expected
    known: frozenset[str]
    anchors: tuple[Floats, NDArray[np.int64]]
    """Probabilities, shape (n, 4), of some answers that were not learned from, and what was meant (see `own`)."""

    def read(self, pairs: list[tuple[Question, str]]) -> tuple[list[Read], Floats]:
        """What guards, rules and the head make of answers; probabilities of shape (n, 4)."""
        found = [rules.read(question, answer, self.known) for question, answer in pairs]
        left = [place for place, read in enumerate(found) if read.label is None or (self.tuned and by_first(read))]
        scores = np.zeros((len(pairs), len(INTENTS)))
        if left:
            reads = [found[place] for place in left]
            alone = self.head.scores(reads)
            scores[left] = alone
            if self.tuned and self.stack:
                logits = self.tuned.logits([(pairs[place][0].text, pairs[place][1]) for place in left])
                scores[left] = self.stack.scores(alone, logits)
                for place, read in zip(left, compared(reads, alone, logits), strict=True):
                    found[place] = read
        return found, probabilities_of(found, scores, self.divisor, self.rules)

    def save(self, folder: Path, language: Language) -> None:
        """Two files of plain data."""
        self.head.save(folder / f"{language}.npz")
        facts = {
            "divisor": self.divisor,
            "rules": self.rules,
            "samples": [[float(one) for one in sample] for sample in self.expected.samples],
            "anchors": [part.tolist() for part in self.anchors],
        }
        if self.stack:
            facts["stack"] = [self.stack.coefficients.tolist(), self.stack.intercept.tolist()]
        (folder / f"{language}.json").write_text(json.dumps(facts))

    @classmethod
    def load(cls, folder: Path, language: Language, encoder: Encoder | None, tuned: Tuned | None) -> "Reader":
        """What `save` has written."""
        head = Head.load(folder / f"{language}.npz", language, encoder)
        facts = json.loads((folder / f"{language}.json").read_text("utf-8"))
        expected = Expected(tuple(np.array(sample) for sample in facts["samples"]))
        table = {name: tuple(row) for name, row in facts["rules"].items()}
        stack = Stack(*(np.array(one) for one in facts["stack"])) if tuned else None
        shares_of, meant = facts["anchors"]
        anchors = (np.array(shares_of), np.array(meant, dtype=np.int64))
        return cls(head, tuned, stack, facts["divisor"], table, expected, head.words(), anchors)


def probabilities_of(reads: list[Read], scores: Floats, divisor: float, table: dict[str, tuple[float, ...]]) -> Floats:
    """Calibrated probabilities, shape (n, 4): of rules from how often they were right, else from the head's scores."""
    found = shares(scores, divisor)
    for place, read in enumerate(reads):
        if read.label is not None:
            fallback = _spread(read.label, GUARD_SHARE)
            found[place] = fallback if read.guarded else table.get(rule_of(read), fallback)
    return found


def by_first(read: Read) -> bool:
    """Did a rule go by the first of three words or more? Where there is a network, it has to agree then."""
    return read.label is not None and read.reason in BY_FIRST and len(read.words) > 2


def compared(reads: list[Read], head: Floats, tuned: Floats) -> list[Read]:
    """Where the head does not bear out the network, or the network a rule, nothing is decided.

    Neither is to be trusted there.
    """
    found = []
    for read, words, network in zip(reads, np.exp(log_shares(head)), np.exp(log_shares(tuned)), strict=True):
        if read.label is None:
            differ = (words[network.argmax()] + network.max()) / 2 < TOGETHER
        else:
            differ = by_first(read) and network[INTENTS.index(read.label)] < SURELY
        left = differ and not read.guarded
        found.append(replace(read, label=None, reason="two-readings", guarded=True, cause=()) if left else read)
    return found


def both(head: Floats, tuned: Floats) -> Floats:
    """The log shares of both readings, shape (n, 8)."""
    found: Floats = np.hstack([log_shares(head), log_shares(tuned)])
    return found


def rule_of(read: Read) -> str:
    """A rule with its label, as the table of shares names it."""
    return f"{read.reason}:{read.label}"


def _spread(label: Intent, share: float) -> tuple[float, ...]:
    rest = (1 - share) / (len(INTENTS) - 1)
    return tuple(share if intent == label else rest for intent in INTENTS)
