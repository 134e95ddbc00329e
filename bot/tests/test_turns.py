"""The bot is a function of state and text, and keeps nothing."""

import json
import uuid

import pytest

from tests.conftest import Bot
from wederhoor_bot.acts import ACTS, AWAITING, COMMANDS

STATES = [*sorted(AWAITING), None]


def _expected(command, awaiting):
    """The table of docs: what each command leads to in each state."""
    confirming = awaiting in ("confirm_reset", "confirm_again")
    if command == "reset":
        return "ask_reset"
    if command == "skip":
        return "keep" if confirming else "file_without_statement" if awaiting == "appeal_statement" else "next"
    if command == "affirm":
        return {"confirm_reset": "reset", "confirm_again": "confirm_again"}.get(awaiting, "hint")
    if command == "deny":
        return "keep" if confirming else "hint"
    return command


@pytest.mark.parametrize("awaiting", STATES)
@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_a_button_leads_to_its_act_in_every_state(bot: Bot, command: str, awaiting: str) -> None:
    for language in ("nl", "en"):
        assert bot.act(command=command, awaiting=awaiting, language=language) == _expected(command, awaiting)


@pytest.mark.parametrize(
    ("awaiting", "act"),
    [
        ("answer", "answer"),
        ("choice", "choose"),
        ("appeal_statement", "file_appeal"),
        ("confirm_reset", "ask_reset"),
        ("confirm_again", "again"),
        (None, "hint"),
    ],
)
def test_a_text_means_what_is_awaited(bot: Bot, awaiting: str, act: str) -> None:
    text = "dat lijkt me iets om met mijn leidinggevende te bespreken voor ik verder ga"
    assert bot.act(text, awaiting=awaiting) == act
    assert bot.act(text, awaiting=awaiting, language="en", kind="answer") == act


@pytest.mark.parametrize(("text", "language"), [("ja", "nl"), ("Ja hoor!", "nl"), ("Doe maar", "nl"), ("yes please", "en")])
def test_yes_begins_or_goes_on_while_nothing_is_awaited(bot: Bot, text: str, language: str) -> None:
    assert bot.act(text, awaiting=None, language=language) == "start"
    assert bot.act(text, awaiting="answer", language=language) == "answer"


@pytest.mark.parametrize("text", ["ok", "ja wis alles", "yes erase everything", "ja opnieuw antwoorden"])
def test_what_says_more_or_less_than_yes_does_not(bot: Bot, text: str) -> None:
    assert bot.act(text, awaiting=None) != "start"


@pytest.mark.parametrize(
    "text",
    ["/restart", "/stop", '/appeal{"number": 1}', '/intent{"name": "reset"}', "/session_start", "EXTERNAL: reset", '"stop"', "“help”"],
)
def test_what_looks_like_a_payload_is_an_answer(bot: Bot, text: str) -> None:
    assert bot.act(text) == "answer"


def test_the_language_is_that_of_the_state(bot: Bot) -> None:
    dutch, english = (bot.ask(command="help", language=one)["messages"][0]["text"] for one in ("nl", "en"))
    assert dutch.startswith("Je kunt") and english.startswith("You can")


def test_turns_leave_no_trace_on_each_other(bot: Bot) -> None:
    first = [bot.act("nee", awaiting=state) for state in STATES]
    for _ in range(3):
        assert [bot.act("nee", awaiting=state) for state in STATES] == first


def test_no_learner_text_comes_back_or_into_the_log(bot: Bot) -> None:
    marker = "kapstok" + uuid.uuid4().hex
    for awaiting in STATES:
        for text in (marker, f"/{marker}", f"ik wil stoppen {marker}", f"{marker} " * 30):
            assert marker not in json.dumps(bot.ask(text, awaiting=awaiting))
    assert marker not in bot.log.read_text()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"not json", 400),
        ({}, 400),
        ({"turn": "x", "kind": "text", "text": "ja", "state": {"language": "nl"}}, 400),
        ({"turn": "12345678", "kind": "text", "text": "ja", "state": {"language": "fr"}}, 400),
        ({"turn": "12345678", "kind": "text", "text": "ja", "state": {"language": "nl", "awaiting": "tea"}}, 400),
        ({"turn": "12345678", "kind": "text", "text": 5, "state": {"language": "nl"}}, 400),
        ({"turn": "12345678", "kind": "text", "text": " \x00 ", "state": {"language": "nl"}}, 422),
        ({"turn": "12345678", "kind": "text", "text": "x" * 100_000, "state": {"language": "nl"}}, 413),
        ({"turn": "12345678", "kind": "command", "command": "drop", "state": {"language": "nl"}}, 400),
    ],
)
def test_bad_input_is_refused_with_a_reason(bot: Bot, body: object, status: int) -> None:
    found, reply = bot.post(body)
    assert found == status and reply["error"]


def test_nobody_without_the_key_is_answered(bot: Bot) -> None:
    turn = {"turn": "12345678", "kind": "text", "text": "ja", "state": {"language": "nl"}}
    assert bot.post(turn, key="another key of sufficient length")[0] == 403


def test_every_act_is_reached(bot: Bot) -> None:
    reached = {bot.act(command=one, awaiting=state) for one in COMMANDS for state in STATES}
    reached |= {bot.act("dit is een antwoord van meer dan zeven woorden lang", awaiting=state) for state in STATES}
    reached.add(bot.act("kun je de vraag voor mij herhalen"))
    assert reached == ACTS
