"""The life of an appeal on a real database: each act, from where it is possible, and what it changes."""

import datetime as dt
import uuid

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from appeals import access, clocks, filing, notices, queue, remedy, ruling
from appeals.errors import ConflictOfInterest, NothingToAppeal, NotPossible, Stale
from appeals.models import Notice, Remedy
from appeals.states import Ruling
from learning.catalogue import Catalogue, Taught
from learning.models import Decision
from tests.appeals.conftest import NewDesk
from tests.appeals.desk import START, Desk

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)


def standing(desk: Desk, decision: Decision) -> tuple[str, int, str, bool]:
    return decision.outcome, decision.points, decision.maker, decision.in_review


def told(desk: Desk, number: int) -> list[tuple[str, str]]:
    """What there is to tell, as kind and channel."""
    with desk.store.read(desk.id) as session:
        rows = session.execute(
            select(Notice.kind, Notice.channel).where(Notice.appeal_id == access.find(session, number).id)
        )
        return sorted((kind, channel) for kind, channel in rows)


def test_overturned_restores_points_at_once_and_is_told_after_the_time_for_second_thoughts(desk: Desk) -> None:
    learner, number = desk.disputed()
    desk.decide(number)
    assert standing(desk, desk.decision(learner)) == ("passed", 2, "person", False)
    with desk.write(learner) as (session, here):
        assert notices.news(session, here, START, START + dt.timedelta(seconds=29)) == []
        fresh = notices.news(session, here, START, START + dt.timedelta(seconds=31))
        assert [(notice.kind, appeal.ruling) for notice, appeal in fresh if appeal] == [("ruled", "overturned")]
    assert ("ruled", "learner_mail") in told(desk, number) and ("ruled", "webhook") in told(desk, number)


def test_upheld_leaves_everything_as_it_was_but_who_decided(desk: Desk) -> None:
    learner = desk.learner()
    desk.answer(learner)
    before = desk.decision(learner)
    number = desk.appeal(learner)
    desk.decide(number, choice=Ruling.UPHELD, reason="ambiguous")
    after = desk.decision(learner)
    numbers = ("points", "max_points", "outcome", "intent", "p_value", "alpha", "tries", "model_id", "question_version")
    assert {name: getattr(before, name) for name in numbers} == {name: getattr(after, name) for name in numbers}
    assert told(desk, number) == sorted(
        [("filed", "learner_mail"), ("filed", "webhook")]
        + [("ruled", channel) for channel in notices.CHANNELS["ruled"]]
    ), "both outcomes are told alike"


def test_a_ruling_can_be_taken_back_until_it_is_told(desk: Desk) -> None:
    learner = desk.learner()
    desk.answer(learner)
    before = standing(desk, desk.decision(learner))
    number = desk.appeal(learner)
    desk.decide(number)
    with desk.store.write(desk.id) as session:
        ruling.undo(session, desk.vault, desk.reviewers[0], number, START + dt.timedelta(seconds=20))
    assert standing(desk, desk.decision(learner)) == (*before[:3], True)
    assert ("ruled", "chat") not in told(desk, number)
    case = desk.case(number)
    assert (case.state, case.ruling, case.ruling_text, case.own_reading) == ("claimed", None, None, "disapprove")
    desk.rule(number, choice=Ruling.UPHELD, reason="ambiguous")
    for who, now in ((0, START + MINUTE), (1, START)):
        with pytest.raises(NotPossible), desk.store.write(desk.id) as session:
            ruling.undo(session, desk.vault, desk.reviewers[who], number, now)


def test_a_second_person_looks_once_and_it_is_somebody_else(desk: Desk) -> None:
    learner, number = desk.disputed()
    desk.decide(number, choice=Ruling.UPHELD, reason="ambiguous")
    later = START + DAY
    with pytest.raises(NothingToAppeal):
        desk.appeal(learner, later)
    with pytest.raises(NotPossible), desk.write(learner) as (session, here):
        filing.escalate(session, here, number, START)  # not told yet
    with desk.write(learner) as (session, here):
        filing.escalate(session, here, number, later)
    case = desk.case(number)
    assert (case.state, case.level, case.own_reading, case.first_ruling) == ("escalated", 2, None, "upheld")
    assert case.due_at > later + 26 * DAY
    with pytest.raises(ConflictOfInterest):
        desk.claim(number, later, 0)
    desk.decide(number, later, 1, choice=Ruling.OVERTURNED)
    assert standing(desk, desk.decision(learner)) == ("passed", 2, "person", False)
    with pytest.raises(NotPossible), desk.write(learner) as (session, here):
        filing.escalate(session, here, number, later + DAY)


def test_a_case_at_a_second_person_that_is_given_back_waits_for_a_second_person(desk: Desk) -> None:
    learner, number = desk.disputed()
    desk.decide(number, choice=Ruling.UPHELD, reason="ambiguous")
    with desk.write(learner) as (session, here):
        filing.escalate(session, here, number, START + DAY)
    desk.claim(number, START + DAY, 1)
    with desk.store.write(desk.id) as session:
        queue.release(session, desk.reviewers[1], number, START + DAY)
    assert desk.case(number).state == "escalated"


@pytest.mark.parametrize("pauses", [True, False])
def test_a_question_back_moves_the_date_only_where_chosen_and_never_past_the_law(
    new_desk: NewDesk, pauses: bool
) -> None:
    desk = new_desk(pauses_clock=pauses)
    learner, number = desk.disputed()
    first = desk.case(number)
    desk.claim(number)
    with desk.store.write(desk.id) as session:
        ruling.ask(session, desk.vault, desk.reviewers[0], number, "Wat bedoel je met dat?", START)
    assert desk.case(number).state == "awaiting_learner"
    with desk.store.read(desk.id) as session:
        assert ruling.question_of(desk.vault, access.find(session, number)) == "Wat bedoel je met dat?"
    desk.appeal(learner, START + 2 * DAY, "Ik bedoel nee.")
    case = desk.case(number)
    assert (case.state, case.number) == ("filed", number)
    assert case.due_at == (first.due_at + 2 * DAY if pauses else first.due_at)
    assert case.due_at <= case.clock.limit
    desk.claim(number, START + 2 * DAY)
    with pytest.raises(NotPossible), desk.store.write(desk.id) as session:
        ruling.ask(session, desk.vault, desk.reviewers[0], number, "Nog iets?", START + 2 * DAY)


def test_an_extension_is_given_once_and_says_why(desk: Desk) -> None:
    _, number = desk.disputed()
    desk.claim(number)
    with desk.store.write(desk.id) as session:
        ruling.extend(session, desk.vault, desk.reviewers[0], number, "We wachten op de leverancier.", START)
    case = desk.case(number)
    assert case.due_at == case.clock.limit and case.due_at > START + 90 * DAY
    with pytest.raises(NotPossible), desk.store.write(desk.id) as session:
        ruling.extend(session, desk.vault, desk.reviewers[0], number, "Nog langer.", START)


def test_a_missed_date_counts_for_the_learner(desk: Desk) -> None:
    learner, number = desk.disputed()
    desk.claim(number, desk.case(number).due_at - MINUTE)
    late = desk.case(number).due_at + MINUTE
    with desk.store.write(desk.id) as session:
        assert clocks.tick(session, desk.id, late).expired == 1
    with desk.store.write(desk.id) as session:
        assert clocks.tick(session, desk.id, late).expired == 0
    assert standing(desk, desk.decision(learner)) == ("passed", 2, "clock", False)
    assert desk.case(number).state == "expired_in_favour"
    with pytest.raises(Stale):
        desk.read(number, late)
    with desk.write(learner) as (session, here):
        assert [notice.kind for notice, _ in notices.news(session, here, late, late)] == ["expired"]


def test_a_missed_date_goes_to_a_second_person_where_chosen(new_desk: NewDesk) -> None:
    desk = new_desk(on_missed="escalate")
    learner, number = desk.disputed()
    late = desk.case(number).due_at + MINUTE
    for expected in (1, 0):
        with desk.store.write(desk.id) as session:
            assert clocks.tick(session, desk.id, late).passed_on == expected
    assert (desk.case(number).state, desk.decision(learner).outcome) == ("escalated", "not_passed")


def test_staff_are_reminded_twice(desk: Desk) -> None:
    _, number = desk.disputed()
    for days, reminded in ((13, 0), (15, 50), (16, 50), (23, 80), (26, 80)):
        with desk.store.write(desk.id) as session:
            clocks.tick(session, desk.id, START + days * DAY)
        assert desk.case(number).reminded == reminded, days
    with desk.store.read(desk.id) as session:
        sent = select(func.count()).select_from(Notice).where(Notice.kind == "reminder")
        assert session.execute(sent).scalar_one() == 2


def test_answering_again_takes_all_texts_and_the_learner_out(desk: Desk) -> None:
    learner = desk.learner()
    desk.answer(learner)
    number = desk.appeal(learner, statement="Omdat ik nee bedoelde.")
    desk.claim(number)
    with desk.store.write(desk.id) as session:
        ruling.ask(session, desk.vault, desk.reviewers[0], number, "Wat bedoel je?", START)
    desk.answer(learner, "nee", "passed")
    case = desk.case(number)
    assert case.state == "superseded"
    gone = (
        "statement", "asked", "extension", "ruling_text", "draft", "before", "own_reading", "learner_id", "decision_id",
    )  # fmt: skip
    assert [name for name in gone if getattr(case, name) is not None] == []
    assert told(desk, number) == []
    with pytest.raises(Stale):
        desk.claim(number)


def test_who_wrote_the_questions_does_not_rule_on_them(new_desk: NewDesk) -> None:
    from appeals import conflicts

    desk = new_desk(reviewers=2)
    learner, number = desk.disputed()
    with desk.store.write(desk.id) as session:
        conflicts.declare(session, desk.id, desk.reviewers[0].id, course_id=desk.course_id, now=START)
    for exception in (False, True):
        with pytest.raises(ConflictOfInterest) as refused:
            desk.claim(number, exception=exception)
        assert not refused.value.alone, "the other one can"
    with desk.write(learner) as (session, here):
        conflicts.declare(session, desk.id, desk.reviewers[1].id, learner_id=here.learner, now=START)
    with pytest.raises(ConflictOfInterest) as refused:
        desk.claim(number)
    assert refused.value.alone
    desk.claim(number, exception=True)
    assert desk.case(number).exception


def test_a_colleague_can_take_a_case_over_and_reads_anew(desk: Desk) -> None:
    _, number = desk.disputed()
    desk.claim(number)
    desk.read(number)
    with pytest.raises(Stale):
        desk.claim(number, who=1)
    with desk.store.write(desk.id) as session:
        queue.take_over(session, desk.reviewers[1], number, START)
    assert desk.case(number).own_reading is None
    with pytest.raises(Stale):
        desk.rule(number)
    with pytest.raises(NotPossible):
        desk.rule(number, who=1)


def test_withdrawn_is_withdrawn_but_what_nobody_graded_stays(desk: Desk) -> None:
    learner = desk.learner()
    desk.answer(learner)
    number = desk.appeal(learner, statement="Omdat.")
    with desk.write(learner) as (session, here):
        filing.withdraw(session, here, number, START)
    case = desk.case(number)
    assert (case.state, case.statement) == ("withdrawn", None)
    assert not desk.decision(learner).in_review
    other = desk.learner()
    decision = desk.answer(other, "misschien", "undecided")
    with desk.write(other) as (session, here):
        filing.refer(session, here, here.course.questions[0].id, decision, START)
    number = desk.appeal(other)
    with desk.write(other) as (session, here):
        filing.withdraw(session, here, number, START)
    assert (desk.case(number).state, desk.case(number).origin) == ("filed", "machine")


def _made(desk: Desk, better: dict[str, str]) -> None:
    """Runs the check that the one overturned ruling asks for, with what the machine would now say."""
    later = START + MINUTE
    with desk.store.read(desk.id) as session:
        (appeal_id,) = remedy.due(session, later)
        check = remedy.prepare(session, desk.vault, desk.catalogue, appeal_id)
    assert check is not None
    found = {one.decision_id: better[one.text] for one in check.alike if one.text in better}
    with desk.store.write(desk.id) as session:
        remedy.apply(session, check, found, later)  # type: ignore[arg-type]


def test_one_overturned_decision_improves_its_like_and_only_improves(desk: Desk) -> None:
    learners = {text: desk.learner() for text in ("zeker weten", "mwah", "ja graag", "al goed")}
    for text, learner in learners.items():
        desk.answer(learner, text, "passed" if text == "al goed" else "not_passed")
    other = desk.learner()
    desk.answer(other, "zeker weten", model="another-model")
    appealing = desk.learner()
    desk.answer(appealing, "Zeker weten!")
    number = desk.appeal(appealing)
    desk.decide(number)
    with desk.store.read(desk.id) as session:
        assert remedy.due(session, START) == [], "not while it can be undone"
    before = {text: standing(desk, desk.decision(learner)) for text, learner in learners.items()}
    _made(desk, {"zeker weten": "passed", "mwah": "referred"})
    after = {text: standing(desk, desk.decision(learner)) for text, learner in learners.items()}
    assert after == before | {
        "zeker weten": ("passed", 2, "model", False),
        "mwah": ("not_passed", 0, "model", True),
    }
    assert desk.decision(other).outcome == "not_passed", "another model's decision is not touched"
    for text, kinds in (("zeker weten", ["remedied"]), ("mwah", ["remedied"]), ("ja graag", []), ("al goed", [])):
        with desk.write(learners[text]) as (session, here):
            assert [notice.kind for notice, _ in notices.news(session, here, START, START + MINUTE)] == kinds, text


def test_an_answer_replaced_while_a_check_is_prepared_ends_it(desk: Desk) -> None:
    appealing = desk.learner()
    desk.answer(appealing, "zeker weten")
    number = desk.appeal(appealing)
    desk.decide(number)

    class Meanwhile(Catalogue):
        """Asked for the course, between the two queries: its learner answers again."""

        def of_question(self, session: Session, question_id: uuid.UUID) -> Taught:
            desk.answer(appealing, "nee", "passed")
            return super().of_question(session, question_id)

    with desk.store.read(desk.id) as session:
        (appeal_id,) = remedy.due(session, START + MINUTE)
        assert remedy.prepare(session, desk.vault, Meanwhile(), appeal_id) is None


def test_a_remedy_is_undone_once_and_only_where_nothing_changed_since(desk: Desk) -> None:
    stays, answers_again = desk.learner(), desk.learner()
    for learner in (stays, answers_again):
        desk.answer(learner, "zeker weten")
    appealing = desk.learner()
    desk.answer(appealing, "zeker weten")
    number = desk.appeal(appealing)
    desk.decide(number)
    _made(desk, {"zeker weten": "passed"})
    desk.answer(answers_again, "nee", "passed")
    with desk.store.write(desk.id) as session:
        made = session.execute(select(Remedy)).scalars().one()
        assert (made.looked, made.passed, made.referred) == (2, 2, 0)
        remedy.undo(session, desk.reviewers[0], made.id, START + DAY)
    assert standing(desk, desk.decision(stays)) == ("not_passed", 0, "model", False)
    assert standing(desk, desk.decision(answers_again)) == ("passed", 2, "model", False)
    assert desk.decision(appealing).outcome == "passed"
    with pytest.raises(NotPossible), desk.store.write(desk.id) as session:
        remedy.undo(session, desk.reviewers[0], made.id, START + DAY)


def test_the_line_filters_and_pages(desk: Desk) -> None:
    numbers = []
    for days in range(5):
        learner = desk.learner()
        desk.answer(learner)
        numbers.append(desk.appeal(learner, START + days * DAY))
    now = START + 5 * DAY
    desk.claim(numbers[2], now)
    with desk.store.read(desk.id) as session:
        first = queue.waiting(session, now, limit=2)
        rest = queue.waiting(session, now, limit=9, after=first[-1].after("waiting"))
        assert [one.number for one in (*first, *rest)] == numbers
        by_due = queue.waiting(session, now, queue.Wanted("due"), limit=2)
        rest = queue.waiting(session, now, queue.Wanted("due"), limit=9, after=by_due[-1].after("due"))
        assert [one.number for one in (*by_due, *rest)] == numbers
        mine = queue.Wanted(mine=True)
        assert [one.number for one in queue.waiting(session, now, mine, member=desk.reviewers[0])] == [numbers[2]]
        assert queue.waiting(session, now, queue.Wanted(origin="machine")) == []
        assert queue.count(session, now, queue.Wanted(course="information-security")) == 5
        assert queue.count(session, now, queue.Wanted(late=True)) == 0
        assert queue.count(session, now + 60 * DAY, queue.Wanted(late=True)) == 5
    with desk.store.read(desk.id) as session:
        assert session.execute(select(func.count()).select_from(Decision)).scalar_one() == 5
