"""Where a learner stands in a course: read in one query, moved on in one update."""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Integer, Text, and_, any_, bindparam, case, cast, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from learning.catalogue import Catalogue, Taught
from learning.errors import MovedOn, NotFound
from learning.models import Course, Enrolment
from people.actors import Language, LearnerClaims
from people.errors import TokenRefused
from people.models import Learner, Organisation
from privacy import legal_basis, policy
from privacy.consent import LEARNING
from privacy.models import Acceptance, Consent, Permission
from store import journal
from store.base import core

LONGEST_PAUSE = dt.timedelta(minutes=5)
"""A longer silence counts as this much study time: the learner was away."""


@dataclass(frozen=True, slots=True)
class Here:
    """A learner in a course, as the turn finds them. `learner_id` is None before their first consent."""

    claims: LearnerClaims
    course: Taught
    alpha: float
    stopped_model: str | None
    """A model that may fail nobody here: an alarm went."""
    appeal_days: int
    organisation: str
    learner_id: uuid.UUID | None
    language: Language
    takes_part: bool
    """They agreed, or read the other ground that holds, in words that still hold; and may: by their own word or a
    parent's where that is asked."""
    enrolled: bool
    restricted: bool
    """The learner's data stands still: kept, and not used (B03)."""
    by_person: bool
    """The learner wants no automated decisions (T03)."""
    awaiting: str | None
    question_id: uuid.UUID | None
    about_id: uuid.UUID | None
    asked_version: str | None
    revision: int
    last_turn: str | None
    last_reply: bytes | None = field(repr=False)

    @property
    def outdated(self) -> bool:
        """The open question is no longer asked as the learner has it before them: an author changed or removed it."""
        if self.question_id is None:
            return False
        asked = self.course.asks(self.question_id)
        return asked is None or (self.asked_version is not None and asked.version != self.asked_version)

    @property
    def organisation_id(self) -> uuid.UUID:
        return self.claims.organisation_id

    @property
    def learner(self) -> uuid.UUID:
        """The learner's id where consent was required before; an error in the program otherwise."""
        assert self.learner_id is not None
        return self.learner_id


_COURSE, _ORGANISATION, _LEARNER = core(Course).c, core(Organisation).c, core(Learner).c
_ENROLMENT, _CONSENT, _PERMISSION = core(Enrolment).c, core(Consent).c, core(Permission).c
_LIVE = and_(
    _CONSENT.learner_id == _LEARNER.id,
    _CONSENT.purpose == LEARNING,
    _CONSENT.policy == any_(bindparam("policies", type_=ARRAY(Text))),
    _CONSENT.withdrawn_at.is_(None),
)
_PERMITTED = and_(
    _PERMISSION.learner_id == _LEARNER.id, _PERMISSION.given_at.is_not(None), _PERMISSION.withdrawn_at.is_(None)
)
_BEGUN = legal_basis.BEGUN.where(core(Acceptance).c.learner_id == _LEARNER.id).exists()
_AGREED = or_(_CONSENT.id.is_not(None), _BEGUN)
_MAY = and_(_AGREED, or_(~_ORGANISATION.age_gate, _PERMISSION.learner_id.is_not(None)))
_SUBJECT = and_(_LEARNER.organisation_id == _COURSE.organisation_id, _LEARNER.subject == bindparam("subject"))
FIND = (
    select(
        _COURSE.id,
        _COURSE.version,
        _COURSE.loaded_at,
        _ORGANISATION.alpha,
        _ORGANISATION.failing_stopped_model,
        _ORGANISATION.appeal_days,
        _ORGANISATION.name,
        _LEARNER.id,
        _LEARNER.language,
        _MAY,
        _ENROLMENT.learner_id.is_not(None),
        _LEARNER.restricted_since.is_not(None),
        _LEARNER.by_person_since.is_not(None),
        _ENROLMENT.awaiting,
        _ENROLMENT.question_id,
        _ENROLMENT.about_id,
        _ENROLMENT.asked_version,
        _ENROLMENT.revision,
        _ENROLMENT.last_turn,
        _ENROLMENT.last_reply,
        _ORGANISATION.closed_at,
    )
    .select_from(core(Course))
    .join(core(Organisation), _ORGANISATION.id == _COURSE.organisation_id)
    .outerjoin(core(Learner), _SUBJECT)
    .outerjoin(core(Enrolment), and_(_ENROLMENT.learner_id == _LEARNER.id, _ENROLMENT.course_id == _COURSE.id))
    .outerjoin(core(Consent), _LIVE)
    .outerjoin(core(Permission), _PERMITTED)
    .where(_COURSE.slug == bindparam("course"))
)


def find(
    session: Session,
    catalogue: Catalogue,
    claims: LearnerClaims,
    course: str,
    wished: Language | None = None,
    *,
    closed_too: bool = False,
) -> Here:
    """Where this learner stands. The language is their own, else the wished one, else the course's first.

    Raises `NotFound`, and `TokenRefused` when the service to the organisation has ended: its key may be believed still.
    """
    row = session.execute(
        FIND, {"subject": claims.subject, "course": course, "policies": policy.covering()}
    ).one_or_none()
    if row is None:
        raise NotFound
    taught = catalogue.version(session, *row[:3])
    alpha, stopped, days, name, learner_id, own, takes_part, enrolled, restricted, by_person, *standing = row[3:]
    awaiting, question_id, about_id, asked_version, revision, turn, reply, closed_at = standing
    if closed_at is not None and not closed_too:
        raise TokenRefused("organisation_closed")
    return Here(
        claims, taught, alpha, stopped, days, name, learner_id, taught.language(own or wished), takes_part, enrolled,
        restricted, by_person, awaiting, question_id, about_id, asked_version, revision or 0, turn, reply,
    )  # fmt: skip


def anywhere(session: Session, catalogue: Catalogue, learner: Learner) -> Here:
    """Where a learner stands in a course of theirs, for what is the same in all of them; raises `NotFound`."""
    slug = session.execute(
        select(Course.slug)
        .outerjoin(Enrolment, and_(Enrolment.course_id == Course.id, Enrolment.learner_id == learner.id))
        .order_by(Enrolment.last_at.desc().nulls_last(), Course.slug)
        .limit(1)
    ).scalar_one_or_none()
    if slug is None:
        raise NotFound
    return find(session, catalogue, LearnerClaims(learner.organisation_id, learner.subject), slug)


def begin(session: Session, here: Here, learner_id: uuid.UUID, now: dt.datetime) -> None:
    """The learner takes up this course; nothing happens when they had done so before."""
    row: dict[str, Any] = {
        "organisation_id": here.organisation_id,
        "learner_id": learner_id,
        "course_id": here.course.id,
    }
    row |= {"revision": 0, "interactions": 0, "seconds": 0, "started_at": now, "last_at": now}
    session.execute(insert(Enrolment).values(row).on_conflict_do_nothing())


@dataclass(frozen=True, slots=True)
class Step:
    """Where the conversation goes with this turn."""

    awaiting: str | None
    question_id: uuid.UUID | None
    about_id: uuid.UUID | None = None
    asked_version: str | None = None
    """The version in which the question is asked with this step; None where it is not asked (again)."""
    finished: bool = False
    restarted: bool = False


AS_SEEN = and_(
    _ENROLMENT.learner_id == bindparam("learner"),
    _ENROLMENT.course_id == bindparam("course"),
    _ENROLMENT.revision == bindparam("seen"),
)
"""The conversation is where the turn saw it: no other turn came in between."""
_PAUSE = func.least(bindparam("now", type_=_ENROLMENT.last_at.type) - _ENROLMENT.last_at, LONGEST_PAUSE)
_STEP = ("awaiting", "question_id", "about_id", "asked_version", "last_turn", "last_reply")
_ALWAYS: dict[str, Any] = {name: bindparam(name) for name in _STEP} | {
    "revision": _ENROLMENT.revision + 1,
    "last_at": bindparam("now"),
}
MOVE = (
    update(core(Enrolment))
    .where(AS_SEEN)
    .values(
        **_ALWAYS,
        interactions=_ENROLMENT.interactions + 1,
        seconds=_ENROLMENT.seconds + cast(func.extract("epoch", _PAUSE), Integer),
        finished_at=case((bindparam("finished"), func.coalesce(_ENROLMENT.finished_at, bindparam("now")))),
    )
)
RESTART = (
    update(core(Enrolment))
    .where(AS_SEEN)
    .values(**_ALWAYS, interactions=0, seconds=0, started_at=bindparam("now"), finished_at=None)
)


def move(session: Session, here: Here, step: Step, turn: str, reply: bytes, now: dt.datetime) -> None:
    """Moves the conversation on, once: raises `MovedOn` when another turn came first, and all is rolled back."""
    row = {"learner": here.learner, "course": here.course.id, "seen": here.revision, "now": now}
    row |= {"awaiting": step.awaiting, "question_id": step.question_id, "about_id": step.about_id}
    row |= {"last_turn": turn, "last_reply": reply, "asked_version": step.asked_version or here.asked_version}
    statement = RESTART if step.restarted else MOVE
    if not step.restarted:
        row["finished"] = step.finished
    if session.connection().execute(statement, row).rowcount != 1:
        raise MovedOn


def show(session: Session, here: Here) -> None:
    """The learner has the open question before them as it is asked now."""
    asked = here.course.asks(here.question_id)
    if asked is not None and asked.version != here.asked_version:
        theirs = (Enrolment.learner_id == here.learner, Enrolment.course_id == here.course.id)
        session.execute(update(Enrolment).where(*theirs).values(asked_version=asked.version))


def arrive(session: Session, here: Here, turn: str) -> None:
    """The learner goes on over another channel: what the one before still shows is older than this."""
    theirs = (Enrolment.learner_id == here.learner, Enrolment.course_id == here.course.id)
    seen = update(Enrolment).where(*theirs, Enrolment.revision == here.revision)
    session.execute(seen.values(last_turn=turn, last_reply=None, revision=Enrolment.revision + 1))


def choose_language(session: Session, here: Here, language: Language) -> None:
    """From now on the learner reads this language."""
    session.execute(update(Learner).where(Learner.id == here.learner).values(language=language))


def choose_grading(session: Session, here: Here, *, by_person: bool, now: dt.datetime) -> None:
    """From the next answer on people grade, or the machine may again. What stands already is not touched."""
    if by_person == here.by_person:
        return
    session.execute(
        update(Learner).where(Learner.id == here.learner).values(by_person_since=now if by_person else None)
    )
    act = "grading.by_person" if by_person else "grading.by_machine"
    journal.note(session, act, organisation_id=here.organisation_id, now=now, learner_id=here.learner)


def restrict(session: Session, here: Here, *, restricted: bool, now: dt.datetime) -> None:
    """The learner's data stands still from now on, or may be used again."""
    if restricted == here.restricted:
        return
    since = now if restricted else None
    session.execute(update(Learner).where(Learner.id == here.learner).values(restricted_since=since))
    act = "learner.restricted" if restricted else "learner.unrestricted"
    journal.note(session, act, organisation_id=here.organisation_id, now=now, learner_id=here.learner)


def reply_place(here: Here) -> str:
    """Where the last reply is sealed."""
    return f"enrolment|{here.learner}|{here.course.id}|last_reply"
