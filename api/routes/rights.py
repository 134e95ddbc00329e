"""A learner's rights by their own hand: take everything along, have it stand still, be erased."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field

from api import erasing, own_privacy, taking_along
from api.auth import TheLearner, Wired
from api.routes import links, permission
from api.routes.conversation import Body, CourseQuery
from api.texts import texts
from learning import enrolments
from learning.enrolments import Here
from learning.errors import NotFound
from people.actors import Language, LearnerClaims
from privacy import acceptance, export

router = APIRouter(prefix="/v1", tags=["rights"])
for more in (links, permission):
    router.include_router(more.router)

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
    return taking_along.file(made, form, here.language)


class Corrected(Body):
    """What a learner puts right about themselves; an address has a route of its own."""

    language: Language


@router.put("/me")
def correct_me(claims: TheLearner, wired: Wired, course: CourseQuery, given: Corrected) -> dict[str, str]:
    """The learner's language is another. The id is the organisation's to correct, and there is nothing else."""
    with wired.store.write(claims.organisation_id) as session:
        here = _known(enrolments.find(session, wired.catalogue, claims, course))
        enrolments.choose_language(session, here, given.language)
    return {"language": given.language}


class Read(Body):
    """The version of the policy that was read."""

    policy: Annotated[str, Field(max_length=40)]


@router.post("/acceptance")
def accept_policy(claims: TheLearner, wired: Wired, course: CourseQuery, read: Read) -> dict[str, str]:
    """The learner says that they read what is new in the policy; their consent stays."""
    with wired.store.write(claims.organisation_id) as session:
        here = _known(enrolments.find(session, wired.catalogue, claims, course))
        acceptance.accept(session, claims, here.learner, read.policy, wired.now())
    return {"accepted": read.policy}


@router.get("/export/page")
def page_to_read(claims: TheLearner, wired: Wired, course: CourseQuery) -> dict[str, str]:
    """The page to read within JSON, for the widget, which reads nothing else."""
    with wired.store.read(claims.organisation_id) as session:
        here = _known(enrolments.find(session, wired.catalogue, claims, course))
        made = export.export(session, wired.vault, here.learner, wired.now())
    return {"html": taking_along.to_read(made, here.language)}


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
        here = _known(enrolments.find(session, wired.catalogue, claims, course))
    done = erasing.erase_learner(wired.store, wired.catalogue, claims.organisation_id, here.learner, wired.now())
    until = done.held_until.isoformat() if done.held_until else None
    report = {"erased": done.held is None, "rows": sum(done.deleted.values()), "held": done.held, "until": until}
    return report | {"stays": own_privacy.stays(texts(here.language), done)}


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
