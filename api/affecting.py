"""Who was affected by an incident, over all organisations of the installation, as lines of a table (D10)."""

import datetime as dt

from sqlalchemy import select

from api import building
from api.settings import Settings
from people.models import Organisation
from privacy import affected
from privacy.affected import Affected

COLUMNS = ("organisation", "source", "what", "member", "learner", "times", "first", "last")


def listed(settings: Settings, moment: dt.datetime, email: str | None) -> tuple[list[str], list[str]]:
    """The lines of a TSV, and a sentence of counts per organisation. Raises `LookupError` for an unknown member."""
    lines, told, known = ["\t".join(COLUMNS)], [], email is None
    with building.opened(settings) as store:
        for organisation in building.organisations(store):
            with store.read(organisation) as session:
                slug = session.execute(select(Organisation.slug)).scalar_one()
                try:
                    found = affected.since(session, moment, email)
                except LookupError:
                    continue
            known = True
            lines += [line(slug, one) for one in found]
            told.append(counted(slug, found))
    if not known:
        raise LookupError("no organisation has a member with that address")
    return lines, told


def line(slug: str, one: Affected) -> str:
    """One line; empty where nothing leads to a member or a learner."""
    first, last = (moment.astimezone(dt.UTC).isoformat(timespec="seconds") for moment in (one.first, one.last))
    return "\t".join((slug, one.source, one.what, one.member or "", one.learner or "", str(one.times), first, last))


def counted(slug: str, found: list[Affected]) -> str:
    """How many learners can still be told, and how much leads to nobody any more."""
    learners = {one.learner for one in found if one.learner}
    nobody = sum(one.times for one in found if not one.learner)
    entries = sum(one.times for one in found)
    return f"{slug}: {entries} entries, {len(learners)} learners; {nobody} entries lead to no learner"
