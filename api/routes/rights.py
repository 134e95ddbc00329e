"""A learner's rights by their own hand: take everything along, have it stand still, be erased."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, JSONResponse, Response

from api import erasing
from api.auth import TheLearner, Wired
from api.pages.rendering import ENVIRONMENT
from api.routes.conversation import CourseQuery
from api.texts import texts
from learning import enrolments
from learning.enrolments import Here
from learning.errors import NotFound
from people.actors import LearnerClaims
from privacy import export

router = APIRouter(prefix="/v1", tags=["rights"])

Sure = Annotated[Literal["yes"], Query(description="Has to be given: what is erased is gone")]


@router.get("/export/schema")
def export_schema() -> dict[str, Any]:
    """The JSON Schema that every export keeps."""
    return export.schema()


@router.get("/export")
def take_along(
    claims: TheLearner, wired: Wired, course: CourseQuery, form: Annotated[Literal["json", "html"], Query()] = "json"
) -> Response:
    """Everything that is kept about the learner, in all courses: as a computer file, or as a page to read."""
    with wired.store.read(claims.organisation_id) as session:
        here = _known(enrolments.find(session, wired.catalogue, claims, course))
        made = export.export(session, wired.vault, here.learner, wired.now())
    headers = {"content-disposition": f'attachment; filename="wederhoor.{form}"', "cache-control": "no-store"}
    if form == "json":
        return JSONResponse(made, headers=headers)
    t = texts(here.language)
    return HTMLResponse(ENVIRONMENT.get_template("export.html").render(t=t, made=made), headers=headers)


@router.put("/restriction")
def restrict(claims: TheLearner, wired: Wired, course: CourseQuery) -> dict[str, bool]:
    """From now on the learner's data is kept and not used: in no view, report or model."""
    return _restrict(claims, wired, course, restricted=True)


@router.delete("/restriction")
def lift(claims: TheLearner, wired: Wired, course: CourseQuery) -> dict[str, bool]:
    """The learner's data may be used again."""
    return _restrict(claims, wired, course, restricted=False)


@router.delete("/me")
def erase_me(claims: TheLearner, wired: Wired, course: CourseQuery, sure: Sure) -> dict[str, Any]:  # noqa: ARG001
    """Erases the learner everywhere. Says what the law keeps for a while, where something is on hold."""
    with wired.store.read(claims.organisation_id) as session:
        learner_id = _known(enrolments.find(session, wired.catalogue, claims, course)).learner
    done = erasing.erase_learner(wired.store, wired.catalogue, claims.organisation_id, learner_id, wired.now())
    until = done.held_until.isoformat() if done.held_until else None
    return {"erased": done.held is None, "rows": sum(done.deleted.values()), "held": done.held, "until": until}


def _restrict(claims: LearnerClaims, wired: Wired, course: str, *, restricted: bool) -> dict[str, bool]:
    with wired.store.write(claims.organisation_id) as session:
        here = _known(enrolments.find(session, wired.catalogue, claims, course))
        enrolments.restrict(session, here, restricted=restricted, now=wired.now())
    return {"restricted": restricted}


def _known(here: Here) -> Here:
    """Rights need no consent: also who has withdrawn it sees, takes along and erases what is there."""
    if here.learner_id is None:
        raise NotFound
    return here
