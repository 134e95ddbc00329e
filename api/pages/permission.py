"""The page of a parent: what happens with a young learner's answers, yes or no, and taking a yes back."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.auth import Wired
from api.pages.rendering import page, reading
from people.models import Organisation
from privacy import links, permission, policy

router = APIRouter(include_in_schema=False, prefix="/permission")


@router.get("/{token}")
def asked(request: Request, wired: Wired, token: str) -> HTMLResponse:
    """The policy in short, and what stands. It says nothing of the learner."""
    organisation = links.organisation_of(token)
    with wired.store.read(organisation) as session:
        row, _ = permission.opened(session, token.partition(".")[2])
        stands = "refused" if row.withdrawn_at else "given" if row.given_at else "asked"
        return page(
            request, "permission.html", stands=stands, token=token,
            organisation=session.get_one(Organisation, organisation).name,
            words=policy.current().texts[reading(request).language],
        )  # fmt: skip


@router.post("/{token}")
def answered(wired: Wired, token: str, answer: Annotated[Literal["yes", "no"], Form()]) -> RedirectResponse:
    """The parent's answer; a later one takes the place of an earlier one."""
    with wired.store.write(links.organisation_of(token)) as session:
        row, learner = permission.opened(session, token.partition(".")[2])
        permission.answer(session, row, learner, wired.now(), allowed=answer == "yes")
    return RedirectResponse(f"/permission/{token}", 303)
