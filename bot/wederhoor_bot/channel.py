"""The bot's own input channel: one turn in, texts and one act out. The learner's text never comes back."""

from __future__ import annotations

import hmac
import os
import re
import unicodedata
from typing import Any, Awaitable, Callable, Dict, Optional, Text

import structlog
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from wederhoor_bot import checks, gate, vault
from wederhoor_bot.acts import AWAITING, COMMANDS, LANGUAGES
from wederhoor_bot.runner import PlainRunner

log = structlog.get_logger()

MOST_CHARACTERS = 4000
TURN_ID = re.compile(r"^[A-Za-z0-9_-]{8,64}$")
ATOM = re.compile(r"^[A-Za-z0-9_.:-]{1,64}$")
WRONG_SET_UP = 78


class Refused(Exception):
    """The request is not one that can be handled; the reason is for the api, and never holds the text."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


class TurnInput(InputChannel):
    """`POST /webhooks/turn/webhook`, for who has the key."""

    @classmethod
    def name(cls) -> Text:
        return "turn"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[Text, Any]]) -> "TurnInput":
        return cls(**(credentials or {}))

    def __init__(self, key: str = "") -> None:
        if len(key) < 16 or key.startswith("$"):
            raise ValueError("the channel needs a key of at least 16 characters in WEDERHOOR_BOT_KEY")
        self._key = key.encode()
        self._checked = False

    def _ready(self, request: Request) -> bool:
        """Loaded, and checked once: a wrong path in endpoints.yml would silently mean a store that keeps everything."""
        agent = getattr(request.app.ctx, "agent", None)
        if not (agent and agent.is_ready()):
            return False
        if not self._checked:
            problems = checks.problems(agent)
            if problems:
                log.error("bot.wrong_set_up", problems=problems)
                os._exit(WRONG_SET_UP)
            agent.processor.graph_runner = PlainRunner(agent.processor.graph_runner)
            self._checked = True
        return True

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        routes = Blueprint("turn_input", __name__)

        @routes.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            ready = self._ready(request)
            return response.json({"ready": ready}, status=200 if ready else 503)

        @routes.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            if not hmac.compare_digest(request.headers.get("x-wederhoor-key", "").encode(), self._key):
                return response.json({"error": "forbidden"}, status=403)
            if not self._ready(request):
                return response.json({"error": "loading"}, status=503)
            try:
                return await _take(request, on_new_message)
            except Refused as refused:
                return response.json({"error": refused.why}, status=refused.status)

        return routes


async def _take(request: Request, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> HTTPResponse:
    turn_id, turn, intent = _read(request)
    if not vault.put(turn_id, turn):
        raise Refused(409, "this turn is in progress")
    reference, out = vault.PREFIX + turn_id, CollectingOutputChannel()
    # What the gate has decided needs no classifier: Rasa takes the parse as it is given.
    parsed = {"text": reference, "intent": {"name": intent, "confidence": 1.0}, "entities": []} if intent else None
    try:
        await on_new_message(
            UserMessage(reference, out, turn_id, input_channel="turn", message_id=turn_id, parse_data=parsed)
        )
    except Exception as error:  # the class only: a message or a traceback could hold the text
        log.error("turn.failed", error=type(error).__name__)
        raise Refused(500, "turn failed") from None
    finally:
        vault.drop(turn_id)
    if not out.messages:
        raise Refused(502, "no reply")
    shown = [{key: value for key, value in one.items() if key != "recipient_id"} for one in out.messages]
    return response.json({"turn": turn_id, "messages": shown})


def _read(request: Request) -> "tuple[str, vault.Turn, Optional[str]]":
    """Turn id, turn, and the intent where the gate or a button has already decided it."""
    try:
        body = request.json
        turn_id, kind, state = body["turn"], body["kind"], body["state"]
        language, awaiting, question_id = state.get("language"), state.get("awaiting"), state.get("question_id")
    except Exception:
        raise Refused(400, "bad request") from None
    if not (isinstance(turn_id, str) and TURN_ID.match(turn_id) and language in LANGUAGES):
        raise Refused(400, "bad turn or language")
    if awaiting is not None and awaiting not in AWAITING:
        raise Refused(400, "bad state")
    if question_id is not None and not (isinstance(question_id, str) and ATOM.match(question_id)):
        raise Refused(400, "bad state")
    turn = vault.Turn(language, awaiting, question_id)
    if kind == "command":
        if body.get("command") not in COMMANDS:
            raise Refused(400, "unknown command")
        return turn_id, turn, body["command"]
    if kind not in ("text", "answer"):
        raise Refused(400, "bad kind")
    turn.text = _text(body.get("text"))
    intent = "free_text" if kind == "answer" else gate.decide(turn.text, awaiting)
    if intent:
        turn.text = None
    return turn_id, turn, intent


def _text(given: Any) -> str:
    if not isinstance(given, str):
        raise Refused(400, "bad text")
    if len(given) > MOST_CHARACTERS:
        raise Refused(413, "too long")
    text = "".join(
        char
        for char in unicodedata.normalize("NFC", given)
        if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs", "Co", "Cn")
    )
    if not text.strip():
        raise Refused(422, "empty")
    return text
