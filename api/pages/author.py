"""The author's view: which questions are weak. No answers and no learners, only figures of enough people."""

from itertools import groupby

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.auth import TheAuthor, Wired
from api.pages.rendering import page
from appeals import weak
from appeals.shares import K

router = APIRouter(include_in_schema=False)


@router.get("/questions")
def questions(request: Request, wired: Wired, who: TheAuthor) -> HTMLResponse:
    """The stance questions of each course, weakest first."""
    with wired.store.read(who.organisation_id) as session:
        rows = sorted(weak.weigh(weak.figures(session)), key=lambda row: row.course)
        courses = [
            (wired.catalogue.course(session, slug), list(group))
            for slug, group in groupby(rows, lambda row: row.course)
        ]
    return page(request, "author_questions.html", who, courses=courses, k=K)
