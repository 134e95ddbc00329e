"""H09: a learner with an opaque id and nothing else can do everything; no table asks for more of them."""

import base64
import json

from api.tables import METADATA
from api.trial import Visitor
from tests.conftest import NewLearner
from tests.course import receipt_number
from tests.problem import problem
from tests.staff import Staff

GIVEN = {"organisation_id", "subject"}
"""What the organisation's token says; the rest of what a learner's row must hold is made here."""
MADE_HERE = {"id", "language", "created_at", "seen_at"}
OF_THE_PERSON = (
    "name",
    "mail",
    "phone",
    "birth",
    "age",
    "gender",
    "address",
    "photo",
    "picture",
    "number",
    "bsn",
    "ip",
)


def test_nothing_about_a_learner_is_required_but_an_opaque_id() -> None:
    learner = METADATA.tables["learner"].c
    required = {str(column.name) for column in learner if not column.nullable and column.server_default is None}
    assert required == GIVEN | MADE_HERE
    parts = {part for column in learner for part in str(column.name).split("_")}
    assert parts & set(OF_THE_PERSON) == set(), "there is no place for who they are"


def test_the_token_says_nothing_but_who_it_is_for(new_learner: NewLearner) -> None:
    visitor = new_learner(enter=False)
    visitor.ask("GET", f"/v1/conversation?course={visitor.course}")
    payload = visitor.token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert set(claims) == {"aud", "sub", "iat", "exp"} and claims["sub"] == visitor.name


def test_with_that_they_do_everything(learner: Visitor, reviewer: Staff) -> None:
    course = f"course={learner.course}"
    assert "grade" in _types(learner.say("ja, dat doe ik"))
    reply = learner.command("appeal")
    number = receipt_number(reply)
    learner.say("Ik bedoelde nee.")
    assert reviewer.rule(number, "disapprove", "overturned:meaning_misread").status == 303
    learner.ask("PUT", f"/v1/consent/improving?{course}")
    assert learner.ask("GET", f"/v1/privacy?{course}")["looks"]
    kept = learner.ask("GET", f"/v1/export?{course}")["data"]
    assert [row["subject"] for row in kept["learner"]] == [learner.name]
    assert set(kept["learner"][0]) == {str(column.name) for column in METADATA.tables["learner"].c} - {
        "organisation_id"
    }
    for method in ("PUT", "DELETE"):
        learner.ask(method, f"/v1/restriction?{course}")
    learner.command("again")
    assert "grade" in _types(learner.say("nee, nooit"))
    learner.ask("DELETE", f"/v1/consent?{course}")
    assert learner.ask("DELETE", f"/v1/me?{course}&sure=yes")["erased"] is True
    assert problem(learner, "GET", f"/v1/export?{course}")["status"] == 404


def _types(reply: dict[str, object]) -> set[str]:
    return {one["type"] for one in reply["messages"]}  # type: ignore[attr-defined, index]
