"""The employer's view: flagged questions, the latest answers to them, and what an agreement adds."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api import explanations
from api.auth import TheController, Wired
from api.pages.rendering import page, reading
from learning import reports
from privacy.agreements import granted

router = APIRouter(include_in_schema=False, prefix="/employer")


@router.get("")
def courses(request: Request, wired: Wired, who: TheController) -> HTMLResponse:
    """The organisation's courses."""
    with wired.store.read(who.organisation_id) as session:
        return page(request, "employer_courses.html", who, courses=reports.courses(session, wired.now().date()))


@router.get("/{course}")
def answers(request: Request, wired: Wired, who: TheController, course: str) -> HTMLResponse:
    """Per flagged question who answered; answers themselves are opened one by one."""
    today = wired.now().date()
    with wired.store.read(who.organisation_id) as session:
        taught = wired.catalogue.course(session, course)
        rows = reports.visible_answers(session, course, today)
        language = taught.language(reading(request, who).language)
        return page(
            request, "employer_answers.html", who, course=taught, language=language, outcome=explanations.outcome,
            state=explanations.state,
            questions=[(asked, [row for row in rows if row.question_id == asked.id]) for asked in taught.questions],
            learners=reports.visible_learners(session, course, today), grants=sorted(granted(session, course, today)),
        )  # fmt: skip


@router.post("/{course}/{question_id}/{learner_id}")
def answer(
    request: Request, wired: Wired, who: TheController, course: str, question_id: UUID, learner_id: UUID
) -> HTMLResponse:
    """Opens one answer. A POST, because it leaves a trace: the learner sees that it was opened, and by whom."""
    with wired.store.write(who.organisation_id) as session:
        row, text = reports.open_answer(session, wired.vault, who, course, learner_id, question_id, wired.now())
        taught = wired.catalogue.course(session, course)
        language = taught.language(reading(request, who).language)
        asked = taught.question(question_id, row.version)
        language = asked.language(language)
        return page(
            request, "employer_answer.html", who, course=taught, language=language, row=row, asked=asked,
            text=asked.shown(text, language), outcome=explanations.outcome, state=explanations.state,
        )  # fmt: skip
