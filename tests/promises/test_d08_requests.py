"""D08: access, rectification, erasure, restriction, portability, objection, withdrawal, without a sign-in."""

import uuid
from typing import get_args

from sqlalchemy import func, select

from api.trial import System
from people.actors import LearnerClaims
from people.models import Learner
from privacy.models import Consent, Request
from privacy.request_states import DEEDS, Kind
from tests.office import Office
from tests.privacy.request import asking, sent_number
from tests.staff import Page, Staff

TYPED = {
    "came_by": "post", "received": "2026-01-01", "contact": "Kerkstraat 1, Ons Dorp", "language": "nl",
}  # fmt: skip


def _typed(officer: Staff, office: Office, **fields: str) -> str:
    given = {**TYPED, "received": office.now.date().isoformat(), "request_id": str(uuid.uuid4()), **fields}
    page = officer.post("/privacy-office/new", **given)
    assert page.status == 303, page.words[:400]
    return page.headers["location"].rsplit("/", 1)[-1]


def _ready(officer: Staff, number: str, subject: str) -> str:
    here = f"/privacy-office/requests/{number}"
    assert officer.post(f"{here}/identify", how="seen").status == 303
    assert officer.post(f"{here}/link", subject=subject).status == 303
    return here


def test_each_right_is_asked_carried_out_and_answered(office: Office) -> None:
    officer = office.staff("privacy_officer")
    claims = office.desk.learner()
    office.desk.answer(claims, "ja, dat doe ik", now=office.now)
    order: list[Kind] = ["see", "portability", "correct", "restrict", "object", "withdraw", "erase"]
    assert set(order) == set(get_args(Kind))
    for kind in order:
        here = _ready(officer, _typed(officer, office, kind=kind, words="Dit wil ik."), claims.subject)
        deed = DEEDS[kind][0]
        if deed == "file":
            assert officer.post(f"{here}/file").status == 200
        else:
            done = officer.post(f"{here}/deed", deed=deed, certain="true", language="en")
            assert done.status == 303, (kind, done.words[:400])
        answered = officer.post(f"{here}/finish", text=f"Klaar: {kind}.")
        assert answered.status == 303
        assert f"Klaar: {kind}." in officer.get(here).words and "Stuur dit zelf, per brief." in officer.get(here).words
        assert _became(office, kind, claims), kind


def _became(office: Office, kind: Kind, claims: LearnerClaims) -> bool:
    """Is it so in the database?"""
    with office.store.read(office.id) as session:
        learner = session.execute(select(Learner).where(Learner.subject == claims.subject)).scalar_one_or_none()
        live = select(func.count()).select_from(Consent).where(Consent.withdrawn_at.is_(None))
        if kind == "withdraw":
            return session.execute(live).scalar_one() == 0
        if kind == "erase" or learner is None:
            return learner is None and kind == "erase"
        if kind == "correct":
            return learner.language == "en"
        return kind not in ("restrict", "object") or learner.restricted_since is not None


def test_an_erasure_asks_whether_it_is_certain(office: Office) -> None:
    officer, claims = office.staff("privacy_officer"), office.desk.learner()
    here = _ready(officer, _typed(officer, office, kind="erase"), claims.subject)
    assert officer.post(f"{here}/deed", deed="erase").status == 422
    with office.store.read(office.id) as session:
        assert session.execute(select(Learner.id).where(Learner.subject == claims.subject)).first() is not None


def test_another_organisation_finds_and_changes_nothing(system: System, office: Office, other_office: Office) -> None:
    marker, stranger = f"olifant{uuid.uuid4().hex}", other_office.staff("privacy_officer")
    number = sent_number(asking(Staff(system, None), office, kind="erase", contact="a@thuis.example", words=marker))
    claims = office.desk.learner()
    here = f"/privacy-office/requests/{number}"
    _ready(office.staff("privacy_officer"), number, claims.subject)
    tried = {
        "identify": {"how": "seen"}, "link": {"subject": claims.subject}, "deed": {"deed": "erase", "certain": "true"},
        "file": {}, "extend": {"text": "x"}, "refuse": {"refusal": "excessive", "text": "x"},
        "finish": {"text": "x"}, "take-back": {},
    }  # fmt: skip
    seen: list[Page] = [stranger.get("/privacy-office"), stranger.get(here)]
    seen += [stranger.post(f"{here}/{act}", **fields) for act, fields in tried.items()]
    assert [one.status for one in seen] == [200] + [404] * 9
    assert not any(text in one.text for one in seen for text in (marker, number, claims.subject, "thuis.example"))
    own = _typed(stranger, other_office, kind="erase")
    stranger.post(f"/privacy-office/requests/{own}/identify", how="seen")
    linked = stranger.post(f"/privacy-office/requests/{own}/link", subject=claims.subject)
    assert linked.status == 422, "a learner of somebody else is nobody here"
    with office.store.read(office.id) as session:
        row = session.execute(select(Request)).scalar_one()
        assert (row.state, row.deeds) == ("identified", []) and row.learner_id is not None


def test_holds_are_placed_and_ended_on_ones_own_learners_only(office: Office, other_office: Office) -> None:
    officer, stranger, claims = (
        office.staff("privacy_officer"),
        other_office.staff("privacy_officer"),
        office.desk.learner(),
    )
    fields = {"subject": claims.subject, "reason": "een lopende zaak", "until": "2199-01-01"}
    assert stranger.post("/privacy-office/holds", **fields).status == 422
    assert officer.post("/privacy-office/holds", **fields).status == 303
    page = officer.get("/privacy-office/holds")
    assert "een lopende zaak" in page.words
    end = page.text.split('action="/privacy-office/holds/')[1].split('"')[0]
    assert stranger.post(f"/privacy-office/holds/{end}", why="matter_closed").status == 422
    here = _ready(officer, _typed(officer, office, kind="erase"), claims.subject)
    assert officer.post(f"{here}/deed", deed="erase", certain="true").status == 303
    assert "Niet gewist: de wet laat dit bewaren" in officer.get(here).words
    assert officer.post(f"/privacy-office/holds/{end}", why="matter_closed").status == 303
    assert officer.post(f"{here}/deed", deed="erase", certain="true").status == 303
    assert "Je gegevens zijn gewist." in officer.get(here).words
