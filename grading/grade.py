"""The values of grading: a question, a grade, its evidence. Standard library only, so that anybody may import it."""

from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

Intent = Literal["approve", "disapprove", "unsure", "none"]
Outcome = Literal["passed", "not_passed", "undecided"]
Language = Literal["nl", "en"]

BASE: Final = "base"
"""The owner, in place of an organisation, of models that no organisation's answers went into."""
INTENTS: Final[tuple[Intent, ...]] = ("approve", "disapprove", "unsure", "none")

REASONS: Final[frozenset[str]] = frozenset(
    {
        # Guards: seen before any model, except where two readings differ; never a reason to fail somebody.
        *("empty", "no-letters", "too-long", "copy-of-question", "instruction", "markup", "repetition", "stuffing"),
        *("yes-and-no", "negations", "unknown-words", "two-readings"),
        # Rules: a plain word or a fixed expression.
        *("question-back", "idiom", "leading-yes", "leading-no", "short-yes", "repeated-yes", "repeated-no"),
        "model",
    }
)
"""Why a grade is what it is, as a stable code."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the grader needs to know of a question; `expected` is the intent that is right."""

    text: str
    language: Language
    expected: Literal["approve", "disapprove"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why. It holds words of the answer: made again whenever it is shown, never stored."""

    stage: Literal["guard", "rule", "model"]
    reason: str
    words: tuple[str, ...]
    """Words of the answer that weighed most, most first."""
    neighbours: tuple[tuple[str, str, Intent], ...] = ()
    """The nearest training examples: question, answer, label."""


@dataclass(frozen=True, slots=True)
class Grade:
    """What was read, and what follows from it.

    `probabilities` are calibrated shares per intent (sum 1); `p_value` is the conformal p-value, in (0, 1], of the
    hypothesis that the answer has the expected intent. An answer fails only when it is at most
    `alpha`; never without one.
    """

    intent: Intent
    outcome: Outcome
    reason: str
    probabilities: dict[Intent, float]
    p_value: float
    alpha: float | None
    model_id: str
    evidence: Evidence = field(repr=False)


class Grader(Protocol):
    """Whatever grades answers. The same question, answer and model id give the same grade."""

    @property
    def model_id(self) -> str:
        """The id of the model, which names everything that it was made from."""

    def grade(self, question: Question, answer: str, *, alpha: float | None = 0.01) -> Grade:
        """The grade, with the evidence that costs nothing."""

    def grade_all(self, pairs: list[tuple[Question, str]], *, alpha: float | None = 0.01) -> list[Grade]:
        """The grades of many answers, in the order given."""

    def explain(self, question: Question, answer: str, *, alpha: float | None = 0.01) -> Grade:
        """The same grade, with all the evidence."""


class Graders(Protocol):
    """Which model grades for whom. An organisation is named by its id."""

    def of(self, organisation: str) -> Grader:
        """The one that grades for this organisation now. Hold it for as long as one turn."""

    def named(self, model_id: str, organisation: str) -> Grader | None:
        """The one with this id, to repeat its decision; None when it is gone, or another organisation's."""
