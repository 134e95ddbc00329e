"""Links of a learner's own: who has one takes everything along, or changes choices; each opening is seen."""

import hashlib
import json
import re
import uuid

import jsonschema_rs
import pytest
from sqlalchemy import select, text

from api.trial import System, Visitor
from privacy import accesses, export
from privacy.models import Access, Link, Look
from store.store import Store
from tests.conftest import NewLearner
from tests.problem import problem
from tests.staff import Page, Staff

COURSE = "course=information-security"
WORD = "olifant"


@pytest.fixture
def anybody(system: System) -> Staff:
    """Somebody without a sign-in."""
    return Staff(system, None)


@pytest.fixture
def told(learner: Visitor) -> Visitor:
    """A learner whose export holds something to leak."""
    learner.say(f"nee, dat doe ik niet, {WORD}")
    return learner


def made(learner: Visitor, purpose: str = "export") -> str:
    """The path of a new link."""
    url: str = learner.ask("POST", f"/v1/{purpose}/link?{COURSE}")["url"]
    return re.sub(r"^https?://[^/]+", "", url)


def privacy(learner: Visitor) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = learner.ask("GET", f"/v1/privacy?{COURSE}")
    return found


def test_another_organisation_takes_everything_along_and_the_learner_sees_it(
    told: Visitor, anybody: Staff, store: Store, system: System
) -> None:
    path = made(told)
    assert privacy(told)["looks"] == []
    offered = anybody.get(path)
    assert offered.status == 200 and not any(one in offered.text for one in (WORD, told.name))
    assert privacy(told)["looks"] == [], "looking at the page takes nothing"
    taken = anybody.post(path, form="json")
    assert (taken.status, taken.headers["cache-control"]) == (200, "no-store")
    file = json.loads(taken.text)
    jsonschema_rs.validator_for(export.schema()).validate(file)
    assert WORD in file["data"]["answer"][0]["text"]
    page = anybody.post(path, form="html")
    assert WORD in page.text and told.name in page.text and "<script" not in page.text
    looks = privacy(told)["looks"]
    assert [(one["who"], one["question"]) for one in looks] == [
        ("iemand met jouw link", "alles wat over jou bewaard wordt")
    ] * 2
    with store.read(uuid.UUID(system.demo["organisation_id"])) as session:
        entries = session.execute(select(Access).order_by(Access.id.desc()).limit(2)).scalars().all()
        assert [(one.purpose, one.member_id) for one in entries] == [("link", None)] * 2
        look = session.execute(select(Look).where(Look.at == entries[0].at)).scalar_one()
        assert accesses.about(look.salt or b"", look.learner_id, None) == entries[0].about
        assert accesses.verify(session, uuid.UUID(system.demo["organisation_id"])).broken_at is None


def test_a_link_says_nothing_and_is_kept_as_a_digest(told: Visitor, store: Store, system: System) -> None:
    organisation = uuid.UUID(system.demo["organisation_id"])
    path = made(told)
    token = path.rpartition("/")[2]
    assert re.fullmatch(rf"/passed-on/{organisation.hex}\.[\w-]{{43}}", path) and told.name not in path
    with store.read(organisation) as session:
        digest = hashlib.sha256(token.partition(".")[2].encode()).digest()
        row = session.execute(select(Link).where(Link.digest == digest)).scalar_one()
        kept = session.execute(
            text("SELECT to_jsonb(link)::text FROM link WHERE id = :id"), {"id": row.id}
        ).scalar_one()
        assert token.partition(".")[2] not in kept
    exported = told.ask("GET", f"/v1/export?{COURSE}")
    assert set(exported["data"]["link"][0]) == {"id", "learner_id", "purpose", "made_at", "expires_at", "ended_at"}


def _refused(page: Page) -> bool:
    return (
        page.status == 404 and "Deze link klopt niet, of hij geldt niet meer." in page.words and WORD not in page.text
    )


def test_a_link_ends_by_hand_and_leads_nowhere_else(told: Visitor, anybody: Staff, new_learner: NewLearner) -> None:
    path = made(told)
    assert anybody.post(path, form="json").status == 200
    other = new_learner()
    (shown,) = privacy(told)["links"]
    other.ask("DELETE", f"/v1/links/{shown['id']}?{COURSE}")
    assert len(privacy(told)["links"]) == 1, "nobody ends the link of another"
    token = path.rpartition("/")[2]
    assert _refused(anybody.get(f"/privacy/mine/{token}")), "a link to take along does not reach the choices"
    organisation, _, secret = token.partition(".")
    for wrong in (f"{uuid.uuid4().hex}.{secret}", f"{organisation}.{secret[:-1]}", f"{organisation}.", secret, "x"):
        assert _refused(anybody.get(f"/passed-on/{wrong}")) and _refused(anybody.post(f"/passed-on/{wrong}"))
    told.ask("DELETE", f"/v1/links/{shown['id']}?{COURSE}")
    assert privacy(told)["links"] == []
    assert _refused(anybody.get(path)) and _refused(anybody.post(path, form="json"))


def test_a_link_goes_with_its_learner(told: Visitor, anybody: Staff) -> None:
    path = made(told)
    report = told.ask("DELETE", f"/v1/me?{COURSE}&sure=yes")
    assert report["erased"] and "Hoe je bezwaren afliepen blijft 3 jaar staan" in report["stays"][0]
    assert _refused(anybody.post(path, form="json"))


def test_who_is_not_known_has_no_link(new_learner: NewLearner) -> None:
    stranger = new_learner(enter=False)
    for path in ("/v1/export/link", "/v1/choices/link"):
        assert problem(stranger, "POST", f"{path}?{COURSE}")["code"] == "not_found"


def test_choices_are_changed_by_a_link(told: Visitor, anybody: Staff) -> None:
    path = made(told, "choices")
    page = anybody.get(path)
    assert (
        page.status == 200 and WORD not in page.text and "Een mens beoordeelt al mijn antwoorden Nu: nee." in page.words
    )
    for act, name in (("by-person", "by_person"), ("restriction", "restricted")):
        for on in ("true", "false"):
            assert anybody.post(path, act=act, on=on).status == 303
            assert told.ask("GET", f"/v1/privacy?{COURSE}")[name] is (on == "true")
    anybody.post(path, act="improving", on="true")
    assert privacy(told)["optional"][0]["allowed"] is True
    anybody.post(path, act="en")
    assert "My choices" in anybody.get(path).words
    told.ask("PUT", f"/v1/contact?{COURSE}", {"email": "jo@elders.example"})
    anybody.post(path, act="no-address")
    assert told.ask("GET", f"/v1/privacy?{COURSE}")["contact"] is None
    assert anybody.post(path, act="erase").status == 422, "what cannot be taken back takes the chat"
    anybody.post(path, act="withdraw")
    assert told.ask("GET", f"/v1/conversation?{COURSE}")["consent"] == "missing"
    assert anybody.post(path, act="improving", on="true").status == 403
    assert _refused(anybody.post(made(told), act="restriction", on="true")) is False
    assert told.ask("GET", f"/v1/privacy?{COURSE}")["restricted"] is False


def test_a_learner_puts_their_language_right(told: Visitor) -> None:
    assert told.ask("PUT", f"/v1/me?{COURSE}", {"language": "en"}) == {"language": "en"}
    assert told.ask("GET", f"/v1/conversation?{COURSE}&language=nl")["language"] == "en"
    assert problem(told, "PUT", f"/v1/me?{COURSE}", {"language": "fr"})["code"] == "bad_request"
    assert problem(told, "PUT", f"/v1/me?{COURSE}", {"subject": "x"})["code"] == "bad_request"
