"""An organisation of its own in the running product: reviewers, privacy officer, employer, author, and their cases."""

import datetime as dt
import uuid

from sqlalchemy import text

from api import building, messages
from api.trial import System
from appeals.models import Remedy
from appeals.states import Ruling
from learning import decisions
from people import enrolling, staff_tokens
from people.models import Member
from store.store import Store
from tests.appeals.desk import MODEL, Desk
from tests.staff import Staff

PASSWORD = "a good enough password"
ROLES = ("privacy_officer", "controller", "author")


class Office:
    """The cases are filed now: the clocks of the running product are kept."""

    def __init__(self, store: Store, system: System) -> None:
        self._system, self.store = system, store
        self.now = dt.datetime.now(dt.UTC)
        self.desk = Desk(store, building.keys(system.settings), reviewers=2)
        self.id = self.desk.id
        self.members = {"reviewer": self.desk.reviewers[0].id}
        with store.write(self.id) as session:
            for role in ROLES:
                self.members[role] = enrolling.enrol_member(
                    session, self.id, email=f"{role}-{self.id.hex}@bureau.example", name=f"Iemand {role}",
                    roles=[role], password=PASSWORD, now=self.now,
                ).id  # fmt: skip

    def close(self) -> None:
        """Nothing of it is left."""
        with self.store.write(self.id) as session:
            session.execute(text("DELETE FROM organisation"))

    def staff(self, role: str) -> Staff:
        """The member with this role, signed in."""
        with self.store.read(self.id) as session:
            email = session.get_one(Member, self.members[role]).email
        return Staff(self._system, email, PASSWORD)

    def token(self, role: str, lasts: dt.timedelta = dt.timedelta(days=1)) -> str:
        """A token of that member, made when this office was."""
        with self.store.write(self.id) as session:
            return staff_tokens.issue(session, self.id, self.members[role], "proef", lasts, self.now)

    def case(self, answer: str = "ja, dat doe ik") -> str:
        """The number of a new appeal on an answer to the first question."""
        learner = self.desk.learner()
        self.desk.answer(learner, answer, now=self.now)
        return messages.number(self.desk.appeal(learner, self.now))

    def decided(self, number: int, *, upheld: int, minutes: int = 6) -> None:
        """So many cases, of which the first reviewer upheld so many."""
        for place in range(number):
            case = messages.from_number(self.case())
            self.desk.claim(case, self.now)
            self.desk.read(case, self.now, reading="approve")
            choice, reason = (Ruling.UPHELD, "ambiguous") if place < upheld else (Ruling.OVERTURNED, "question_unclear")
            self.desk.rule(case, self.now + dt.timedelta(minutes=minutes), choice=choice, reason=reason)

    def remedied(self) -> uuid.UUID:
        """A remedy that passed one answer after all."""
        learner = self.desk.learner()
        decision = self.desk.answer(learner, now=self.now)
        with self.store.write(self.id) as session:
            question = self.desk.asked(session, learner).id
            made = Remedy(
                id=uuid.uuid4(), organisation_id=self.id, question_id=question, model_id=MODEL, made_at=self.now,
                looked=4, passed=1, referred=0,
            )  # fmt: skip
            session.add(made)
            session.flush()
            decisions.by_remedy(session, decision, made.id)
        self.remedied_learner = learner
        return made.id
