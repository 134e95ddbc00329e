"""Pages behind a learner's own link: all that is kept of them to take along, and their choices to change.

Looking at a page gives nothing away: mail programs and browsers do that by themselves. What is taken along, or
chosen, takes a button.
"""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api import own_privacy, taking_along
from api.auth import Wired
from api.pages.rendering import page, reading
from api.texts import texts
from api.wiring import Wiring
from learning import enrolments
from people import contacts
from people.actors import Language, LearnerClaims
from people.models import Learner
from privacy import consent, export, links, looks, policy

router = APIRouter(include_in_schema=False)

Act = Literal["by-person", "improving", "restriction", "no-address", "withdraw", "nl", "en"]


@router.get("/passed-on/{token}")
def offered(request: Request, wired: Wired, token: str) -> HTMLResponse:
    """Says what can be taken along here, and that the learner sees it; nothing about them."""
    now = wired.now()
    with wired.store.read(links.organisation_of(token)) as session:
        link, _ = links.opened(session, token, "export", now)
        return page(request, "passed_on.html", until=link.expires_at, token=token)


@router.post("/passed-on/{token}")
def taken(
    request: Request, wired: Wired, token: str, form: Annotated[Literal["json", "html"], Form()] = "json"
) -> Response:
    """Everything, as it is now. The look is written down in the transaction that reads it."""
    request.app.state.link_limit.spend(token.partition(".")[2][:16])
    now = wired.now()
    organisation = links.organisation_of(token)
    with wired.store.write(organisation) as session:
        _, learner = links.opened(session, token, "export", now)
        made = export.export(session, wired.vault, learner.id, now)
        looks.record_link(session, organisation, learner.id, now)
        language = reading(request).language
    return taking_along.file(made, form, language)


@router.get("/privacy/mine/{token}")
def choices(request: Request, wired: Wired, token: str, done: str = "") -> HTMLResponse:
    """The policy, what the employer sees, who looked, and the learner's choices."""
    now = wired.now()
    with wired.store.read(links.organisation_of(token)) as session:
        link, learner = links.opened(session, token, "choices", now)
        here = enrolments.anywhere(session, wired.catalogue, learner)
        t = reading(request) if "language" in request.query_params else texts(here.language)
        mine = own_privacy.shown(session, wired, here, t, now)
        return page(
            request, "own_choices.html", t=t, course=here.course.file.title[here.language], until=link.expires_at,
            token=token, mine=mine, done=bool(done), policy=policy.current(),
            words=policy.current().texts[t.language],
        )  # fmt: skip


@router.post("/privacy/mine/{token}")
def choose(
    wired: Wired, token: str, act: Annotated[Act, Form()], on: Annotated[Literal["true", "false"], Form()] = "false"
) -> RedirectResponse:
    """One choice is made; it holds at once."""
    with wired.store.write(links.organisation_of(token)) as session:
        _, learner = links.opened(session, token, "choices", wired.now())
        _choose(session, wired, learner, act, on=on == "true")
    return RedirectResponse(f"/privacy/mine/{token}?done=1", 303)


def _choose(session: Session, wired: Wiring, learner: Learner, act: Act, *, on: bool) -> None:
    now, here = wired.now(), enrolments.anywhere(session, wired.catalogue, learner)
    claims = LearnerClaims(here.organisation_id, learner.subject)
    languages: dict[str, Language] = {"nl": "nl", "en": "en"}
    match act:
        case "by-person":
            enrolments.choose_grading(session, here, by_person=on, now=now)
        case "restriction":
            enrolments.restrict(session, here, restricted=on, now=now)
        case "improving":
            consent.require(session, learner.id)
            consent.choose(session, claims, learner.id, consent.IMPROVING, allowed=on, now=now)
        case "no-address":
            contacts.remove(session, here.organisation_id, learner.id, now)
        case "withdraw":
            consent.withdraw(session, claims, learner.id, now)
            contacts.remove(session, here.organisation_id, learner.id, now)
        case _:
            enrolments.choose_language(session, here, languages[act])
