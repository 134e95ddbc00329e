"""How long each kind of data is kept, as data; the sweep deletes what is older, and a dry run only counts it.

An organisation may agree to shorter times for its learners, never to longer ones.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, text, update
from sqlalchemy import Table as CoreTable
from sqlalchemy.orm import Session

from people.models import NOBODY, Learner, Member, Organisation
from store.base import Table, core

YEAR: Final = 365
AT_ONCE: Final = 500
"""Learners per sweep: each is erased in full, and the next sweep takes the next ones."""
UNANSWERED: Final = 30
"""Days that a parent has to answer."""
CLOSED: Final = dt.timedelta(days=30)
"""After an organisation has closed, everything of it is gone by then (D06), or sooner where the settings say so."""
NIGHTLY: Final = dt.timedelta(days=1)
"""From one sweep to the next: what would be too late then is due now."""
FORMER: Final = "-"
"""Stands where the name of a member was who left long ago."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows of a table go so many days after a moment; `unless` keeps some."""

    table: str
    moment: str
    days: int
    why: str
    unless: str = ""


RULES: Final = (
    Rule(
        "appeal",
        "filed_at",
        3 * YEAR,
        "so that problems that come back are seen",
        unless="state IN ('filed', 'claimed', 'awaiting_learner', 'escalated')",
    ),
    Rule("remedy", "made_at", 3 * YEAR, "with the cases that they came from"),
    Rule("notice", "created_at", 90, "to see that it was sent"),
    Rule("news_mail", "created_at", 90, "to see that it was sent"),
    Rule("news_subscription", "asked_at", 14, "nobody confirmed it", unless="confirmed_at IS NOT NULL"),
    Rule("contact", "given_at", 14, "nobody confirmed it", unless="confirmed_at IS NOT NULL"),
    Rule("consent", "withdrawn_at", YEAR, "to show that it was given and taken back"),
    Rule("look", "at", YEAR, "for the learner to see who looked"),
    Rule("hold", "until", 30, "to see that it held and ended"),
    Rule("request_text", "closed_at", 90, "to be able to explain the answer"),
    Rule("request", "closed_at", 3 * YEAR, "to show that requests are answered in time"),
    Rule("link", "expires_at", 30, "for the learner to see that it was there"),
    Rule("permission", "asked_at", UNANSWERED, "a request that nobody answered", unless="given_at IS NOT NULL"),
)
JOURNAL: Final = Rule("journal", "at", 3 * YEAR, "the log that the AI Act asks for, without content")


@dataclass(frozen=True, slots=True)
class Swept:
    """What went, or would go, by table; and the learners who are due, for the caller to erase."""

    rows: dict[str, int]
    learners: tuple[uuid.UUID, ...]
    closes: bool
    """The organisation itself is due."""


def sweep(
    session: Session, organisation_id: uuid.UUID, now: dt.datetime, *, dry: bool, closing: dt.timedelta = CLOSED
) -> Swept:
    """Deletes what its rule no longer keeps; a dry run deletes nothing and counts the same."""
    organisation = session.get_one(Organisation, organisation_id)
    rows = {}
    for rule in RULES:
        table = Table.metadata.tables[rule.table]
        rows[rule.table] = _go(session, table, _older(table, rule, now), dry=dry)
    rows["journal"] = _journal(session, now, dry=dry)
    rows["member"] = _members(session, now, dry=dry)
    closes = organisation.closed_at is not None and organisation.closed_at + closing - NIGHTLY <= now
    idle = now - dt.timedelta(days=organisation.retention_days)
    return Swept(rows, tuple(session.execute(_idle(idle, now - dt.timedelta(days=UNANSWERED))).scalars()), closes)


def _older(table: CoreTable, rule: Rule, now: dt.datetime) -> list[ColumnElement[bool]]:
    found: list[Any] = [table.c[rule.moment] < now - dt.timedelta(days=rule.days)]
    if rule.unless:
        found.append(text(f"NOT ({rule.unless})"))
    return found


def _go(session: Session, table: CoreTable, which: list[ColumnElement[bool]], *, dry: bool) -> int:
    if dry:
        return session.execute(select(func.count()).select_from(table).where(*which)).scalar_one()
    return len(session.execute(delete(table).where(*which).returning(table.c[0])).all())


def _journal(session: Session, now: dt.datetime, *, dry: bool) -> int:
    """The app's role cannot delete entries: a function of the owner does, and only old ones."""
    table, before = Table.metadata.tables["journal"], now - dt.timedelta(days=JOURNAL.days)
    if dry:
        return session.execute(select(func.count()).select_from(table).where(table.c["at"] < before)).scalar_one()
    return int(session.execute(select(func.prune_journal(before))).scalar_one())


def _members(session: Session, now: dt.datetime, *, dry: bool) -> int:
    """A year after somebody left, their name and address go; their rulings stay a person's."""
    member = core(Member)
    which = (member.c.left_at < now - dt.timedelta(days=YEAR), member.c.name != FORMER)
    if dry:
        return session.execute(select(func.count()).select_from(member).where(*which)).scalar_one()
    nobody = {"name": FORMER, "email": func.concat(member.c.id, "@invalid"), "password_hash": ""}
    return len(session.execute(update(member).where(*which).values(**nobody).returning(member.c.id)).all())


def _idle(before: dt.datetime, unanswered: dt.datetime) -> Select[uuid.UUID]:
    """Learners whose last message, or first visit where there was none, is longer ago.

    Who only asked a parent, and never took part, goes when the request does.
    """
    enrolment, consent = Table.metadata.tables["enrolment"], Table.metadata.tables["consent"]
    agreed = select(consent.c.learner_id).where(consent.c.learner_id == Learner.id).exists()
    took_part = select(enrolment.c.learner_id).where(enrolment.c.learner_id == Learner.id).exists()
    only_asked = and_(~agreed, ~took_part, Learner.created_at < unanswered, Learner.subject != NOBODY)
    last = select(func.max(enrolment.c.last_at)).where(enrolment.c.learner_id == Learner.id).scalar_subquery()
    return (
        select(Learner.id)
        .where(or_(func.coalesce(last, Learner.created_at) < before, only_asked))
        .order_by(Learner.id)
        .limit(AT_ONCE)
    )
