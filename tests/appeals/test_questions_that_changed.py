"""A course moves on while a case waits: the case stays about the question that was answered."""

import datetime as dt

import pytest
from sqlalchemy import select

from api import own_cases
from api.texts import texts
from appeals import access
from appeals.access import Case
from grading.grade import Grade, Question
from learning import courses, explaining
from learning.courses import CourseFile
from learning.models import Course, Decision
from tests.appeals.desk import START, Desk, grade_of

NEW = {"nl": "Bel je eerst de helpdesk?", "en": "Do you call the help desk first?"}


class Model:
    """The model that decided, and the shelf that it stands on; keeps what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def named(self, model_id: str, organisation: str) -> "Model":
        return self

    def explain(self, question: Question, answer: str, *, alpha: float | None = 0.01) -> Grade:
        self.asked.append(question.text)
        return grade_of("not_passed")


def _changed(desk: Desk, *, drop: bool) -> str:
    """The first question is asked in other words from now on, or no more; returns the words that it had."""
    with desk.store.write(desk.id) as session:
        file = CourseFile.model_validate(session.execute(select(Course)).scalar_one().content)
        questions = file.lessons[0].questions
        before = questions[0].text["nl"]
        if drop:
            del questions[0]
        else:
            questions[0] = questions[0].model_copy(update={"text": NEW})
        courses.load(session, desk.id, file, START)
    return before


def _opened(desk: Desk, number: int, model: Model) -> Case:
    desk.claim(number)
    desk.read(number)
    with desk.store.write(desk.id) as session:
        found = access.case(session, desk.vault, desk.catalogue, desk.reviewers[0], number, START)
    return access.with_grade(model, found)  # type: ignore[arg-type]


@pytest.mark.parametrize("drop", [False, True], ids=["other words", "dropped"])
def test_the_reviewer_reads_the_question_that_was_answered_and_rules(desk: Desk, drop: bool) -> None:
    _, number = desk.disputed()
    before, model = _changed(desk, drop=drop), Model()
    case = _opened(desk, number, model)
    assert (case.asked.body.text["nl"], case.answer, model.asked) == (before, "ja, dat doe ik", [before])
    desk.rule(number)
    with desk.store.read(desk.id) as session:
        assert session.execute(select(Decision.outcome, Decision.maker)).all() == [("passed", "person")]


@pytest.mark.parametrize("drop", [False, True], ids=["other words", "dropped"])
def test_the_learner_reads_in_their_list_what_they_were_asked(desk: Desk, drop: bool) -> None:
    claims, number = desk.disputed()
    before = _changed(desk, drop=drop)
    with desk.write(claims) as (session, here):
        row = own_cases.row(session, desk.vault, texts("nl"), here, access.find(session, number), START)
        assert row["question"] == before and before in row["text"]


def test_the_grade_is_explained_by_the_question_that_was_answered(desk: Desk) -> None:
    claims, _ = desk.disputed()
    before, model = _changed(desk, drop=False), Model()
    with desk.write(claims) as (session, here):
        asked = here.course.questions[0]
        found = explaining.repeat(model, explaining.explain(session, desk.vault, here, asked.id))  # type: ignore[arg-type]
        assert (asked.body.text["nl"], found.asked.body.text["nl"], model.asked) == (NEW["nl"], before, [before])


def test_a_course_that_came_back_still_knows_what_it_asked_in_between(desk: Desk) -> None:
    """Also a process that saw no turn in between."""
    with desk.store.write(desk.id) as session:
        first = CourseFile.model_validate(session.execute(select(Course)).scalar_one().content)
        desk.catalogue.course(session, first.slug)
    _changed(desk, drop=False)
    with desk.store.write(desk.id) as session:
        courses.load(session, desk.id, first, START + dt.timedelta(hours=1))
        course = desk.catalogue.course(session, first.slug)
        asked = course.questions[0]
        texts_known = [one.body.text["nl"] for one in course.versions[asked.id].values()]
    assert sorted(texts_known) == sorted([NEW["nl"], asked.body.text["nl"]])
