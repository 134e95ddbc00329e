"""A learner's own e-mail address: left, shown masked, changed and taken back; by nobody without consent."""

import re
import time
from email.message import Message

from api.trial import System, Visitor
from tests.conftest import NewLearner
from tests.problem import problem
from tests.receivers import Mailbox, words
from tests.staff import Staff

PATH = "/v1/contact?course=information-security"
PRIVACY = "/v1/privacy?course=information-security"


def test_an_address_is_left_changed_and_taken_back(learner: Visitor) -> None:
    assert learner.ask("GET", PRIVACY)["contact"] is None
    assert learner.ask("PUT", PATH, {"email": "jo@elders.example"}) == {
        "contact": "j…@elders.example",
        "confirmed": False,
    }
    assert learner.ask("PUT", PATH, {"email": " Kim@anders.example "}) == {
        "contact": "K…@anders.example",
        "confirmed": False,
    }
    assert learner.ask("GET", PRIVACY)["contact"] == {"address": "K…@anders.example", "confirmed": False}
    for _ in range(2):
        assert learner.ask("DELETE", PATH) == {"contact": None}
    assert learner.ask("GET", PRIVACY)["contact"] is None


def test_it_needs_consent_and_goes_with_it(new_learner: NewLearner) -> None:
    learner = new_learner(enter=False)
    assert problem(learner, "PUT", PATH, {"email": "jo@elders.example"})["code"] == "consent_required"
    assert learner.ask("DELETE", PATH) == {"contact": None}
    learner.enter()
    learner.ask("PUT", PATH, {"email": "jo@elders.example"})
    learner.ask("DELETE", "/v1/consent?course=information-security")
    assert learner.ask("GET", PRIVACY)["contact"] is None
    assert problem(learner, "PUT", PATH, {"email": "jo@elders.example"})["code"] == "consent_required"


def test_what_is_no_address_is_refused_and_not_repeated(learner: Visitor) -> None:
    refused = problem(learner, "PUT", PATH, {"email": "jo@elders"})
    assert (refused["status"], refused["code"]) == (422, "address_invalid") and "elders" not in str(refused)
    for body in ({"email": "x" * 321}, {"email": 1}, {"mail": "jo@elders.example"}):
        refused = problem(learner, "PUT", PATH, body)
        assert (refused["status"], refused["code"]) == (422, "bad_request") and "elders" not in str(refused)
    assert learner.ask("GET", PRIVACY)["contact"] is None


def test_nothing_is_mailed_before_the_address_is_confirmed_and_the_receipt_of_an_appeal_after(
    learner: Visitor, system: System, post_box: Mailbox
) -> None:
    address = f"{learner.name}@elders.example"
    learner.ask("PUT", PATH, {"email": address})
    learner.say("ja, dat doe ik")
    learner.command("appeal")
    asked = _mails(post_box, address, 1)[0]
    assert asked["subject"] == "Is dit je adres?" and learner.name not in "".join(words(asked))
    found = re.search(r"(/confirm/\S+)", words(asked)[0])
    assert found
    anybody = Staff(system, None)
    assert anybody.get(found[1]).status == 200
    assert learner.ask("GET", PRIVACY)["contact"]["confirmed"] is False, "opening a link confirms nothing"
    assert anybody.post(found[1]).status == 200 and learner.ask("GET", PRIVACY)["contact"]["confirmed"] is True
    learner.command("again")
    learner.command("affirm")
    learner.say("ja, dat doe ik MARKER")
    receipt = next(one for one in learner.command("appeal")["messages"] if one["type"] == "receipt")
    mails = _mails(post_box, address, 2)
    assert [mail["subject"] for mail in mails[1:]] == [f"Je bezwaar {receipt['number']} is binnen"]
    assert "MARKER" not in "".join(words(mails[1])) and learner.name not in "".join(words(mails[1]))
    learner.ask("PUT", PATH, {"email": f"other-{address}"})
    assert anybody.post(found[1]).status == 404, "of an address that is no longer theirs"


def _mails(post_box: Mailbox, address: str, count: int) -> list[Message]:
    deadline = time.monotonic() + 60
    while len(post_box.to(address)) < count:
        assert time.monotonic() < deadline, "nothing was mailed"
        time.sleep(0.2)
    return post_box.to(address)
