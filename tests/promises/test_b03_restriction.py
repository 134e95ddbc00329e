"""B03: a learner's data can stand still: kept, and in no view, model or report."""

import uuid

from api.trial import Visitor
from learning import enrolments, examples
from privacy import consent
from tests.appeals.desk import START, Desk
from tests.staff import Staff


def test_restricted_data_is_kept_and_in_no_view(learner: Visitor, employer: Staff) -> None:
    course = f"course={learner.course}"
    learner.say("nee, dat doe ik niet")
    assert learner.name in employer.get(f"/employer/{learner.course}").text
    learner.ask("PUT", f"/v1/restriction?{course}")
    assert learner.name not in employer.get(f"/employer/{learner.course}").text
    turn = {"turn": uuid.uuid4().hex, "course": learner.course, "seen": learner.revision, "kind": "text", "text": "nee"}
    refused = learner.request("POST", "/v1/turns", turn)
    assert (refused.status, refused.json()["code"]) == (409, "restricted")
    assert learner.ask("GET", f"/v1/privacy?{course}")["employer_sees"] == []
    kept = learner.ask("GET", f"/v1/export?{course}")
    assert kept["data"]["answer"][0]["text"] == "nee, dat doe ik niet", "kept, and theirs to see"
    learner.ask("DELETE", f"/v1/restriction?{course}")
    assert learner.name in employer.get(f"/employer/{learner.course}").text


def test_no_model_learns_from_restricted_data(desk: Desk) -> None:
    claims = desk.learner()
    desk.answer(claims)
    with desk.write(claims) as (session, here):
        consent.choose(session, claims, here.learner, consent.IMPROVING, allowed=True, now=START)
    desk.decide(desk.appeal(claims))

    def learned() -> str:
        with desk.store.read(desk.id) as session:
            return examples.fingerprint(session)

    before = learned()
    assert before
    for restricted, expected in ((True, ""), (False, before)):
        with desk.write(claims) as (session, here):
            enrolments.restrict(session, here, restricted=restricted, now=START)
        assert learned() == expected
