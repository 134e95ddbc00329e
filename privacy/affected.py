"""Who was affected by what, for an incident: read from the access log, the looks and the journal.

Content-free, and complete for as long as a trace leads to somebody: entries whose learner was erased, or whose answer
was replaced, are counted and name nobody.
"""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from people.models import Learner, Member
from privacy import accesses
from privacy.models import Access, Look
from store.journal import Entry

Source = Literal["access", "look", "journal"]
Trace = tuple[Source, str, uuid.UUID | None, uuid.UUID | None, dt.datetime]
"""Where it was found, what was done, by which member, about which learner, when."""


@dataclass(frozen=True, slots=True)
class Affected:
    """What was done how often to one learner, or to people to whom nothing leads any more (`learner` is None)."""

    source: Source
    what: str
    member: str | None
    """The e-mail address of the staff member who did it; None when a learner or the machine did."""
    learner: str | None
    """The organisation's opaque id."""
    times: int
    first: dt.datetime
    last: dt.datetime


def since(session: Session, moment: dt.datetime, email: str | None = None) -> list[Affected]:
    """All traces of the session's organisation from this moment on; only those of one member with an address.

    Raises `LookupError` when the organisation has no such member.
    """
    only = None
    if email is not None:
        theirs = func.lower(Member.email) == email.lower()
        only = session.execute(select(Member.id).where(theirs)).scalar_one_or_none()
        if only is None:
            raise LookupError
    traces = [*_looks(session, moment, only), *_journal(session, moment, only)]
    return _gathered(session, traces)


def _looks(session: Session, moment: dt.datetime, only: uuid.UUID | None) -> Iterable[Trace]:
    """Each entry of the access log once, with its learner where a look still shows whom it is about.

    A look without a salt is older than the access log, and stands alone.
    """
    fits = and_(Look.member_id.is_not_distinct_from(Access.member_id), Look.at == Access.at, Look.salt.is_not(None))
    rows = session.execute(
        select(Access, Look).outerjoin(Look, fits).where(Access.at >= moment).order_by(Access.id)
    ).all()
    found: dict[int, Trace] = {}
    for entry, look in rows:
        shown = look is not None and accesses.about(look.salt or b"", look.learner_id, look.question_id) == entry.about
        if shown or entry.id not in found:
            learner = look.learner_id if shown else None
            found[entry.id] = ("access", entry.purpose, entry.member_id, learner, entry.at)
    old = session.execute(select(Look).where(Look.at >= moment, Look.salt.is_(None))).scalars()
    traces: list[Trace] = [*found.values()]
    traces += [("look", one.purpose, one.member_id, one.learner_id, one.at) for one in old]
    return [one for one in traces if only is None or one[2] == only]


def _journal(session: Session, moment: dt.datetime, only: uuid.UUID | None) -> Iterable[Trace]:
    rows = select(Entry).where(Entry.at >= moment)
    if only is not None:
        rows = rows.where(Entry.member_id == only)
    for one in session.execute(rows).scalars():
        yield "journal", one.act, one.member_id, one.learner_id, one.at


def _gathered(session: Session, traces: list[Trace]) -> list[Affected]:
    """Per source, act, member and learner; names looked up once."""
    emails = dict(session.execute(select(Member.id, Member.email)).all())
    wanted = {learner for *_, learner, _ in traces if learner is not None}
    subjects = dict(session.execute(select(Learner.id, Learner.subject).where(Learner.id.in_(wanted))).all())
    groups: dict[tuple[Source, str, str, str], list[dt.datetime]] = {}
    for source, what, member, learner, at in traces:
        by = emails.get(member, "") if member else ""
        about = subjects.get(learner, "") if learner else ""
        groups.setdefault((source, what, by, about), []).append(at)
    return [
        Affected(source, what, by or None, about or None, len(times), min(times), max(times))
        for (source, what, by, about), times in sorted(groups.items())
    ]
