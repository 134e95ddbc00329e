"""A young learner asks a parent: by mail, or with a code on paper."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field

from api.auth import TheLearner, Wired
from api.routes.conversation import Body, CourseQuery
from appeals import notices
from learning import enrolments
from people.actors import Language
from people.enrolling import welcome_learner
from privacy import permission
from privacy.errors import PermissionRequired

router = APIRouter()


class Asked(Body):
    """Where a parent is reached; without an address there is a code to take along on paper."""

    language: Language
    email: Annotated[str | None, Field(max_length=320, repr=False)] = None


@router.post("/permission")
def ask_parent(request: Request, claims: TheLearner, wired: Wired, course: CourseQuery, asked: Asked) -> dict[str, Any]:
    """Asks, and keeps of the learner what that takes: their opaque id and language, and the parent's address.

    Only where the organisation asks for it and it is not there; five times a day at most.
    """
    request.app.state.permission_limit.spend(f"{claims.organisation_id}|{claims.subject}")
    now = wired.now()
    with wired.store.write(claims.organisation_id) as session:
        here = enrolments.find(session, wired.catalogue, claims, course)
        if permission.need(session, here.learner_id) is None:
            raise PermissionRequired
        learner_id = welcome_learner(session, claims, here.course.language(asked.language), now)
        if asked.email is None:
            return {"state": "waiting", "code": permission.ask_on_paper(session, claims, learner_id, now)}
        permission.ask(session, wired.vault, claims, learner_id, asked.email, now)
        notices.put_personal(session, claims.organisation_id, learner_id, "permission", now)
    return {"state": "waiting", "code": None}
