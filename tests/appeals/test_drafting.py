"""What a reviewer is writing is kept with the claim, and goes with it."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import text

from appeals import access, clocks, drafting, filing, queue, ruling
from appeals.drafting import NOTHING, Draft
from appeals.errors import Stale
from people.actors import LearnerClaims
from tests.appeals.desk import START, Desk

LATER = START + dt.timedelta(minutes=40)
"""After the lease."""


def _keep(desk: Desk, number: int, now: dt.datetime = START, who: int = 0, **typed: str) -> None:
    with desk.store.write(desk.id) as session:
        drafting.keep(desk.vault, access.held(session, desk.reviewers[who], number, now), typed)


def _kept(desk: Desk, number: int) -> Draft:
    with desk.store.read(desk.id) as session:
        return drafting.of(desk.vault, access.find(session, number))


def _case(desk: Desk) -> tuple[int, LearnerClaims]:
    """A case that the first reviewer holds and has read."""
    learner, number = desk.disputed()
    desk.claim(number)
    desk.read(number)
    return number, learner


def test_each_form_adds_its_part_and_what_is_emptied_is_gone(desk: Desk) -> None:
    number, _ = _case(desk)
    _keep(desk, number, text="Je schreef \u201cja\u201d.", choice="upheld:ambiguous")
    _keep(desk, number, question="Bedoel je melden?")
    assert _kept(desk, number) == Draft("upheld:ambiguous", "Je schreef \u201cja\u201d.", "Bedoel je melden?")
    _keep(desk, number, text="", choice="", question="")
    assert desk.case(number).draft is None


def test_it_is_sealed(desk: Desk) -> None:
    number, _ = _case(desk)
    _keep(desk, number, text="Je schreef ja.")
    with desk.store.read(desk.id) as session:
        row = session.execute(text("SELECT appeal::text FROM appeal WHERE number = :number"), {"number": number})
        assert b"Je schreef ja.".hex() not in row.scalar_one()


def test_it_is_there_again_after_the_lease_ran_out_unless_somebody_else_took_the_case(desk: Desk) -> None:
    number, _ = _case(desk)
    _keep(desk, number, text="Half af")
    desk.claim(number, LATER)
    assert _kept(desk, number) == Draft(text="Half af")
    desk.claim(number, LATER + dt.timedelta(minutes=40), who=1)
    assert desk.case(number).draft is None


def test_only_who_holds_the_case_keeps_something_with_it(desk: Desk) -> None:
    number, _ = _case(desk)
    for who, now in ((1, START), (0, LATER)):
        with pytest.raises(Stale):
            _keep(desk, number, now, who, text="Niet van mij")
    assert _kept(desk, number) == NOTHING


def _ask(desk: Desk, number: int, _learner: LearnerClaims) -> None:
    with desk.store.write(desk.id) as session:
        ruling.ask(session, desk.vault, desk.reviewers[0], number, "Wat bedoel je?", START)


def _release(desk: Desk, number: int, _learner: LearnerClaims) -> None:
    with desk.store.write(desk.id) as session:
        queue.release(session, desk.reviewers[0], number, START)


def _take_over(desk: Desk, number: int, _learner: LearnerClaims) -> None:
    with desk.store.write(desk.id) as session:
        queue.take_over(session, desk.reviewers[1], number, START)


def _rule(desk: Desk, number: int, _learner: LearnerClaims) -> None:
    desk.rule(number)


def _withdraw(desk: Desk, number: int, learner: LearnerClaims) -> None:
    with desk.write(learner) as (session, here):
        filing.withdraw(session, here, number, START)


def _answer_again(desk: Desk, _number: int, learner: LearnerClaims) -> None:
    desk.answer(learner, "nee", "passed")


def _miss_the_date(desk: Desk, number: int, _learner: LearnerClaims) -> None:
    with desk.store.write(desk.id) as session:
        clocks.tick(session, desk.id, desk.case(number).due_at + dt.timedelta(minutes=1))


@pytest.mark.parametrize("act", [_ask, _release, _take_over, _rule, _withdraw, _answer_again, _miss_the_date])
def test_whatever_ends_the_claim_ends_the_draft(desk: Desk, act: Callable[[Desk, int, LearnerClaims], None]) -> None:
    number, learner = _case(desk)
    _keep(desk, number, text="Half af", question="Wat?")
    act(desk, number, learner)
    assert desk.case(number).draft is None
