"""Cases with a wrong decision that is known to be wrong, put in the line to see whether reviewers find it.

The answer is typed by the privacy officer and nobody's: it is kept under a learner that no token can name, has no
points, and is seen by no employer. The case looks like any other. It is in no report: `Appeal.expected` marks it, and
its decision has no p-value, which is what figures about the machine go by. Nobody is told of its ruling.
"""

import datetime as dt
import uuid
from dataclasses import replace
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from appeals import filing
from appeals.errors import NotPossible
from appeals.models import Appeal
from appeals.states import Ruling
from grading.grade import Evidence, Grade, Graders, Intent
from learning import answering, decisions, enrolments
from learning.catalogue import Asked, Catalogue
from learning.courses import Stance, StanceQuestion
from learning.explaining import Explained
from learning.models import Question
from people import enrolling
from people.actors import ActingMember, Language, LearnerClaims
from people.models import NOBODY, Learner
from store import journal
from store.vault import Vault

LONGEST: Final = 1000
OPPOSITE: Final[dict[Stance, Stance]] = {"approve": "disapprove", "disapprove": "approve"}


def place(
    session: Session,
    vault: Vault,
    catalogue: Catalogue,
    member: ActingMember,
    question_id: uuid.UUID,
    language: Language,
    answer: str,
    *,
    model_id: str,
    now: dt.datetime,
) -> Appeal:
    """Puts a case in the line: an answer that is right beyond doubt, which the machine is said to have failed.

    `model_id` is that of the machine that grades now. An earlier case on this question gives way once it is decided.
    Raises `NotFound`, and `NotPossible` for a question that is not about yes or no, another language, an answer that
    is empty or too long, or while an earlier case on it is open.
    """
    course = catalogue.of_question(session, question_id)
    asked = course.question(question_id)
    if not isinstance(asked.body, StanceQuestion) or language not in asked.body.text:
        raise NotPossible("check")
    if not answer.strip() or len(answer) > LONGEST:
        raise NotPossible("check")
    claims = LearnerClaims(member.organisation_id, NOBODY)
    learner_id = enrolling.welcome_learner(session, claims, language, now)
    session.execute(select(Learner.id).where(Learner.id == learner_id).with_for_update())  # one at a time
    if filing.open_on(session, learner_id, question_id) is not None:
        raise NotPossible("check")
    here = replace(enrolments.find(session, catalogue, claims, course.slug), language=language)
    filing.supersede(session, here, [question_id])
    wrong = OPPOSITE[asked.body.expected]
    decided = answering.prepare(session, vault, here, asked, answer.strip(), intent=wrong, model_id=model_id, now=now)
    appeal = filing.opened(
        member.organisation_id, learner_id, question_id, decided.id, "learner", here.appeal_days, now
    )
    appeal.expected = Ruling.OVERTURNED
    session.add(appeal)
    session.flush()
    decisions.review(session, decided.id, pending=True)
    journal.note(
        session, "check.placed", organisation_id=member.organisation_id, now=now, member_id=member.id,
        question_id=question_id, appeal_id=appeal.id,
    )  # fmt: skip
    return appeal


def questions(session: Session, catalogue: Catalogue) -> list[tuple[str, Asked]]:
    """The questions that a case can be about, with the title of their course, in its first language."""
    ids = session.execute(
        select(Question.id)
        .where(Question.kind == "stance", Question.retired_at.is_(None))
        .order_by(Question.course_id, Question.position)
    ).scalars()
    found = []
    for question_id in ids:
        course = catalogue.of_question(session, question_id)
        found.append((course.file.title[course.language(None)], course.question(question_id)))
    return found


def disguised(explained: Explained, graders: Graders) -> Explained:
    """What the reviewer is shown as the machine's reading: that of the machine, with the wrong intent on top."""
    decision = explained.decision
    grader = graders.named(str(decision.model_id), str(decision.organisation_id))
    if grader is None:
        return explained
    asked = explained.asked.for_grader(explained.language)
    grade = grader.explain(asked, explained.answer)
    return replace(explained, repeated=_misread(grade, OPPOSITE[asked.expected]))


def _misread(grade: Grade, wrong: Intent) -> Grade:
    likeliest = max(grade.probabilities, key=lambda intent: grade.probabilities[intent])
    odds = grade.probabilities | {
        wrong: grade.probabilities[likeliest], likeliest: grade.probabilities[wrong]
    }  # fmt: skip
    evidence = Evidence("model", "model", grade.evidence.words)
    return replace(grade, intent=wrong, outcome="not_passed", probabilities=odds, evidence=evidence)
