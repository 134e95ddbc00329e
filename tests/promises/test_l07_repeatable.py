"""L07: each automatic decision names model, version and thresholds, and can be repeated exactly."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.trial import System, Visitor
from grading import grader as graders
from grading.grade import Question
from learning.models import Decision
from people.models import Learner
from tests.course import file


@pytest.mark.parametrize("answer", ["nee, dat doe ik niet", "ja, dat doe ik", "ik zou eerst de helpdesk bellen"])
def test_the_same_model_gives_the_same_decision(
    learner: Visitor, session: Session, system: System, answer: str
) -> None:
    learner.say(answer)
    kept = session.execute(
        select(Decision).join(Learner, Learner.id == Decision.learner_id).where(Learner.subject == learner.name)
    ).scalar_one()
    grader = graders.load(system.settings.models / "current")
    assert kept.model_id == grader.model_id and len(kept.question_version) == 16 and kept.alpha == 0.01
    asked = next(iter(file("information-security").questions()))
    again = grader.grade(Question(asked.text["nl"], "nl", asked.expected), answer, alpha=kept.alpha)  # type: ignore[union-attr]
    assert (again.intent, again.outcome, again.reason) == (kept.intent, kept.outcome, kept.reason)
    assert again.p_value == pytest.approx(kept.p_value)
