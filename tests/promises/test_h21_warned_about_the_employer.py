"""H21: before the first flagged question the learner reads what exactly the employer will see."""

from api.trial import Visitor
from tests.conftest import NewLearner
from tests.course import answer, asked, file


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
