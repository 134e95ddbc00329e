"""Trends without persons, for authors, privacy officers, and an employer with an agreement on results."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from api import charts, outcomes
from api.auth import TheTrendReader, Wired
from api.pages.rendering import page, reading
from api.texts import Texts
from appeals import trends
from appeals.shares import K, Share
from appeals.trends import Trend
from learning.errors import NotFound
from learning.models import Course
from people.actors import ActingMember
from privacy.agreements import Grant, granted

router = APIRouter(include_in_schema=False)

Slug = Annotated[str, Query(max_length=60)]


@router.get("/trends")
def shown(request: Request, wired: Wired, who: TheTrendReader, course: Slug = "") -> HTMLResponse:
    """Per question and week of one course: how many answered, and how it stood; by default of the first course."""
    now, t = wired.now(), reading(request, who)
    with wired.store.read(who.organisation_id) as session:
        courses = {slug: wired.catalogue.course(session, slug) for slug in _courses(session, who, now.date())}
        if course and course not in courses:
            raise NotFound
        taught = courses.get(course) or next(iter(courses.values()), None)
        questions = trends.of_course(session, taught, now) if taught else []
        drawn = [(one.asked, one.weeks, _chart(t, f"q{one.asked.number}", one.weeks)) for one in questions]
        return page(
            request, "trends.html", who, course=taught, titles={slug: one.title() for slug, one in courses.items()},
            questions=drawn, k=K, passed=passed, percent=outcomes.percent,
        )  # fmt: skip


def passed(row: Trend) -> Share | None:
    """The share of those who answered that passed without a person; None where it may not be shown."""
    return None if row.passed is None or row.learners is None else Share(row.passed, row.learners)


def _courses(session: Session, who: ActingMember, today: dt.date) -> list[str]:
    """Authors and privacy officers see all; an employer those of which an agreement says that they see results."""
    slugs = list(session.execute(select(Course.slug).order_by(Course.slug)).scalars())
    if who.roles & {"author", "privacy_officer"}:
        return slugs
    return [slug for slug in slugs if Grant.RESULTS in granted(session, slug, today)]


def _chart(t: Texts, name: str, weeks: list[Trend]) -> Markup:
    """The share that passed by week, the oldest first."""
    rows = []
    for row in reversed(weeks):
        share = passed(row)
        if share is not None:
            rows.append(charts.Span(t.date(row.week), share.value, *share.interval, outcomes.percent(t, share)))
    return charts.spans(name, t("Goedgekeurd per week"), t("Aandeel van 0 tot 100%, met de marge."), rows)
