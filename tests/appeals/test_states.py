"""Who may do what from which state: the table itself, and every act by everybody on a real database as it says."""

import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from appeals import clocks, filing, queue, ruling, states
from appeals.errors import AppealNotFound, ConflictOfInterest, NotPossible, Stale
from appeals.models import Appeal, Notice
from appeals.states import ACTS, OPEN, Act, Ruling, State, follow
from learning.models import Decision
from people.actors import ActingMember, LearnerClaims
from people.models import Organisation
from store import vault
from store.store import Store
from tests.appeals.desk import START, Desk

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
REFUSED = (AppealNotFound, ConflictOfInterest, NotPossible, Stale)


@pytest.mark.parametrize(("act", "state"), list(itertools.product(ACTS, State)))
@pytest.mark.parametrize("level", [1, 2])
def test_the_table_says_where_an_act_leads(act: Act, state: State, level: int) -> None:
    rule = ACTS[act]
    if state not in rule.frm:
        with pytest.raises(NotPossible):
            follow(state, act, level=level)
        return
    after = follow(state, act, level=level)
    if act == "supersede" and state in (State.DECIDED, State.EXPIRED_IN_FAVOUR):
        assert after is state, "what was decided stays a statistic of decisions"
    elif act == "add":
        assert after is (states.waiting(level) if state is State.AWAITING_LEARNER else state)
    elif act == "release":
        assert after is states.waiting(level)
    else:
        assert after is (rule.to or state)


def test_the_table_is_whole() -> None:
    assert set(ACTS) == set(get_args(Act))
    assert {state for state in State if state in OPEN} == set(State) - {
        State.DECIDED, State.EXPIRED_IN_FAVOUR, State.WITHDRAWN, State.SUPERSEDED
    }  # fmt: skip
    reached = {rule.to for rule in ACTS.values()} | {State.FILED}
    assert reached - {None} == set(State), "each state can be reached"
    for state in OPEN:
        leaving = {act for act, rule in ACTS.items() if state in rule.frm and rule.to not in (None, state)}
        assert {"withdraw", "supersede", "expire"} <= leaving, f"nobody is stuck in {state}"
    assert [act for act, rule in ACTS.items() if not rule.when] == []


def test_only_a_person_rules() -> None:
    assert [act for act, rule in ACTS.items() if rule.to is State.DECIDED] == ["rule"]
    assert ACTS["rule"].who == "reviewer"


def test_every_ruling_has_reasons_and_none_in_favour_lowers_anything() -> None:
    for outcome in ("passed", "not_passed", "undecided"):
        for_learner, other = states.rulings_for(outcome)
        assert states.REASONS[for_learner] and states.REASONS[other]
        assert states.outcome_of(for_learner, outcome) == "passed"
        assert states.outcome_of(other, outcome) == ("not_passed" if outcome == "undecided" else outcome)


@dataclass
class Office:
    """An organisation with one case in every state, and people of it and of another."""

    desk: Desk
    other: Desk
    owner: dict[State, LearnerClaims]
    number: dict[State, int]

    @property
    def people(self) -> dict[str, Any]:
        """Everybody who may try."""
        first, second, _ = self.desk.reviewers
        return {
            "the reviewer who holds it, asked or ruled": first,
            "another reviewer": second,
            "a reviewer elsewhere": self.other.reviewers[0],
            "its learner": None,
            "another learner": self.desk.learner(),
            "a learner elsewhere": self.other.learner(),
            "the clock": self.desk.id,
            "the clock elsewhere": self.other.id,
        }


@pytest.fixture(scope="module")
def office(bare_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Office:
    ring = vault.open_ring(Path(tmp_path_factory.mktemp("keys")) / "ring")
    desk, other = Desk(bare_store, ring), Desk(bare_store, ring, reviewers=1)
    made = Office(desk, other, {}, {})
    for state in State:
        learner = desk.learner()
        desk.answer(learner)
        made.owner[state], made.number[state] = learner, desk.appeal(learner)
        _bring(desk, learner, made.number[state], state)
        assert desk.case(made.number[state]).state == state
    return made


def _bring(desk: Desk, learner: LearnerClaims, number: int, state: State) -> None:
    """Brings a fresh case into a state, by acts."""
    if state in (State.CLAIMED, State.AWAITING_LEARNER):
        desk.claim(number)
        desk.read(number)
    if state is State.AWAITING_LEARNER:
        with desk.store.write(desk.id) as session:
            ruling.ask(session, desk.vault, desk.reviewers[0], number, "Wat bedoel je?", START)
    if state in (State.ESCALATED, State.DECIDED):
        desk.decide(number, choice=Ruling.UPHELD, reason="ambiguous")
    if state is State.ESCALATED:
        with desk.write(learner) as (session, here):
            filing.escalate(session, here, number, START + MINUTE)
    if state in (State.WITHDRAWN, State.SUPERSEDED):
        with desk.write(learner) as (session, here):
            if state is State.WITHDRAWN:
                filing.withdraw(session, here, number, START)
            else:
                filing.supersede(session, here, [here.course.questions[0].id])
    if state is State.EXPIRED_IN_FAVOUR:
        with desk.store.write(desk.id) as session:
            session.execute(update(Appeal).where(Appeal.number == number).values(due_at=START - DAY))
            assert clocks.tick(session, desk.id, START).expired == 1


class Undone(Exception):
    """Ends a transaction without keeping it."""


Try = Callable[[Session, Office, Any, int], None]


def _learners(act: Callable[..., object]) -> Try:
    def attempt(session: Session, office: Office, who: LearnerClaims, number: int) -> None:
        act(session, _desk(office, who).here(session, who), number, START + MINUTE)

    return attempt


def _desk(office: Office, who: LearnerClaims | ActingMember) -> Desk:
    return office.desk if who.organisation_id == office.desk.id else office.other


def _add(session: Session, office: Office, who: LearnerClaims, number: int) -> None:
    filing.add(session, office.desk.vault, _desk(office, who).here(session, who), number, "Nee.", START)


def _supersede(session: Session, office: Office, who: LearnerClaims, number: int) -> None:
    here = _desk(office, who).here(session, who)
    filing.supersede(session, here, [here.course.questions[0].id])


def _read(session: Session, office: Office, who: ActingMember, number: int) -> None:
    fresh = update(Appeal).where(Appeal.number == number, Appeal.state == State.CLAIMED).values(own_reading=None)
    session.execute(fresh)
    ruling.record_reading(session, who, number, "disapprove", START)


def _rule(session: Session, office: Office, who: ActingMember, number: int) -> None:
    version = session.execute(select(Appeal.version).where(Appeal.number == number)).scalar() or 0
    ruling.rule(
        session, office.desk.vault, who, number, version=version, ruling=Ruling.OVERTURNED, reason="meaning_misread",
        text="Zo is het.", now=START,
    )  # fmt: skip


def _missed(choice: str) -> Try:
    def attempt(session: Session, office: Office, who: Any, number: int) -> None:
        session.execute(update(Organisation).where(Organisation.id == who).values(on_missed=choice))
        clocks.tick(session, who, START + 40 * DAY)

    return attempt


TRIES: dict[Act, Try] = {
    "claim": lambda session, office, who, number: queue.claim(session, who, number, START),
    "take_over": lambda session, office, who, number: queue.take_over(session, who, number, START),
    "release": lambda session, office, who, number: queue.release(session, who, number, START),
    "read": _read,
    "ask": lambda session, office, who, number: ruling.ask(session, office.desk.vault, who, number, "Wat?", START),
    "extend": lambda session, office, who, number: ruling.extend(
        session, office.desk.vault, who, number, "Drukte.", START
    ),
    "rule": _rule,
    "undo": lambda session, office, who, number: ruling.undo(session, office.desk.vault, who, number, START),
    "add": _add,
    "withdraw": _learners(filing.withdraw),
    "supersede": _supersede,
    "escalate": _learners(filing.escalate),
    "expire": _missed("favour"),
    "pass_on": _missed("escalate"),
}

HOLDER, OTHER = "the reviewer who holds it, asked or ruled", "another reviewer"
MEANT = {"reviewer": {HOLDER, OTHER}, "learner": {"its learner"}, "clock": {"the clock"}}
"""Who is meant by the table's word."""


def may(act: Act, state: State, who: str) -> bool:
    """What the table says, with its conditions as they are in the office."""
    rule = ACTS[act]
    if state not in rule.frm or who not in MEANT[rule.who]:
        return False
    match act:
        case "claim":
            return {State.CLAIMED: who == HOLDER, State.ESCALATED: who == OTHER}.get(state, True)
        case "take_over":
            return who == OTHER
        case "release" | "read" | "ask" | "extend" | "rule" | "undo":
            return who == HOLDER
        case "supersede":
            return state is not State.SUPERSEDED  # it has no learner any more
        case "pass_on":
            return state is not State.ESCALATED  # it is there already: it is marked as late, and stays
    return True


def _row(session: Session, number: int) -> tuple[Any, ...]:
    """All that an act on a case could change. What can be undone is forgotten by the clock whatever else it does."""
    columns = [column for column in Appeal.__table__.c if column.name != "before"]
    appeal = session.execute(select(*columns).where(Appeal.number == number)).one()
    decision = session.execute(select(Decision.__table__).where(Decision.id == appeal.decision_id)).one_or_none()
    told = session.execute(select(Notice.id).where(Notice.appeal_id == appeal.id).order_by(Notice.id)).scalars().all()
    return (appeal, decision, told)


def _attempt(office: Office, act: Act, state: State, who: str, person: Any) -> State | None:
    """The state after the attempt; None when nothing changed. The office is as before afterwards."""
    number, found = office.number[state], None
    acting = office.owner[state] if who == "its learner" else person
    organisation = getattr(acting, "organisation_id", acting)
    with office.desk.store.read(office.desk.id) as session:
        before = _row(session, number)
    try:
        with office.desk.store.write(organisation) as session:
            TRIES[act](session, office, acting, number)
            session.flush()
            if organisation == office.desk.id:
                after = _row(session, number)
                found = State(after[0].state) if after != before else None
            raise Undone
    except (Undone, *REFUSED):
        pass
    return found


@pytest.mark.parametrize("act", ACTS)
def test_everybody_on_every_state(office: Office, act: Act) -> None:
    people = office.people
    kinds = {
        "reviewer": (HOLDER, OTHER, "a reviewer elsewhere"),
        "learner": ("its learner", "another learner", "a learner elsewhere"),
        "clock": ("the clock", "the clock elsewhere"),
    }
    wrong = []
    for state, who in itertools.product(State, kinds[ACTS[act].who]):
        found = _attempt(office, act, state, who, people[who])
        level = 2 if state is State.ESCALATED else 1
        expected = follow(state, act, level=level) if may(act, state, who) else None
        if act == "pass_on" and state is State.ESCALATED and who == "the clock":
            expected = State.ESCALATED
        if found is not expected:
            wrong.append((state, who, found, expected))
    assert wrong == []


def test_a_colleague_may_claim_when_the_lease_has_run_out(office: Office) -> None:
    number = office.number[State.CLAIMED]
    with office.desk.store.write(office.desk.id) as session:
        with pytest.raises(Stale):
            queue.claim(session, office.desk.reviewers[1], number, START + 29 * MINUTE)
        queue.claim(session, office.desk.reviewers[1], number, START + 30 * MINUTE)
        session.rollback()


@pytest.mark.parametrize("act", ["read", "ask", "extend", "rule"])
def test_whose_lease_has_run_out_holds_nothing(office: Office, act: Act) -> None:
    number = office.number[State.CLAIMED]
    with office.desk.store.write(office.desk.id) as session:
        session.execute(update(Appeal).where(Appeal.number == number).values(claim_until=START))
        with pytest.raises(Stale):
            TRIES[act](session, office, office.desk.reviewers[0], number)
        session.rollback()
