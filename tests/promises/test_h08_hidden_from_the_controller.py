"""H08: the controller sees latest answers to flagged questions, and nothing else without a recorded agreement."""

import datetime as dt
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from api.trial import System, Visitor
from privacy.agreements import Grant
from privacy.models import Agreement
from store.store import Store
from tests.course import answer, file, receipt_number
from tests.staff import Staff

COURSE = "safety-at-work"


@pytest.fixture
def finished(new_learner: object) -> Visitor:
    """A learner who has answered every question of a course, each text with a mark of its own."""
    visitor: Visitor = new_learner(COURSE)  # type: ignore[operator]
    for question in file(COURSE).questions():
        sent = answer(question, "nl")
        if sent["kind"] == "text" and question.kind == "open":
            sent["text"] = f"overpeinzing {visitor.name}"
        visitor.turn(**sent)
    return visitor


@pytest.fixture
def agreement(store: Store, system: System, request: pytest.FixtureRequest) -> Iterator[None]:
    """An agreement on this course with these grants, for the length of one test."""
    organisation, made = uuid.UUID(system.demo["organisation_id"]), uuid.uuid4()
    row: dict[str, Any] = {"id": made, "organisation_id": organisation, "course": COURSE, "grants": request.param}
    row |= {"ground": "works council", "agreed_by": "works council", "starts_on": dt.datetime.now(dt.UTC).date()}
    with store.write(organisation) as session:
        session.add(Agreement(**row, ends_on=None))
    yield
    with store.write(organisation) as session:
        session.delete(session.get_one(Agreement, made))


def test_without_an_agreement_only_flagged_answers(finished: Visitor, employer: Staff) -> None:
    page = employer.get(f"/employer/{COURSE}")
    flagged = sum(question.flagged for question in file(COURSE).questions())
    assert page.text.count(f">{finished.name}<") == flagged
    assert "goedgekeurd" not in page.words and "Voortgang, zoals afgesproken" not in page.words
    opened = employer.open_answer(finished.name, COURSE)
    assert "nee, dat doe ik niet" in opened.text and "goedgekeurd" not in opened.words


@pytest.mark.parametrize(
    ("agreement", "shows"),
    [
        ([Grant.PROGRESS], "13"),
        ([Grant.RESULTS], "goedgekeurd"),
        ([Grant.DURATION], "Minuten"),
        ([Grant.ALL_ANSWERS], "Waarom juist dat?"),
    ],
    indirect=["agreement"],
)
def test_an_agreement_shows_just_what_it_says(finished: Visitor, employer: Staff, agreement: None, shows: str) -> None:
    words = employer.get(f"/employer/{COURSE}").words
    assert shows in words
    if shows != "goedgekeurd":
        assert "goedgekeurd" not in words


def test_an_unflagged_answer_cannot_be_opened_by_guessing(finished: Visitor, employer: Staff) -> None:
    page = employer.get(f"/employer/{COURSE}")
    action = next(one for one in re.findall(r'action="(/employer/[^"]+)"', page.text))
    _, _, _, question, learner = action.split("/")
    privacy = finished.ask("GET", f"/v1/privacy?course={COURSE}")
    assert len(privacy["employer_sees"]) == sum(one.flagged for one in file(COURSE).questions())
    hidden = finished.ask("GET", f"/v1/conversation?course={COURSE}")
    assert hidden["progress"]["finished"]
    for guess in (uuid.uuid4(), learner):
        assert employer.post(f"/employer/{COURSE}/{guess}/{learner}").status == 404
    assert employer.post(f"/employer/{COURSE}/{question}/{uuid.uuid4()}").status == 404


def test_the_learner_sees_what_is_visible_and_who_looked(finished: Visitor, employer: Staff) -> None:
    before = finished.ask("GET", f"/v1/privacy?course={COURSE}")
    assert before["looks"] == [] and before["employer_sees"][0]["state"] == "definitief"
    employer.open_answer(finished.name, COURSE)
    looks = finished.ask("GET", f"/v1/privacy?course={COURSE}")["looks"]
    assert len(looks) == 1 and looks[0]["who"] == "Werkgever" and looks[0]["when"]


def test_a_disputed_answer_is_hidden_until_it_is_settled(learner: Visitor, employer: Staff, reviewer: Staff) -> None:
    page, privacy = f"/employer/{learner.course}", f"/v1/privacy?course={learner.course}"
    learner.say("ja, dat doe ik")
    shown = employer.get(page).text
    action = next(re.findall(r'action="([^"]+)"', row)[0] for row in shown.split("<tr") if f">{learner.name}<" in row)
    assert "ja, dat doe ik" in employer.post(action).text
    number = receipt_number(learner.command("appeal"))
    learner.command("skip")
    assert learner.name not in employer.get(page).text and learner.ask("GET", privacy)["employer_sees"] == []
    refused = employer.post(action)
    assert refused.status == 404 and "ja, dat doe ik" not in refused.text
    assert reviewer.rule(number, "disapprove", "overturned:meaning_misread").status == 303
    assert learner.name in employer.get(page).text
    assert [one["state"] for one in learner.ask("GET", privacy)["employer_sees"]] == ["definitief"]
    assert "ja, dat doe ik" in employer.post(action).text


def test_an_answer_that_the_machine_could_not_read_is_not_called_final(learner: Visitor) -> None:
    learner.say("misschien")
    assert [one["state"] for one in learner.ask("GET", f"/v1/privacy?course={learner.course}")["employer_sees"]] == [
        "nog niet beoordeeld"
    ]


def test_a_controller_is_no_reviewer_and_the_other_way_round(employer: Staff, reviewer: Staff) -> None:
    assert employer.get("/review").status == 403
    assert reviewer.get("/employer").status == 403
