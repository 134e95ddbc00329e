"""The widget's routes. All take the learner's token, and none keeps anything in the browser."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from api import explanations, leaving
from api.auth import TheLearner, Wired
from api.conversation import Command, Conversation, Kind, Sent
from api.texts import preferred, texts
from learning import enrolments, explaining, reports
from people import contacts, subscriptions
from people.actors import Language
from people.models import Organisation
from privacy import consent, looks, policy
from privacy.errors import ConsentRequired

router = APIRouter(prefix="/v1", tags=["conversation"])

Course = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,60}$")]
CourseQuery = Annotated[str, Query(pattern=r"^[a-z0-9-]{1,60}$", description="The course's slug")]


class Body(BaseModel):
    """Unknown fields are refused: a misspelt one would silently do nothing."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class ConsentGiven(Body):
    """The act of consent to the policy that the learner has read."""

    course: Course
    language: Language
    policy: Annotated[str, Field(max_length=40)]
    purposes: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=10)]


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
    """The learner consents; nothing was kept about them before."""
    conversation: Conversation = wired.conversation
    return conversation.consent(claims, given.course, given.language, given.policy, given.purposes, wired.now())


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
        if here.learner_id is None or not here.consented:
            raise ConsentRequired
        explained = explaining.explain(session, wired.vault, here, question_id)
    return explanations.for_learner(texts(here.language), wired.graders, explained)


@router.get("/privacy")
def my_privacy(
    request: Request, claims: TheLearner, wired: Wired, course: CourseQuery, language: Language | None = None
) -> dict[str, Any]:
    """The notice, exactly what the employer sees of this learner, who has looked, and where they are mailed."""
    with wired.store.read(claims.organisation_id) as session:
        here = enrolments.find(session, wired.catalogue, claims, course, language)
        t = texts(here.language if here.learner_id else language or preferred(request.headers.get("accept-language")))
        words = policy.current().texts[t.language]
        asked = {question.id: question.body.text[here.language] for question in here.course.questions}
        sees, seen, since, allowed, address, asked_news = [], [], None, False, None, None
        if here.learner_id is not None:
            since = consent.given_at(session, here.learner_id)
            allowed = consent.given_at(session, here.learner_id, consent.IMPROVING) is not None
            sees = reports.seen_by_employer(session, here.learner_id, course, wired.now().date())
            seen = looks.of_learner(session, here.learner_id)
            address = contacts.address_of(session, wired.vault, here.learner_id)
            asked_news = subscriptions.of_learner(session, wired.vault, here.learner_id)
        mailed: dict[str, Any] = {"contact": contacts.masked(address) if address else None}
        mailed["news"] = asked_news and {
            "address": contacts.masked(asked_news[1]), "confirmed": asked_news[0].confirmed_at is not None
        }  # fmt: skip
        return {
            "notice": list(words.notice),
            "policy": policy.current().version,
            "consented_at": t.moment(since) if since else None,
            "employer_sees": [
                {
                    "question": asked.get(one.question_id, one.question_key),
                    "state": explanations.state(t, one.state),
                    "result": explanations.outcome(t, one.outcome) if one.outcome else None,
                }
                for one in sees
            ],
            "looks": [
                {
                    "who": t("een beoordelaar") if one.purpose == "review" else one.who,
                    "when": t.moment(one.at),
                    "question": asked.get(one.question_id, ""),
                }
                for one in seen
            ],
            "by_person": here.by_person,
            "optional": [{"key": key, "text": text, "allowed": allowed} for key, text in words.optional.items()],
            "leaves": leaving.of_organisation(
                session, t, wired.settings, session.get_one(Organisation, claims.organisation_id)
            ),
            "complaint": words.complaint,
            "page": "/privacy",
        } | (
            mailed if address or asked_news or wired.settings.smtp_host else {}
        )  # no address is asked for where nothing is mailed


def view_for_error(request: Request) -> dict[str, Any]:
    """What to show instead of a reply, when a turn is refused because the conversation stands elsewhere."""
    refused = getattr(request.state, "refused", None)
    if refused is None:
        return {}
    wired: Wired = request.app.state.wiring
    claims, course = refused
    return {"view": wired.conversation.view(claims, course, None, wired.now())}
