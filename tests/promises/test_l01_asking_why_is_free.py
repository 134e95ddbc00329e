"""L01: asking why changes nothing, and never costs the right to appeal."""

from api.trial import Visitor
from tests.course import grade


def test_why_changes_nothing_however_often(learner: Visitor) -> None:
    found = grade(learner.say("ja, dat doe ik"))
    path = f"/v1/questions/{found['question']}/explanation?course={learner.course}"
    before = learner.ask("GET", f"/v1/conversation?course={learner.course}")
    assert len({str(learner.ask("GET", path)) for _ in range(3)}) == 1
    after = learner.ask("GET", f"/v1/conversation?course={learner.course}")
    assert after["revision"] == before["revision"] and after["progress"] == before["progress"]
    receipt = learner.command("appeal", about=found["question"])
    assert any(one["type"] == "receipt" for one in receipt["messages"])
    assert any("kost je niets" in paragraph for paragraph in learner.ask("GET", path)["text"])
