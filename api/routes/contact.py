"""Where a learner wants to be mailed about their appeals, if anywhere; and, apart from that, news about trainings."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field

from api.auth import TheLearner, Wired
from api.routes.conversation import Body, CourseQuery
from appeals import notices
from learning import enrolments
from people import contacts, subscriptions
from privacy.errors import ConsentRequired

router = APIRouter(prefix="/v1", tags=["conversation"])


class Address(Body):
    """An e-mail address."""

    email: Annotated[str, Field(max_length=320, repr=False)]


@router.put("/contact")
def leave_address(claims: TheLearner, wired: Wired, course: CourseQuery, given: Address) -> dict[str, str | bool]:
    """The learner leaves an address, or another one; the reply shows it masked. A mail to it asks to confirm."""
    with wired.store.write(claims.organisation_id) as session:
        here = enrolments.find(session, wired.catalogue, claims, course)
        if here.learner_id is None or not here.takes_part:
            raise ConsentRequired
        now = wired.now()
        contacts.leave(session, wired.vault, claims.organisation_id, here.learner_id, given.email, now)
        notices.put_personal(session, claims.organisation_id, here.learner_id, "address", now)
    return {"contact": contacts.masked(given.email.strip()), "confirmed": False}


@router.delete("/contact")
def remove_address(claims: TheLearner, wired: Wired, course: CourseQuery) -> dict[str, None]:
    """The learner takes it back. That needs no consent: less is kept afterwards."""
    with wired.store.write(claims.organisation_id) as session:
        here = enrolments.find(session, wired.catalogue, claims, course)
        if here.learner_id is not None:
            contacts.remove(session, claims.organisation_id, here.learner_id, wired.now())
    return {"contact": None}


@router.put("/news")
def ask_for_news(
    request: Request, claims: TheLearner, wired: Wired, course: CourseQuery, given: Address
) -> dict[str, str | bool]:
    """The learner asks for news about trainings at this address; nothing comes before it is confirmed from there."""
    request.app.state.news_limit.spend(f"{claims.organisation_id}|{claims.subject}")
    with wired.store.write(claims.organisation_id) as session:
        here = enrolments.find(session, wired.catalogue, claims, course)
        if here.learner_id is None or not here.takes_part:
            raise ConsentRequired
        subscriptions.ask(session, wired.vault, claims.organisation_id, here.learner_id, given.email, wired.now())
    return {"address": contacts.masked(given.email.strip()), "confirmed": False}


@router.delete("/news")
def stop_news(claims: TheLearner, wired: Wired, course: CourseQuery) -> dict[str, None]:
    """No news any more, also not what was still to be sent. That needs no consent either."""
    with wired.store.write(claims.organisation_id) as session:
        here = enrolments.find(session, wired.catalogue, claims, course)
        if here.learner_id is not None:
            subscriptions.stop(session, claims.organisation_id, here.learner_id, wired.now())
    return {"address": None}
