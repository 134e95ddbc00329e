"""H12, where consent is not what an organisation relies on: its ground is recorded, read before the start, and ends."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, text

from api import documenting, erasing
from api.bot import Bot
from api.conversation import Conversation
from api.trial import System
from people.actors import LearnerClaims
from privacy import acceptance, consent, documents, export, legal_basis, policy
from privacy.errors import ArrangementInvalid, ConsentRequired, PolicyOutdated
from store.journal import Entry
from tests.appeals.conftest import NewDesk
from tests.appeals.desk import START, Desk
from tests.browser.widget import MakePage, Widget
from tests.conftest import NewLearner
from tests.problem import problem
from tests.staff import Staff

COURSE = "information-security"
DAY = dt.timedelta(days=1)
WHY = {"nl": "De Arbowet, artikel 8.", "en": "The Working Conditions Act, article 8."}


@pytest.fixture
def desk(new_desk: NewDesk) -> Desk:
    return new_desk(reviewers=1)


def _record(desk: Desk, ground: Any = "legal_obligation", now: dt.datetime = START) -> None:
    with desk.store.write(desk.id) as session:
        legal_basis.record(session, desk.reviewers[0], ground, WHY, now)


def _end(desk: Desk, now: dt.datetime) -> None:
    with desk.store.write(desk.id) as session:
        legal_basis.end(session, desk.reviewers[0], now)


def _talk(desk: Desk) -> Conversation:
    return Conversation(desk.store, desk.vault, Bot("http://localhost:9", ""), None, desk.catalogue)  # type: ignore[arg-type]


def _begin(desk: Desk, claims: LearnerClaims, now: dt.datetime = START) -> dict[str, Any]:
    return _talk(desk).consent(claims, COURSE, "nl", policy.current().version, [], now)


def _may(desk: Desk, claims: LearnerClaims) -> bool:
    with desk.store.read(desk.id) as session:
        return desk.here(session, claims).takes_part


def test_the_ground_is_read_by_an_act_before_anything_else(desk: Desk) -> None:
    claims = LearnerClaims(desk.id, f"x-{uuid.uuid4().hex}")
    assert _talk(desk).view(claims, COURSE, "nl", START)["notice"]["ground"] is None
    with pytest.raises(ConsentRequired):
        _begin(desk, claims)
    _record(desk)
    notice = _talk(desk).view(claims, COURSE, "nl", START)["notice"]
    assert (
        notice["purposes"] == [] and WHY["nl"] in notice["ground"] and "artikel 6 lid 1 onder c" in notice["ground"][0]
    )
    assert WHY["en"] in _talk(desk).view(claims, COURSE, "en", START)["notice"]["ground"]
    with pytest.raises(PolicyOutdated):
        _talk(desk).consent(claims, COURSE, "nl", "2001-01-01", [], START)
    assert not _may(desk, claims), "recorded is not read"
    view = _begin(desk, claims)
    assert (view["consent"], view["notice"]) == ("not_asked", None) and _may(desk, claims)
    with desk.write(claims) as (session, here):
        assert consent.given_at(session, here.learner) is None, "nobody calls it consent"
        consent.require(session, here.learner)
        acts = session.execute(select(Entry.act).where(Entry.learner_id == here.learner)).scalars().all()
        assert acts.count("legal_basis.read") == 1
        kept = export.export(session, desk.vault, here.learner, START)["data"]["acceptance"]
        assert [one["policy"] for one in kept] == [policy.current().version] and kept[0]["legal_basis_id"]


def test_when_it_ends_consent_is_asked_at_the_next_message(desk: Desk) -> None:
    agreed, begun = desk.learner(), LearnerClaims(desk.id, f"x-{uuid.uuid4().hex}")
    _record(desk)
    _begin(desk, begun)
    assert _may(desk, agreed) and _may(desk, begun)
    with desk.store.read(desk.id) as session:
        assert legal_basis.counted(session) == 1
    _end(desk, START + DAY)
    assert _may(desk, agreed) and not _may(desk, begun)
    notice = _talk(desk).view(begun, COURSE, "nl", START + DAY)["notice"]
    assert notice["ground"] is None and [one["key"] for one in notice["purposes"]] == ["learning"]
    _record(desk, "contract", START + 2 * DAY)
    assert not _may(desk, begun), "what they read was another ground"
    assert "artikel 6 lid 1 onder b" in _talk(desk).view(begun, COURSE, "nl", START + DAY)["notice"]["ground"][0]


def test_consent_stays_theirs_to_take_back(desk: Desk) -> None:
    claims = desk.learner()
    _record(desk)
    assert _talk(desk).view(claims, COURSE, "nl", START)["consent"] == "given"
    view = _talk(desk).withdraw_consent(claims, COURSE, START + DAY)
    assert view["consent"] == "missing" and view["notice"]["ground"], "they have not begun on the other ground"
    assert not _may(desk, claims)
    _begin(desk, claims, START + 2 * DAY)
    assert _may(desk, claims)
    with desk.write(claims) as (session, here):
        assert acceptance.pending(session, here.learner) is None
        consent.choose(session, claims, here.learner, consent.IMPROVING, allowed=True, now=START + 2 * DAY)
        assert consent.given_at(session, here.learner, consent.IMPROVING) is not None
        assert consent.given_at(session, here.learner) is None, "what is optional is consented to by itself"


@pytest.mark.parametrize(
    ("ground", "why"),
    [
        ("legitimate_interest", WHY),
        ("contract", WHY | {"en": " "}),
        ("contract", {"nl": "x"}),
        ("contract", WHY | {"nl": "x" * 501}),
    ],
)
def test_a_ground_without_a_reason_is_not_recorded(desk: Desk, ground: Any, why: dict[str, str]) -> None:
    with desk.store.write(desk.id) as session, pytest.raises(ArrangementInvalid):
        legal_basis.record(session, desk.reviewers[0], ground, why, START)
    with desk.store.read(desk.id) as session:
        assert legal_basis.live(session) is None


def test_only_one_holds_and_those_before_stay_recorded(desk: Desk) -> None:
    _record(desk)
    _record(desk, "contract", START + DAY)
    with desk.store.read(desk.id) as session:
        kept = session.execute(text("SELECT ground, ended_at FROM legal_basis ORDER BY recorded_at")).all()
    assert kept == [("legal_obligation", START + DAY), ("contract", None)]


def test_it_goes_with_the_organisation_and_what_was_read_with_the_learner(desk: Desk) -> None:
    claims = LearnerClaims(desk.id, f"x-{uuid.uuid4().hex}")
    _record(desk)
    _begin(desk, claims)
    with desk.write(claims) as (_, here):
        learner_id = here.learner
    assert erasing.erase_learner(desk.store, desk.catalogue, desk.id, learner_id, START)
    with desk.store.read(desk.id) as session:
        assert session.execute(text("SELECT count(*) FROM acceptance")).scalar_one() == 0
        assert legal_basis.live(session) is not None
    _begin(desk, claims)
    with desk.store.write(desk.id) as session:
        session.execute(text("DELETE FROM organisation"))
        assert session.execute(text("SELECT count(*) FROM legal_basis")).scalar_one() == 0


def test_the_record_of_processing_names_it(system: System, desk: Desk) -> None:
    _record(desk)
    with desk.store.read(desk.id) as session:
        facts = documenting.gather(system.settings, session, desk.id)
    made = documents.make(facts)
    assert WHY["en"] in made["en/record-of-processing.md"] and "GDPR 6" in made["en/record-of-processing.md"]
    assert WHY["nl"] in made["nl/record-of-processing.md"]


# In the running product. The demo organisation has a ground for the length of one test.


@pytest.fixture
def officer(system: System) -> Iterator[Staff]:
    found = Staff(system, system.demo["privacy_officer"])
    yield found
    assert found.post("/privacy-office/arrangements/legal-basis/end").status == 303


def test_a_learner_begins_without_being_asked_for_consent(
    officer: Staff, new_learner: NewLearner, make_page: MakePage, system: System
) -> None:
    path = "/privacy-office/arrangements/legal-basis"
    assert officer.post(path, ground="contract", why_nl="", why_en="x").status == 422
    assert officer.post(path, ground="contract", why_nl=WHY["nl"], why_en=WHY["en"]).status == 303
    assert WHY["nl"] in officer.get("/privacy-office/arrangements").words
    visitor = new_learner()
    assert visitor.say("nee, dat doe ik niet")["messages"][0]["type"] == "grade"
    mine = visitor.ask("GET", f"/v1/privacy?course={visitor.course}")
    assert mine["consented_at"] is None and mine["takes_part"] and WHY["nl"] in mine["ground"]
    page = make_page(width=375, language="en")
    widget = Widget(page, system, "en").visit()
    widget.button(widget.words.open).click()
    expect(page.get_by_text(WHY["en"])).to_be_visible()
    widget.button("I have read this, begin").click()
    expect(widget.button(widget.words.begin)).to_be_visible()
    widget.button("Menu").click()
    expect(widget.button("Withdraw consent")).to_have_count(0)
    assert officer.post(f"{path}/end").status == 303
    turn = {"turn": uuid.uuid4().hex, "course": visitor.course, "seen": visitor.revision, "kind": "text", "text": "ja"}
    assert problem(visitor, "POST", "/v1/turns", turn)["code"] == "consent_required"
