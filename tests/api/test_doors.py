"""Every page and form of staff, tried by everybody whose it is not: other roles, nobody, another organisation."""

import uuid
from collections.abc import Iterator
from types import ModuleType

import pytest
from fastapi.routing import APIRoute

from api.pages import (
    appeals_report,
    author,
    course_parts,
    courses,
    employer,
    letters,
    line,
    news,
    office_records,
    oversight,
    privacy_office,
    review,
    trends,
)
from api.trial import System, Visitor
from tests.course import receipt_number
from tests.office import Office
from tests.staff import Staff

WHOSE: dict[ModuleType, set[str]] = {
    line: {"reviewer"},
    review: {"reviewer"},
    letters: {"reviewer"},
    oversight: {"privacy_officer"},
    appeals_report: {"controller", "privacy_officer"},
    employer: {"controller"},
    author: {"author"},
    privacy_office: {"privacy_officer"},
    office_records: {"privacy_officer"},
    courses: {"author"},
    course_parts: {"author"},
    news: {"author"},
    trends: {"author", "controller", "privacy_officer"},
}
ROLES = ("reviewer", "controller", "author", "privacy_officer")


def doors() -> Iterator[tuple[str, str, set[str]]]:
    """Method, path and whose it is, of each route."""
    for module, whose in WHOSE.items():
        for route in module.router.routes:
            assert isinstance(route, APIRoute)
            for method in route.methods:
                yield method, route.path, whose


@pytest.fixture
def disputed(learner: Visitor) -> dict[str, str]:
    """What fills the paths: a case with an answer that must not be seen."""
    marker = f"olifant{uuid.uuid4().hex}"
    learner.say(f"ja, dat doe ik, {marker}")
    number = receipt_number(learner.command("appeal"))
    learner.command("skip")
    asked = learner.ask("GET", f"/v1/export?course={learner.course}")["data"]["answer"][0]
    return {
        "number": number, "course": learner.course, "question_id": asked["question_id"],
        "learner_id": asked["learner_id"], "remedy_id": str(uuid.uuid4()), "conflict_id": str(uuid.uuid4()),
        "hold_id": str(uuid.uuid4()), "lesson": "phishing", "question": "link", "marker": marker,
    }  # fmt: skip


def _knock(staff: Staff, method: str, path: str, filled: dict[str, str]) -> tuple[int, str]:
    page = staff.get(path.format(**filled)) if method == "GET" else staff.post(path.format(**filled))
    return page.status, page.text


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_its_own_doors_only(system: System, disputed: dict[str, str], role: str) -> None:
    email = {"controller": system.demo["controller"]}.get(role, system.demo.get(role))
    staff = Staff(system, email)
    refused = [
        (method, path, *_knock(staff, method, path, disputed)) for method, path, whose in doors() if role not in whose
    ]
    assert len(refused) > 10
    assert {(method, path): status for method, path, status, _ in refused} == {
        (method, path): 403 for method, path, _, _ in refused
    }
    assert not any(disputed["marker"] in text for *_, text in refused)


def test_nobody_opens_none(system: System, disputed: dict[str, str]) -> None:
    nobody = Staff(system, None)
    found = {(method, path): _knock(nobody, method, path, disputed) for method, path, _ in doors()}
    assert {door: status for door, (status, _) in found.items()} == {
        door: 303 if door[0] == "GET" else 401 for door in found
    }
    assert not any(disputed["marker"] in text for _, text in found.values())


def test_another_organisation_finds_nothing_behind_its_own_doors(office: Office, disputed: dict[str, str]) -> None:
    """Its staff have the right roles, and the numbers and ids of somebody else's cases."""
    strangers = {role: office.staff(role) for role in office.members}
    for method, path, whose in doors():
        if "{" not in path:
            continue
        for role in whose & set(strangers):
            status, text = _knock(strangers[role], method, path, disputed)
            own = path.startswith("/courses/") or path == "/employer/{course}"  # they have a course by that name, too
            assert status in ((200, 303, 404, 409, 422) if own else (404, 422)), (role, method, path, status)
            assert disputed["marker"] not in text
