"""What a learner sees of a case and can do about it, in each state; nothing before they may know it."""

import datetime as dt
from typing import Any

import pytest

from api import news, own_cases
from api.texts import texts
from appeals import clocks, filing, notices, ruling
from appeals.errors import AppealNotFound, NotPossible
from appeals.states import Ruling
from people.actors import LearnerClaims
from tests.appeals.conftest import NewDesk
from tests.appeals.desk import START, Desk

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)


def seen(desk: Desk, learner: LearnerClaims, now: dt.datetime) -> dict[str, Any]:
    """The learner's only case as they see it."""
    with desk.write(learner) as (session, here):
        (appeal,) = filing.of_learner(session, here)
        return own_cases.row(session, desk.vault, texts("nl"), here, appeal, now)


def acts(row: dict[str, Any]) -> list[str]:
    return [one["act"] for one in row["can"]]


def whens(row: dict[str, Any]) -> list[str]:
    return [one["when"] for one in row["steps"]]


def told(desk: Desk, learner: LearnerClaims, now: dt.datetime) -> list[dict[str, Any]]:
    """The cards in the chat, those that were shown before too."""
    with desk.write(learner) as (session, here):
        found = notices.news(session, here, START - MINUTE, now)
        return news.cards(session, desk.vault, texts("nl"), here, found, now)


def test_from_receipt_to_ruling(desk: Desk) -> None:
    learner = desk.learner()
    desk.answer(learner)
    number = desk.appeal(learner, statement="Omdat ik nee bedoelde.")
    row = seen(desk, learner, START)
    assert row["number"] == f"W-{number:06}"
    assert [one["text"].replace("\u00a0", " ") for one in row["steps"]] == [
        "Ontvangen op 2 maart 2026", "Wacht op een beoordelaar", "Besluit uiterlijk 30 maart 2026",
    ]  # fmt: skip
    assert (whens(row), acts(row), row["code"]) == (["done", "now", "next"], ["add", "withdraw"], "filed")
    assert (row["statement"], row["asked"], row["extended"], row["ruling"]) == ("Omdat ik nee bedoelde.", *[None] * 3)
    desk.claim(number)
    assert seen(desk, learner, START)["steps"][1]["text"] == "Ligt bij een beoordelaar"


def test_a_ruling_that_can_be_taken_back_is_not_known_to_the_learner(desk: Desk) -> None:
    learner, number = desk.disputed()
    desk.claim(number)
    before = seen(desk, learner, START)
    desk.read(number)
    desk.rule(number, choice=Ruling.UPHELD, reason="ambiguous", text="Het kan beide betekenen.")
    assert seen(desk, learner, START + dt.timedelta(seconds=29)) == before | {"can": []}
    row = seen(desk, learner, START + MINUTE)
    assert row["ruling"] == {
        "result": "upheld", "title": "Een mens heeft gekeken. De beoordeling blijft.", "code": "ambiguous",
        "reason": "Je antwoord kan op meer manieren worden gelezen.", "text": "Het kan beide betekenen.",
    }  # fmt: skip
    assert (whens(row), acts(row), row["open"]) == (["done"] * 3, ["escalate"], False)


def test_a_second_person_can_be_asked_once_and_the_first_ruling_stays_in_view(desk: Desk) -> None:
    learner, number = desk.disputed()
    desk.decide(number, choice=Ruling.UPHELD, reason="ambiguous")
    with desk.write(learner) as (session, here):
        filing.escalate(session, here, number, START + DAY)
    row = seen(desk, learner, START + DAY)
    assert whens(row) == ["done", "done", "now", "next"] and acts(row) == ["add", "withdraw"]
    assert row["steps"][2]["text"] == "Wacht op een tweede beoordelaar" and row["ruling"]["result"] == "upheld"
    assert "het eerste besluit blijft staan" in row["can"][1]["text"].lower()
    second = START + DAY
    desk.decide(number, second, 1, choice=Ruling.UPHELD, reason="graded_correctly")
    assert seen(desk, learner, second)["ruling"] is None, "not told yet"
    with desk.store.write(desk.id) as session:
        ruling.undo(session, desk.vault, desk.reviewers[1], number, second)
    assert seen(desk, learner, second)["ruling"] == row["ruling"], "taken back: the first one's stands, with its text"
    assert [one["reason"] for one in told(desk, learner, second)] == [row["ruling"]["reason"]], "and is told"
    desk.rule(number, second, 1, choice=Ruling.UPHELD, reason="graded_correctly")
    row = seen(desk, learner, second + MINUTE)
    assert (row["ruling"]["code"], acts(row)) == ("graded_correctly", [])


def test_two_rulings_that_were_not_heard_of_are_told_as_the_second(desk: Desk) -> None:
    learner, number = desk.disputed()
    desk.decide(number, choice=Ruling.UPHELD, reason="ambiguous")
    with desk.write(learner) as (session, here):
        filing.escalate(session, here, number, START + MINUTE)
    desk.decide(number, START + MINUTE, 1, choice=Ruling.OVERTURNED)
    assert [one["result"] for one in told(desk, learner, START + DAY)] == ["overturned"]


def test_a_question_back_is_replied_to(desk: Desk) -> None:
    learner = desk.learner()
    desk.answer(learner)
    number = desk.appeal(learner, statement="Ik bedoelde nee.")
    desk.claim(number)
    with desk.store.write(desk.id) as session:
        ruling.ask(session, desk.vault, desk.reviewers[0], number, "Wat bedoel je?", START)
    row = seen(desk, learner, START)
    assert (acts(row), row["asked"]) == (["reply", "withdraw"], "Wat bedoel je?")
    (card,) = told(desk, learner, START)
    assert (card["kind"], card["text"], [one["command"] for one in card["buttons"]]) == (
        "asked", "Wat bedoel je?", ["appeal"],
    )  # fmt: skip
    with desk.write(learner) as (session, here):
        filing.add(session, desk.vault, here, number, "Nee.", START)
    assert told(desk, learner, START) == [], "what was replied to is not asked again"
    row = seen(desk, learner, START)
    assert (acts(row), row["code"], row["adds"]) == (["add", "withdraw"], "filed", "reply")
    assert (row["statement"], row["reply"]) == ("Ik bedoelde nee.", "Nee."), "nothing that was said is lost"


def test_an_extension_says_why_and_until_when(desk: Desk) -> None:
    learner, number = desk.disputed()
    desk.claim(number)
    with desk.store.write(desk.id) as session:
        ruling.extend(session, desk.vault, desk.reviewers[0], number, "We wachten op de leverancier.", START)
    row = seen(desk, learner, START)
    assert row["extended"] == "We wachten op de leverancier." and row["due"] == "2026-06-02"
    (card,) = told(desk, learner, START)
    assert (card["kind"], card["text"]) == ("extended", "We wachten op de leverancier.")
    assert "2\u00a0juni\u00a02026" in card["title"]


def test_a_missed_date_and_a_withdrawn_case_are_over(new_desk: NewDesk) -> None:
    desk = new_desk()
    learner, number = desk.disputed()
    late = desk.case(number).due_at + MINUTE
    with desk.store.write(desk.id) as session:
        clocks.tick(session, desk.id, late)
    row = seen(desk, learner, late)
    assert (row["code"], row["ruling"]["result"], acts(row)) == ("expired_in_favour", "expired", [])
    assert [(one["type"], one["result"]) for one in told(desk, learner, late)] == [("ruling", "expired")]
    other, number = desk.disputed()
    with desk.write(other) as (session, here):
        filing.withdraw(session, here, number, START)
    row = seen(desk, other, START)
    assert (row["code"], row["steps"][-1], acts(row)) == ("withdrawn", {"when": "done", "text": "Ingetrokken"}, [])


def test_what_a_learner_never_disputed_has_nothing_to_withdraw_until_they_say_something(desk: Desk) -> None:
    learner = desk.learner()
    decision = desk.answer(learner, "misschien", "undecided")
    with desk.write(learner) as (session, here):
        number = filing.refer(session, here, here.course.questions[0].id, decision, START).number
    row = seen(desk, learner, START)
    assert acts(row) == ["add"] and row["steps"][0]["text"].startswith("Naar een mens gestuurd op")
    with desk.write(learner) as (session, here):
        filing.add(session, desk.vault, here, number, "Ik bedoel nee.", START)
    row = seen(desk, learner, START)
    assert acts(row) == ["add", "withdraw"] and row["can"][1]["text"].endswith("beoordeelt je antwoord nog wel.")
    with desk.write(learner) as (session, here):
        filing.withdraw(session, here, number, START)
    assert (seen(desk, learner, START)["statement"], acts(seen(desk, learner, START))) == (None, ["add"])


@pytest.mark.parametrize("choice", [Ruling.OVERTURNED, Ruling.UPHELD])
def test_both_rulings_have_the_same_shape(desk: Desk, choice: Ruling) -> None:
    learner, number = desk.disputed()
    reason = "ambiguous" if choice is Ruling.UPHELD else "meaning_misread"
    desk.decide(number, choice=choice, reason=reason)
    (card,) = told(desk, learner, START + MINUTE)
    assert set(card) == {
        "type", "result", "number", "question", "about", "complaint", "title", "reason", "text", "buttons",
    }  # fmt: skip
    assert all(card[name] for name in ("title", "reason", "text", "about", "complaint"))
    commands = [one["command"] for one in card["buttons"]]
    assert commands == (["again", "appeal"] if choice is Ruling.UPHELD else [])


def test_a_case_that_is_not_theirs_cannot_be_escalated(desk: Desk) -> None:
    learner, other = desk.learner(), desk.learner()
    desk.answer(learner)
    number = desk.appeal(learner)
    desk.decide(number, choice=Ruling.OVERTURNED)
    with pytest.raises(NotPossible), desk.write(learner) as (session, here):
        filing.escalate(session, here, number, START + DAY)
    with pytest.raises(AppealNotFound), desk.write(other) as (session, here):
        filing.escalate(session, here, number, START + DAY)
