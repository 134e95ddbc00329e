"""A real database with an organisation, its reviewers and a course, without the rest of the product.

Acts of learners and reviewers as functions, each in a transaction of its own, at a moment that the test says.
"""

import datetime as dt
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api.calling import Caller
from api.mail.outgoing import Post
from api.notifying import Teller
from api.parcels import Packing
from api.settings import ROOT
from appeals import access, filing, queue, ruling
from appeals.models import Appeal
from appeals.states import Ruling
from grading.grade import Evidence, Grade
from learning import answering, courses, enrolments
from learning.catalogue import Asked, Catalogue
from learning.enrolments import Here
from learning.models import Decision
from people import contacts, enrolling
from people.actors import ActingMember, Language, LearnerClaims
from people.models import Organisation
from privacy import consent, policy
from store.store import Store
from store.vault import Vault

START = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
"""A Monday morning."""
URL = "https://leren.example"
MODEL = "a-model"


class Desk:
    """One organisation; several of them can share a database."""

    def __init__(self, store: Store, vault: Vault, reviewers: int = 3, **settings: Any) -> None:
        self.store, self.vault, self.id, self.catalogue = store, vault, uuid.uuid4(), Catalogue()
        with store.write(self.id) as session:
            enrolling.found_organisation(session, self.id, self.id.hex, "Bureau B.V.", [], START)
            session.execute(update(Organisation).values(**{"undo_seconds": 30, **settings}))
            file = courses.read(ROOT / "data" / "courses" / "information-security.yaml")
            self.course_id = courses.load(session, self.id, file, START)
            self.reviewers = [self._reviewer(session, place) for place in range(reviewers)]

    def _reviewer(self, session: Session, place: int) -> ActingMember:
        member = enrolling.enrol_member(
            session, self.id, email=f"b{place}-{self.id.hex}@bureau.example", name=f"Beoordelaar {place}",
            roles=["reviewer"], password="a good enough password", now=START,
        )  # fmt: skip
        return ActingMember(member.id, self.id, "Bureau B.V.", member.name, frozenset({"reviewer"}), "nl")

    def learner(self) -> LearnerClaims:
        """Somebody who has consented."""
        claims = LearnerClaims(self.id, f"x-{uuid.uuid4().hex}")
        with self.store.write(self.id) as session:
            learner_id = enrolling.welcome_learner(session, claims, "nl", START)
            consent.give(session, claims, learner_id, policy.current().version, [consent.LEARNING], START)
        return claims

    def reachable(self, address: str, language: Language = "nl") -> LearnerClaims:
        """Somebody who has consented and left an address."""
        claims = self.learner()
        with self.write(claims) as (session, here):
            enrolments.choose_language(session, here, language)
            contacts.leave(session, self.vault, self.id, here.learner, address, START)
            assert contacts.confirm(session, self.id, here.learner, START, START)
        return claims

    def here(self, session: Session, claims: LearnerClaims) -> Here:
        """Where the learner stands."""
        return enrolments.find(session, self.catalogue, claims, "information-security")

    def asked(self, session: Session, claims: LearnerClaims, place: int = 0) -> Asked:
        """A question of the course."""
        return self.here(session, claims).course.questions[place]

    def answer(
        self,
        claims: LearnerClaims,
        text: str = "ja, dat doe ik",
        outcome: str = "not_passed",
        *,
        now: dt.datetime = START,
        place: int = 0,
        model: str = MODEL,
    ) -> uuid.UUID:
        """An answer that the machine graded so; returns the decision. An open appeal on the old one goes."""
        with self.store.write(self.id) as session:
            here = self.here(session, claims)
            asked = here.course.questions[place]
            filing.supersede(session, here, [asked.id])
            grade = replace(grade_of(outcome), model_id=model)
            decided = answering.submit(session, self.vault, here, asked, text, grade, model_id=model, now=now)
            return decided.id

    def appeal(self, claims: LearnerClaims, now: dt.datetime = START, statement: str | None = None) -> int:
        """The learner disputes the first answer; the number of the case."""
        with self.store.write(self.id) as session:
            here = self.here(session, claims)
            return filing.file(session, self.vault, here, here.course.questions[0].id, statement, now).number

    def disputed(self) -> tuple[LearnerClaims, int]:
        """A new learner who disputes an answer that did not pass, and the number of the case."""
        claims = self.learner()
        self.answer(claims)
        return claims, self.appeal(claims)

    def claim(self, number: int, now: dt.datetime = START, who: int = 0, **more: Any) -> None:
        """A reviewer takes the case."""
        with self.store.write(self.id) as session:
            queue.claim(session, self.reviewers[who], number, now, **more)

    def read(self, number: int, now: dt.datetime = START, who: int = 0, reading: str = "disapprove") -> None:
        """The reviewer's own reading."""
        with self.store.write(self.id) as session:
            ruling.record_reading(session, self.reviewers[who], number, reading, now)

    def rule(
        self,
        number: int,
        now: dt.datetime = START,
        who: int = 0,
        choice: Ruling = Ruling.OVERTURNED,
        reason: str = "meaning_misread",
        text: str = "Zo is het.",
    ) -> None:
        """The ruling, on the case as it is now."""
        with self.store.write(self.id) as session:
            version = access.find(session, number).version
            ruling.rule(
                session, self.vault, self.reviewers[who], number, version=version, ruling=choice, reason=reason,
                text=text, now=now,
            )  # fmt: skip

    def decide(self, number: int, now: dt.datetime = START, who: int = 0, **more: Any) -> None:
        """Claim, read and rule."""
        self.claim(number, now, who)
        self.read(number, now, who)
        self.rule(number, now, who, **more)

    def case(self, number: int) -> Appeal:
        """The row as it is now."""
        with self.store.read(self.id) as session:
            found = access.find(session, number)
            session.expunge(found)
            return found

    def decision(self, claims: LearnerClaims, place: int = 0) -> Decision:
        """What stands for an answer of the learner."""
        with self.store.read(self.id) as session:
            here = self.here(session, claims)
            question = here.course.questions[place].id
            found = session.execute(
                select(Decision).where(Decision.learner_id == here.learner, Decision.question_id == question)
            ).scalar_one()
            session.expunge(found)
            return found

    @contextmanager
    def write(self, claims: LearnerClaims) -> Iterator[tuple[Session, Here]]:
        """A transaction with where the learner stands."""
        with self.store.write(self.id) as session:
            yield session, self.here(session, claims)


def grade_of(outcome: str) -> Grade:
    """A grade as the machine gives it."""
    intent = {"passed": "disapprove", "not_passed": "approve", "undecided": "unsure"}[outcome]
    shares = {"approve": 0.1, "disapprove": 0.1, "unsure": 0.1, "none": 0.1} | {intent: 0.7}
    return Grade(
        intent, outcome, "model", shares, 0.004 if outcome == "not_passed" else 0.5, 0.01, MODEL,  # type: ignore[arg-type]
        Evidence("model", "model", ()),
    )  # fmt: skip


def tell(desk: Desk, now: dt.datetime = START, post: Post | None = None, *, private: bool = True) -> Teller:
    """One round of telling in this organisation, at this moment.

    In a thread of its own: mail needs an event loop, and an open browser has one in this thread.
    """
    packing = Packing(desk.vault, desk.catalogue, post, Caller(private), URL)
    teller = Teller(desk.store, packing, lambda: now)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(teller.tell, desk.id).result()
    return teller
