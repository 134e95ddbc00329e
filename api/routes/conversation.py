"""The widget's routes. All take the learner's token, and none keeps anything in the browser."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from api import explanations, own_privacy
from api.auth import TheLearner, Wired
from api.conversation import Command, Conversation, Kind, Sent
from api.texts import preferred, texts
from learning import enrolments, explaining
from people.actors import Language
from privacy.errors import ConsentRequired

router = APIRouter(prefix="/v1", tags=["conversation"])

Course = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,60}$")]
CourseQuery = Annotated[str, Query(pattern=r"^[a-z0-9-]{1,60}$", description="The course's slug")]


class Body(BaseModel):
    """Unknown fields are refused: a misspelt one would silently do nothing."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class ConsentGiven(Body):
    """The act before the start: consent to these purposes of the policy that was read; none on another ground."""

    course: Course
    language: Language
    policy: Annotated[str, Field(max_length=40)]
    purposes: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=10)]
    of_age: bool = False
    """The learner says that they are sixteen or older; only asked where the organisation wants to know."""


class TurnTaken(Body):
    """One turn. `turn` is made by the widget; sending it twice is safe."""

    turn: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
    course: Course
    seen: Annotated[int, Field(ge=0)]
    kind: Kind
    text: str | None = None
    command: Command | None = None
    choice: Annotated[str, Field(max_length=60)] | None = None
    about: UUID | None = None

    def sent(self) -> Sent:
        text = (self.text or "") if self.kind in ("text", "answer") else None
        return Sent(self.turn, self.course, self.seen, self.kind, text, self.command, self.choice, self.about)


@router.get("/conversation")
def view(claims: TheLearner, wired: Wired, course: CourseQuery, language: Language | None = None) -> dict[str, Any]:
    """Where the learner is in a course, and what to show."""
    return wired.conversation.view(claims, course, language, wired.now())


@router.post("/consent")
def give_consent(claims: TheLearner, wired: Wired, given: ConsentGiven) -> dict[str, Any]:
    """The learner consents, or has read the ground that stands in its place; nothing was kept about them before."""
    conversation: Conversation = wired.conversation
    return conversation.consent(
        claims, given.course, given.language, given.policy, given.purposes, wired.now(), of_age=given.of_age
    )


@router.delete("/consent")
def withdraw_consent(claims: TheLearner, wired: Wired, course: CourseQuery) -> dict[str, Any]:
    """The learner takes their consent back; it works from the next message on."""
    return wired.conversation.withdraw_consent(claims, course, wired.now())


@router.put("/consent/{purpose}")
def allow(claims: TheLearner, wired: Wired, course: CourseQuery, purpose: Literal["improving"]) -> dict[str, bool]:
    """The learner allows a purpose that nothing depends on."""
    wired.conversation.choose_purpose(claims, course, purpose, allowed=True, now=wired.now())
    return {"allowed": True}


@router.delete("/consent/{purpose}")
def refuse(claims: TheLearner, wired: Wired, course: CourseQuery, purpose: Literal["improving"]) -> dict[str, bool]:
    """The learner no longer allows it; what came of it goes within minutes."""
    wired.conversation.choose_purpose(claims, course, purpose, allowed=False, now=wired.now())
    return {"allowed": False}


@router.post("/turns")
def take_turn(request: Request, claims: TheLearner, wired: Wired, turn: TurnTaken) -> JSONResponse:
    """One turn of the conversation: an answer, a choice or a command."""
    request.state.refused = (claims, turn.course)
    request.app.state.turn_limit.spend(f"{claims.organisation_id}|{claims.subject}")
    return JSONResponse(wired.conversation.take(claims, turn.sent(), wired.now()))


@router.get("/questions/{question_id}/explanation")
def explanation(claims: TheLearner, wired: Wired, course: CourseQuery, question_id: UUID) -> dict[str, Any]:
    """Why the learner's own answer was decided as it was. Asking changes nothing."""
    with wired.store.read(claims.organisation_id) as session:
        here = enrolments.find(session, wired.catalogue, claims, course)
        if here.learner_id is None or not here.takes_part:
            raise ConsentRequired
        explained = explaining.explain(session, wired.vault, here, question_id)
    return explanations.for_learner(texts(here.language), wired.graders, explained)


@router.get("/privacy")
def my_privacy(
    request: Request, claims: TheLearner, wired: Wired, course: CourseQuery, language: Language | None = None
) -> dict[str, Any]:
    """The notice, exactly what the employer sees of this learner, who has looked, and what they chose."""
    with wired.store.read(claims.organisation_id) as session:
        here = enrolments.find(session, wired.catalogue, claims, course, language)
        t = texts(here.language if here.learner_id else language or preferred(request.headers.get("accept-language")))
        return own_privacy.shown(session, wired, here, t, wired.now())


def view_for_error(request: Request) -> dict[str, Any]:
    """What to show instead of a reply, when a turn is refused because the conversation stands elsewhere."""
    refused = getattr(request.state, "refused", None)
    if refused is None:
        return {}
    wired: Wired = request.app.state.wiring
    claims, course = refused
    return {"view": wired.conversation.view(claims, course, None, wired.now())}
