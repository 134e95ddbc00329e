"""Bad input gets a clear error and loses nothing."""

import datetime as dt
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import urllib3
from joserfc.jwk import OKPKey

from api.trial import System, Visitor
from tests.course import asked, grade
from tests.problem import problem


def _turn(learner: Visitor, **sent: Any) -> dict[str, Any]:
    return {"turn": uuid.uuid4().hex, "course": learner.course, "seen": learner.revision, **sent}


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"kind": "text", "text": ""}, 422),
        ({"kind": "text", "text": "   \n\t "}, 422),
        ({"kind": "text", "text": "\x00\x07"}, 422),
        ({"kind": "text", "text": "x" * 4001}, 413),
        ({"kind": "text", "text": "x" * 100_000}, 413),
        ({"kind": "text", "text": 5}, 422),
        ({"kind": "text"}, 422),
        ({"kind": "command", "command": "drop"}, 422),
        ({"kind": "dance"}, 422),
        ({"kind": "choice", "choice": "x" * 500}, 422),
        ({"kind": "text", "text": "nee", "seen": "one"}, 422),
        ({"kind": "text", "text": "nee", "turn": "../../etc"}, 422),
        ({"kind": "text", "text": "nee", "extra": 1}, 422),
        ({"kind": "command", "command": "again", "about": "not-an-id"}, 422),
        ({"kind": "text", "text": "nee", "course": "no-such-course"}, 404),
    ],
)
def test_a_bad_turn_is_refused_and_nothing_happens(learner: Visitor, sent: dict[str, Any], status: int) -> None:
    found = problem(learner, "POST", "/v1/turns", _turn(learner) | sent)
    assert found["status"] == status, found
    assert "x" * 50 not in str(found), "an error holds nothing of what was sent"
    assert (
        learner.say("nee, dat doe ik niet")["progress"]
        == learner.ask("GET", f"/v1/conversation?course={learner.course}")["progress"]
    )


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b'{"turn": "\xff"}', b"\x00" * 10])
def test_what_is_no_json_is_refused(learner: Visitor, system: System, body: bytes) -> None:
    learner.ask("GET", f"/v1/conversation?course={learner.course}")
    headers = {"authorization": f"Bearer {learner.token}", "content-type": "application/json"}
    reply = urllib3.request("POST", f"{system.settings.url}/v1/turns", body=body, headers=headers)
    assert reply.status in (400, 422) and reply.headers["content-type"] == "application/problem+json"


def test_a_huge_body_is_refused_before_it_is_read(system: System, learner: Visitor) -> None:
    headers = {"authorization": f"Bearer {learner.token}", "content-type": "application/json"}
    reply = urllib3.request("POST", f"{system.settings.url}/v1/turns", body=b"x" * 200_000, headers=headers)
    assert reply.status == 413


@pytest.mark.parametrize(
    "text", ["👍", "nee\x00, dat doe ik niet", "ne\u200bee", "ＮＥＥ", "nee " * 900, "<script>nee</script>"]
)
def test_odd_texts_are_answers(learner: Visitor, text: str) -> None:
    assert grade(learner.say(text))["outcome"] in ("passed", "again", "not_passed")


def _signed(system: System, **changes: Any) -> str:
    """A token with something wrong about it."""
    from joserfc import jwt

    private = dict(system.demo["private_jwk"])
    now = int(dt.datetime.now(dt.UTC).timestamp())
    claims = {"aud": "wederhoor", "sub": "somebody", "iat": now, "exp": now + 600} | changes.pop("claims", {})
    key = changes.pop("key", None) or OKPKey.import_key(private)
    header = {"alg": "Ed25519", "kid": private["kid"], "typ": "JWT"} | changes.pop("header", {})
    return jwt.encode(header, claims, key, algorithms=["Ed25519"])


HOUR = 3600


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"claims": {"exp": 1}}, "token_expired"),
        ({"claims": {"iat": 9999999999, "exp": 9999999999}}, "token_from_the_future"),
        ({"claims": {"exp": int(dt.datetime.now(dt.UTC).timestamp()) + 9 * HOUR}}, "token_lasts_too_long"),
        ({"claims": {"aud": "another"}}, "token_for_another_audience"),
        ({"claims": {"sub": ""}}, "token_subject_invalid"),
        ({"claims": {"sub": ["a"]}}, "token_subject_invalid"),
        ({"header": {"kid": "unknown"}}, "token_key_unknown"),
        ({"key": OKPKey.generate_key("Ed25519")}, "token_invalid"),
    ],
)
def test_a_token_that_is_not_good_is_refused(system: System, changes: dict[str, Any], code: str) -> None:
    reply = _view(system, _signed(system, **changes))
    assert reply.status == 401 and reply.json()["code"] == code


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "€"])
def test_no_token_no_conversation(system: System, token: str) -> None:
    reply = _view(system, token.encode().decode("latin-1"))
    assert reply.status == 401 and "text" not in reply.json().get("detail", "")


def test_an_unsigned_token_is_refused(system: System) -> None:
    """There is no unsigned mode: `alg: none` is nothing."""
    import base64
    import json

    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    header = {"alg": "none", "kid": system.demo["private_jwk"]["kid"]}
    token = f"{part(header)}.{part({'aud': 'wederhoor', 'sub': 'x', 'iat': 0, 'exp': 9999999999})}."
    assert _view(system, token).status == 401


def _view(system: System, token: str) -> urllib3.BaseHTTPResponse:
    url = f"{system.settings.url}/v1/conversation?course=information-security"
    return urllib3.request("GET", url, headers={"authorization": f"Bearer {token}"}, retries=False)


@pytest.mark.parametrize("path", ["explanation", "withdraw"])
def test_unknown_ids_are_not_found(learner: Visitor, path: str) -> None:
    course = f"?course={learner.course}"
    if path == "explanation":
        assert problem(learner, "GET", f"/v1/questions/{uuid.uuid4()}/explanation{course}")["status"] == 404
    else:
        assert problem(learner, "POST", f"/v1/appeals/W-999999/withdraw{course}", {})["status"] == 404
        assert problem(learner, "POST", f"/v1/appeals/x/withdraw{course}", {})["status"] == 404


def test_an_unknown_option_is_refused_and_can_be_chosen_again(learner: Visitor) -> None:
    learner.say("nee, dat doe ik niet")
    reply = learner.say("ja, ik bel eerst")
    assert asked(reply)["kind"] == "choice"
    assert problem(learner, "POST", "/v1/turns", _turn(learner, kind="choice", choice="nothing"))["status"] in (
        404,
        422,
    )
    assert learner.turn(kind="choice", choice="report")["progress"]["answered"] == 3


@pytest.mark.parametrize(
    ("typed", "good"), [("1", True), ("a", True), ("ik meld het bij de helpdesk", True), ("2.", False)]
)
def test_options_can_be_typed(learner: Visitor, typed: str, good: bool) -> None:
    learner.say("nee, dat doe ik niet")
    learner.say("ja, ik bel eerst")
    assert grade(learner.say(typed))["outcome"] == ("passed" if good else "not_passed")


def test_the_same_turn_twice_has_one_effect_and_one_reply(learner: Visitor) -> None:
    turn = _turn(learner, kind="text", text="nee, dat doe ik niet")
    first, second = learner.ask("POST", "/v1/turns", turn), learner.ask("POST", "/v1/turns", turn)
    assert first == second and first["progress"]["answered"] == 1


def test_a_double_click_has_one_effect(learner: Visitor) -> None:
    """The same turn eight times at the same moment."""
    turn = _turn(learner, kind="text", text="nee, dat doe ik niet")
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: learner.request("POST", "/v1/turns", turn), range(8)))
    assert {reply.status for reply in replies} == {200}
    assert len({reply.data for reply in replies}) == 1 and replies[0].json()["progress"]["answered"] == 1


def test_two_tabs_that_answer_at_once_do_not_both_count(learner: Visitor) -> None:
    turns = [_turn(learner, kind="text", text=text) for text in ("nee, dat doe ik niet", "ja, dat doe ik")]
    with ThreadPoolExecutor(2) as pool:
        replies = list(pool.map(lambda turn: learner.request("POST", "/v1/turns", turn), turns))
    assert sorted(reply.status for reply in replies) == [200, 409]
    refused = next(reply.json() for reply in replies if reply.status == 409)
    assert refused["code"] == "conversation_moved_on" and refused["view"]["progress"]["answered"] == 1
