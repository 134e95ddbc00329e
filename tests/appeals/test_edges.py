"""Acts at their edges: what is told when something else came between, dates that were extended, second thoughts."""

import datetime as dt
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import delete, event, func, select

from appeals import access, clocks, filing, notices, remedy, ruling
from appeals.errors import ConflictOfInterest, NotPossible, Stale
from appeals.models import Appeal, Notice
from appeals.states import Ruling
from people.actors import LearnerClaims
from tests.appeals.conftest import NewDesk
from tests.appeals.desk import START, Desk

SECOND, MINUTE, DAY = dt.timedelta(seconds=1), dt.timedelta(minutes=1), dt.timedelta(days=1)


def upheld(desk: Desk, learner: LearnerClaims, now: dt.datetime = START) -> int:
    """A dispute that the first person did not grant."""
    desk.answer(learner)
    number = desk.appeal(learner)
    desk.decide(number, now, choice=Ruling.UPHELD, reason="ambiguous", text="Het eerste oordeel.")
    return number


def escalated(desk: Desk, learner: LearnerClaims, now: dt.datetime = START + MINUTE) -> int:
    """The same, at a second person."""
    number = upheld(desk, learner)
    with desk.write(learner) as (session, here):
        filing.escalate(session, here, number, now)
    return number


def news(desk: Desk, learner: LearnerClaims, now: dt.datetime, since: dt.datetime | None = None) -> list[str]:
    """What the chat tells now."""
    with desk.write(learner) as (session, here):
        return [notice.kind for notice, _ in notices.news(session, here, since or now, now)]


def waiting(desk: Desk, number: int, kind: str) -> int:
    """How many such notices nobody was sent yet."""
    with desk.store.read(desk.id) as session:
        about = Notice.appeal_id == access.find(session, number).id
        return session.execute(
            select(func.count()).select_from(Notice).where(about, Notice.kind == kind, Notice.sent_at.is_(None))
        ).scalar_one()


def test_an_extended_case_is_reminded_of_anew(desk: Desk) -> None:
    _, number = desk.disputed()
    reminders = []
    for day in range(92):
        now = START + day * DAY
        with desk.store.write(desk.id) as session:
            reminders += [day] * clocks.tick(session, desk.id, now).reminded
        if day == 17:
            desk.claim(number, now)
            with desk.store.write(desk.id) as session:
                ruling.extend(session, desk.vault, desk.reviewers[0], number, "Drukte.", now)
    assert reminders == [15, 49, 77]


def test_a_case_whose_statement_changed_is_not_as_the_reviewer_saw_it(desk: Desk) -> None:
    learner, number = desk.disputed()
    desk.claim(number)
    desk.read(number)
    for change in (
        lambda session, here: filing.add(session, desk.vault, here, number, "Ik bedoelde nee.", START),
        lambda session, here: filing.file(session, desk.vault, here, here.course.questions[0].id, "Nee dus.", START),
    ):
        seen = desk.case(number).version
        with desk.write(learner) as (session, here):
            change(session, here)
        with pytest.raises(Stale), desk.store.write(desk.id) as session:
            ruling.rule(
                session, desk.vault, desk.reviewers[0], number, version=seen, ruling=Ruling.UPHELD,
                reason="ambiguous", text="Zo is het.", now=START,
            )  # fmt: skip
    desk.rule(number)


def test_a_second_ruling_that_is_taken_back_leaves_the_first_as_it_was(desk: Desk) -> None:
    learner = desk.learner()
    number = escalated(desk, learner)
    desk.claim(number, START + DAY, 1)
    desk.read(number, START + DAY, 1)
    kept = ("ruling", "reason", "ruled_by", "ruled_at", "announce_at", "agreed", "own_reading", "state")
    before, told = desk.case(number), waiting(desk, number, "ruled")
    desk.rule(number, START + DAY, 1)
    assert waiting(desk, number, "ruled") == told + len(notices.CHANNELS["ruled"])
    with desk.store.write(desk.id) as session:
        ruling.undo(session, desk.vault, desk.reviewers[1], number, START + DAY + SECOND)
    after = desk.case(number)
    assert {name: getattr(after, name) for name in kept} == {name: getattr(before, name) for name in kept}
    assert ruling.text_of(desk.vault, after) == "Het eerste oordeel."
    assert waiting(desk, number, "ruled") == told, "what the first ruling has still to tell stays"


def test_a_second_ruling_is_not_heard_by_way_of_the_first(desk: Desk) -> None:
    learner = desk.learner()
    number = escalated(desk, learner)
    later = START + 2 * MINUTE
    desk.decide(number, later, 1)
    assert news(desk, learner, later + SECOND, START) == [], "the first would be told with the words of the second"
    assert news(desk, learner, later + MINUTE) == ["ruled"]


def test_what_was_told_cannot_be_taken_back(desk: Desk) -> None:
    """Two clocks that differ by a moment: the chat told, the console believes that there is time."""
    learner, number = desk.disputed()
    desk.decide(number)
    assert news(desk, learner, START + 31 * SECOND) == ["ruled"]
    with pytest.raises(NotPossible), desk.store.write(desk.id) as session:
        ruling.undo(session, desk.vault, desk.reviewers[0], number, START + 29 * SECOND)
    assert desk.case(number).state == "decided"


@pytest.mark.parametrize("answered_by", ["reply", "withdrawal", "ruling"])
def test_a_question_that_needs_no_reply_any_more_is_not_asked(desk: Desk, answered_by: str) -> None:
    learner, number = desk.disputed()
    desk.claim(number)
    with desk.store.write(desk.id) as session:
        ruling.ask(session, desk.vault, desk.reviewers[0], number, "Wat bedoel je?", START)
    if answered_by == "ruling":
        desk.decide(number)
    else:
        with desk.write(learner) as (session, here):
            if answered_by == "reply":
                filing.add(session, desk.vault, here, number, "Nee.", START)
            else:
                filing.withdraw(session, here, number, START)
    assert news(desk, learner, START + SECOND) == []


def test_who_decided_first_cannot_slip_in_while_the_learner_escalates(desk: Desk) -> None:
    """The claim looks at the case, the learner escalates, the claim goes on: the first person must not have it."""
    learner = desk.learner()
    number = upheld(desk, learner)
    later = START + DAY

    def escalate() -> None:
        with desk.write(learner) as (session, here):
            filing.escalate(session, here, number, later)

    learners = Thread(target=escalate)

    def meanwhile(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "conflict" in statement and learners.ident is None:
            learners.start()
            learners.join(0.5)

    event.listen(desk.store.engine, "before_cursor_execute", meanwhile)
    try:
        with pytest.raises((ConflictOfInterest, Stale)):
            desk.claim(number, later, 0)
    finally:
        event.remove(desk.store.engine, "before_cursor_execute", meanwhile)
    learners.join()
    with pytest.raises(ConflictOfInterest):
        desk.claim(number, later, 0)
    assert desk.case(number).state == "escalated"


def test_a_reply_counts_as_one_though_the_chat_had_loaded_the_case_before(desk: Desk) -> None:
    learner, number = desk.disputed()
    desk.claim(number)
    with desk.write(learner) as (session, here):
        loaded = filing.of_learner(session, here)
        with desk.store.write(desk.id) as other:
            ruling.ask(other, desk.vault, desk.reviewers[0], number, "Wat bedoel je?", START)
        filing.add(session, desk.vault, here, number, "Nee.", START)
        assert [one.state for one in loaded] == ["filed"]
    assert desk.case(number).state == "filed"


def test_the_same_click_twice_at_once_is_one_appeal(desk: Desk) -> None:
    learner = desk.learner()
    desk.answer(learner)
    numbers: list[int] = []

    def click() -> None:
        numbers.append(desk.appeal(learner))

    clicks = [Thread(target=click) for _ in range(4)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert len(numbers) == 4 and len(set(numbers)) == 1
    assert waiting(desk, numbers[0], "filed") == len(notices.CHANNELS["filed"])


def test_a_second_person_who_corrects_the_machine_opens_a_check_of_its_like(desk: Desk) -> None:
    learner = desk.learner()
    number = escalated(desk, learner)
    desk.decide(number, START + DAY, 1)
    case = desk.case(number)
    assert (case.opens_remedy, case.agreed) == (True, False)
    with desk.store.read(desk.id) as session:
        assert remedy.due(session, START + 2 * DAY) == [case.id]


def test_what_a_person_had_graded_first_is_no_mistake_of_the_machine(desk: Desk) -> None:
    learner = desk.learner()
    decision = desk.answer(learner, "misschien", "undecided")
    with desk.write(learner) as (session, here):
        number = filing.refer(session, here, here.course.questions[0].id, decision, START).number
    desk.decide(number, choice=Ruling.NOT_PASSED, reason="ambiguous")
    with desk.write(learner) as (session, here):
        filing.escalate(session, here, number, START + MINUTE)
    desk.decide(number, START + DAY, 1)
    assert (desk.case(number).opens_remedy, desk.case(number).agreed) == (False, None)


def test_a_date_that_was_missed_is_not_moved_by_a_question(new_desk: NewDesk) -> None:
    desk = new_desk(pauses_clock=True)
    _, number = desk.disputed()
    due = desk.case(number).due_at
    desk.claim(number, due + SECOND)
    with desk.store.write(desk.id) as session:
        ruling.ask(session, desk.vault, desk.reviewers[0], number, "Wat bedoel je?", due + SECOND)
    assert (desk.case(number).due_at, desk.case(number).paused_at) == (due, None)


def test_a_reply_in_the_weekend_leaves_time_to_read_it(new_desk: NewDesk) -> None:
    desk = new_desk(pauses_clock=True, appeal_days=4)
    learner, number = desk.disputed()
    friday = START + 4 * DAY
    desk.claim(number, friday)
    with desk.store.write(desk.id) as session:
        ruling.ask(session, desk.vault, desk.reviewers[0], number, "Wat bedoel je?", friday)
    with desk.write(learner) as (session, here):
        filing.add(session, desk.vault, here, number, "Nee.", friday + DAY)
    assert desk.case(number).due_at.astimezone(dt.UTC).date().isoformat() == "2026-03-09", "the Monday after"


def test_joining_a_case_that_was_in_the_line_already_is_a_filing_like_any(desk: Desk) -> None:
    learner = desk.learner()
    decision = desk.answer(learner, "misschien", "undecided")
    with desk.write(learner) as (session, here):
        number = filing.refer(session, here, here.course.questions[0].id, decision, START).number
    assert waiting(desk, number, "filed") == 0
    for _ in range(2):
        assert desk.appeal(learner) == number
        assert waiting(desk, number, "filed") == len(notices.CHANNELS["filed"])
    with desk.write(learner) as (session, here):
        filing.withdraw(session, here, number, START)
    assert desk.appeal(learner) == number
    assert waiting(desk, number, "filed") == 2 * len(notices.CHANNELS["filed"])


def test_the_clock_waits_for_nobody_who_holds_a_case(desk: Desk) -> None:
    """It would wait while it holds other cases itself, and a learner who wipes everything holds several."""
    _, number = desk.disputed()
    desk.decide(number)
    with desk.store.write(desk.id) as holds:
        access.find(holds, number, lock=True)
        with desk.store.write(desk.id) as session:
            session.execute(select(func.set_config("lock_timeout", "200ms", True)))
            clocks.tick(session, desk.id, START + DAY)
    assert desk.case(number).before is not None
    with desk.store.write(desk.id) as session:
        clocks.tick(session, desk.id, START + DAY)
        assert session.execute(select(Appeal.before).where(Appeal.number == number)).scalar_one() is None


def test_what_is_taken_back_while_the_chat_tells_is_not_told(desk: Desk) -> None:
    learner = desk.learner()
    number = upheld(desk, learner)
    later = START + MINUTE

    def meanwhile(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE notice"):
            with desk.store.write(desk.id) as session:
                session.execute(delete(Notice).where(Notice.appeal_id == access.find(session, number).id))

    event.listen(desk.store.engine, "before_cursor_execute", meanwhile)
    try:
        assert news(desk, learner, later) == []
    finally:
        event.remove(desk.store.engine, "before_cursor_execute", meanwhile)
