"""Cases with a known answer: they look like any other, and count nowhere but in the meter."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from api.settings import Settings
from appeals import access, checks, clocks, drift, figures, meter, queue, remedy, report, weak
from appeals.errors import NotPossible
from appeals.models import Appeal, Notice, Remedy
from appeals.states import Ruling
from grading.grade import BASE, Graders
from grading.shelf import Shelf
from learning import examples, reports
from learning.errors import NotFound
from learning.models import Answer, Decision
from people import tokens
from people.models import NOBODY, Learner
from privacy import consent
from privacy.consent import IMPROVING
from tests.appeals.desk import MODEL, START, Desk

ANSWER = "Nee, ik ga zelf naar de site van de bank."
YEARS = dt.timedelta(days=36500)


@pytest.fixture(scope="module")
def graders() -> Graders:
    """The models of this installation."""
    return Shelf(Settings().models)


def _place(desk: Desk, answer: str = ANSWER, *, place: int = 0, model: str = MODEL, **more: Any) -> int:
    asked = desk.catalogue
    with desk.store.write(desk.id) as session:
        course = asked.course(session, "information-security")
        question = more.pop("question", course.questions[place].id)
        values = {"language": "nl", "model_id": model, "now": START} | more
        return checks.place(
            session, desk.vault, desk.catalogue, desk.reviewers[2], question, values.pop("language"), answer, **values
        ).number


def _real(desk: Desk, number: int = 1, **more: Any) -> list[int]:
    """Cases of learners who allow that the machine learns from rulings."""
    found = []
    for _ in range(number):
        learner = desk.learner()
        desk.answer(learner, **more)
        with desk.write(learner) as (session, here):
            consent.choose(session, learner, here.learner, IMPROVING, allowed=True, now=START)
        found.append(desk.appeal(learner))
    return found


def test_a_reviewer_sees_a_case_like_any_other(desk: Desk, graders: Graders) -> None:
    model = graders.of(BASE).model_id
    number = _place(desk, model=model)
    desk.claim(number)
    before = _case(desk, graders, number)
    assert (before.answer, before.machine, before.appeal.origin) == (ANSWER, None, "learner")
    desk.read(number)
    seen = _case(desk, graders, number)
    assert seen.decision is not None and seen.machine is not None and seen.machine.repeated is not None
    assert (seen.decision.intent, seen.decision.outcome) == ("approve", "not_passed")
    grade = seen.machine.repeated
    assert (grade.intent, grade.outcome, grade.model_id) == ("approve", "not_passed", model)
    assert max(grade.probabilities, key=lambda one: grade.probabilities[one]) == "approve"
    assert sum(grade.probabilities.values()) == pytest.approx(1, abs=2e-4)  # each is rounded to four places


def _case(desk: Desk, graders: Graders, number: int) -> access.Case:
    with desk.store.write(desk.id) as session:
        found = access.case(session, desk.vault, desk.catalogue, desk.reviewers[0], number, START)
    return access.with_grade(graders, found)


@pytest.mark.parametrize(("choice", "reason", "found"), [
    (Ruling.OVERTURNED, "meaning_misread", 1), (Ruling.UPHELD, "graded_correctly", 0),
])  # fmt: skip
def test_it_is_found_or_missed(desk: Desk, choice: Ruling, reason: str, found: int) -> None:
    desk.decide(_place(desk), choice=choice, reason=reason)
    with desk.store.read(desk.id) as session:
        _, each = meter.read(meter.cases(session, START))
    reading = each[desk.reviewers[0].id]
    assert (reading.checks, reading.found, reading.rulings) == (1, found, 0)


def test_it_counts_nowhere_else_and_a_real_one_does(desk: Desk) -> None:
    """Both lie side by side with the same ruling; every figure is that of the real one alone."""
    _, other = _real(desk, 2)
    desk.decide(other)
    check = _place(desk)
    desk.decide(check)
    later = START + dt.timedelta(minutes=1)
    with desk.store.read(desk.id) as session:
        question = desk.case(check).question_id
        assert drift.count(session, MODEL, START - YEARS).overturned == 1
        assert drift.count(session, MODEL, START - YEARS).graded == 2
        weighed = next(one for one in weak.figures(session) if one.question_id == question)
        assert (weighed.answers, weighed.rulings, weighed.overturned) == (2, 1, 1)
        assert remedy.due(session, later) == [desk.case(other).id]
        assert len(examples.of_organisation(session, desk.vault, desk.catalogue)) == 1
        assert [share.total for _, share in figures.by_question(session, START)] == [1]
        assert [share.total for _, share in figures.by_model(session, START)] == [1]
        assert figures.outcomes(session, START)["overturned"] == 1
        assert figures.waiting(session, later).count == 1
        counted = report._count(session, (Appeal.origin == "learner", Appeal.expected.is_(None)), Appeal.question_id)
        assert [(one.overturned, one.undecided) for one in counted.values()] == [(1, 1)]


def test_no_remedy_touches_it(desk: Desk) -> None:
    check = _place(desk)
    desk.decide(check, choice=Ruling.UPHELD, reason="graded_correctly")
    desk.decide(_real(desk, text=ANSWER)[0])
    later = START + dt.timedelta(minutes=1)
    with desk.store.read(desk.id) as session:
        prepared = remedy.prepare(session, desk.vault, desk.catalogue, remedy.due(session, later)[0])
        assert prepared is not None and prepared.alike == []
        assert session.execute(select(Remedy)).all() == []


def test_nobody_is_told_and_nobody_gets_points(desk: Desk) -> None:
    check = _place(desk)
    (real,) = _real(desk)
    for number in (check, real):
        desk.decide(number)
    with desk.store.read(desk.id) as session:
        told = set(session.execute(select(Notice.appeal_id)).scalars())
        assert told == {desk.case(real).id}
        decision = session.get_one(Decision, desk.case(check).decision_id)
        assert (decision.outcome, decision.points, decision.max_points, decision.p_value) == ("passed", 0, 0, None)


def test_a_missed_date_tells_nobody_either(desk: Desk) -> None:
    check = _place(desk)
    (real,) = _real(desk)
    with desk.store.write(desk.id) as session:
        clocks.tick(session, desk.id, START + dt.timedelta(days=60))
    assert {desk.case(number).state for number in (check, real)} == {"expired_in_favour"}
    with desk.store.read(desk.id) as session:
        assert set(session.execute(select(Notice.appeal_id)).scalars()) == {desk.case(real).id}


def test_the_employer_never_sees_it(desk: Desk) -> None:
    """On every question, so on the flagged ones too, and beside the answers of somebody who is there."""
    learner = desk.learner()
    with desk.store.read(desk.id) as session:
        course = desk.catalogue.course(session, "information-security")
        stances = [number for number, one in enumerate(course.questions) if one.body.kind == "stance"]
        flagged = [number for number in stances if course.questions[number].body.flagged]
    assert flagged
    for place in stances:
        _place(desk, "Dat is duidelijk.", place=place)
        desk.answer(learner, "Nee hoor.", place=place)
    with desk.store.read(desk.id) as session:
        seen = reports.visible_answers(session, "information-security", START.date())
        assert [one.subject for one in seen] == [learner.subject] * len(flagged)
        assert [one.answers for one in reports.courses(session, START.date())] == [len(flagged)]
        assert reports.visible_learners(session, "information-security", START.date()) == []
        nobody = session.execute(select(Learner.id).where(Learner.subject == NOBODY)).scalar_one()
        assert session.execute(select(Answer).where(Answer.learner_id == nobody)).all() != []
    question, member = course.questions[flagged[0]].id, desk.reviewers[0]
    with desk.store.write(desk.id) as session, pytest.raises(NotFound):
        reports.open_answer(session, desk.vault, member, "information-security", nobody, question, START)


def test_no_token_can_be_that_learners() -> None:
    assert tokens.SUBJECT.fullmatch(NOBODY) is None


def test_the_next_one_on_a_question_takes_the_place_of_a_decided_one(desk: Desk) -> None:
    first = _place(desk, "Nee, nooit.")
    with pytest.raises(NotPossible):
        _place(desk)
    desk.decide(first)
    second = _place(desk)
    assert (desk.case(first).state, desk.case(first).learner_id, desk.case(first).expected) == (
        "decided", None, "overturned",
    )  # fmt: skip
    desk.decide(second, who=1)
    with desk.store.read(desk.id) as session:
        total, _ = meter.read(meter.cases(session, START))
        assert (total.checks, total.found) == (2, 2)


@pytest.mark.parametrize("wrong", [{"answer": " "}, {"answer": "x" * 1001}, {"language": "fr"}, {"place": 2}])
def test_what_cannot_be_a_case_is_refused(desk: Desk, wrong: dict[str, Any]) -> None:
    with pytest.raises(NotPossible):
        _place(desk, **wrong)
    with desk.store.read(desk.id) as session:
        assert session.execute(select(Appeal)).all() == []


def test_a_question_of_another_organisation_is_not_there(new_desk: Any) -> None:
    ours, theirs = new_desk(), new_desk()
    question = theirs.case(_place(theirs)).question_id
    with pytest.raises(NotFound):
        _place(ours, question=question)


def test_every_stance_question_can_be_asked(desk: Desk) -> None:
    with desk.store.read(desk.id) as session:
        found = checks.questions(session, desk.catalogue)
        course = desk.catalogue.course(session, "information-security")
    assert [asked.id for _, asked in found] == [one.id for one in course.questions if one.body.kind == "stance"]
    assert {title for title, _ in found} == {course.file.title["nl"]}


def test_the_line_holds_it_among_the_others(desk: Desk) -> None:
    number = _place(desk)
    (real,) = _real(desk)
    with desk.store.read(desk.id) as session:
        assert [one.number for one in queue.waiting(session, START)] == [number, real]
        assert queue.count(session, START) == 2
