"""Which questions are weak: the rule at its boundaries, and the counts behind it from real answers and rulings."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.trial import System, Visitor
from appeals.weak import Figures, K, Weighed, figures, lower_end, reasons, weigh
from store.store import Store
from tests.course import grade, receipt_number
from tests.staff import Staff

COURSE = "information-security"


def _figures(answers: int, undecided: int = 0, rulings: int = 0, overturned: int = 0) -> Figures:
    return Figures("c", uuid.uuid4(), answers, undecided, rulings, overturned)


@pytest.mark.parametrize(
    ("count", "total", "expected"),
    [(0, 0, 0.0), (0, 10, 0.0), (1, 10, 0.0178), (5, 10, 0.2366), (10, 10, 0.7225), (15, 50, 0.1910)],
)
def test_the_lower_end_is_that_of_wilson(count: int, total: int, expected: float) -> None:
    assert lower_end(count, total) == pytest.approx(expected, abs=1e-4)


@given(st.integers(1, 300).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_the_lower_end_never_lies_above_the_share_and_more_answers_bring_it_nearer(pair: tuple[int, int]) -> None:
    count, total = pair
    assert 0 <= lower_end(count, total) <= lower_end(count * 2, total * 2) <= count / total


@pytest.mark.parametrize(
    ("undecided", "usual", "weak"), [(5, 0.2365, True), (5, 0.2366, False), (0, 0.0, False), (1, 0.0, True)]
)
def test_undecided_answers_make_it_weak_only_above_what_is_usual(undecided: int, usual: float, *, weak: bool) -> None:
    assert reasons(_figures(10, undecided), usual) == (("undecided",) if weak else ())


@pytest.mark.parametrize(
    ("rulings", "overturned", "weak"), [(1, 1, False), (2, 2, True), (6, 2, True), (7, 2, False), (9, 3, True)]
)
def test_two_overturned_grades_make_it_weak_when_they_are_a_third(rulings: int, overturned: int, *, weak: bool) -> None:
    assert reasons(_figures(10, 0, rulings, overturned), 0.5) == (("overturned",) if weak else ())


def test_figures_of_too_few_learners_are_not_there_and_move_nothing() -> None:
    few, enough = _figures(K - 1, K - 1, 9, 9), _figures(K, 1, K - 1, 0)
    assert weigh([few, enough]) == [
        Weighed("c", enough.question_id, K, 0.2), Weighed("c", few.question_id)
    ]  # fmt: skip
    assert weigh([enough, _figures(0)])[0] == weigh([enough, few])[0]


def test_rulings_are_shown_from_five_and_weigh_before() -> None:
    four, five = _figures(9, 0, K - 1, 2), _figures(9, 0, K, 1)
    assert [(one.rulings, one.overturned, one.reasons) for one in weigh([five, four])] == [
        (None, None, ("overturned",)), (K, 1, ())
    ]  # fmt: skip


def test_the_weakest_comes_first() -> None:
    plain, doubted, both = _figures(40, 1), _figures(10, 9), _figures(10, 8, 6, 3)
    small, overturned = _figures(2), _figures(20, 0, 5, 5)
    assert [one.question_id for one in weigh([small, plain, overturned, doubted, both])] == [
        one.question_id for one in (both, doubted, overturned, plain, small)
    ]


def test_no_question_and_no_answer_is_no_error() -> None:
    assert weigh([]) == []
    assert weigh([_figures(K)])[0].reasons == ()


def test_answers_and_rulings_are_counted(store: Store, system: System, learner: Visitor, reviewer: Staff) -> None:
    """What a learner and a reviewer do changes the figures of that question by this much, and of no other."""

    def counted() -> dict[uuid.UUID, Figures]:
        with store.read(uuid.UUID(system.demo["organisation_id"])) as session:
            return {one.question_id: one for one in figures(session)}

    def change() -> tuple[int, int, int, int]:
        now = counted()
        one, was = now[question], before[question]
        assert {key: row for key, row in now.items() if key != question} == others
        return (
            one.answers - was.answers, one.undecided - was.undecided,
            one.rulings - was.rulings, one.overturned - was.overturned,
        )  # fmt: skip

    before = counted()
    question = uuid.UUID(grade(learner.say("misschien"))["question"])
    others = {key: row for key, row in before.items() if key != question}
    assert change() == (1, 1, 0, 0)
    learner.say("misschien")
    number = reviewer.whole_line()[-1]
    assert reviewer.rule(number, "disapprove", "not_passed:ambiguous").status == 303
    assert change() == (1, 1, 0, 0), "decided by a person since, and nothing was overturned"
    learner.command("again", about=str(question))
    learner.say("ja, dat doe ik")
    assert change() == (1, 0, 0, 0), "the latest answer could be read"
    for choice, expected in (("upheld:graded_correctly", (1, 0, 1, 0)), ("overturned:meaning_misread", (1, 0, 2, 1))):
        receipt = learner.command("appeal", about=str(question))
        number = receipt_number(receipt)
        learner.command("skip")
        assert reviewer.rule(number, "approve", choice).status == 303
        assert change() == expected
        learner.command("again", about=str(question))
        learner.say("ja, dat doe ik")
    learner.command("reset")
    learner.command("affirm")
    assert change() == (0, 0, 2, 1), "the answer is gone, the statistic of the rulings stays"
