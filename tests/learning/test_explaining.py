"""What would have passed is said only where the same model does pass it."""

import uuid
from dataclasses import dataclass
from typing import Any

import pytest

from api.settings import ROOT
from grading.grade import Evidence, Grade, Grader, Question
from learning import courses, explaining
from learning.catalogue import Asked
from learning.explaining import Explained
from learning.models import Decision

FILE = courses.read(ROOT / "data" / "courses" / "information-security.yaml")
BODY = FILE.lessons[0].questions[0]
ASKED = Asked(uuid.uuid4(), 1, "1", FILE.lessons[0], BODY)


@dataclass
class Fixed:
    """A model, and the shelf that it stands on, that gives every answer the same outcome; keeps what it was asked."""

    outcome: str
    seen: list[tuple[str, float | None]]
    model_id: str = "a-model"

    def named(self, model_id: str, organisation: str) -> Grader | None:
        return self if model_id == self.model_id else None  # type: ignore[return-value]

    def grade(self, question: Question, answer: str, *, alpha: float | None = 0.01) -> Grade:
        self.seen.append((answer, alpha))
        return _grade(self.outcome)


def _grade(outcome: str) -> Grade:
    shares = {"approve": 0.25, "disapprove": 0.25, "unsure": 0.25, "none": 0.25}
    return Grade("approve", outcome, "model", shares, 0.004, 0.01, "a-model", Evidence("model", "model", ()))  # type: ignore[arg-type]


def _explained(**changed: Any) -> Explained:
    facts: dict[str, Any] = {"maker": "model", "model_id": "a-model", "outcome": "not_passed", "alpha": 0.02}
    language, repeated = changed.pop("language", "nl"), changed.pop("repeated", _grade("not_passed"))
    decision = Decision(question_id=ASKED.id, organisation_id=uuid.uuid4(), **(facts | changed))
    return Explained(decision, "ja", language, ASKED, repeated)


@pytest.mark.parametrize(("language", "plain"), [("nl", "nee"), ("en", "no")])
def test_a_plain_word_that_the_model_passes_is_named_in_the_answers_language(language: str, plain: str) -> None:
    model = Fixed("passed", [])
    assert explaining.would_have_passed(model, _explained(language=language)) == plain  # type: ignore[arg-type]
    assert model.seen == [(plain, 0.02)], "asked with the bound that the decision was made with"


@pytest.mark.parametrize("outcome", ["not_passed", "undecided"])
def test_one_that_it_would_not_pass_is_not_named(outcome: str) -> None:
    model = Fixed(outcome, [])
    assert explaining.would_have_passed(model, _explained()) is None  # type: ignore[arg-type]
    assert len(model.seen) == 1


@pytest.mark.parametrize(
    "changed",
    [{"maker": "person"}, {"maker": "clock"}, {"outcome": "passed"}, {"repeated": None}, {"model_id": "gone"}],
    ids=str,
)
def test_nothing_is_said_where_the_model_decided_nothing_or_is_gone(changed: dict[str, Any]) -> None:
    assert explaining.would_have_passed(Fixed("passed", []), _explained(**changed)) is None  # type: ignore[arg-type]
