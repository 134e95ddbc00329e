"""Other channels than the widget: one message in, texts with buttons out, as Rasa's own `rest` channel has them."""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field

from api.auth import TheLearner, Wired
from api.channel import Channel, Heard
from api.routes.conversation import Body, CourseQuery
from people.actors import Language

router = APIRouter(prefix="/v1/channels", tags=["channels"])


class Message(Body):
    """A message of a learner. `message_id` is the channel's own: with it, sending twice is safe."""

    sender: Annotated[str, Field(min_length=1, max_length=200)]
    message: str
    message_id: Annotated[str, Field(min_length=1, max_length=200)] | None = None


@router.post("/rest")
def rest(
    request: Request, claims: TheLearner, wired: Wired, course: CourseQuery, heard: Message,
    language: Language | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """One message over a channel of text. The token says who the learner is; `sender` only where to answer."""
    request.app.state.turn_limit.spend(f"{claims.organisation_id}|{claims.subject}")
    channel = Channel(wired.conversation, claims, course, language, wired.settings.url)
    said = channel.take(Heard(heard.sender, heard.message, heard.message_id or uuid.uuid4().hex), wired.now())
    return [{"recipient_id": heard.sender} | one for one in said]
