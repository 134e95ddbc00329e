"""A learner's own e-mail address: left, shown masked, changed and taken back; by nobody without consent."""

import time

from api.trial import Visitor
from tests.conftest import NewLearner
from tests.problem import problem
from tests.receivers import Mailbox, words

PATH = "/v1/contact?course=information-security"
PRIVACY = "/v1/privacy?course=information-security"


def test_an_address_is_left_changed_and_taken_back(learner: Visitor) -> None:
    assert learner.ask("GET", PRIVACY)["contact"] is None
    assert learner.ask("PUT", PATH, {"email": "jo@elders.example"}) == {"contact": "j…@elders.example"}
    assert learner.ask("PUT", PATH, {"email": " Kim@anders.example "}) == {"contact": "K…@anders.example"}
    assert learner.ask("GET", PRIVACY)["contact"] == "K…@anders.example"
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


def test_the_worker_mails_the_receipt_of_an_appeal(learner: Visitor, post_box: Mailbox) -> None:
    address = f"{learner.name}@elders.example"
    learner.ask("PUT", PATH, {"email": address})
    learner.say("ja, dat doe ik MARKER")
    receipt = next(one for one in learner.command("appeal")["messages"] if one["type"] == "receipt")
    deadline = time.monotonic() + 60
    while not post_box.to(address):
        assert time.monotonic() < deadline, "nothing was mailed"
        time.sleep(0.2)
    (mail,) = post_box.to(address)
    assert mail["subject"] == f"Je bezwaar {receipt['number']} is binnen"
    assert "MARKER" not in "".join(words(mail)) and learner.name not in "".join(words(mail))
