"""H05: progress, result, duration and number of interactions per learner and course, right after every change."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.trial import Visitor
from tests.course import answer, file
from tests.staff import Staff

KEPT = text(
    "SELECT e.interactions, e.seconds, e.finished_at FROM enrolment e JOIN learner l ON l.id = e.learner_id"
    " WHERE l.subject = :subject"
)


def _kept(session: Session, learner: Visitor) -> Any:
    return session.execute(KEPT, {"subject": learner.name}).one()


def test_points_follow_answers_replacements_rulings_and_a_reset(learner: Visitor, reviewer: Staff) -> None:
    assert learner.say("ja, dat doe ik")["progress"]["points"] == 0
    learner.command("again")
    replaced = learner.say("nee, dat doe ik niet")["progress"]
    assert (replaced["points"], replaced["answered"]) == (2, 1)
    learner.command("reset")
    wiped = learner.command("affirm")["progress"]
    assert (wiped["points"], wiped["answered"], wiped["finished"]) == (0, 0, False)


def test_interactions_and_duration_are_counted(learner: Visitor, session: Session) -> None:
    before = _kept(session, learner).interactions
    learner.say("nee, dat doe ik niet")
    learner.command("repeat")
    session.expire_all()
    after = _kept(session, learner)
    assert after.interactions == before + 2 and after.seconds >= 0 and after.finished_at is None


def test_a_finished_course_says_so(learner: Visitor, session: Session) -> None:
    reply: dict[str, Any] = {}
    for question in file("information-security").questions():
        reply = learner.turn(**answer(question, "nl"))
    progress = reply["progress"]
    assert progress["finished"] and progress["answered"] == progress["total"] == 14
    assert progress["points"] == progress["max_points"]
    assert _kept(session, learner).finished_at is not None
