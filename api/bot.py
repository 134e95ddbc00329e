"""Asks the bot what a text means and what to say: one HTTP call to a pure function on loopback."""

import logging
from dataclasses import dataclass, field
from typing import Any

import urllib3

from people.actors import Language

log = logging.getLogger(__name__)

SECONDS = 4.0
CONNECTIONS = 40


class BotUnavailable(Exception):
    """The bot does not answer. Nothing has happened: the same turn can be sent again."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the bot answers: texts to show, and one act for the api to carry out."""

    act: str
    facts: dict[str, str]
    messages: list[dict[str, Any]] = field(repr=False)


class Bot:
    """A client of the bot's own channel, with connections kept alive. Asking twice is harmless."""

    def __init__(self, url: str, key: str) -> None:
        self._url = f"{url}/webhooks/turn"
        self._key = key
        self._pool = urllib3.PoolManager(maxsize=CONNECTIONS, block=False)

    def ready(self) -> bool:
        """Has the bot loaded its model?"""
        try:
            return bool(self._pool.request("GET", f"{self._url}/", timeout=1.0, retries=False).status == 200)
        except urllib3.exceptions.HTTPError:
            return False

    def ask(
        self,
        turn: str,
        language: Language,
        awaiting: str | None,
        *,
        kind: str,
        text: str | None = None,
        command: str | None = None,
    ) -> Said:
        """One turn. Raises `BotUnavailable`, also when the bot answers nonsense; never with the text in it."""
        state = {"language": language, "awaiting": awaiting, "question_id": None}
        body: dict[str, Any] = {"turn": turn, "kind": kind, "state": state}
        body |= {"command": command} if kind == "command" else {"text": text}
        retries = urllib3.Retry(total=1, allowed_methods=None, redirect=0, status=0, raise_on_status=False)
        try:
            reply = self._pool.request(
                "POST",
                f"{self._url}/webhook",
                json=body,
                headers={"x-wederhoor-key": self._key},
                timeout=SECONDS,
                retries=retries,
            )
        except urllib3.exceptions.HTTPError as error:
            log.warning("bot does not answer: %s", type(error).__name__)
            raise BotUnavailable from None
        if reply.status != 200:
            log.warning("bot answered %s", reply.status)
            raise BotUnavailable
        return _said(reply.json()["messages"])


def _said(messages: list[dict[str, Any]]) -> Said:
    customs = [message["custom"] for message in messages if "custom" in message]
    if len(customs) != 1:
        log.error("bot answered with %s acts", len(customs))
        raise BotUnavailable
    facts = {name: str(value) for name, value in customs[0].items() if name != "act"}
    return Said(customs[0]["act"], facts, [message for message in messages if "text" in message])
