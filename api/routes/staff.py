"""The staff API: what reviewers and privacy officers do on pages, for their own programs. Each route calls one act."""

import datetime as dt
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy.orm import Session

from api import messages
from api.auth import OfficersProgram, ReadingProgram, ReviewingProgram, Wired
from api.routes.staff_shapes import (
    Claim,
    CourseLines,
    Decided,
    InLine,
    Machine,
    OneCase,
    OneRemedy,
    OwnReading,
    ReportLine,
    TheLine,
    TheReport,
    ToLearner,
)  # fmt: skip
from api.wiring import Wiring
from appeals import access, queue, remedy, report, ruling
from appeals.models import Remedy
from appeals.queue import Waiting, Wanted
from appeals.report import Line
from appeals.states import REASONS, rulings_for
from people.actors import ActingMember

router = APIRouter(prefix="/v1/staff", tags=["staff"])

Number = Annotated[str, Field(max_length=24, description="As on the receipt: W-000123")]
Slug = Annotated[str, Query(max_length=60)]


@router.get("/cases")
def line(
    wired: Wired,
    who: ReviewingProgram,
    order: Literal["waiting", "due"] = "waiting",
    origin: Literal["learner", "machine", "opted_out", "remedy"] | None = None,
    course: Slug | None = None,
    question: UUID | None = None,
    mine: bool = False,  # noqa: FBT001, FBT002 - parameters of a query
    late: bool = False,  # noqa: FBT001, FBT002
    after: Annotated[str | None, Query(max_length=24, description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> TheLine:
    """Who waits, the longest first or by date."""
    now = wired.now()
    wanted = Wanted(order, origin, course, question, mine, late)
    with wired.store.read(who.organisation_id) as session:
        rows = queue.waiting(
            session, now, wanted, member=who, limit=limit + 1, after=_place(session, order, after)
        )  # fmt: skip
        count = queue.count(session, now, wanted, member=who)
    more = messages.number(rows[limit - 1].number) if len(rows) > limit else None
    return TheLine(count=count, cases=[_in_line(row) for row in rows[:limit]], next=more)


@router.get("/cases/{number}")
def case(wired: Wired, who: ReviewingProgram, number: Number) -> OneCase:
    """One case; while one holds it, asking for it renews the claim, and its answer counts as seen."""
    return _shown(wired, who, number)


@router.post("/cases/{number}/claim")
def claim(wired: Wired, who: ReviewingProgram, number: Number, given: Claim) -> OneCase:
    """Takes the case for half an hour."""
    with wired.store.write(who.organisation_id) as session:
        queue.claim(session, who, messages.from_number(number), wired.now(), exception=given.exception)
    return _shown(wired, who, number)


@router.post("/cases/{number}/take-over")
def take_over(wired: Wired, who: ReviewingProgram, number: Number, given: Claim) -> OneCase:
    """Takes the case from a colleague who holds it."""
    with wired.store.write(who.organisation_id) as session:
        queue.take_over(session, who, messages.from_number(number), wired.now(), exception=given.exception)
    return _shown(wired, who, number)


@router.post("/cases/{number}/release")
def release(wired: Wired, who: ReviewingProgram, number: Number) -> OneCase:
    """Gives the case back to the line."""
    with wired.store.write(who.organisation_id) as session:
        queue.release(session, who, messages.from_number(number), wired.now())
    return _shown(wired, who, number)


@router.post("/cases/{number}/reading")
def own_reading(wired: Wired, who: ReviewingProgram, number: Number, given: OwnReading) -> OneCase:
    """The reviewer's own reading, once; the machine's is shown after it."""
    with wired.store.write(who.organisation_id) as session:
        ruling.record_reading(session, who, messages.from_number(number), given.reading, wired.now())
    return _shown(wired, who, number)


@router.post("/cases/{number}/question")
def ask(wired: Wired, who: ReviewingProgram, number: Number, given: ToLearner) -> OneCase:
    """Asks the learner something; the case waits for the reply."""
    with wired.store.write(who.organisation_id) as session:
        ruling.ask(session, wired.vault, who, messages.from_number(number), given.text, wired.now())
    return _shown(wired, who, number)


@router.post("/cases/{number}/extension")
def extend(wired: Wired, who: ReviewingProgram, number: Number, given: ToLearner) -> OneCase:
    """Two more months, once, for a reason that the learner reads."""
    with wired.store.write(who.organisation_id) as session:
        ruling.extend(session, wired.vault, who, messages.from_number(number), given.text, wired.now())
    return _shown(wired, who, number)


@router.post("/cases/{number}/ruling")
def rule(wired: Wired, who: ReviewingProgram, number: Number, given: Decided) -> OneCase:
    """Decides, on the case as it was seen; 409 when it has moved on."""
    with wired.store.write(who.organisation_id) as session:
        ruling.rule(
            session, wired.vault, who, messages.from_number(number), version=given.version, ruling=given.ruling,
            reason=given.reason, text=given.text, now=wired.now(),
        )  # fmt: skip
    return _shown(wired, who, number)


@router.post("/cases/{number}/undo")
def undo_ruling(wired: Wired, who: ReviewingProgram, number: Number) -> OneCase:
    """Takes one's ruling back, before anybody hears of it."""
    with wired.store.write(who.organisation_id) as session:
        ruling.undo(session, wired.vault, who, messages.from_number(number), wired.now())
    return _shown(wired, who, number)


@router.get("/report")
def appeals_report(
    wired: Wired, who: ReadingProgram, year: Annotated[int | None, Query(ge=2000, le=2200)] = None
) -> TheReport:
    """Appeals per course and question in a year, without persons; by default of this year."""
    with wired.store.read(who.organisation_id) as session:
        chosen = year or report.years(session, wired.now())[0]
        courses = report.of_year(session, wired.catalogue, chosen)
    return TheReport(
        year=chosen,
        courses=[
            CourseLines(
                course=one.course.slug,
                lines=[*(_line(line, "question" if line.asked else "former") for line in one.lines),
                       _line(one.total, "course")],
            )
            for one in courses
        ],
    )  # fmt: skip


@router.get("/remedies")
def remedies(wired: Wired, who: OfficersProgram) -> list[OneRemedy]:
    """What was looked at again after rulings against the machine, the latest first."""
    with wired.store.read(who.organisation_id) as session:
        return [_remedy(one) for one in remedy.of_organisation(session)]


@router.post("/remedies/{remedy_id}/undo")
def undo_remedy(wired: Wired, who: OfficersProgram, remedy_id: UUID) -> OneRemedy:
    """Takes a remedy back, once."""
    with wired.store.write(who.organisation_id) as session:
        return _remedy(remedy.undo(session, who, remedy_id, wired.now()))


def _shown(wired: Wiring, who: ActingMember, number: str) -> OneCase:
    now, asked = wired.now(), messages.from_number(number)
    with wired.store.write(who.organisation_id) as session:
        queue.renew(session, who, asked, now)
        found = access.case(session, wired.vault, wired.catalogue, who, asked, now)
    found = access.with_grade(wired.graders, found)
    appeal, seen = found.appeal, found.machine
    machine = None
    if found.decision is not None and seen is not None:
        machine = Machine(
            intent=found.decision.intent, outcome=found.decision.outcome, reason=found.decision.reason,
            model=found.decision.model_id,
            probabilities={str(name): share for name, share in seen.repeated.probabilities.items()}
            if seen.repeated else None,
        )  # fmt: skip
    return OneCase(
        number=messages.number(appeal), state=appeal.state, level=appeal.level, version=appeal.version,
        origin=appeal.origin, course=found.course, question=appeal.question_id,
        question_text={str(language): text for language, text in found.asked.body.text.items()},
        filed_at=appeal.filed_at, due_at=appeal.due_at, owner=found.owner,
        claim_until=appeal.claim_until if found.owner else None, mine=found.is_mine, language=found.language,
        answer=found.answer, statement=found.statement, reply=found.reply,
        own_reading=appeal.own_reading if found.is_mine else None, machine=machine,
        rulings=_rulings(found.decision.outcome) if found.decision and machine else {},
    )  # fmt: skip


def _rulings(outcome: str) -> dict[str, list[str]]:
    return {str(one): list(REASONS[one]) for one in rulings_for(outcome)}


def _place(session: Session, order: Literal["waiting", "due"], after: str | None) -> tuple[dt.datetime, int] | None:
    """Behind this case, where it stands now."""
    if after is None:
        return None
    appeal = access.find(session, messages.from_number(after))
    return (appeal.due_at if order == "due" else appeal.filed_at), appeal.number


def _in_line(row: Waiting) -> InLine:
    return InLine(
        number=messages.number(row.number), origin=row.origin, state=row.state, level=row.level, course=row.course,
        question=row.question_id, filed_at=row.filed_at, due_at=row.due_at, owner=row.owner,
        claim_until=row.claim_until,
    )  # fmt: skip


def _line(line: Line, about: Literal["question", "former", "course"]) -> ReportLine:
    share = line.rate.value if line.rate else None
    return ReportLine(
        about=about, question=line.asked.id if line.asked else None, overturned=line.overturned, upheld=line.upheld,
        undecided=line.undecided, appeals=line.appeals, overturned_share=share,
        interval=line.rate.interval if line.rate and share is not None else None, median_days=line.days,
    )  # fmt: skip


def _remedy(one: Remedy) -> OneRemedy:
    return OneRemedy(
        id=one.id, question=one.question_id, model=one.model_id, made_at=one.made_at, looked=one.looked,
        passed=one.passed, referred=one.referred, undone_at=one.undone_at,
    )  # fmt: skip
