"""H03: told before the first answer that a machine grades; each grade says what was read, why, and how to object."""

from api.trial import Visitor
from tests.conftest import NewLearner
from tests.course import grade


def test_the_notice_comes_before_anything_can_be_answered(new_learner: NewLearner) -> None:
    visitor = new_learner(enter=False)
    view = visitor.ask("GET", "/v1/conversation?course=information-security&language=nl")
    notice = " ".join(view["notice"]["paragraphs"]).lower()
    assert "computer" in notice and "mens" in notice and "werkgever" in notice
    assert view["messages"] == [] and view["input"]["mode"] == "none"


def test_each_grade_says_what_was_read_why_and_how_to_reach_a_person(learner: Visitor) -> None:
    found = grade(learner.say("ja, dat doe ik"))
    assert found["reading"].startswith("Ik lees: ") and "bank" in found["why"]
    assert [one["command"] for one in found["buttons"]] == ["appeal", "again"]
    why = learner.ask("GET", f"/v1/questions/{found['question']}/explanation?course={learner.course}")
    assert len(why["text"]) >= 3 and why["model"] and why["changed_by"]
    assert any("bezwaar" in paragraph for paragraph in why["text"])
