"""H02: an answer is judged on the intent of approval in it, and the points follow from what the question expects."""

import pytest

from api.trial import Visitor
from grading.grade import INTENTS
from tests.conftest import NewLearner
from tests.course import grade


def test_the_intents() -> None:
    assert INTENTS == ("approve", "disapprove", "unsure", "none")


@pytest.mark.parametrize(
    ("answer", "outcome", "reading"),
    [
        ("nee, dat doe ik niet", "passed", "je klikt niet op de link"),
        ("ja, dat doe ik", "not_passed", "je klikt op de link"),
        ("geen idee", "again", "geen duidelijk ja of nee"),
        ("asdfghjkl", "again", "geen duidelijk ja of nee"),
    ],
)
def test_the_outcome_follows_from_the_intent_and_the_question(
    learner: Visitor, answer: str, outcome: str, reading: str
) -> None:
    reply = learner.say(answer)  # the question expects disapprove
    found = grade(reply)
    assert (found["outcome"], reply["progress"]["points"]) == (outcome, 2 if outcome == "passed" else 0)
    assert reading in found["reading"]


def test_in_english_too(new_learner: NewLearner) -> None:
    found = grade(new_learner(language="en").say("no, never"))
    assert found["outcome"] == "passed" and "you do not click the link" in found["reading"]


@pytest.mark.parametrize("vague", ["misschien", "🤷", "wat eten we vandaag"])
def test_doubt_costs_nothing_and_goes_to_a_person_after_one_more_try(learner: Visitor, vague: str) -> None:
    assert grade(learner.say(vague))["outcome"] == "again"
    second = learner.say(vague)
    assert grade(second)["outcome"] == "undecided" and "Een mens" in grade(second)["title"]
    assert second["progress"]["answered"] == 1, "the learner goes on meanwhile"
