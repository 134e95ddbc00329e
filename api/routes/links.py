"""A learner's own links: to pass on everything that is kept of them, or to reach their choices outside the chat."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter

from api.auth import TheLearner, Wired
from api.routes.conversation import CourseQuery
from api.texts import texts
from api.wiring import Wiring
from learning import enrolments
from learning.errors import NotFound
from people.actors import LearnerClaims
from privacy import links

router = APIRouter()


@router.post("/export/link")
def pass_on(claims: TheLearner, wired: Wired, course: CourseQuery) -> dict[str, Any]:
    """A link with which another organisation takes everything along, for seven days; it is told once."""
    return _make(claims, wired, course, "export", "passed-on")


@router.post("/choices/link")
def reach_choices(claims: TheLearner, wired: Wired, course: CourseQuery) -> dict[str, Any]:
    """A link to a page with the policy and the learner's own choices, for seven days; it is told once."""
    return _make(claims, wired, course, "choices", "privacy/mine")


@router.delete("/links/{link_id}")
def end_link(claims: TheLearner, wired: Wired, course: CourseQuery, link_id: UUID) -> dict[str, bool]:
    """The learner ends a link at once."""
    with wired.store.write(claims.organisation_id) as session:
        here = enrolments.find(session, wired.catalogue, claims, course)
        if here.learner_id is not None:
            links.end(session, here.learner, link_id, wired.now())
    return {"ended": True}


def _make(claims: LearnerClaims, wired: Wiring, course: str, purpose: links.Purpose, path: str) -> dict[str, Any]:
    """Needs no consent: who has withdrawn it may still take along what is there."""
    with wired.store.write(claims.organisation_id) as session:
        here = enrolments.find(session, wired.catalogue, claims, course)
        if here.learner_id is None:
            raise NotFound
        made, token = links.make(session, claims, here.learner, purpose, wired.now())
        until = texts(here.language).date(made.expires_at)
    return {"id": str(made.id), "url": f"{wired.settings.url}/{path}/{token}", "until": until}
