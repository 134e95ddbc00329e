"""The same conversation over another channel, in text: what Rasa's `rest` channel takes and gives.

Nothing is kept for it. That a message comes over this channel is seen from the turn id, which begins with a digest of
its sender. When the conversation went on elsewhere in between, what is typed here is no answer to what was asked there:
the channel shows where the learner is, and takes the next message.
"""

import datetime as dt
import hashlib
import re
import uuid
from dataclasses import dataclass, field
from typing import Any, Final, get_args

from api.conversation import Command, Conversation, Sent
from api.texts import Texts, texts
from learning import enrolments
from learning.enrolments import Here
from people.actors import Language, LearnerClaims

Said = dict[str, Any]

WORDS: Final = ("title", "reading", "reason", "text", "why", "flagged_notice")
"""The parts of a message that are read, in that order."""
WITHDRAW: Final = ("/withdraw", "toestemming intrekken", "withdraw consent")
AGREE: Final = re.compile(r"(?:/consent|akkoord|agree) ([0-9A-Za-z-]{1,40})", re.I)


@dataclass(frozen=True, slots=True)
class Heard:
    """A message that came in. The same id twice is the same message."""

    sender: str
    message: str = field(repr=False)
    id: str

    @property
    def channel(self) -> str:
        """How turn ids of this sender begin."""
        return f"rest-{hashlib.sha256(self.sender.encode()).hexdigest()[:12]}-"

    @property
    def turn(self) -> str:
        """The turn of this message."""
        return self.channel + hashlib.sha256(self.id.encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Channel:
    """A learner's channel into the conversation about one course."""

    conversation: Conversation
    claims: LearnerClaims
    course: str
    wished: Language | None
    address: str
    """Of the api, for links."""

    def take(self, heard: Heard, now: dt.datetime) -> list[Said]:
        """One message; the replies, as texts with buttons."""
        talk = self.conversation
        with talk.store.read(self.claims.organisation_id) as session:
            here = enrolments.find(session, talk.catalogue, self.claims, self.course, self.wished)
        message = heard.message.strip()
        if message.casefold() in WITHDRAW:
            return self._view(talk.withdraw_consent(self.claims, self.course, now))
        if not here.takes_part:
            return self._consent(here, message, now)
        if not here.enrolled:  # they consented in another course
            return self._view(talk.view(self.claims, self.course, self.wished, now))
        sent = _sent(heard, here, self.course)
        again = here.last_turn == heard.turn
        if not again and self._elsewhere(here, heard, sent):
            with talk.store.write(self.claims.organisation_id) as session:
                enrolments.arrive(session, here, heard.turn)
        elif not again or here.last_reply is not None:
            return self._texts(talk.take(self.claims, sent, now))
        return self._view(talk.view(self.claims, self.course, self.wished, now))

    def _elsewhere(self, here: Here, heard: Heard, sent: Sent) -> bool:
        """Was the open question asked elsewhere, so that this cannot be the answer to it?"""
        came_from_here = (here.last_turn or "").startswith(heard.channel)
        return here.awaiting is not None and not came_from_here and sent.command in (None, "affirm", "deny")

    def _consent(self, here: Here, message: str, now: dt.datetime) -> list[Said]:
        view = self.conversation.view(self.claims, self.course, self.wished, now)
        notice = view["notice"]
        agreed = AGREE.fullmatch(message)
        if agreed:
            purposes = [one["key"] for one in notice["purposes"]]
            return self._view(
                self.conversation.consent(self.claims, self.course, here.language, agreed[1], purposes, now)
            )
        return self._view(view)

    def _view(self, view: dict[str, Any]) -> list[Said]:
        notice = view["notice"]
        if notice is None:
            return self._texts(view)
        t = texts(view["language"])
        if notice["ground"]:
            asks = t("Typ “akkoord {policy}” als je dit hebt gelezen en wilt beginnen.", policy=notice["policy"])
            read, title = notice["ground"], t("Gelezen, begin")
        else:
            asks = t(
                "Typ “akkoord {policy}” als je dit goed vindt. Met “toestemming intrekken” stop je weer.",
                policy=notice["policy"],
            )  # fmt: skip
            read, title = [one["text"] for one in notice["purposes"]], t("Ik ga akkoord")
        words = [*notice["paragraphs"], *read, asks]
        button = {"title": title, "payload": f"/consent {notice['policy']}"}
        return [{"text": "\n\n".join(words), "buttons": [button]}]

    def _texts(self, reply: dict[str, Any]) -> list[Said]:
        t = texts(reply["language"])
        return [self._said(t, message) for message in reply["messages"]]

    def _said(self, t: Texts, message: dict[str, Any]) -> Said:
        words = list(dict.fromkeys(str(message[name]) for name in WORDS if message.get(name)))
        if message["type"] == "question":
            words.insert(0, t("Vraag {n} van {total}", n=message["number"], total=message["total"]))
        words += [f"{one['title']}: {self.address}{one['path']}" for one in message.get("links", [])]
        buttons = [{"title": one["text"], "payload": f"/choose {one['key']}"} for one in message.get("options", [])]
        for one in message.get("buttons", []):
            if "command" in one:
                about = f" {one['about']}" if "about" in one else ""
                buttons.append({"title": one["title"], "payload": f"/{one['command']}{about}"})
        return {"text": "\n".join(words)} | ({"buttons": buttons} if buttons else {})


def _sent(heard: Heard, here: Here, course: str) -> Sent:
    """The turn behind a message: a button's payload, or what was typed."""
    message = heard.message.strip()
    name, _, rest = message.removeprefix("/").partition(" ")
    if message.startswith("/choose "):
        return Sent(heard.turn, course, here.revision, "choice", choice=rest[:60])
    if message.startswith("/") and name in get_args(Command):
        return Sent(heard.turn, course, here.revision, "command", command=name, about=_id(rest))
    return Sent(heard.turn, course, here.revision, "text", text=heard.message)


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
