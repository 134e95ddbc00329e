"""Anybody does anything in any order, on the real database with a clock that is moved: after each act all that must
hold holds, and the case is where the table of acts says.

`WEDERHOOR_EXAMPLES` sets how many histories are tried.
"""

import datetime as dt
import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from appeals import clocks, filing, notices, queue, remedy, ruling
from appeals.errors import AppealNotFound, ConflictOfInterest, NothingToAppeal, NotPossible, Stale
from appeals.models import Appeal, Notice, Remedy
from appeals.states import ACTS, REASONS, Act, Ruling, State, follow, rulings_for
from grading.grade import Grader
from learning import answering, explaining
from learning.enrolments import Here
from learning.models import Answer, Decision
from people.models import Learner, Organisation
from tests.appeals import invariants
from tests.appeals.desk import START, Desk

REFUSED = (AppealNotFound, ConflictOfInterest, NotPossible, Stale, NothingToAppeal)
EXAMPLES = int(os.environ.get("WEDERHOOR_EXAMPLES", "25"))
STEPS = (
    dt.timedelta(seconds=5), dt.timedelta(seconds=31), dt.timedelta(minutes=31), dt.timedelta(days=1),
    dt.timedelta(days=5), dt.timedelta(days=13),
)  # fmt: skip
WORDS = "zeker weten"
"""Everybody says the same, so that a remedy finds its like."""
Numbers = dict[tuple[Any, ...], tuple[Any, ...]]

learners, people, cases = st.integers(0, 1), st.integers(0, 2), st.integers(0, 4)


class NoModels:
    """An installation whose model is gone: an explanation says so, and reads everything else."""

    def of(self, organisation: str) -> Grader:
        raise AssertionError(organisation)

    def named(self, model_id: str, organisation: str) -> Grader | None:
        return None


class Office(RuleBasedStateMachine):
    """Two learners with one question each, three reviewers, the clock, and remedies."""

    desk: Desk

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.learners = [self.desk.learner() for _ in range(2)]
        self.stood: dict[int, Numbers] = {}
        """The numbers before each ruling."""
        self.before_remedy: dict[Any, Numbers] = {}

    @initialize(missed=st.sampled_from(["favour", "escalate"]), pauses=st.booleans())
    def choose(self, missed: str, pauses: bool) -> None:
        with self.desk.store.write(self.desk.id) as session:
            session.execute(update(Organisation).values(on_missed=missed, pauses_clock=pauses))
        for learner in self.learners:
            self.desk.answer(learner, WORDS, now=self.now)

    def teardown(self) -> None:
        with self.desk.store.write(self.desk.id) as session:
            for table in (Notice, Appeal, Remedy, Learner):
                session.execute(delete(table))

    # what the tests of an act need

    def read(self, work: Callable[[Session], Any]) -> Any:
        with self.desk.store.read(self.desk.id) as session:
            return work(session)

    def numbers(self) -> Numbers:
        """Everything of what stands that a person could count, by learner and answer."""
        columns = [column for column in Decision.__table__.c if column.name not in NOT_NUMBERS]
        answered = (Answer.learner_id == Decision.learner_id) & (Answer.question_id == Decision.question_id)
        rows = self.read(
            lambda session: session.execute(
                select(Decision.learner_id, Answer.answered_at, *columns).join(Answer, answered)
            ).all()
        )
        return {(row[0], row[1]): tuple(row[2:]) for row in rows}

    def number(self, place: int) -> int:
        """One of the latest cases."""
        found = self.read(
            lambda session: (
                session.execute(select(Appeal.number).order_by(Appeal.number.desc()).limit(5)).scalars().all()
            )
        )
        return int(found[place % len(found)]) if found else 0

    def state(self, number: int) -> tuple[State, int] | None:
        row = self.read(
            lambda session: session.execute(
                select(Appeal.state, Appeal.level).where(Appeal.number == number)
            ).one_or_none()
        )
        return (State(row[0]), row[1]) if row else None

    def act(self, act: Act, number: int, work: Callable[[Session], object]) -> bool:
        """Tries an act: when the table forbids it, it is refused; when it is done, the table said where to."""
        before, numbers = self.state(number), self.numbers()
        try:
            with self.desk.store.write(self.desk.id) as session:
                work(session)
        except REFUSED:
            assert (self.state(number), self.numbers()) == (before, numbers), "refused, and something changed"
            return False
        assert before is not None and before[0] in ACTS[act].frm, f"{act} from {before}"
        after = self.state(number)
        assert after is not None
        stays = act == "withdraw" and after[0] is not State.WITHDRAWN  # nobody has graded it yet
        assert stays or after[0] is follow(before[0], act, level=before[1]), f"{act}: {before} → {after}"
        if act not in ("rule", "undo"):
            assert self.numbers() == numbers, f"{act} changed what stands"
        return True

    def of_learner(self, who: int, work: Callable[[Session, Here], object]) -> Callable[[Session], object]:
        return lambda session: work(session, self.desk.here(session, self.learners[who]))

    # time

    @rule(step=st.sampled_from(STEPS))
    def later(self, step: dt.timedelta) -> None:
        self.now += step

    # learners

    @rule(who=learners, outcome=st.sampled_from(["not_passed", "not_passed", "passed", "undecided"]))
    def answer(self, who: int, outcome: str) -> None:
        self.now += dt.timedelta(milliseconds=1)
        before = self.numbers()
        decision = self.desk.answer(self.learners[who], WORDS, outcome, now=self.now)
        if self.read(lambda session: session.get_one(Decision, decision).tries) > 1:
            with self.desk.write(self.learners[who]) as (session, here):
                filing.refer(session, here, here.course.questions[0].id, decision, self.now)
        after = self.numbers()
        mine = {key for key in after if key[1] == self.now}
        assert len(mine) == 1 and {key: after[key] for key in after.keys() - mine}.items() <= before.items()

    @rule(who=learners)
    def wipe(self, who: int) -> None:
        with self.desk.write(self.learners[who]) as (session, here):
            filing.supersede(session, here, None)
            answering.wipe(session, here, self.now)
            mine = here.learner
        assert mine not in {key[0] for key in self.numbers()}

    @rule(who=learners, statement=st.sampled_from([None, "Ik bedoelde nee."]))
    def file(self, who: int, statement: str | None) -> None:
        before, number = self.numbers(), 0
        try:
            with self.desk.write(self.learners[who]) as (session, here):
                question = here.course.questions[0].id
                number = filing.file(session, self.desk.vault, here, question, statement, self.now).number
        except NothingToAppeal:
            return
        assert self.numbers() == before
        found = self.state(number)
        assert found is not None and found[0] in ACTS["add"].frm

    @rule(who=learners, case=cases)
    def add(self, who: int, case: int) -> None:
        number = self.number(case)
        self.act("add", number, self.of_learner(who, lambda session, here: filing.add(
            session, self.desk.vault, here, number, "Nee dus.", self.now
        )))  # fmt: skip

    @rule(who=learners, case=cases)
    def withdraw(self, who: int, case: int) -> None:
        number = self.number(case)
        self.act("withdraw", number, self.of_learner(who, lambda session, here: filing.withdraw(
            session, here, number, self.now
        )))  # fmt: skip

    @rule(who=learners, case=cases)
    def escalate(self, who: int, case: int) -> None:
        number = self.number(case)
        self.act("escalate", number, self.of_learner(who, lambda session, here: filing.escalate(
            session, here, number, self.now
        )))  # fmt: skip

    @rule(who=learners)
    def hear(self, who: int) -> None:
        before = self.numbers()
        with self.desk.write(self.learners[who]) as (session, here):
            first = notices.news(session, here, self.now, self.now)
            assert all(
                appeal is None or notice.kind != "ruled" or appeal.state == "decided" for notice, appeal in first
            )
        with self.desk.write(self.learners[who]) as (session, here):
            assert notices.news(session, here, self.now, self.now) == [], "nobody hears the same thing twice"
        assert self.numbers() == before

    @rule(who=learners)
    def ask_why(self, who: int) -> None:
        """L01: nothing at all changes, in any table."""
        everything = self.read(invariants.everything)
        with self.desk.write(self.learners[who]) as (session, here):
            if session.get(Answer, (here.learner, here.course.questions[0].id)):
                told = explaining.explain(session, self.desk.vault, here, here.course.questions[0].id)
                assert explaining.repeat(NoModels(), told).answer == WORDS
        assert self.read(invariants.everything) == everything

    # reviewers

    @rule(who=people, case=cases)
    def claim(self, who: int, case: int) -> None:
        number, member = self.number(case), self.desk.reviewers[who]
        self.act("claim", number, lambda session: queue.claim(session, member, number, self.now))

    @rule(who=people, case=cases)
    def take_over(self, who: int, case: int) -> None:
        number, member = self.number(case), self.desk.reviewers[who]
        self.act("take_over", number, lambda session: queue.take_over(session, member, number, self.now))

    @rule(who=people, case=cases)
    def release(self, who: int, case: int) -> None:
        number, member = self.number(case), self.desk.reviewers[who]
        self.act("release", number, lambda session: queue.release(session, member, number, self.now))

    @rule(who=people, case=cases)
    def ask(self, who: int, case: int) -> None:
        number, member = self.number(case), self.desk.reviewers[who]
        self.act("ask", number, lambda session: ruling.ask(
            session, self.desk.vault, member, number, "Wat bedoel je?", self.now
        ))  # fmt: skip

    @rule(who=people, case=cases)
    def extend(self, who: int, case: int) -> None:
        number, member = self.number(case), self.desk.reviewers[who]
        self.act("extend", number, lambda session: ruling.extend(
            session, self.desk.vault, member, number, "Drukte.", self.now
        ))  # fmt: skip

    @rule(who=people, case=cases, in_favour=st.booleans(), whole=st.booleans())
    def decide(self, who: int, case: int, in_favour: bool, whole: bool) -> None:
        """Reads and rules; mostly claims first, as otherwise hardly any case would be decided."""
        number, member = self.number(case), self.desk.reviewers[who]
        if whole:
            self.act("claim", number, lambda session: queue.claim(session, member, number, self.now))
        self.act("read", number, lambda session: ruling.record_reading(session, member, number, "approve", self.now))
        before = self.numbers()
        row = self.read(lambda session: session.execute(
            select(Appeal.version, Decision.outcome, Decision.learner_id)
            .join(Decision, Decision.id == Appeal.decision_id).where(Appeal.number == number)
        ).one_or_none())  # fmt: skip
        if row is None:
            return
        version, outcome, learner = row
        chosen = rulings_for(outcome)[0 if in_favour else 1]
        done = self.act("rule", number, lambda session: ruling.rule(
            session, self.desk.vault, member, number, version=version, ruling=chosen, reason=REASONS[chosen][0],
            text="Zo is het.", now=self.now,
        ))  # fmt: skip
        if done:
            self.stood[number] = before
            self._only_better(before, learner, same=chosen is Ruling.UPHELD)

    @rule(who=people, case=cases)
    def undo(self, who: int, case: int) -> None:
        number, member = self.number(case), self.desk.reviewers[who]
        now = self.numbers()
        if self.act("undo", number, lambda session: ruling.undo(session, self.desk.vault, member, number, self.now)):
            learner = self.read(
                lambda session: session.execute(select(Appeal.learner_id).where(Appeal.number == number)).scalar_one()
            )
            stood = {key: row for key, row in self.stood.pop(number).items() if key[0] == learner}
            assert self.numbers() == now | stood, "as it was before the ruling"

    # what happens by itself

    @rule()
    def tick(self) -> None:
        before = self.numbers()
        with self.desk.store.write(self.desk.id) as session:
            clocks.tick(session, self.desk.id, self.now)
        self._only_better(before)
        with self.desk.store.write(self.desk.id) as session:
            again = clocks.tick(session, self.desk.id, self.now)
        assert again == clocks.Ticked(), "it has nothing to do twice"

    @rule(better=st.sampled_from(["passed", "referred"]))
    def make_remedies(self, better: remedy.Better) -> None:
        before = self.numbers()
        for appeal_id in self.read(lambda session: remedy.due(session, self.now)):
            check = self.read(
                lambda session, one=appeal_id: remedy.prepare(session, self.desk.vault, self.desk.catalogue, one)
            )
            with self.desk.store.write(self.desk.id) as session:
                found = {one.decision_id: better for one in check.alike} if check else {}
                made = remedy.apply(session, check, found, self.now) if check else None
                if check is None:
                    remedy.drop(session, appeal_id)
                if made is not None:
                    self.before_remedy[made.id] = before
        self._only_better(before)
        assert self.read(lambda session: remedy.due(session, self.now)) == []

    @precondition(lambda self: self.before_remedy)
    @rule(who=people)
    def undo_remedy(self, who: int) -> None:
        made, before = self.before_remedy.popitem()
        now = self.numbers()
        with self.desk.store.write(self.desk.id) as session:
            remedy.undo(session, self.desk.reviewers[who], made, self.now)
        for key, row in self.numbers().items():
            assert row in (now[key], before.get(key)), "either as it is, or as it was before the remedy"

    def _only_better(self, before: Numbers, learner: Any = None, *, same: bool = False) -> None:
        """L02: no number is lower, no pass is lost; with `same` every number is identical."""
        after = self.numbers()
        assert after.keys() == before.keys()
        for key, row in after.items():
            was = before[key]
            if same or (learner is not None and key[0] != learner):
                assert repr(row) == repr(was)
            assert row[POINTS] >= was[POINTS]
            assert row[OUTCOME] == was[OUTCOME] or row[OUTCOME] == "passed" or was[OUTCOME] == "undecided"

    @invariant()
    def everything_holds(self) -> None:
        assert self.read(invariants.broken) == {}
        assert self.read(lambda session: session.execute(invariants.REPLACED).all()) == []


NOT_NUMBERS = ("maker", "member_id", "reason", "decided_at", "in_review", "remedy_id")
"""Who decided, why, when, and whether a person is looking: no number, and what a ruling is there to change."""
_COLUMNS = [column.name for column in Decision.__table__.c if column.name not in NOT_NUMBERS]
POINTS, OUTCOME = _COLUMNS.index("points"), _COLUMNS.index("outcome")


def test_whatever_happens_in_whatever_order(desk: Desk) -> None:
    run_state_machine_as_test(
        type("OurOffice", (Office,), {"desk": desk}),
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=25, deadline=None, database=None, print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
