"""H12: nothing is graded without a live consent, given by an act; withdrawing is as easy, and works at once."""

import uuid

from api.trial import Visitor
from tests.conftest import NewLearner
from tests.problem import problem


def test_no_answer_is_taken_without_consent(new_learner: NewLearner) -> None:
    visitor = new_learner(enter=False)
    visitor.ask("GET", "/v1/conversation?course=information-security")
    turn = {"turn": uuid.uuid4().hex, "course": "information-security", "seen": 0, "kind": "text", "text": "nee"}
    assert problem(visitor, "POST", "/v1/turns", turn)["code"] == "consent_required"


def test_looking_leaves_no_trace_of_the_learner(new_learner: NewLearner, session: object) -> None:
    from sqlalchemy import select

    from people.models import Learner

    visitor = new_learner(enter=False)
    visitor.ask("GET", "/v1/conversation?course=information-security")
    found = session.execute(select(Learner).where(Learner.subject == visitor.name)).all()  # type: ignore[attr-defined]
    assert found == []


def test_consent_to_another_version_does_not_count(new_learner: NewLearner) -> None:
    visitor = new_learner(enter=False)
    given = {"course": "information-security", "language": "nl", "policy": "2001-01-01", "purposes": ["learning"]}
    assert problem(visitor, "POST", "/v1/consent", given)["status"] in (409, 422)


def test_consent_needs_the_purpose_that_is_asked(new_learner: NewLearner) -> None:
    visitor = new_learner(enter=False)
    view = visitor.ask("GET", "/v1/conversation?course=information-security")
    given = {"course": "information-security", "language": "nl", "policy": view["notice"]["policy"], "purposes": []}
    assert problem(visitor, "POST", "/v1/consent", given)["code"] == "consent_required"


def test_withdrawing_takes_effect_on_the_next_message(learner: Visitor) -> None:
    learner.say("nee, dat doe ik niet")
    view = learner.ask("DELETE", f"/v1/consent?course={learner.course}")
    assert view["consent"] == "missing" and view["notice"]["paragraphs"]
    turn = {"turn": uuid.uuid4().hex, "course": learner.course, "seen": learner.revision, "kind": "text", "text": "ja"}
    assert problem(learner, "POST", "/v1/turns", turn)["code"] == "consent_required"


def test_the_purposes_and_their_grounds_are_stated(system: object) -> None:
    from tests.staff import Staff

    words = Staff(system, None).get("/privacy").words  # type: ignore[arg-type]
    assert "toestemming" in words and "artikel 6" in words.lower() and "artikel 9" in words.lower()
