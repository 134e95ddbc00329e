"""B04: where an organisation asks for it, nobody under sixteen is graded before a parent has agreed."""

import datetime as dt
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select, text, update

from api import erasing
from api.mail.outgoing import Post
from api.settings import ROOT
from api.tables import METADATA
from api.trial import System, Visitor
from appeals import notices
from people import enrolling
from people.actors import LearnerClaims
from people.errors import AddressInvalid
from people.models import Organisation
from privacy import consent, erase, links, permission, policy, registry
from privacy.errors import ConsentRequired, LinkUnknown, PermissionRequired
from privacy.models import Permission
from store.store import Store
from tests.appeals.conftest import NewDesk
from tests.appeals.desk import START, Desk, tell
from tests.browser.widget import MakePage, Widget
from tests.conftest import NewLearner
from tests.problem import problem
from tests.receivers import SENDER, Mailbox, mailbox, words
from tests.staff import Staff

COURSE = "course=information-security"
PARENT = "ouder@elders.example"
DAY = dt.timedelta(days=1)


@pytest.fixture
def desk(new_desk: NewDesk) -> Desk:
    """An organisation that asks."""
    return new_desk(reviewers=1, age_gate=True)


@pytest.fixture
def young(desk: Desk) -> tuple[LearnerClaims, uuid.UUID]:
    """Somebody who has asked nobody yet."""
    claims = LearnerClaims(desk.id, f"x-{uuid.uuid4().hex}")
    with desk.store.write(desk.id) as session:
        return claims, enrolling.welcome_learner(session, claims, "nl", START)


def _ask(desk: Desk, young: tuple[LearnerClaims, uuid.UUID]) -> str:
    """Asks the parent; the token of the link that they were mailed."""
    claims, learner_id = young
    with desk.store.write(desk.id) as session:
        permission.ask(session, desk.vault, claims, learner_id, PARENT, START)
        notices.put_personal(session, desk.id, learner_id, "permission", START)
    with mailbox() as box:
        tell(desk, START, Post("localhost", box.port, None, None, "none", SENDER))
        (mail,) = box.to(PARENT)
        assert mail["subject"] == "Vind je het goed dat een jongere meedoet?"
        assert claims.subject not in "".join(words(mail)) and str(learner_id) not in "".join(words(mail))
        found = re.search(r"/permission/(\S+)", words(mail)[0])
    assert found
    return found[1]


def _answer(desk: Desk, token: str, *, allowed: bool, now: dt.datetime = START) -> None:
    with desk.store.write(links.organisation_of(token)) as session:
        row, learner = permission.opened(session, token.partition(".")[2])
        permission.answer(session, row, learner, now, allowed=allowed)


def _consented(desk: Desk, claims: LearnerClaims) -> bool:
    with desk.store.read(desk.id) as session:
        return desk.here(session, claims).takes_part


def _consent(desk: Desk, young: tuple[LearnerClaims, uuid.UUID]) -> None:
    with desk.store.write(desk.id) as session:
        consent.give(session, *young, policy.current().version, [consent.LEARNING], START)


def test_consent_counts_only_with_permission_and_stops_without(
    desk: Desk, young: tuple[LearnerClaims, uuid.UUID]
) -> None:
    claims, learner_id = young
    token = _ask(desk, young)
    _consent(desk, young)
    assert not _consented(desk, claims), "agreed by themselves, and not permitted"
    _answer(desk, token, allowed=True)
    assert _consented(desk, claims)
    with desk.store.read(desk.id) as session:
        row = session.get_one(Permission, learner_id)
        assert (row.address, row.secret, row.ground) == (None, None, "mail"), "the parent's address is not kept"
        assert permission.need(session, learner_id) is None
    _answer(desk, token, allowed=False, now=START + DAY)
    assert not _consented(desk, claims)
    with desk.store.read(desk.id) as session:
        assert consent.given_at(session, learner_id) is None
        assert permission.need(session, learner_id) == "ask"
    with desk.store.write(desk.id) as session, pytest.raises(PermissionRequired):
        permission.of_age(session, claims, learner_id, START)


def test_their_own_word_is_enough_where_no_parent_has_said_no(
    desk: Desk, young: tuple[LearnerClaims, uuid.UUID]
) -> None:
    claims, learner_id = young
    with desk.store.write(desk.id) as session:
        assert permission.need(session, learner_id) == "ask"
        permission.of_age(session, claims, learner_id, START)
        assert permission.need(session, learner_id) is None
    _consent(desk, young)
    assert _consented(desk, claims)
    columns = {str(column.name) for column in METADATA.tables["permission"].c}
    assert not any(part in ("birth", "age", "date", "name") for column in columns for part in column.split("_"))


def test_a_link_opens_for_its_own_request_only(
    desk: Desk, young: tuple[LearnerClaims, uuid.UUID], new_desk: NewDesk
) -> None:
    first = _ask(desk, young)
    second = _ask(desk, young)
    elsewhere = new_desk(reviewers=1, age_gate=True)
    secret = second.partition(".")[2]
    for organisation, wrong in (
        (desk.id, first.partition(".")[2]), (elsewhere.id, secret), (desk.id, secret[:-1]), (desk.id, ""),
    ):  # fmt: skip
        with desk.store.read(organisation) as session, pytest.raises(LinkUnknown):
            permission.opened(session, wrong)
    with desk.store.read(desk.id) as session:
        assert permission.opened(session, secret)[1].id == young[1]
        kept = session.execute(text("SELECT to_jsonb(permission)::text FROM permission")).scalar_one()
        assert secret not in kept and PARENT not in kept
    with desk.store.write(desk.id) as session, pytest.raises(AddressInvalid):
        permission.ask(session, desk.vault, *young, "ouder", START)


def test_a_request_that_nobody_answers_goes_with_its_learner(
    desk: Desk, young: tuple[LearnerClaims, uuid.UUID]
) -> None:
    _ask(desk, young)
    assert erasing.sweep(desk.store, desk.catalogue, desk.id, START + 29 * DAY, dry=False).learners == 0
    swept = erasing.sweep(desk.store, desk.catalogue, desk.id, START + 31 * DAY, dry=False)
    assert (swept.learners, swept.rows["permission"]) == (1, 1)
    with desk.store.read(desk.id) as session:
        assert erase.leading_to(session, young[1]) == []


def test_who_takes_part_is_not_swept_with_the_requests(desk: Desk, young: tuple[LearnerClaims, uuid.UUID]) -> None:
    _answer(desk, _ask(desk, young), allowed=True)
    _consent(desk, young)
    swept = erasing.sweep(desk.store, desk.catalogue, desk.id, START + 31 * DAY, dry=False)
    assert (swept.learners, swept.rows["permission"]) == (0, 0) and _consented(desk, young[0])


def test_where_nobody_asks_nothing_is_needed(new_desk: NewDesk) -> None:
    other = new_desk(reviewers=1)
    claims = other.learner()
    assert _consented(other, claims)
    with other.store.read(other.id) as session:
        assert permission.need(session, None) is None
    with other.store.write(other.id) as session:
        session.execute(update(Organisation).values(age_gate=True))
    assert not _consented(other, claims), "who was there before is asked, too"


# In the running product. The demo organisation asks for the length of one test.


@pytest.fixture
def gate(system: System) -> Iterator[None]:
    officer, path = Staff(system, system.demo["privacy_officer"]), "/privacy-office/arrangements/choices"
    assert officer.post(path, retention_days="365", age_gate="true").status == 303
    yield
    assert officer.post(path, retention_days="365").status == 303


def _command(system: System, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "api", "privacy", *words, "--organisation", system.demo["organisation_id"]]
    return subprocess.run(command, cwd=ROOT, env=system.environment, text=True, capture_output=True, check=False)


def _counts(store: Store, system: System, learner_id: str) -> dict[str, int]:
    """Rows about this learner, by table, where there are any."""
    with store.read(uuid.UUID(system.demo["organisation_id"])) as session:
        found = {
            kind.table.name: session.execute(
                select(func.count()).select_from(kind.table).where(kind.of(uuid.UUID(learner_id)))
            ).scalar_one()
            for kind in registry.kinds("learner")
        }
    return {name: count for name, count in found.items() if count}


def _agree(visitor: Visitor, **more: Any) -> dict[str, Any]:
    given = {"course": visitor.course, "language": "nl", "policy": policy.current().version, "purposes": ["learning"]}
    return given | more


@pytest.mark.usefixtures("gate")
def test_no_answer_is_taken_and_nothing_is_kept_before_permission(
    new_learner: NewLearner, system: System, store: Store, post_box: Mailbox
) -> None:
    visitor = new_learner(enter=False)
    assert visitor.ask("GET", f"/v1/conversation?{COURSE}")["notice"]["age"] == "ask"
    assert problem(visitor, "POST", "/v1/consent", _agree(visitor))["code"] == "permission_required"
    assert problem(visitor, "GET", f"/v1/export?{COURSE}")["code"] == "not_found", "there is nothing of them"
    address = f"{visitor.name}@ouders.example"
    refused = problem(visitor, "POST", f"/v1/permission?{COURSE}", {"language": "nl", "email": "geen adres"})
    assert refused["code"] == "address_invalid"
    assert visitor.ask("POST", f"/v1/permission?{COURSE}", {"language": "nl", "email": address})["code"] is None
    kept = visitor.ask("GET", f"/v1/export?{COURSE}")["data"]
    assert {name: len(rows) for name, rows in kept.items() if rows} == {"learner": 1, "permission": 1, "journal": 1}
    assert kept["permission"][0]["address"] == address and "secret" not in kept["permission"][0]
    assert set(_counts(store, system, kept["learner"][0]["id"])) == {"learner", "permission", "journal", "notice"}
    turn = {"turn": uuid.uuid4().hex, "course": visitor.course, "seen": 0, "kind": "text", "text": "nee, olifant"}
    assert problem(visitor, "POST", "/v1/turns", turn)["code"] == "consent_required"
    assert problem(visitor, "POST", "/v1/consent", _agree(visitor))["code"] == "permission_required"
    assert visitor.ask("GET", f"/v1/conversation?{COURSE}")["notice"]["age"] == "waiting"
    parent, path = Staff(system, None), _mailed(post_box, address)
    page = parent.get(path)
    assert page.status == 200 and visitor.name not in page.text and "Je hebt nog niets gekozen." in page.words
    assert parent.post(path, answer="yes").status == 303 and "Je vond het goed." in parent.get(path).words
    visitor.ask("POST", "/v1/consent", _agree(visitor))
    visitor.enter()
    assert "grade" in {one["type"] for one in visitor.say("nee, dat doe ik niet")["messages"]}
    assert parent.post(path, answer="no").status == 303 and "Je vindt het niet goed." in parent.get(path).words
    turn |= {"turn": uuid.uuid4().hex, "seen": visitor.revision}
    assert problem(visitor, "POST", "/v1/turns", turn)["code"] == "consent_required"
    assert problem(visitor, "POST", "/v1/consent", _agree(visitor, of_age=True))["code"] == "permission_required"
    assert parent.get(f"{path}x").status == 404 and parent.post(f"{path[:-1]}", answer="yes").status == 404


def _mailed(post_box: Mailbox, address: str) -> str:
    """The path of the link that the worker mails."""
    deadline = time.monotonic() + 60
    while not post_box.to(address):
        assert time.monotonic() < deadline, "nothing was mailed"
        time.sleep(0.2)
    found = re.search(r"(/permission/\S+)", words(post_box.to(address)[0])[0])
    assert found
    return found[1]


@pytest.mark.usefixtures("gate")
def test_permission_on_paper_is_recorded_and_taken_back_by_its_code(new_learner: NewLearner, system: System) -> None:
    visitor = new_learner(enter=False)
    code = visitor.ask("POST", f"/v1/permission?{COURSE}", {"language": "nl"})["code"]
    wrong = _command(system, "permission", "ABCDEFGHJK")
    assert wrong.returncode == 2 and "no learner" in wrong.stderr
    assert problem(visitor, "POST", "/v1/consent", _agree(visitor))["code"] == "permission_required"
    assert _command(system, "permission", code.lower()).returncode == 0
    visitor.ask("POST", "/v1/consent", _agree(visitor))
    assert visitor.ask("GET", f"/v1/conversation?{COURSE}")["consent"] == "given"
    assert _command(system, "permission", code, "--withdrawn").returncode == 0
    assert visitor.ask("GET", f"/v1/conversation?{COURSE}")["consent"] == "missing"


@pytest.mark.usefixtures("gate")
@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_widget_asks_by_keyboard_and_ticks_nothing(make_page: MakePage, system: System, language: str) -> None:
    dutch = language == "nl"
    widget = Widget(make_page(width=375, dark=not dutch), system, language).open()
    keys = widget.page.keyboard
    widget.button(widget.words.agree).press("Enter")
    older = widget.dialog.get_by_role("button", name="Ik ben 16 of ouder" if dutch else "I am 16 or older")
    expect(older).to_be_focused()
    keys.press("Tab")
    keys.press("Enter")
    field = widget.dialog.get_by_role("textbox")
    expect(field).to_be_focused()
    keys.type("ouder@elders.example")
    keys.press("Tab")
    keys.press("Enter")
    waiting = "We wachten op je ouder of voogd." if dutch else "We are waiting for your parent or guardian."
    expect(widget.dialog.get_by_role("status")).to_contain_text(waiting)
    keys.press("Escape")
    expect(widget.button(widget.words.agree)).to_be_visible()
    widget.button(widget.words.agree).press("Enter")
    expect(widget.dialog.get_by_role("status")).to_contain_text(waiting)
    older.press("Enter")
    widget.button(widget.words.begin).click()
    widget.expect_question(1)


def test_nobody_is_asked_where_the_gate_is_off(new_learner: NewLearner) -> None:
    visitor = new_learner(enter=False)
    assert visitor.ask("GET", f"/v1/conversation?{COURSE}")["notice"]["age"] is None
    path = f"/v1/permission?{COURSE}"
    assert problem(visitor, "POST", path, {"language": "nl", "email": PARENT})["code"] == "permission_required"
    assert problem(visitor, "GET", f"/v1/export?{COURSE}")["code"] == "not_found"
    visitor.enter()
    assert "grade" in {one["type"] for one in visitor.say("nee, dat doe ik niet")["messages"]}


def test_nothing_is_graded_by_force_without_permission(desk: Desk, young: tuple[LearnerClaims, uuid.UUID]) -> None:
    """Below the edge, too: whoever asks for consent alone is told no, once a parent has said no."""
    token = _ask(desk, young)
    _consent(desk, young)
    _answer(desk, token, allowed=False)
    with desk.store.read(desk.id) as session, pytest.raises(ConsentRequired):
        consent.require(session, young[1])
