"""The privacy officer's pages: how cases stand, how reviewers decide, remedies, conflicts of interest, choices."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from api import charts, outcomes
from api.auth import TheOfficer, Wired
from api.pages.rendering import page, reading
from api.texts import Texts, decimal
from api.wiring import Wiring
from appeals import checks, choices, conflicts, figures, meter, remedy
from appeals.choices import Choices
from appeals.errors import NotPossible
from appeals.shares import K, Share
from learning.catalogue import Asked
from learning.models import Course
from people.actors import ActingMember, Language
from people.models import NOBODY, Learner

router = APIRouter(include_in_schema=False, prefix="/oversight")

Text = Annotated[str, Form(max_length=8000)]
Ticked = Annotated[str, Form(max_length=8)]
"""A box: absent when it is not ticked."""


@router.get("")
def cases(request: Request, wired: Wired, who: TheOfficer) -> HTMLResponse:
    """Who waits and how long, and what comes of it."""
    now, t = wired.now(), reading(request, who)
    since = now - figures.PERIOD
    with wired.store.read(who.organisation_id) as session:
        waiting = figures.waiting(session, now)
        became = figures.outcomes(session, since)
        questions = [
            (course, asked, share)
            for question, share in figures.by_question(session, since)
            for course, asked in [_asked(wired, session, question, t)]
            if asked is not None
        ]
        models = figures.by_model(session, since)
    ages = list(zip(outcomes.ages(t), waiting.ages, strict=True))
    ends = [(outcomes.became(t, name), count) for name, count in became.items()]
    return page(
        request, "oversight_cases.html", who, waiting=waiting, ages=ages, ends=ends, questions=questions, models=models,
        days=figures.PERIOD.days, k=K, percent=outcomes.percent, interval=outcomes.interval,
        ages_chart=charts.bars(
            "ages", t("Hoe lang open zaken wachten"), t("Aantal open zaken per wachttijd."),
            [charts.Bar(label, count, str(count)) for label, count in ages],
        ),
        ends_chart=charts.bars(
            "ends", t("Wat er van zaken werd"), t("Aantal gesloten zaken per uitkomst."),
            [charts.Bar(label, count, str(count)) for label, count in ends],
        ),
        questions_chart=charts.spans(
            "questions", t("Teruggedraaid per vraag"), t("Aandeel van 0 tot 100%, met de marge."),
            [_span(t, t("Vraag {n} · {course}", n=asked.number, course=course), share)
             for course, asked, share in questions],
        ),
        models_chart=charts.spans(
            "models", t("Teruggedraaid per model"), t("Aandeel van 0 tot 100%, met de marge."),
            [_span(t, model or t("niet meer bekend"), share) for model, share in models],
        ),
    )  # fmt: skip


@router.get("/reviewers")
def reviewers(request: Request, wired: Wired, who: TheOfficer, question: UUID | None = None) -> HTMLResponse:
    """The rubber-stamp meter, and the form that puts a case with a known answer in the line."""
    return _reviewers(request, wired, who, question)


@router.post("/checks")
def place_check(
    request: Request, wired: Wired, who: TheOfficer, question: Annotated[UUID, Form()],
    language: Annotated[Language, Form()], answer: Text = "", certain: Ticked = "",
) -> Response:  # fmt: skip
    """Puts it in the line. When it cannot be, the page comes back with what was typed."""
    model = wired.graders.of(str(who.organisation_id)).model_id
    try:
        if not certain:
            raise NotPossible("check")
        with wired.store.write(who.organisation_id) as session:
            checks.place(
                session, wired.vault, wired.catalogue, who, question, language, answer, model_id=model, now=wired.now()
            )
    except NotPossible:
        return _reviewers(request, wired, who, question, answer=answer, refused=True)
    return RedirectResponse("/oversight/reviewers?placed=1#checks", 303)


@router.get("/remedies")
def remedies(request: Request, wired: Wired, who: TheOfficer) -> HTMLResponse:
    """What was looked at again after a ruling against the machine."""
    t = reading(request, who)
    with wired.store.read(who.organisation_id) as session:
        rows = [(one, _asked(wired, session, one.question_id, t)) for one in remedy.of_organisation(session)]
        return page(request, "oversight_remedies.html", who, rows=rows)


@router.get("/remedies/{remedy_id}")
def confirm_undo(request: Request, wired: Wired, who: TheOfficer, remedy_id: UUID) -> HTMLResponse:
    """What taking a remedy back changes, before it is done."""
    t = reading(request, who)
    with wired.store.read(who.organisation_id) as session:
        one = remedy.find(session, remedy_id)
        return page(request, "oversight_undo.html", who, remedy=one, about=_asked(wired, session, one.question_id, t))


@router.post("/remedies/{remedy_id}")
def undo(wired: Wired, who: TheOfficer, remedy_id: UUID) -> Response:
    """Takes a remedy back, once."""
    with wired.store.write(who.organisation_id) as session:
        remedy.undo(session, who, remedy_id, wired.now())
    return RedirectResponse("/oversight/remedies", 303)


@router.get("/conflicts")
def declared(request: Request, wired: Wired, who: TheOfficer) -> HTMLResponse:
    """Who may not rule on what."""
    return _conflicts(request, wired, who)


@router.post("/conflicts")
def declare(
    request: Request, wired: Wired, who: TheOfficer, member: Annotated[UUID, Form()],
    course: Annotated[str, Form(max_length=60)] = "", learner: Annotated[str, Form(max_length=128)] = "",
) -> Response:  # fmt: skip
    """A course or a learner, one of both."""
    subject = learner.strip()
    with wired.store.write(who.organisation_id) as session:
        course_id = session.execute(select(Course.id).where(Course.slug == course)).scalar_one_or_none()
        learner_id = session.execute(_learner(subject)).scalar_one_or_none()
        one = bool(course) != bool(subject) and (course_id or learner_id)
        if one:
            conflicts.declare(
                session, who.organisation_id, member, course_id=course_id, learner_id=learner_id, now=wired.now(),
                by=who,
            )  # fmt: skip
    if not one:
        return _conflicts(request, wired, who, refused=True, learner=subject)
    return RedirectResponse("/oversight/conflicts", 303)


@router.post("/conflicts/{conflict_id}/take-back")
def take_back(wired: Wired, who: TheOfficer, conflict_id: UUID) -> Response:
    """The member may rule on it again."""
    with wired.store.write(who.organisation_id) as session:
        conflicts.take_back(session, who, conflict_id, wired.now())
    return RedirectResponse("/oversight/conflicts", 303)


@router.get("/choices")
def chosen(request: Request, wired: Wired, who: TheOfficer) -> HTMLResponse:
    """What the organisation chose about appeals."""
    with wired.store.read(who.organisation_id) as session:
        now = choices.of_organisation(session, who)
    saved = "saved" in request.query_params
    return page(request, "oversight_choices.html", who, chosen=now, refused=False, saved=saved)


@router.post("/choices")
def choose(
    request: Request, wired: Wired, who: TheOfficer, on_missed: Annotated[Literal["favour", "escalate"], Form()],
    undo_seconds: Annotated[int, Form()], appeal_days: Annotated[int, Form()],
    alpha: Annotated[str, Form(max_length=20)],
    pauses_clock: Ticked = "",
) -> Response:  # fmt: skip
    """From now on it is so; `alpha` comes in per cent, with a comma or a point. What is no number is none at all."""
    share = round((decimal(alpha) or 0) / 100, 6)
    wanted = Choices(on_missed, bool(pauses_clock), undo_seconds, appeal_days, share)
    try:
        with wired.store.write(who.organisation_id) as session:
            choices.choose(session, who, wanted, wired.now())
    except NotPossible:
        return page(request, "oversight_choices.html", who, 422, chosen=wanted, refused=True, saved=False)
    return RedirectResponse("/oversight/choices?saved=1", 303)


def _reviewers(
    request: Request, wired: Wiring, who: ActingMember, question: UUID | None, *, answer: str = "",
    refused: bool = False,
) -> HTMLResponse:  # fmt: skip
    now, t = wired.now(), reading(request, who)
    with wired.store.read(who.organisation_id) as session:
        total, each = meter.read(meter.cases(session, now - meter.PERIOD))
        names = meter.names(session, each)
        asked = checks.questions(session, wired.catalogue)
    return page(
        request, "oversight_reviewers.html", who, 422 if refused else 200, k=K, days=meter.PERIOD.days,
        rows=[(name, each[member]) for member, name in names] + [(t("Allen samen"), total)], percent=outcomes.percent,
        interval=outcomes.interval, minutes=outcomes.minutes, questions=asked, answer=answer, refused=refused,
        chosen=next((one for _, one in asked if one.id == question), None), limit=checks.LONGEST,
        placed="placed" in request.query_params,
    )  # fmt: skip


def _conflicts(
    request: Request, wired: Wiring, who: ActingMember, *, refused: bool = False, learner: str = ""
) -> HTMLResponse:
    t = reading(request, who)
    with wired.store.read(who.organisation_id) as session:
        slugs = session.execute(select(Course.slug).order_by(Course.slug)).scalars().all()
        courses = {slug: wired.catalogue.course(session, slug) for slug in slugs}
        rows, members = conflicts.listed(session), conflicts.reviewers(session)
    titles = {slug: course.file.title[course.language(t.language)] for slug, course in courses.items()}
    return page(
        request, "oversight_conflicts.html", who, 422 if refused else 200, rows=rows, members=members, titles=titles,
        refused=refused, learner=learner,
    )  # fmt: skip


def _asked(wired: Wiring, session: Session, question_id: UUID, t: Texts) -> tuple[str, Asked | None]:
    """The title of the course, and the question if it is still asked."""
    course = wired.catalogue.of_question(session, question_id)
    asked = next((one for one in course.questions if one.id == question_id), None)
    return course.file.title[course.language(t.language)], asked


def _learner(subject: str) -> Select[UUID]:
    return select(Learner.id).where(Learner.subject == subject, Learner.subject != NOBODY)


def _span(t: Texts, label: str, share: Share) -> charts.Span:
    return charts.Span(label, share.value, *share.interval, outcomes.percent(t, share))
