"""H07: who no longer wants to share an answer answers again or wipes; from then on nobody can see it."""

import uuid

from api.trial import Visitor
from tests.course import receipt_number, says
from tests.staff import Staff


def test_after_a_reset_nobody_sees_anything(learner: Visitor, employer: Staff, reviewer: Staff) -> None:
    marker = f"ja {uuid.uuid4().hex}"
    learner.say(marker)
    receipt = learner.command("appeal")
    number = receipt_number(receipt)
    learner.command("skip")
    preview = says(learner.command("reset"))
    assert "1" in preview and "bezwaar" in preview, "the preview says what goes"
    done = learner.command("affirm")
    assert any(one.get("wiped") for one in done["messages"])
    assert learner.name not in employer.get("/employer/information-security").text
    page = reviewer.get(f"/review/{number}")
    assert marker not in page.text and number not in reviewer.whole_line()
    assert reviewer.post(f"/review/{number}/claim").status in (404, 409)
    assert learner.ask("GET", f"/v1/privacy?course={learner.course}")["employer_sees"] == []


def test_a_reset_can_be_stopped(learner: Visitor) -> None:
    learner.say("nee, dat doe ik niet")
    learner.command("reset")
    assert learner.say("nee")["progress"]["points"] == 2


def test_answering_again_with_an_open_appeal_asks_first(learner: Visitor, reviewer: Staff) -> None:
    learner.say("ja, dat doe ik")
    receipt = learner.command("appeal")
    number = receipt_number(receipt)
    statement = f"omdat {uuid.uuid4().hex}"
    learner.say(statement)
    asks = learner.command("again")
    assert "bezwaar" in says(asks) and asks["input"]["mode"] == "confirm"
    assert number in reviewer.whole_line(), "nothing has happened yet"
    learner.command("affirm")
    assert number in reviewer.whole_line(), "the old answer stands until there is a new one"
    learner.say("nee, dat doe ik niet")
    assert number not in reviewer.whole_line()
    assert statement not in reviewer.get(f"/review/{number}").text


def test_keeping_the_appeal_keeps_the_answer(learner: Visitor, reviewer: Staff) -> None:
    learner.say("ja, dat doe ik")
    receipt = learner.command("appeal")
    number = receipt_number(receipt)
    learner.command("skip")
    learner.command("again")
    learner.command("deny")
    assert number in reviewer.whole_line()
