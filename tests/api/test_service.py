"""Health, documentation, headers, logs: what operators and integrators rely on."""

import json
from urllib.parse import urlencode

import pytest
import urllib3

from api.acts import ACTS
from api.settings import ROOT
from api.trial import System, Visitor
from tests.conftest import NewLearner


def _get(system: System, path: str, **headers: str) -> urllib3.BaseHTTPResponse:
    return urllib3.request("GET", system.settings.url + path, headers=headers, retries=False)


def test_health_and_readiness(system: System) -> None:
    assert _get(system, "/health/live").json() == {"status": "ok"}
    assert _get(system, "/health/ready").json()["parts"] == {"database": True, "bot": True, "grader": True}


def test_the_api_is_documented(system: System) -> None:
    schema = _get(system, "/openapi.json").json()
    assert "/v1/turns" in schema["paths"] and "conversation_moved_on" in _get(system, "/docs").data.decode()
    for path, methods in schema["paths"].items():
        for method, about in methods.items():
            assert about.get("summary"), f"{method} {path} says nothing about itself"


@pytest.mark.parametrize("path", ["/", "/sign-in", "/privacy", "/docs", "/nowhere"])
def test_pages_carry_their_headers(system: System, path: str) -> None:
    headers = _get(system, path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers


def test_other_origins_are_answered_only_when_named(system: System, learner: Visitor) -> None:
    path = f"/v1/conversation?course={learner.course}"
    named = _get(system, path, origin=system.site, authorization=f"Bearer {learner.token}")
    other = _get(system, path, origin="https://elsewhere.example", authorization=f"Bearer {learner.token}")
    assert named.headers["access-control-allow-origin"] == system.site
    assert "access-control-allow-origin" not in other.headers


def test_a_form_from_another_site_is_refused(system: System) -> None:
    headers = {"origin": "https://elsewhere.example", "content-type": "application/x-www-form-urlencoded"}
    reply = urllib3.request("POST", f"{system.settings.url}/sign-in", headers=headers, body=b"email=a&password=b")
    assert reply.status == 403


def test_logs_are_json_without_content(new_learner: NewLearner, system: System) -> None:
    marker = "kapstok8f31"
    visitor = new_learner()
    visitor.say(f"nee {marker}")
    visitor.request("GET", f"/v1/conversation?course={marker}", None)
    logs = (system.settings.var / "logs").glob("*.log")
    text = "".join(path.read_text(errors="replace") for path in logs)
    assert marker not in text and visitor.name not in text
    for line in (system.settings.var / "logs" / "api.log").read_text().splitlines():
        assert "event" in json.loads(line)


def test_each_act_of_the_bot_has_a_handler() -> None:
    import re

    domain = (ROOT / "bot" / "domain.yml").read_text("utf-8")
    assert set(re.findall(r"act: (\w+)", domain)) == set(ACTS)


def test_members_sign_out(system: System) -> None:
    from tests.staff import Staff

    staff = Staff(system, system.demo["second_reviewer"])
    assert staff.get("/review").status == 200
    assert staff.post("/sign-out").status == 303
    assert staff.get("/review").status == 303


def test_who_is_not_signed_in_comes_back_to_the_page_after_signing_in(system: System) -> None:
    from tests.staff import Staff

    stranger = Staff(system, None)
    sent = stranger.get("/employer/information-security")
    assert (sent.status, sent.headers["location"]) == (303, "/sign-in?to=%2Femployer%2Finformation-security")
    form = stranger.get(sent.headers["location"])
    assert form.field("to") == "/employer/information-security"
    who = {"email": system.demo["controller"], "password": system.demo["password"]}
    assert stranger.post("/sign-in", to=form.field("to"), **who).headers["location"] == "/employer/information-security"
    for elsewhere in ("https://other.example/", "//other.example", "/review/../sign-out", "/v1/turns"):
        assert stranger.get(f"/sign-in?{urlencode({'to': elsewhere})}").field("to") == ""
    assert stranger.post("/sign-in", to="//other.example", **who).headers["location"] == "/employer"
