"""A case as its reviewer handles it, by links and forms alone: claims, questions, time, rulings, second thoughts."""

import datetime as dt
import uuid

import pytest
from sqlalchemy import delete, select, update

from api import messages
from api.trial import System, Visitor
from appeals import access, conflicts
from appeals.models import Appeal, Conflict
from learning.models import Course
from people.models import Member
from store import journal
from store.store import Store
from tests.conftest import NewLearner
from tests.course import disputed
from tests.staff import Staff

RULING = {"choice": "upheld:ambiguous", "text": "Het kan beide."}


def _read(reviewer: Staff, number: str) -> None:
    assert reviewer.post(f"/review/{number}/claim").headers["location"] == f"/review/{number}#answer"
    reply = reviewer.post(f"/review/{number}/reading", reading="unsure")
    assert reply.headers["location"] == f"/review/{number}#machine"


def _acts(store: Store, system: System, number: str) -> list[str]:
    """What the journal says of a case, in its order."""
    with store.read(uuid.UUID(system.demo["organisation_id"])) as session:
        appeal = access.find(session, messages.from_number(number))
        rows = select(journal.Entry.act).where(journal.Entry.appeal_id == appeal.id).order_by(journal.Entry.id)
        return list(session.execute(rows).scalars())


def test_a_case_is_taken_over_in_so_many_words(
    learner: Visitor, reviewer: Staff, second_reviewer: Staff, store: Store, system: System
) -> None:
    number = disputed(learner)
    _read(reviewer, number)
    beaten = second_reviewer.post(f"/review/{number}/claim")
    assert beaten.status == 409 and "Beoordelaar is hiermee bezig" in beaten.words
    assert "Het wordt vastgelegd dat je overneemt." in beaten.words and "ja, dat doe ik" not in beaten.text
    assert second_reviewer.post(f"/review/{number}/take-over").headers["location"] == f"/review/{number}#answer"
    taken = second_reviewer.get(f"/review/{number}")
    assert "ja, dat doe ik" in taken.text and "Wat de computer las" not in taken.words, "reads for themselves first"
    lost = reviewer.post(f"/review/{number}/ruling", version="9", **RULING)
    assert lost.status == 409
    assert "Wat je schreef Het kan beide." in lost.words and "Tweede beoordelaar is hiermee bezig" in lost.words
    assert _acts(store, system, number)[-1] == "appeal.taken_over"
    assert second_reviewer.post(f"/review/{number}/release").headers["location"] == "/review"
    assert second_reviewer.post(f"/review/{number}/release").status == 409


def test_what_is_typed_is_kept_until_the_case_is_somebody_elses(
    learner: Visitor, reviewer: Staff, second_reviewer: Staff, system: System
) -> None:
    number = disputed(learner)
    _read(reviewer, number)
    reviewer.post(f"/review/{number}/draft", choice="upheld:ambiguous", text="Je schreef “ja”.", why="Vakantie.")
    reviewer.post(f"/review/{number}/draft", question="Bedoel je melden?")
    again = Staff(system, system.demo["reviewer"]).get(f"/review/{number}")
    assert again.text.count("Je schreef “ja”.") == 1 and "Bedoel je melden?" in again.text and "Vakantie." in again.text
    assert 'value="upheld:ambiguous" required data-draft' in again.text and again.text.count(" checked") == 1
    assert second_reviewer.post(f"/review/{number}/draft", text="Van mij").status == 409
    assert Staff(system, None).post(f"/review/{number}/draft", text="Van niemand").status == 401
    assert "Je schreef" not in second_reviewer.get(f"/review/{number}").text
    second_reviewer.post(f"/review/{number}/take-over")
    second_reviewer.post(f"/review/{number}/reading", reading="unsure")
    assert "Je schreef" not in second_reviewer.get(f"/review/{number}").text


def test_a_ruling_on_what_has_changed_keeps_what_was_typed(learner: Visitor, reviewer: Staff) -> None:
    number = disputed(learner)
    _read(reviewer, number)
    version = reviewer.get(f"/review/{number}").field("version")
    reviewer.post(f"/review/{number}/extension", why="We vragen het de leverancier.")
    stale = reviewer.post(f"/review/{number}/ruling", version=version, **RULING)
    assert stale.status == 409 and ">Het kan beide.</textarea>" in stale.text
    assert "Er is niets opgeslagen." in stale.words
    assert reviewer.post(f"/review/{number}/ruling", version=stale.field("version"), **RULING).status == 303


def test_the_learner_is_asked_and_answers(learner: Visitor, reviewer: Staff) -> None:
    number = disputed(learner, "Ik klik niet.")
    _read(reviewer, number)
    for wrong in ("", " ", "x" * 2001):
        refused = reviewer.post(f"/review/{number}/question", question=wrong)
        assert refused.status == 422 and "Schrijf een vraag van hoogstens 2.000 tekens." in refused.words
    asked = reviewer.post(f"/review/{number}/question", question="Waar zeg je ja op?")
    assert asked.headers["location"] == f"/review/{number}#standing"
    waits = reviewer.get(f"/review/{number}")
    assert "Deze zaak wacht op de lerende." in waits.words and "Waar zeg je ja op?" not in waits.text
    heard = learner.ask("GET", f"/v1/conversation?course={learner.course}")["messages"]
    assert any("Waar zeg je ja op?" in str(one.get("text")) for one in heard)
    learner.ask("POST", f"/v1/appeals/{number}/statement?course={learner.course}", {"text": "Op het melden."})
    reviewer.post(f"/review/{number}/claim")
    back = reviewer.get(f"/review/{number}").words
    told = ("Ik klik niet.", "Wat een beoordelaar de lerende vroeg", "Waar zeg je ja op?", "Op het melden.")
    assert sorted(told, key=back.index) == list(told), "in the order in which it was said"
    assert "Vraag versturen" not in back, "one question only"


def test_more_time_is_taken_once_and_for_a_reason(learner: Visitor, reviewer: Staff) -> None:
    number = disputed(learner)
    _read(reviewer, number)
    assert reviewer.post(f"/review/{number}/extension", why=" ").status == 422
    assert "De nieuwe datum wordt" in reviewer.get(f"/review/{number}").words
    done = reviewer.post(f"/review/{number}/extension", why="We vragen het de leverancier.")
    assert done.headers["location"] == f"/review/{number}#dates"
    page = reviewer.get(f"/review/{number}").words
    assert "We vragen het de leverancier." in page and "De nieuwe datum wordt" not in page
    again = reviewer.post(f"/review/{number}/extension", why="Nog langer.")
    assert again.status == 422 and "Dat kan één keer" in again.words


@pytest.mark.usefixtures("second_thoughts")
def test_a_ruling_is_taken_back_with_what_was_written(
    learner: Visitor, reviewer: Staff, second_reviewer: Staff
) -> None:
    number = disputed(learner)
    _read(reviewer, number)
    version = reviewer.get(f"/review/{number}").field("version")
    ruled = reviewer.post(f"/review/{number}/ruling", version=version, **RULING)
    assert ruled.headers["location"] == f"/review/{number}#standing"
    page = reviewer.get(f"/review/{number}").words
    assert "De beoordeling blijft. De lerende hoort het over" in page and "Volgende zaak" in page
    assert "Terugdraaien" not in second_reviewer.get(f"/review/{number}").words
    assert second_reviewer.post(f"/review/{number}/undo").status == 422
    assert reviewer.post(f"/review/{number}/undo").headers["location"] == f"/review/{number}#ruling"
    undone = reviewer.get(f"/review/{number}")
    assert ">Het kan beide.</textarea>" in undone.text and undone.text.count(" checked") == 1
    assert "Jij las: dit antwoord twijfelt" in undone.words


def test_a_ruling_that_was_told_stands(learner: Visitor, reviewer: Staff) -> None:
    number = disputed(learner)
    assert reviewer.rule(number, "unsure", "upheld:ambiguous").status == 303
    page = reviewer.get(f"/review/{number}").words
    assert "Deze zaak is gesloten" in page and "Terugdraaien" not in page
    late = reviewer.post(f"/review/{number}/undo")
    assert late.status == 422 and "Terugdraaien kan niet meer." in late.words


def test_a_second_person_sees_the_first_ruling_after_reading(
    learner: Visitor, reviewer: Staff, second_reviewer: Staff, store: Store, system: System
) -> None:
    number = disputed(learner)
    reviewer.rule(number, "unsure", "upheld:ambiguous", "Het kan beide.")
    ours = uuid.UUID(system.demo["organisation_id"])
    with store.write(ours) as session:
        appeal = access.find(session, messages.from_number(number))
        appeal.first_ruling, appeal.first_ruled_by = appeal.ruling, appeal.ruled_by
        appeal.state, appeal.level, appeal.own_reading, appeal.before = "escalated", 2, None, None
    refused = reviewer.post(f"/review/{number}/claim")
    assert refused.status == 403 and "Je hebt over deze zaak al beslist." in refused.words
    assert "uitzondering" not in refused.words, "somebody else can"
    second_reviewer.post(f"/review/{number}/claim")
    assert "Het kan beide." not in second_reviewer.get(f"/review/{number}").text
    second_reviewer.post(f"/review/{number}/reading", reading="disapprove")
    read = second_reviewer.get(f"/review/{number}").words
    assert "Wat de eerste mens besloot De beoordeling blijft. Je antwoord kan op meer manieren worden gelezen." in read
    assert "Het kan beide." in read and "De computer las: dit antwoord zegt ja op de vraag" in read


def test_where_nobody_else_is_left_it_is_an_exception_that_is_recorded(
    learner: Visitor, reviewer: Staff, store: Store, system: System
) -> None:
    number = disputed(learner)
    ours = uuid.UUID(system.demo["organisation_id"])
    with store.write(ours) as session:
        course = session.execute(select(Course.id).where(Course.slug == learner.course)).scalar_one()
        members = select(Member.id).where(Member.roles.contains(["reviewer"]))
        for member in session.execute(members).scalars():
            conflicts.declare(session, ours, member, course_id=course, now=dt.datetime.now(dt.UTC))
    try:
        refused = reviewer.post(f"/review/{number}/claim")
        assert refused.status == 403 and "Je hebt de vragen van deze cursus gemaakt." in refused.words
        assert "Beslissen als uitzondering (dit wordt vastgelegd)" in refused.words
        assert reviewer.post(f"/review/{number}/claim", exception="1").status == 303
        assert "uitzondering, vastgelegd" in reviewer.get(f"/review/{number}").words
        assert _acts(store, system, number)[-1] == "appeal.exception"
    finally:
        with store.write(ours) as session:
            session.execute(delete(Conflict))
            session.execute(update(Appeal).values(exception=False))


def test_next_is_the_longest_waiting_case_that_is_free(new_learner: NewLearner, reviewer: Staff) -> None:
    first = reviewer.get("/review/next").headers["location"]
    if first == "/review":
        disputed(new_learner())
        first = reviewer.get("/review/next").headers["location"]
    assert reviewer.post(f"{first}/claim").status == 303
    assert reviewer.get("/review/next").headers["location"] != first
    reviewer.post(f"{first}/release")
    assert reviewer.get("/review/next").headers["location"] == first
