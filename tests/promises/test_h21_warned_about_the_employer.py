"""H21: before the first flagged question the learner reads what exactly the employer will see."""

import pytest

from api.trial import Visitor
from privacy.agreements import Grant
from tests.conftest import NewLearner
from tests.course import answer, asked, file
from tests.promises.test_h08_hidden_from_the_controller import agreement  # noqa: F401 - a fixture


def test_the_notice_says_it_before_consent(new_learner: NewLearner) -> None:
    view = new_learner(enter=False).ask("GET", "/v1/conversation?course=information-security&language=en")
    notice = " ".join(view["notice"]["paragraphs"]).lower()
    assert "employer" in notice and "latest answer" in notice


def test_each_flagged_question_says_it_and_no_other_does(new_learner: NewLearner) -> None:
    visitor: Visitor = new_learner("safety-at-work", enter=False)
    reply = visitor.enter()
    for question in file("safety-at-work").questions():
        shown = asked(reply)
        assert shown["flagged"] == question.flagged
        assert bool(shown["flagged_notice"]) == question.flagged
        if question.flagged:
            assert "werkgever" in shown["flagged_notice"] and "laatste antwoord" in shown["flagged_notice"]
        reply = visitor.turn(**answer(question, "nl"))


@pytest.mark.usefixtures("agreement")
@pytest.mark.parametrize(
    "agreement", [[Grant.RESULTS], [Grant.ALL_ANSWERS], [Grant.RESULTS, Grant.ALL_ANSWERS], [Grant.PROGRESS]],
    indirect=True,
)  # fmt: skip
def test_what_was_agreed_is_said_before_the_answer(new_learner: NewLearner, request: pytest.FixtureRequest) -> None:
    grants = request.node.callspec.params["agreement"]
    visitor: Visitor = new_learner("safety-at-work", enter=False)
    reply = visitor.enter()
    for question in file("safety-at-work").questions():
        said = asked(reply)["flagged_notice"]
        assert (said is not None) == (question.flagged or Grant.ALL_ANSWERS in grants)
        if said is not None:
            assert said.startswith("Deze vraag hoort bij de toets." if question.flagged else "Zo is het afgesproken:")
            assert "je laatste antwoord zien" in said
            assert ("of het is goedgekeurd" in said) == (Grant.RESULTS in grants)
        reply = visitor.turn(**answer(question, "nl"))
    counts = visitor.ask("GET", "/v1/privacy?course=safety-at-work")["employer_counts"]
    assert [any(char.isdigit() for char in one) for one in counts] == [True] * len(
        {Grant.PROGRESS, Grant.RESULTS} & set(grants)
    )
