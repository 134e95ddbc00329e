"""T02: staff use their own sign-in, and a reviewer reaches an answer only through a case that they hold."""

import uuid

from api.trial import Visitor
from tests.course import receipt_number
from tests.staff import Staff


def test_an_answer_is_open_to_who_holds_its_case_and_to_nobody_else(
    learner: Visitor, reviewer: Staff, second_reviewer: Staff, employer: Staff
) -> None:
    word = f"olifant{uuid.uuid4().hex}"
    learner.say(f"ja, dat doe ik, {word}")
    number = receipt_number(learner.command("appeal"))
    learner.command("skip")
    page = f"/review/{number}"
    assert word not in reviewer.get(page).text
    reviewer.post(f"{page}/claim")
    assert word in reviewer.get(page).text and word not in second_reviewer.get(page).text
    assert employer.get(page).status == 403, "another role"
    reviewer.post(f"{page}/release")
    assert word not in reviewer.get(page).text
