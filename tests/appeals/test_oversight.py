"""What the privacy officer sees and sets: figures of cases, choices, conflicts of interest."""

import datetime as dt
import uuid
from dataclasses import replace

import pytest
from sqlalchemy import select

from appeals import choices, conflicts, figures, remedy
from appeals.choices import Choices
from appeals.errors import AppealNotFound, ConflictOfInterest, NotPossible
from appeals.shares import Share
from appeals.states import Ruling
from store.journal import Entry
from tests.appeals.conftest import NewDesk
from tests.appeals.desk import MODEL, START, Desk

DAY = dt.timedelta(days=1)


def _acts(desk: Desk, act: str) -> list[dict[str, object]]:
    with desk.store.read(desk.id) as session:
        rows = session.execute(select(Entry.member_id, Entry.facts).where(Entry.act == act).order_by(Entry.id))
        return [{"by": by, **facts} for by, facts in rows]


def test_who_waits_and_how_long(desk: Desk) -> None:
    for days in (0, 3, 3, 10, 40):
        learner = desk.learner()
        desk.answer(learner)
        desk.appeal(learner, START - days * DAY)
    decided = desk.learner()
    desk.answer(decided)
    desk.decide(desk.appeal(decided))
    with desk.store.read(desk.id) as session:
        assert figures.waiting(session, START) == figures.Waiting(5, 1, (1, 2, 1, 0, 1))


def test_what_became_of_cases_per_question_and_model(desk: Desk) -> None:
    for place, ruling in enumerate((Ruling.OVERTURNED, Ruling.UPHELD, Ruling.UPHELD)):
        learner = desk.learner()
        desk.answer(learner, model=MODEL if place else "another")
        reason = "meaning_misread" if ruling is Ruling.OVERTURNED else "ambiguous"
        desk.decide(desk.appeal(learner), choice=ruling, reason=reason)
    desk.answer(learner, "nee", "passed")  # the last one answers again: which model it was is gone
    with desk.store.read(desk.id) as session:
        found = figures.outcomes(session, START)
        assert {name: count for name, count in found.items() if count} == {"overturned": 1, "upheld": 2}
        assert list(found) == [
            "overturned", "upheld", "passed", "not_passed", "expired_in_favour", "withdrawn", "superseded",
        ]  # fmt: skip
        assert [share for _, share in figures.by_question(session, START)] == [Share(1, 3)]
        assert figures.by_model(session, START) == [
            (MODEL, Share(0, 1)), ("another", Share(1, 1)), (None, Share(0, 1)),
        ]  # fmt: skip
        assert figures.by_model(session, START + DAY) == []


def test_a_choice_holds_from_now_on_and_is_in_the_journal(new_desk: NewDesk) -> None:
    desk, other = new_desk(), new_desk()
    member = desk.reviewers[0]
    with desk.store.read(desk.id) as session:
        before = choices.of_organisation(session, member)
    wanted = replace(before, on_missed="escalate", alpha=0.005)
    with desk.store.write(desk.id) as session:
        assert choices.choose(session, member, wanted, START) == ["on_missed", "alpha"]
        assert choices.choose(session, member, wanted, START) == []
    with desk.store.read(desk.id) as session:
        assert choices.of_organisation(session, member) == wanted
    with other.store.read(other.id) as session:
        assert choices.of_organisation(session, other.reviewers[0]) == before
    assert _acts(desk, "choice.changed") == [
        {"by": member.id, "choice": "on_missed", "before": "favour", "after": "escalate"},
        {"by": member.id, "choice": "alpha", "before": "0.01", "after": "0.005"},
    ]
    assert _acts(other, "choice.changed") == []


@pytest.mark.parametrize("wrong", [
    {"undo_seconds": 301}, {"undo_seconds": -1}, {"appeal_days": 0}, {"appeal_days": 32}, {"alpha": 0.0},
    {"alpha": 0.11}, {"alpha": float("nan")}, {"on_missed": "forget"},
])  # fmt: skip
def test_out_of_bounds_is_refused(desk: Desk, wrong: dict[str, object]) -> None:
    member = desk.reviewers[0]
    with desk.store.write(desk.id) as session:
        before = choices.of_organisation(session, member)
        with pytest.raises(NotPossible):
            choices.choose(session, member, Choices(**{**_as_dict(before), **wrong}), START)  # type: ignore[arg-type]
        assert choices.of_organisation(session, member) == before
    assert _acts(desk, "choice.changed") == []


def _as_dict(one: Choices) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


def test_a_conflict_is_declared_once_and_taken_back(desk: Desk) -> None:
    by, member = desk.reviewers[2], desk.reviewers[0]
    _, number = desk.disputed()
    for _ in range(2):
        with desk.store.write(desk.id) as session:
            conflicts.declare(session, desk.id, member.id, course_id=desk.course_id, now=START, by=by)
    with desk.store.read(desk.id) as session:
        (found,) = conflicts.listed(session)
        assert (found.member, found.course, found.learner) == (member.name, "information-security", None)
        assert conflicts.reviewers(session) == [(one.id, one.name) for one in desk.reviewers]
    with pytest.raises(ConflictOfInterest):
        desk.claim(number)
    with desk.store.write(desk.id) as session:
        conflicts.take_back(session, by, found.id, START)
    desk.claim(number)
    assert _acts(desk, "conflict.declared") == [{"by": by.id}] == _acts(desk, "conflict.taken_back")
    with pytest.raises(AppealNotFound), desk.store.write(desk.id) as session:
        conflicts.take_back(session, by, found.id, START)


def test_nobody_of_another_organisation_can_be_named(new_desk: NewDesk) -> None:
    desk, other = new_desk(), new_desk()
    theirs = other.learner()
    with other.write(theirs) as (_, here):
        learner = here.learner
    ours, stranger = desk.reviewers[0].id, other.reviewers[0].id
    for named in (
        {"member_id": stranger, "course_id": desk.course_id}, {"member_id": ours, "course_id": other.course_id},
        {"member_id": ours, "learner_id": learner},
    ):  # fmt: skip
        with pytest.raises(AppealNotFound), desk.store.write(desk.id) as session:
            conflicts.declare(session, desk.id, now=START, **named)
    with other.store.write(other.id) as session:
        conflicts.declare(session, other.id, stranger, learner_id=learner, now=START)
        (declared,) = conflicts.listed(session)
    with desk.store.read(desk.id) as session:
        assert conflicts.listed(session) == []
    with pytest.raises(AppealNotFound), desk.store.write(desk.id) as session:
        conflicts.take_back(session, desk.reviewers[0], declared.id, START)
    with other.store.read(other.id) as session:
        assert conflicts.listed(session) == [declared]


def test_a_remedy_that_is_not_there_is_not_found(desk: Desk) -> None:
    with desk.store.read(desk.id) as session:
        assert remedy.of_organisation(session) == []
        with pytest.raises(AppealNotFound):
            remedy.find(session, uuid.uuid4())
