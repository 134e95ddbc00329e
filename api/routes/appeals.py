"""The learner's side of their cases: how they stand, and what can be done about them without the conversation."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy.orm import Session

from api import conversation, messages, own_cases
from api.auth import TheLearner, Wired
from api.routes.conversation import Body, CourseQuery
from api.texts import texts
from api.wiring import Wiring
from appeals import filing
from appeals.filing import STATEMENT_LIMIT
from learning import enrolments
from learning.enrolments import Here
from people.actors import LearnerClaims
from privacy import policy
from privacy.errors import ConsentRequired

router = APIRouter(prefix="/v1", tags=["appeals"])


class Statement(Body):
    """What the learner has to say. It takes the place of what they said before."""

    text: Annotated[str, Field(max_length=STATEMENT_LIMIT, repr=False)]


@router.get("/appeals")
def my_appeals(claims: TheLearner, wired: Wired, course: CourseQuery) -> dict[str, Any]:
    """How the learner's cases in this course stand, the latest first, and what they can do about each."""
    now = wired.now()
    with wired.store.read(claims.organisation_id) as session:
        here = enrolments.find(session, wired.catalogue, claims, course)
        t = texts(here.language)
        found = filing.of_learner(session, here) if here.learner_id is not None else []
        return {
            "appeals": [own_cases.row(session, wired.vault, t, here, one, now) for one in found],
            "complaint": policy.current().texts[t.language].complaint,
        }


@router.post("/appeals/{number}/withdraw")
def withdraw_appeal(claims: TheLearner, wired: Wired, course: CourseQuery, number: str) -> dict[str, Any]:
    """The learner takes an appeal back; its statement is gone, also without consent to anything else.

    Answers with the conversation as it now stands.
    """
    now = wired.now()
    with _writing(wired, claims, course, needs_consent=False) as (session, here):
        filing.withdraw(session, here, messages.from_number(number), now)
    return wired.conversation.view(claims, course, None, now)


@router.post("/appeals/{number}/statement")
def add_statement(
    claims: TheLearner, wired: Wired, course: CourseQuery, number: str, given: Statement
) -> dict[str, Any]:
    """The learner says why, or answers what the reviewer asked. Answers with the case."""
    now, words = wired.now(), conversation.clean(given.text)
    with _writing(wired, claims, course) as (session, here):
        appeal = filing.add(session, wired.vault, here, messages.from_number(number), words, now)
        return own_cases.row(session, wired.vault, texts(here.language), here, appeal, now)


@router.post("/appeals/{number}/escalate")
def escalate_appeal(claims: TheLearner, wired: Wired, course: CourseQuery, number: str) -> dict[str, Any]:
    """The learner asks for a second person, once. Answers with the case."""
    now = wired.now()
    with _writing(wired, claims, course) as (session, here):
        appeal = filing.escalate(session, here, messages.from_number(number), now)
        return own_cases.row(session, wired.vault, texts(here.language), here, appeal, now)


@router.put("/choices/by-person")
def choose_people(claims: TheLearner, wired: Wired, course: CourseQuery) -> dict[str, bool]:
    """From the next answer on, people grade (T03). What stands already is not touched."""
    with _writing(wired, claims, course) as (session, here):
        enrolments.choose_grading(session, here, by_person=True, now=wired.now())
    return {"by_person": True}


@router.delete("/choices/by-person")
def choose_the_computer(claims: TheLearner, wired: Wired, course: CourseQuery) -> dict[str, bool]:
    """From the next answer on, the computer grades again."""
    with _writing(wired, claims, course) as (session, here):
        enrolments.choose_grading(session, here, by_person=False, now=wired.now())
    return {"by_person": False}


@contextmanager
def _writing(
    wired: Wiring, claims: LearnerClaims, course: str, *, needs_consent: bool = True
) -> Iterator[tuple[Session, Here]]:
    """A transaction of this learner; raises `ConsentRequired`."""
    with wired.store.write(claims.organisation_id) as session:
        here = enrolments.find(session, wired.catalogue, claims, course)
        if here.learner_id is None or (needs_consent and not here.takes_part):
            raise ConsentRequired
        yield session, here
