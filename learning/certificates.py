"""Certificates: that somebody completed a course, for whoever they give the code. Nothing on it says who.

Valid is counted, never stored: a certificate is valid as long as its learner still has the points that they had. Wiping
progress takes it away; answering worse makes it invalid, and so does asking that one's data stands still. What
an author changes does not touch it.
"""

import datetime as dt
import secrets
import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from learning import progress
from learning.catalogue import CURRENT, Catalogue, Taught
from learning.enrolments import Here
from learning.errors import NotFound
from learning.models import Certificate, Course
from learning.progress import Standing
from people.models import Learner
from store import journal

LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without those that look alike on paper."""
LENGTH, GROUP = 16, 4
WHOSE = text("SELECT organisation_of_certificate(:given)")


@dataclass(frozen=True, slots=True)
class Shown:
    """A certificate with its course as it is now. `valid`: the learner still has what it says."""

    id: uuid.UUID
    code: str
    course: Taught
    issued_at: dt.datetime
    points: int
    valid: bool


def earned(standing: Standing) -> bool:
    """Is the course completed, and with enough points where it asks for that?"""
    wanted = standing.course.file.certificate
    if wanted is None or not standing.finished:
        return False
    return standing.points * 100 >= (wanted.pass_mark or 0) * standing.max_points


def issue(session: Session, here: Here, standing: Standing, now: dt.datetime) -> uuid.UUID | None:
    """The learner's certificate of this course, made when it is earned; None where it is not.

    Points that came later are added; the code and the date stay.
    """
    if not earned(standing):
        return None
    row = {"id": uuid.uuid4(), "learner_id": here.learner, "course_id": here.course.id, "issued_at": now}
    row |= {"organisation_id": here.organisation_id, "code": _code(), "points": standing.points}
    made = insert(Certificate).values(row)
    more = {"points": func.greatest(Certificate.points, made.excluded.points)}
    kept = made.on_conflict_do_update(index_elements=["learner_id", "course_id"], set_=more)
    found: uuid.UUID = session.execute(kept.returning(Certificate.id)).scalar_one()
    if found == row["id"]:
        journal.note(
            session, "certificate.issued", organisation_id=here.organisation_id, now=now, learner_id=here.learner
        )
    return found


def whose(session: Session, given: str) -> uuid.UUID | None:
    """The organisation of a certificate, by its id or its code; nobody's session may ask. None when there is none."""
    found: uuid.UUID | None = session.execute(WHOSE, {"given": given}).scalar_one()
    return found


def by_id(session: Session, catalogue: Catalogue, certificate_id: uuid.UUID) -> Shown:
    """The certificate behind the learner's own link; raises `NotFound`, also when it is not valid any more."""
    row = session.get(Certificate, certificate_id)
    shown = _shown(session, catalogue, row)
    if not shown.valid:
        raise NotFound
    return shown


def by_code(session: Session, catalogue: Catalogue, code: str) -> Shown:
    """The certificate with this code, valid or not; raises `NotFound`."""
    row = session.execute(select(Certificate).where(Certificate.code == code)).scalar_one_or_none()
    return _shown(session, catalogue, row)


def plain(code: str) -> str:
    """A code as it is kept, from whatever somebody typed: groups, spaces and small letters do not matter."""
    letters = "".join(char for char in code.upper() if char in LETTERS)
    return "-".join(letters[place : place + GROUP] for place in range(0, min(len(letters), LENGTH), GROUP))


def _shown(session: Session, catalogue: Catalogue, row: Certificate | None) -> Shown:
    if row is None:
        raise NotFound
    course = catalogue.version(session, *session.execute(select(*CURRENT).where(Course.id == row.course_id)).one())
    points = progress.standing(session, course, row.learner_id).points
    restricted = session.get_one(Learner, row.learner_id).restricted_since is not None
    return Shown(row.id, row.code, course, row.issued_at, row.points, points >= row.points and not restricted)


def _code() -> str:
    return plain("".join(secrets.choice(LETTERS) for _ in range(LENGTH)))
