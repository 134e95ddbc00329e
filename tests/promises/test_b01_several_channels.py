"""B01: one conversation over several channels: the widget and a channel of text lead to the same progress."""

import uuid
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from api.trial import System, Visitor
from learning.models import Answer, Course, Enrolment
from people.models import Learner
from store.store import Store
from tests.browser.widget import MakePage, Widget
from tests.conftest import NewLearner

COURSE = "information-security"


class Texter:
    """A learner at a channel that speaks Rasa's `rest` format, with the token of their organisation."""

    def __init__(self, learner: Visitor, language: str = "nl") -> None:
        self._learner, self._language, self.sender = learner, language, uuid.uuid4().hex

    def send(self, message: str, **more: str) -> list[dict[str, Any]]:
        """One message; the replies."""
        path = f"/v1/channels/rest?course={self._learner.course}&language={self._language}"
        body = {"sender": self.sender, "message": message, **more}
        replies: list[dict[str, Any]] = self._learner.ask("POST", path, body)  # type: ignore[assignment]
        assert {one["recipient_id"] for one in replies} <= {self.sender}
        return replies

    def says(self, message: str, **more: str) -> str:
        """All that is said in reply."""
        return "\n".join(one["text"] for one in self.send(message, **more))

    def press(self, replies: list[dict[str, Any]], title: str) -> list[dict[str, Any]]:
        """A button of a reply."""
        return self.send(next(one["payload"] for said in replies for one in said.get("buttons", [])
                              if one["title"] == title))  # fmt: skip


def _progress(learner: Visitor) -> tuple[int, int]:
    shown = learner.ask("GET", f"/v1/conversation?course={learner.course}")
    learner.revision = shown["revision"]
    return shown["progress"]["answered"], shown["progress"]["points"]


def test_b01_begun_in_the_widget_gone_on_in_text_and_back(
    new_learner: NewLearner, store: Store, system: System
) -> None:
    learner = new_learner()
    learner.say("nee, dat doe ik niet")
    assert _progress(learner) == (1, 2)
    texter = Texter(learner)
    shown = texter.says("ja")
    assert "Welkom terug. Je bent bij vraag 2" in shown, "what was asked elsewhere is shown, not answered"
    assert _progress(learner) == (1, 2)
    assert "Goedgekeurd, 1 punt." in texter.says("ja, ik bel eerst")
    assert _progress(learner) == (2, 3)
    replies = texter.send("2")
    assert "Niet goedgekeurd." in replies[0]["text"]
    assert "bezwaar is binnen" in texter.press(replies, "Ik ben het niet eens")[0]["text"]
    assert "Vraag 4 van 14" in texter.says("/skip")
    assert [len(learner.ask("GET", f"/v1/appeals?course={COURSE}")["appeals"]), *_progress(learner)] == [1, 3, 3]
    back = learner.say("nee, dat doe ik niet")
    assert back["progress"]["answered"] == 4
    with store.read(uuid.UUID(system.demo["organisation_id"])) as session:
        mine = select(Learner.id).where(Learner.subject == learner.name).scalar_subquery()
        courses = session.execute(
            select(Course.slug).join(Enrolment, Enrolment.course_id == Course.id).where(Enrolment.learner_id == mine)
        )
        assert courses.scalars().all() == [COURSE], "one conversation"
        answers = session.execute(select(Answer.question_id).where(Answer.learner_id == mine)).all()
        assert len(answers) == 4


def test_b01_what_the_widget_still_shows_is_not_answered_by_mistake(new_learner: NewLearner) -> None:
    learner = new_learner()
    texter = Texter(learner)
    texter.send("hallo")
    texter.send("nee, dat doe ik niet")
    body = {"turn": uuid.uuid4().hex, "course": COURSE, "seen": learner.revision, "kind": "text", "text": "ja"}
    refused = learner.request("POST", "/v1/turns", body)
    assert refused.status == 409 and refused.json()["view"]["progress"]["answered"] == 1


@pytest.mark.parametrize(
    ("language", "agree", "told", "begin"),
    [
        ("nl", "akkoord", "Je praat met een computer", "Beginnen"),
        ("en", "agree", "You are talking to a computer", "Begin"),
    ],
)
def test_b01_consent_and_the_notice_come_first_there_too(
    new_learner: NewLearner, language: str, agree: str, told: str, begin: str
) -> None:
    learner = new_learner(language=language, enter=False)
    texter = Texter(learner, language)
    first = texter.send("ja")
    assert told in first[0]["text"] and agree in first[0]["text"]
    assert learner.ask("GET", f"/v1/conversation?course={COURSE}")["consent"] == "missing", "not by any word"
    policy = first[0]["buttons"][0]["payload"].split()[1]
    greeting = texter.send(f"{agree} {policy}")
    assert [one["title"] for one in greeting[-1]["buttons"]] == [begin]
    asked = texter.press(greeting, begin)
    assert any("1" in one["text"] and "14" in one["text"] for one in asked)
    flagged = "\n".join(one["text"] for one in asked)
    assert ("Je werkgever kan" if language == "nl" else "Your employer can") in flagged
    withdrawn = texter.says("toestemming intrekken" if language == "nl" else "withdraw consent")
    assert told in withdrawn and told in texter.says("ja, dat doe ik")
    assert learner.ask("GET", f"/v1/conversation?course={COURSE}")["consent"] == "missing"


def test_b01_an_old_policy_is_no_consent(new_learner: NewLearner) -> None:
    learner = new_learner(enter=False)
    path = f"/v1/channels/rest?course={COURSE}"
    refused = learner.request("POST", path, {"sender": "x", "message": "akkoord 2001-01-01"})
    assert (refused.status, refused.json()["code"]) == (409, "policy_outdated")


def test_b01_another_course_is_begun_over_the_channel(new_learner: NewLearner) -> None:
    learner = new_learner()
    learner.course = "safety-at-work"
    texter = Texter(learner)
    greeting = texter.send("hallo")
    assert "Vraag 1 van 13" in "\n".join(one["text"] for one in texter.press(greeting, "Beginnen"))


def test_b01_the_same_message_twice_is_one_answer(new_learner: NewLearner) -> None:
    learner = new_learner()
    texter = Texter(learner)
    texter.send("hallo")
    first = texter.send("nee, dat doe ik niet", message_id="m-1")
    assert texter.send("nee, dat doe ik niet", message_id="m-1") == first
    assert _progress(learner) == (1, 2)


def test_b01_nobody_else_and_no_stranger_comes_in(new_learner: NewLearner) -> None:
    learner, other = new_learner(), new_learner()
    texter, stranger = Texter(learner), Texter(other)
    stranger.sender = texter.sender
    stranger.send("hallo")
    stranger.send("nee, dat doe ik niet")
    assert (_progress(learner), _progress(other)) == ((0, 0), (1, 2)), "the token says who it is, not the sender"
    learner.token = "none"
    refused = learner.request("POST", f"/v1/channels/rest?course={COURSE}", {"sender": "x", "message": "ja"})
    assert refused.status == 401


def test_b01_the_widget_in_a_browser_goes_on_where_the_texts_were(
    make_page: MakePage, system: System, new_learner: NewLearner
) -> None:
    learner = new_learner()
    texter = Texter(learner)
    texter.send("hallo")
    texter.send("nee, dat doe ik niet")
    widget = Widget(make_page(width=375), system, name=learner.name).open()
    widget.expect_text("Welkom terug. Je bent bij vraag 2 van 14.")
    widget.type("ja, ik bel eerst")
    widget.expect_question(3)
    expect(widget.page.get_by_text("2 van 14 · 3 punten")).to_be_attached()
    assert "Welkom terug. Je bent bij vraag 3" in texter.says("verder")
