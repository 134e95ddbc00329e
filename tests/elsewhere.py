"""Another organisation in the same database, with figures that are known: an author, a course, answers, rulings."""

import datetime as dt
import uuid

from sqlalchemy import select

from api.trial import System
from appeals.models import Appeal
from learning import courses
from learning.courses import CourseFile
from learning.models import Answer, Decision, Question
from people import enrolling
from people.actors import LearnerClaims
from people.models import Member
from store.store import Store

NOW = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
ANSWERS = {"clear": (12, 0), "vague": (12, 11), "disputed": (6, 0), "few": (4, 4)}
"""Question → how many answers, and how many of them the machine could not tell."""


class Elsewhere:
    """An organisation with an author, a course of its own, answers and rulings."""

    def __init__(self, store: Store, system: System) -> None:
        self.id, self._store = uuid.uuid4(), store
        self.author = f"auteur-{self.id.hex[:8]}@elders.example"
        with store.write(self.id) as session:
            enrolling.found_organisation(session, self.id, self.id.hex, "Elders B.V.", [], NOW)
            enrolling.enrol_member(
                session, self.id, email=self.author, name="Schrijver", roles=["author"],
                password=system.demo["password"], now=NOW,
            )  # fmt: skip
            courses.load(session, self.id, _course(), NOW)

    def fill(self) -> None:
        """The answers; on one question five rulings that count, two of them overturned, and two that do not."""
        for key, (answers, undecided) in ANSWERS.items():
            for place in range(answers):
                self._answer(key, undecided=place < undecided, grader_failed=False)
        self._answer("few", undecided=True, grader_failed=True)
        for ruling, reason in (
            *[("overturned", "question_unclear")] * 2, *[("upheld", "ambiguous")] * 3,
            ("passed", "meaning_clear"), ("overturned", "technical_fault"),
        ):  # fmt: skip
            self._rule("disputed", ruling, reason)

    def _answer(self, key: str, *, undecided: bool, grader_failed: bool) -> None:
        with self._store.write(self.id) as session:
            question = session.execute(select(Question).where(Question.key == key)).scalar_one()
            claims = LearnerClaims(self.id, f"x-{uuid.uuid4().hex}")
            learner = enrolling.welcome_learner(session, claims, "nl", NOW)
            row = {"organisation_id": self.id, "learner_id": learner, "question_id": question.id}
            session.add(Answer(**row, text=b"sealed", language="nl", answered_at=NOW))
            session.flush()
            outcome = "undecided" if undecided else "passed"
            session.add(
                Decision(
                    **row, id=uuid.uuid4(), question_version=question.version, maker="model", model_id="m",
                    intent="none", outcome=outcome, reason="model", points=0, max_points=1, alpha=0.01,
                    p_value=None if grader_failed else 1.0, tries=int(undecided), decided_at=NOW,
                )
            )  # fmt: skip

    def _rule(self, key: str, ruling: str, reason: str) -> None:
        with self._store.write(self.id) as session:
            question = session.execute(select(Question).where(Question.key == key)).scalar_one()
            member = session.execute(select(Member.id)).scalar_one()
            session.add(
                Appeal(
                    id=uuid.uuid4(), organisation_id=self.id, question_id=question.id, origin="learner",
                    state="decided", filed_at=NOW, clock_at=NOW, clock_days=28, due_at=NOW,
                    own_reading="approve", version=3, ruling=ruling,
                    reason=reason, ruled_by=member, ruled_at=NOW,
                )
            )  # fmt: skip


def _course() -> CourseFile:
    both = {"nl": "iets", "en": "some"}
    questions = [
        {
            "kind": "stance", "key": key, "text": {"nl": f"Doe je {key}?", "en": f"Do you {key}?"},
            "expected": "approve", "readings": {"approve": both, "disapprove": both}, "why": both,
        }
        for key in ANSWERS
    ]  # fmt: skip
    lesson = {"key": "one", "title": both, "text": both, "questions": [*questions, _open(both)]}
    titles = {"nl": "Proefcursus", "en": "Trial course"}
    return CourseFile.model_validate(
        {"slug": "trial", "languages": ["nl", "en"], "title": titles, "summary": both, "lessons": [lesson]}
    )


def _open(both: dict[str, str]) -> dict[str, object]:
    return {"kind": "open", "key": "open", "text": {"nl": "Waarom juist dat?", "en": "Why that?"}, "reply": both}
