"""What a privacy officer arranges: agreements, the age gate and how long; each recorded, bounded and ended at once."""

import datetime as dt

import pytest
from sqlalchemy import select

from people.models import Organisation
from privacy.agreements import ALWAYS, Grant, granted
from store.journal import Entry
from tests.office import Office

HERE = "/privacy-office/arrangements"
AGREED = {"ground": "Cao, artikel 3", "agreed_by": "De ondernemingsraad", "grants": "progress"}


def _today(office: Office) -> dt.date:
    return office.now.astimezone(dt.UTC).date()


def _seen(office: Office) -> set[Grant]:
    """What the employer may see beyond answers to test questions."""
    with office.store.read(office.id) as session:
        return set(granted(session, "information-security", _today(office)) - ALWAYS)


def test_an_agreement_is_recorded_shows_at_once_and_ends_at_once(office: Office) -> None:
    officer, today = office.staff("privacy_officer"), _today(office)
    assert _seen(office) == set() and "Er is geen afspraak" in officer.get(HERE).words
    sent = AGREED | {"starts_on": today.isoformat(), "course": "information-security"}
    assert officer.post(f"{HERE}/agreements", **sent).status == 303
    page = officer.get(HERE)
    assert "De ondernemingsraad" in page.words and "Voortgang" in page.words and _seen(office) == {Grant.PROGRESS}
    end = page.text.split(f'action="{HERE}/agreements/')[1].split('"')[0]
    assert officer.post(f"{HERE}/agreements/{end}").status == 303
    assert _seen(office) == set() and "De ondernemingsraad" not in officer.get(HERE).words
    assert officer.post(f"{HERE}/agreements/{end}").status == 422, "it has ended"
    with office.store.read(office.id) as session:
        acts = (
            session.execute(select(Entry.act).where(Entry.act.like("agreement.%")).order_by(Entry.id)).scalars().all()
        )
    assert acts == ["agreement.recorded", "agreement.ended"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"ground": " "},
        {"agreed_by": ""},
        {"grants": "flagged_answers"},
        {"course": "no-such-course"},
        {"ends_on": "2001-01-01"},
        {"ends_on": "morgen"},
        {"ground": "x" * 501},
    ],
)
def test_what_is_not_whole_is_not_recorded(office: Office, wrong: dict[str, str]) -> None:
    officer = office.staff("privacy_officer")
    page = officer.post(f"{HERE}/agreements", **(AGREED | {"starts_on": _today(office).isoformat()} | wrong))
    assert page.status == 422 and "Er is niets vastgelegd" in page.words
    assert "Er is geen afspraak" in officer.get(HERE).words


def test_how_long_and_the_age_gate_are_chosen_within_bounds(office: Office) -> None:
    officer = office.staff("privacy_officer")
    for days in ("29", "366"):
        assert officer.post(f"{HERE}/choices", retention_days=days).status == 422
    assert officer.post(f"{HERE}/choices", retention_days="90", age_gate="true").status == 303
    with office.store.read(office.id) as session:
        row = session.get_one(Organisation, office.id)
        assert (row.retention_days, row.age_gate) == (90, True)
        changed = session.execute(select(Entry.facts).where(Entry.act == "choice.changed")).scalars().all()
    assert {one["choice"] for one in changed} == {"retention_days", "age_gate"}
    assert officer.post(f"{HERE}/choices", retention_days="90", age_gate="true").status == 303
    for role in ("controller", "author", "reviewer"):
        assert office.staff(role).get(HERE).status == 403
