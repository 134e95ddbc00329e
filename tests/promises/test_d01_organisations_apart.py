"""D01: an organisation never sees or changes what is another's: every route, every role, and the tables themselves."""

import itertools
import re
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import urllib3
from sqlalchemy import CursorResult, text
from sqlalchemy.exc import DBAPIError

from api import building
from api.app import make_app
from api.tables import METADATA
from api.trial import System
from people import enrolling
from people.actors import LearnerClaims
from privacy import consent, policy
from store.store import Store
from tests.doors import Door, doors, others
from tests.neighbours import OF_ORGANISATION, PLANTED, SAID, Neighbours, furnish, signing_key, token
from tests.office import ROLES, Office
from tests.staff import Staff

WHO = ("nobody", "learner", *(f"{kind} {role}" for kind in ("page", "program") for role in ("reviewer", *ROLES)))
STREAMS = {"/review/events"}
LAST = {"/sign-out", "/v1/me"}
"""After these there is nobody left who could ask anything else."""
CHANGING = ("date", "content-length")
NEW_EACH_TIME = re.compile(r'[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|"revision":\d+')
USUAL = {"language": "nl", "purposes": ["learning"], "kind": "command", "command": "appeal", "sure": "yes"}


@dataclass
class Visit:
    """Somebody of an organisation who knocks on doors, with what signs them in."""

    url: str
    office: Office
    who: str
    key: dict[str, Any]
    subject: str
    headers: dict[str, str] = field(default_factory=dict)
    pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(retries=False, timeout=30.0))

    def knock(self, door: Door, values: dict[str, Any]) -> tuple[int, str]:
        """Status, headers and body of the reply."""
        more = USUAL | {"turn": uuid.uuid4().hex, "policy": policy.current().version, "seen": self._standing()}
        path, query, body, form = door.asked(more | values)
        reply = self.pool.request(
            door.method, self.url + path, headers={"origin": self.url, "accept-language": "nl"} | self.headers,
            redirect=False, **self._sent(query, body, form),
        )  # fmt: skip
        shown = {name: value for name, value in reply.headers.items() if name.lower() not in CHANGING}
        return reply.status, f"{shown}\n{reply.data.decode()}"

    def _sent(self, query: Any, body: Any, form: Any) -> dict[str, Any]:
        if body is not None:
            return {"json": body}
        if form is not None:
            return {"fields": {name: str(value) for name, value in form.items()}, "encode_multipart": False}
        return {"fields": query} if query else {}

    def _standing(self) -> int:
        """The learner consents anew before each knock, for the one before may have withdrawn; where they are then."""
        if self.who != "learner":
            return 0
        claims = LearnerClaims(self.office.id, self.subject)
        with self.office.store.write(self.office.id) as session:
            learner_id = enrolling.welcome_learner(session, claims, "nl", self.office.now)
            consent.give(
                session, claims, learner_id, policy.current().version, [consent.LEARNING], self.office.now
            )  # fmt: skip
            session.execute(text("UPDATE learner SET restricted_since = NULL"))
            found = "SELECT revision FROM enrolment WHERE learner_id = :id"
            return session.execute(text(found), {"id": learner_id}).scalar() or 0


@pytest.fixture(scope="module")
def app_doors(system: System) -> list[Door]:
    """All doors of the app, those last after which nobody is there any more."""
    wiring = building.wire(system.settings)
    app = make_app(wiring)
    wiring.store.engine.dispose()
    assert others(app) == {"/openapi.json", "/static"}
    found = [door for door in doors(app) if door.path not in STREAMS]
    assert len(found) > 60
    return sorted(found, key=lambda door: door.path in LAST)


@pytest.fixture
def neighbours(office: Office) -> Neighbours:
    """Those whose things nobody else may see."""
    return furnish(office)


def _visits(system: System, office: Office, key: dict[str, Any], subject: str) -> Iterator[Visit]:
    for who in WHO:
        visit = Visit(system.settings.url, office, who, key, subject)
        kind, _, role = who.partition(" ")
        if kind == "learner":
            visit.headers["authorization"] = f"Bearer {token(key, subject)}"
        elif kind == "page":
            visit.headers["cookie"] = office.staff(role)._cookie
        elif kind == "program":
            visit.headers["authorization"] = f"Bearer {office.token(role)}"
        yield visit


def _invented(neighbours: Neighbours) -> dict[str, Any]:
    """The same names, with what there is nowhere."""
    case, letter = (one[:2] + "9" * len(one[2:]) for one in (neighbours.values["number"], neighbours.letter))
    numbers = {"number": case, "case": case, "letter": letter, "course": "geen-cursus"}
    words = {"learner": f"niemand{uuid.uuid4().hex[:8]}", "email": f"niemand-{uuid.uuid4().hex}@bureau.example"}
    return {name: str(uuid.uuid4()) for name in neighbours.values} | numbers | words


def _blind(said: str, values: dict[str, Any]) -> str:
    """The reply without what was sent along and echoed."""
    for value in sorted({str(one) for one in values.values()}, key=len, reverse=True):
        said = said.replace(value, "<sent>")
    return said


def test_every_door_for_every_role_of_another_organisation(
    system: System, app_doors: list[Door], neighbours: Neighbours, other_office: Office
) -> None:
    """Nothing of theirs is in any reply, nothing of theirs changes, and what is theirs is not there: 404, never 403.

    What is asked for by their ids and what does not exist are answered word for word alike.
    """
    key, invented = signing_key(other_office), _invented(neighbours)
    secret, before = {neighbours.word} | neighbours.ids(), neighbours.rows()
    assert {name for name in PLANTED if not before[name]} == set()
    visits = list(_visits(system, other_office, key, neighbours.said("lerende")))
    for visit, course, door in itertools.product(visits, (neighbours.word, "information-security"), app_doors):
        if door.path == "/sign-in" and visit.who != "nobody":
            continue  # it is the same for everybody, and slow
        only_theirs = {"course": course} if course == neighbours.word else {}
        letter = door.path.startswith("/letters/")
        theirs = neighbours.of(letter=letter) | {"course": course}
        status, said = visit.knock(door, theirs)
        told = _blind(said, theirs)
        where = (visit.who, door.method, door.path, status)
        assert not [one for one in secret if one in told], where
        assert status < 500, where
        goes_on = door.path == "/v1/turns" and not only_theirs  # no two turns of a conversation are alike
        if door.names & (neighbours.values | only_theirs).keys() and not goes_on:
            nobodys = {"course": course} | (invented | {"number": invented["letter"]} if letter else invented)
            nobodys |= {"course": invented["course"]} if only_theirs else {"course": course}
            again, nothing = visit.knock(door, nobodys)
            alike = NEW_EACH_TIME.sub("", _blind(nothing, nobodys))
            assert (status, NEW_EACH_TIME.sub("", told)) == (again, alike), where
    assert neighbours.rows() == before


def test_a_turn_about_a_question_of_theirs_is_about_none(
    system: System, app_doors: list[Door], neighbours: Neighbours, other_office: Office
) -> None:
    """Two learners who do the same, one with the id of a question that another organisation asks."""
    key, (door,) = signing_key(other_office), [one for one in app_doors if one.path == "/v1/turns"]
    replies = []
    for about in (neighbours.values["question_id"], str(uuid.uuid4())):
        subject = f"x-{uuid.uuid4().hex}"
        visit = Visit(system.settings.url, other_office, "learner", key, subject)
        visit.headers["authorization"] = f"Bearer {token(key, subject)}"
        sent = neighbours.values | {"course": "information-security", "about": about}
        for command in ("start", "appeal", "again", "status"):
            status, said = visit.knock(door, sent | {"command": command})
            replies.append((command, status, NEW_EACH_TIME.sub("", said)))
    assert replies[:4] == replies[4:] and "start" in replies[0]


def test_their_own_people_find_all_of_it_behind_the_same_doors(
    system: System, app_doors: list[Door], neighbours: Neighbours
) -> None:
    """Otherwise there was nothing that could have leaked."""
    seen: set[str] = set()
    for visit in _visits(system, neighbours.office, neighbours.key, neighbours.said("lerende")):
        for course in (neighbours.word, "information-security"):
            for door in app_doors:
                if door.path not in LAST and door.method != "DELETE":
                    values = neighbours.of(letter=door.path.startswith("/letters/")) | {"course": course}
                    _, said = visit.knock(door, values)
                    seen |= {what for what in SAID if neighbours.said(what) in said}
    assert seen == set(SAID)


def test_news_of_the_line_stays_in_the_organisation(office: Office, other_office: Office) -> None:
    theirs, ours = office.staff("reviewer"), other_office.staff("reviewer")
    heard: list[str] = []

    def listen() -> None:
        with theirs.announced(patience=5) as said:
            heard.extend(said)

    listener = threading.Thread(target=listen)
    listener.start()
    with ours.announced(patience=10) as said:
        listener.join(1)
        other_office.case()
        assert next(said) == "line"
    listener.join()
    assert heard == []


def test_a_sign_in_that_names_another_organisation_is_none(
    system: System, neighbours: Neighbours, other_office: Office
) -> None:
    stranger = Staff(system, None)
    name, _, secret = other_office.staff("reviewer")._cookie.partition(".")
    stranger._cookie = f"{name.partition('=')[0]}={neighbours.office.id.hex}.{secret}"
    assert stranger.get("/review").headers["location"].startswith("/sign-in")
    mark, _, secret = other_office.token("reviewer").split(".")
    pool = urllib3.PoolManager(retries=False)
    forged = {"authorization": f"Bearer {mark}.{neighbours.office.id.hex}.{secret}"}
    assert pool.request("GET", f"{system.settings.url}/v1/staff/cases", headers=forged).status == 401
    mine = signing_key(other_office)
    for key in (mine | {"kid": neighbours.key["kid"]}, mine):
        bearer = {"authorization": f"Bearer {token(key, neighbours.said('lerende'))}"}
        asked = f"{system.settings.url}/v1/export?course=information-security"
        reply = pool.request("GET", asked, headers=bearer)
        assert reply.status == (404 if key is mine else 401) and neighbours.word not in reply.data.decode()


def test_a_query_that_forgets_its_filter_finds_and_changes_nothing_of_theirs(
    store: Store, neighbours: Neighbours, other_office: Office
) -> None:
    before = neighbours.rows()
    for table in OF_ORGANISATION:
        count = text(f"SELECT count(*) FROM {table} WHERE organisation_id = :theirs")
        for mine in (other_office.id, uuid.uuid4(), None):
            with store.read(mine) as session:
                assert session.execute(count, {"theirs": neighbours.office.id}).scalar_one() == 0, table
                everything = session.execute(text(f"SELECT organisation_id FROM {table}")).scalars()
                assert set(everything) <= {mine}, table
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET organisation_id = organisation_id"):
            for mine in (uuid.uuid4(), None):
                assert _changed(store, mine, statement) == 0, statement
    with store.read(None) as session:
        assert session.execute(text("SELECT count(*) FROM organisation")).scalar_one() == 0
    assert neighbours.rows() == before


def _changed(store: Store, mine: uuid.UUID | None, statement: str) -> int:
    """How many rows it changed; none where the app's role may not do that at all."""
    try:
        with store.write(mine) as session:
            done: CursorResult[Any] = session.execute(text(statement))  # type: ignore[assignment]
            return done.rowcount
    except DBAPIError as refused:
        if "permission denied" not in str(refused):
            raise
        return 0


def test_a_row_cannot_be_put_with_them_or_moved_to_them(
    store: Store, neighbours: Neighbours, other_office: Office
) -> None:
    theirs = {"theirs": neighbours.office.id}
    other_office.case()
    for table in OF_ORGANISATION:
        with store.read(other_office.id) as session:
            some = session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
        if not some:
            continue
        with (
            pytest.raises(DBAPIError, match=r"row-level security|permission denied"),
            store.write(other_office.id) as session,
        ):
            session.execute(text(f"UPDATE {table} SET organisation_id = :theirs"), theirs)


def test_no_table_of_organisations_is_without_its_guard(store: Store) -> None:
    """Also a table that has no row yet."""
    with store.read(None) as session:
        guarded = session.execute(
            text(
                "SELECT c.relname FROM pg_class c JOIN pg_policies p ON p.tablename = c.relname"
                " WHERE c.relrowsecurity AND p.cmd = 'ALL' AND p.permissive = 'PERMISSIVE'"
                " GROUP BY c.relname HAVING count(*) = 1 AND bool_and(p.qual LIKE '%wederhoor.organisation%')"
            )
        ).scalars()
        assert set(OF_ORGANISATION) <= set(guarded)
        mine = session.execute(text("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")).one()
        owned = session.execute(
            text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
        ).scalar_one()
    assert (*mine, owned) == (False, False, 0) and set(OF_ORGANISATION) < set(METADATA.tables)
