"""The staff API: programs of reviewers and privacy officers do what their pages do, and nothing more."""

import datetime as dt
import json
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import urllib3
from sqlalchemy import select, update

from api.settings import ROOT
from api.trial import System
from people.models import Member, StaffToken
from store.store import Store
from tests.office import Office
from tests.staff import Staff

_SAME = ("state", "level", "version", "origin", "course", "question", "language", "statement", "machine", "rulings")


class Program:
    """Somebody's own program, with their token."""

    def __init__(self, system: System, token: str | None) -> None:
        self._url, self._token = f"{system.settings.url}/v1/staff", token

    def ask(self, method: str, path: str, body: Any = None) -> urllib3.BaseHTTPResponse:
        """The reply, whatever it is."""
        headers = {"authorization": f"Bearer {self._token}"} if self._token is not None else {}
        sent = {"json": body} if body is not None else {}
        return urllib3.request(method, self._url + path, headers=headers, retries=False, timeout=60.0, **sent)

    def get(self, path: str) -> Any:
        """What is there."""
        reply = self.ask("GET", path)
        assert reply.status == 200, reply.data[:300]
        return reply.json()

    def post(self, path: str, **body: Any) -> Any:
        """What came of it."""
        reply = self.ask("POST", path, body)
        assert reply.status == 200, reply.data[:300]
        return reply.json()

    def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """Status and code of the problem."""
        reply = self.ask(method, path, body)
        assert reply.headers["content-type"] == "application/problem+json", reply.data[:300]
        found = reply.json()
        assert found["status"] == reply.status and found["title"] and found["detail"]
        return reply.status, str(found["code"])


@pytest.fixture
def reviewing(system: System, office: Office) -> Program:
    """A reviewer's program."""
    return Program(system, office.token("reviewer"))


@pytest.fixture(scope="module")
def untouched(system: System, store: Store) -> Iterator[tuple[Program, str]]:
    """A reviewer's program and a case, for requests of which nothing comes."""
    made = Office(store, system)
    yield Program(system, made.token("reviewer")), made.case()
    made.close()


def _routes(number: str, remedy: uuid.UUID) -> list[tuple[str, str, dict[str, Any] | None, str]]:
    """Every route with a body that fits, and the role that it takes."""
    case, words = f"/cases/{number}", {"text": "Wat bedoel je?"}
    ruled = {"version": 1, "ruling": "upheld", "reason": "ambiguous", "text": "Zo is het."}
    return [
        ("GET", "/cases", None, "reviewer"), ("GET", case, None, "reviewer"),
        ("POST", f"{case}/claim", {}, "reviewer"), ("POST", f"{case}/take-over", {}, "reviewer"),
        ("POST", f"{case}/release", None, "reviewer"),
        ("POST", f"{case}/reading", {"reading": "approve"}, "reviewer"),
        ("POST", f"{case}/question", words, "reviewer"), ("POST", f"{case}/extension", words, "reviewer"),
        ("POST", f"{case}/ruling", ruled, "reviewer"), ("POST", f"{case}/undo", None, "reviewer"),
        ("GET", "/report", None, "controller"), ("GET", "/remedies", None, "privacy_officer"),
        ("POST", f"/remedies/{remedy}/undo", None, "privacy_officer"),
    ]  # fmt: skip


def test_a_case_from_the_line_to_a_ruling_and_back(reviewing: Program, office: Office) -> None:
    number = office.case("ja, ik klik er meteen op")
    (waiting,) = reviewing.get("/cases")["cases"]
    assert (waiting["number"], waiting["state"], waiting["owner"]) == (number, "filed", None)
    assert "learner" not in json.dumps({name: value for name, value in waiting.items() if name != "origin"})
    seen = reviewing.get(f"/cases/{number}")
    assert (seen["mine"], seen["answer"], seen["machine"], seen["rulings"]) == (False, None, None, {})
    claimed = reviewing.post(f"/cases/{number}/claim")
    assert (claimed["mine"], claimed["answer"], claimed["machine"]) == (True, "ja, ik klik er meteen op", None)
    read = reviewing.post(f"/cases/{number}/reading", reading="disapprove")
    assert read["machine"]["intent"] == "approve" and set(read["rulings"]) == {"overturned", "upheld"}
    given = {"ruling": "overturned", "reason": "meaning_misread", "text": "Je bedoelde nee."}
    stale = {"version": claimed["version"], **given}
    assert reviewing.refused("POST", f"/cases/{number}/ruling", stale) == (409, "case_moved_on")
    wrong = {"version": read["version"], **given, "reason": "graded_correctly"}
    assert reviewing.refused("POST", f"/cases/{number}/ruling", wrong) == (422, "not_possible")
    assert reviewing.post(f"/cases/{number}/ruling", version=read["version"], **given)["state"] == "decided"
    assert reviewing.get("/cases") == {"count": 0, "cases": [], "next": None}
    assert reviewing.post(f"/cases/{number}/undo")["state"] == "claimed"
    assert reviewing.post(f"/cases/{number}/extension", text="Het is druk.")["due_at"] > seen["due_at"]
    assert reviewing.post(f"/cases/{number}/question", text="Wat bedoel je?")["state"] == "awaiting_learner"


def test_a_case_with_a_known_answer_looks_like_any_other(reviewing: Program, system: System, office: Office) -> None:
    real = reviewing.post(f"/cases/{office.case()}/claim")
    officer = office.staff("privacy_officer")
    sent = {"question": real["question"], "language": "nl", "answer": "Nee, dat link ik niet aan.", "certain": "true"}
    assert officer.post("/oversight/checks", **sent).status == 303
    (number,) = {one["number"] for one in reviewing.get("/cases")["cases"]} - {real["number"]}
    seen = reviewing.post(f"/cases/{number}/claim")
    assert {name: seen[name] for name in _SAME} == {name: real[name] for name in _SAME} and set(seen) == set(real)
    odds = reviewing.post(f"/cases/{number}/reading", reading="disapprove")["machine"]["probabilities"]
    assert max(odds, key=lambda intent: odds[intent]) == "approve"


def test_release_and_take_over(reviewing: Program, system: System, office: Office) -> None:
    number = office.case()
    with office.store.write(office.id) as session:
        session.execute(
            update(Member).where(Member.id == office.members["author"]).values(roles=["reviewer"])
        )  # fmt: skip
    colleague = Program(system, office.token("author"))
    reviewing.post(f"/cases/{number}/claim")
    assert colleague.refused("POST", f"/cases/{number}/claim", {}) == (409, "case_moved_on")
    seen = colleague.get(f"/cases/{number}")
    assert (seen["owner"], seen["answer"], seen["mine"]) == (office.desk.reviewers[0].name, None, False)
    assert colleague.post(f"/cases/{number}/take-over")["mine"]
    assert reviewing.refused("POST", f"/cases/{number}/release") == (409, "case_moved_on")
    assert colleague.post(f"/cases/{number}/release")["state"] == "filed"


def test_the_line_comes_in_pages(reviewing: Program, office: Office) -> None:
    numbers = [office.case() for _ in range(5)]
    first = reviewing.get("/cases?limit=2")
    second = reviewing.get(f"/cases?limit=2&after={first['next']}")
    last = reviewing.get(f"/cases?limit=2&after={second['next']}")
    assert [one["number"] for page in (first, second, last) for one in page["cases"]] == numbers
    assert (first["count"], last["next"]) == (5, None)
    reviewing.post(f"/cases/{numbers[3]}/claim")
    assert [one["number"] for one in reviewing.get("/cases?mine=true&order=due")["cases"]] == [numbers[3]]
    assert reviewing.get("/cases?origin=machine")["cases"] == []


def test_each_route_takes_its_own_role_in_its_own_organisation(
    system: System, office: Office, other_office: Office
) -> None:
    number, remedy = office.case("een kenmerkend antwoord"), office.remedied()
    routes = _routes(number, remedy)
    for role in ("reviewer", "controller", "privacy_officer", "author"):
        program = Program(system, office.token(role))
        for method, path, body, wanted in routes:
            if role != wanted and not (path == "/report" and role == "privacy_officer"):
                assert program.refused(method, path, body) == (403, "not_allowed"), (role, path)
    strangers = {role: Program(system, other_office.token(role)) for role in ("reviewer", "privacy_officer")}
    for method, path, body, wanted in routes:
        if number in path or str(remedy) in path:
            assert strangers[wanted].refused(method, path, body) == (404, "not_found"), path
    assert strangers["reviewer"].get("/cases")["cases"] == [] == strangers["privacy_officer"].get("/remedies")
    own = Program(system, office.token("reviewer"))
    assert own.post(f"/cases/{number}/claim")["answer"] == "een kenmerkend antwoord", "it was there to be seen"


def test_the_report_and_remedies(system: System, office: Office) -> None:
    office.decided(11, upheld=6)
    made = office.remedied()
    report = Program(system, office.token("controller")).get("/report")
    assert report["year"] == office.now.year
    (course,) = report["courses"]
    assert {line["appeals"] for line in course["lines"]} == {None, 11}
    assert [line["about"] for line in course["lines"][-2:]] == ["former", "course"]
    officer = Program(system, office.token("privacy_officer"))
    assert officer.get("/report") == report
    (remedy,) = officer.get("/remedies")
    assert (remedy["id"], remedy["looked"], remedy["passed"], remedy["undone_at"]) == (str(made), 4, 1, None)
    assert officer.post(f"/remedies/{made}/undo")["undone_at"] is not None
    assert officer.refused("POST", f"/remedies/{made}/undo") == (422, "not_possible")


def test_a_token_that_is_not_good_is_refused(system: System, office: Office) -> None:
    office.case()
    good = office.token("reviewer")
    mark, organisation, secret = good.split(".")
    expired = office.token("reviewer", dt.timedelta(microseconds=1))
    for token in (
        None, "", "x", "a.b.c", "é".encode().decode("latin-1"), f"{mark}.{uuid.uuid4().hex}.{secret}",
        f"{mark}.{organisation}.x", f"wh.{organisation}.{secret}", expired,
    ):  # fmt: skip
        assert Program(system, token).refused("GET", "/cases") == (401, "staff_token_refused"), token
    assert Program(system, good).get("/cases")["count"] == 1
    with office.store.write(office.id) as session:
        session.execute(update(Member).where(Member.id == office.members["reviewer"]).values(left_at=office.now))
    assert Program(system, good).refused("GET", "/cases") == (401, "staff_token_refused")


def test_a_sign_in_is_no_token_and_a_token_no_sign_in(system: System, office: Office) -> None:
    staff = office.staff("reviewer")
    assert staff.get("/v1/staff/cases").status == 401
    cookie = {"cookie": f"wederhoor={office.token('reviewer')}"}
    reply = urllib3.request("GET", f"{system.settings.url}/review", headers=cookie, redirect=False, retries=False)
    assert reply.status == 303


@pytest.mark.parametrize(("path", "body"), [
    ("claim", {"exception": "maybe"}), ("claim", {"extra": 1}), ("claim", []), ("reading", {}),
    ("reading", {"reading": "geheim"}), ("reading", {"reading": None}), ("question", {"text": ""}),
    ("question", {"text": "geheim" * 400}), ("extension", {"text": 5}), ("ruling", {"version": -1}),
    ("ruling", {"version": 2**31, "ruling": "upheld", "reason": "ambiguous", "text": "x"}),
    ("ruling", {"version": 1, "ruling": "geheim", "reason": "ambiguous", "text": "x"}),
    ("ruling", {"version": 1, "ruling": "upheld", "reason": "geheim" * 20, "text": "x"}),
])  # fmt: skip
def test_a_bad_body_is_refused_and_nothing_happens(untouched: tuple[Program, str], path: str, body: Any) -> None:
    reviewing, number = untouched
    reply = reviewing.ask("POST", f"/cases/{number}/{path}", body)
    assert reply.status == 422 and reply.headers["content-type"] == "application/problem+json"
    assert b"geheim" not in reply.data, "an error holds nothing of what was sent"
    assert reviewing.get(f"/cases/{number}")["state"] == "filed"


@pytest.mark.parametrize(("query", "status"), [
    ("limit=0", 422), ("limit=1000", 422), ("order=size", 422), ("question=x", 422), ("course=" + "x" * 99, 422),
    ("after=W-999999999", 404), ("after=nothing", 404), ("mine=perhaps", 422), ("course=nothing", 200),
])  # fmt: skip
def test_a_bad_query_is_refused(untouched: tuple[Program, str], query: str, status: int) -> None:
    assert untouched[0].ask("GET", f"/cases?{query}").status == status


@pytest.mark.parametrize("number", ["W-999999999999", "x", "W-", "%00", "W-1e9", "W-" + "9" * 30])
def test_an_unknown_number_is_not_found(untouched: tuple[Program, str], number: str) -> None:
    assert untouched[0].ask("GET", f"/cases/{number}").status in (404, 422)


def test_it_is_documented(system: System) -> None:
    schema = urllib3.request("GET", f"{system.settings.url}/openapi.json").json()
    paths = {path: about for path, about in schema["paths"].items() if path.startswith("/v1/staff/")}
    listed = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    wanted = {
        (method, "/v1/staff" + re.sub("/NUMBER", "/{number}", re.sub(f"/{uuid.UUID(int=0)}", "/{remedy_id}", path)))
        for method, path, _, _ in _routes("NUMBER", uuid.UUID(int=0))
    }
    assert listed == wanted
    for methods in paths.values():
        for about in methods.values():
            assert about["description"] and about["security"] == [{"staff token": []}]
            assert about["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema["components"]["securitySchemes"]["staff token"]["scheme"] == "bearer"


def test_a_token_is_made_listed_and_revoked_by_command(system: System, office: Office) -> None:
    with office.store.read(office.id) as session:
        email = session.get_one(Member, office.members["reviewer"]).email
    made = _token(system, "add", email, "--name", "rapport", "--days", "3")
    assert made.returncode == 0 and re.fullmatch(r"whs\.[0-9a-f]{32}\.[\w-]{43}\n", made.stdout)
    token = made.stdout.strip()
    assert Program(system, token).get("/cases")["count"] == 0
    listed = _token(system, "list", email).stdout
    assert "rapport" in listed and token.rpartition(".")[2] not in listed
    with office.store.read(office.id) as session:
        rows = session.execute(select(StaffToken.name, StaffToken.digest)).all()
    assert [row.name for row in rows] == ["rapport"] and len(rows[0].digest) == 32
    number = listed.split()[0]
    assert _token(system, "revoke", "nobody@bureau.example", number).returncode == 2
    assert _token(system, "revoke", email, number).returncode == 0
    assert Program(system, token).refused("GET", "/cases") == (401, "staff_token_refused")
    assert _token(system, "revoke", email, number).returncode == 2
    assert _token(system, "add", email, "--name", "x", "--days", "367").returncode == 2


def _token(system: System, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"WEDERHOOR_VAR": str(system.settings.var)}
    command = [sys.executable, "-m", "api", "token", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True, check=False)


def test_pages_of_staff_are_not_in_the_reference(system: System) -> None:
    shown = Staff(system, None).get("/docs")
    assert "/v1/staff/cases" in shown.words and "/oversight" not in shown.words
