"""L03: the reviewer commits an own reading before the machine's is shown, and cannot change it afterwards."""

from api.trial import Visitor
from tests.course import receipt_number
from tests.staff import Staff

MACHINE = ("Wat de computer las", "Hoe zeker de computer was", "Jouw besluit")


def test_the_machines_reading_is_not_on_the_page_before(learner: Visitor, reviewer: Staff) -> None:
    learner.say("ja, dat doe ik")
    receipt = learner.command("appeal")
    number = receipt_number(receipt)
    assert "ja, dat doe ik" not in reviewer.get(f"/review/{number}").text, "not claimed: no answer"
    reviewer.post(f"/review/{number}/claim")
    claimed = reviewer.get(f"/review/{number}").words
    assert "ja, dat doe ik" in claimed and not any(words in claimed for words in MACHINE)
    version = 0
    early = reviewer.post(f"/review/{number}/ruling", version=str(version), choice="upheld:ambiguous", text="Te vroeg.")
    assert early.status in (409, 422)
    assert reviewer.post(f"/review/{number}/reading", reading="unsure").status == 303
    read = reviewer.get(f"/review/{number}").words
    assert all(words in read for words in MACHINE) and "anders dan jij" in read
    assert reviewer.post(f"/review/{number}/reading", reading="approve").status == 409
    assert "Jij las: dit antwoord twijfelt" in reviewer.get(f"/review/{number}").words
