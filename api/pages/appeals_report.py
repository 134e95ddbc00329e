"""The report on appeals without persons, for the employer and the privacy officer: a page and a CSV file."""

import csv
import io
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from api import outcomes
from api.auth import TheReportReader, Wired
from api.pages.rendering import page, reading
from api.wiring import Wiring
from appeals import report
from appeals.report import CourseReport, Line
from appeals.shares import K
from people.actors import ActingMember

router = APIRouter(include_in_schema=False, prefix="/employer")

Year = Annotated[int | None, Query(ge=2000, le=2200)]
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""
COLUMNS = (
    "course", "question", "text", "overturned", "upheld", "undecided", "appeals", "overturned_share", "share_low",
    "share_high", "median_days",
)  # fmt: skip


@router.get("/appeals")
def shown(request: Request, wired: Wired, who: TheReportReader, year: Year = None) -> HTMLResponse:
    """Per course and question: how many appealed, and what came of it."""
    chosen, years, courses = _report(wired, who, year)
    return page(
        request, "appeals_report.html", who, year=chosen, years=years, courses=courses, k=K, percent=outcomes.percent,
        interval=outcomes.interval, hidden=outcomes.fewest(reading(request, who)),
    )  # fmt: skip


@router.get("/appeals.csv")
def as_csv(request: Request, wired: Wired, who: TheReportReader, year: Year = None) -> Response:
    """The same as a file; what may not be shown is an empty cell."""
    chosen, _, courses = _report(wired, who, year)
    language = reading(request, who).language
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for course in courses:
        spoken = course.course.language(language)
        for line in course.lines:
            number = line.asked.number if line.asked else "former"
            text = line.asked.body.text[spoken] if line.asked else ""
            writer.writerow([course.course.slug, number, harmless(text), *_cells(line)])
        writer.writerow([course.course.slug, "all", "", *_cells(course.total)])
    headers = {"content-disposition": f'attachment; filename="appeals-{chosen}.csv"'}
    return Response(file.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _report(wired: Wiring, who: ActingMember, year: int | None) -> tuple[int, list[int], list[CourseReport]]:
    with wired.store.read(who.organisation_id) as session:
        years = report.years(session, wired.now())
        chosen = year or years[0]
        return chosen, years, report.of_year(session, wired.catalogue, chosen)


def _cells(line: Line) -> list[object]:
    share: list[object] = ["", "", ""]
    if line.rate is not None and line.rate.value is not None:
        share = [round(one, 3) for one in (line.rate.value, *line.rate.interval)]
    days = "" if line.days is None else round(line.days, 1)
    counts = (line.overturned, line.upheld, line.undecided, line.appeals)
    return [*("" if count is None else count for count in counts), *share, days]
