"""L04: nobody decided in time, so it counts for the learner, who is told; or a second person, where chosen so."""

import datetime as dt
import uuid

import pytest
from sqlalchemy import select, update

from api import messages, settling
from api.trial import System, Visitor
from appeals.models import Appeal
from people.models import Organisation
from store import journal
from store.store import Store
from tests.course import disputed
from tests.staff import Staff

NOW = dt.datetime.now(dt.UTC)


def _view(learner: Visitor) -> dict[str, object]:
    return learner.ask("GET", f"/v1/conversation?course={learner.course}")


def _miss(store: Store, organisation: uuid.UUID, number: str) -> None:
    """The case's date was a minute ago; then the clock is looked at."""
    with store.write(organisation) as session:
        late = update(Appeal).where(Appeal.number == messages.from_number(number))
        session.execute(late.values(due_at=NOW - dt.timedelta(minutes=1)))
    settling.keep_clocks(store, organisation, dt.datetime.now(dt.UTC))


@pytest.fixture
def organisation(system: System) -> uuid.UUID:
    return uuid.UUID(system.demo["organisation_id"])


def test_a_missed_date_gives_the_points_and_says_why(
    learner: Visitor, reviewer: Staff, store: Store, organisation: uuid.UUID
) -> None:
    number = disputed(learner, "ik bedoelde dat ik ja zeg tegen melden")
    assert _view(learner)["progress"]["points"] == 0  # type: ignore[index]
    assert reviewer.post(f"/review/{number}/claim").status == 303
    _miss(store, organisation, number)
    view = _view(learner)
    assert view["progress"]["points"] == 2 and view["progress"]["open_appeals"] == 0  # type: ignore[index]
    told = [one for one in view["messages"] if one["type"] == "ruling"]  # type: ignore[attr-defined]
    assert [(one["number"], one["result"], one["title"]) for one in told] == [
        (number, "expired", "We waren te laat met beslissen. Daarom is je antwoord goedgekeurd.")
    ]
    assert "Autoriteit Persoonsgegevens" in told[0]["complaint"]
    why = learner.ask("GET", f"/v1/questions/{told[0]['question']}/explanation?course={learner.course}")
    assert why["text"][0] == "Er is niet op tijd besloten. Daarom is je antwoord goedgekeurd."
    (case,) = learner.ask("GET", f"/v1/appeals?course={learner.course}")["appeals"]
    assert (case["code"], case["can"]) == ("expired_in_favour", [])
    late = reviewer.post(f"/review/{number}/reading", reading="approve")
    assert late.status == 409, "whoever held it can no longer rule"


def test_it_happens_once_however_often_the_clock_is_looked_at(
    learner: Visitor, store: Store, organisation: uuid.UUID
) -> None:
    number = disputed(learner, "ik bedoelde dat ik ja zeg tegen melden")
    _miss(store, organisation, number)
    settling.keep_clocks(store, organisation, dt.datetime.now(dt.UTC))
    with store.read(organisation) as session:
        appeal = session.execute(select(Appeal).where(Appeal.number == messages.from_number(number))).scalar_one()
        noted = select(journal.Entry.act).where(journal.Entry.appeal_id == appeal.id)
        assert session.execute(noted).scalars().all().count("appeal.expired") == 1


def test_where_the_organisation_chose_so_a_second_person_decides(
    learner: Visitor, reviewer: Staff, store: Store, organisation: uuid.UUID
) -> None:
    number = disputed(learner, "ik bedoelde dat ik ja zeg tegen melden")

    def choose(on_missed: str) -> None:
        with store.write(organisation) as session:
            session.execute(update(Organisation).values(on_missed=on_missed))

    choose("escalate")
    try:
        _miss(store, organisation, number)
    finally:
        choose("favour")
    (case,) = learner.ask("GET", f"/v1/appeals?course={learner.course}")["appeals"]
    assert (case["code"], case["level"], case["open"]) == ("escalated", 2, True)
    assert _view(learner)["progress"]["points"] == 0  # type: ignore[index]
    assert reviewer.rule(number, "disapprove", "overturned:meaning_misread").status == 303
    assert _view(learner)["progress"]["points"] == 2  # type: ignore[index]
