"""Gathers the facts of the running system, and writes the documents that are made from them (D07)."""

import datetime as dt
import platform
import re
import uuid
from importlib.metadata import requires, version
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api import building, outside
from api.settings import ROOT, Settings
from api.tables import METADATA
from grading import artifact
from grading.grade import BASE
from people.models import Organisation
from privacy import documents, facts, legal_basis, policy, registry
from privacy.facts import Basis, Facts, Granted, Measures, Model
from privacy.models import Agreement

OF_NOW = {"id", "created_at", "closed_at", "watched_since"}
"""Columns of an organisation that are no settings; those that begin with `failing_stopped` are neither."""
ROLE = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
OPEN_TABLES = text("""
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND NOT relrowsecurity
    AND relname = ANY(:known) ORDER BY relname
""")


def write(settings: Settings, into: Path, on: dt.date | None) -> dict[Path, int]:
    """The documents of each organisation in a folder of its own; gives the number of files in each."""
    made = {}
    with building.opened(settings) as store:
        for organisation in building.organisations(store):
            with store.read(organisation) as session:
                slug = session.get_one(Organisation, organisation).slug
                files = documents.make(gather(settings, session, organisation, on))
            for name, content in files.items():
                path = into / slug / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content, "utf-8")
            made[into / slug] = len(files)
    return made


def gather(settings: Settings, session: Session, organisation: uuid.UUID, on: dt.date | None = None) -> Facts:
    """What is true of this organisation now. Raises `SchemaUnknown`, `ModelInvalid`, `ProcessorsInvalid`."""
    registry.require_known(session)
    row = session.get_one(Organisation, organisation)
    columns = [str(column.name) for column in METADATA.tables["organisation"].c]
    return Facts(
        organisation=row.name,
        settings={
            name: getattr(row, name)
            for name in columns
            if name not in OF_NOW | {"name", "slug"} and not name.startswith("failing_stopped")
        },
        tables=facts.all_tables(),
        rules=facts.all_rules(),
        policy=policy.current(),
        agreements=_agreements(session),
        basis=_basis(session),
        outside=tuple(outside.configured(settings)),
        processors=outside.declared(settings),
        model=_model(settings, str(organisation)),
        measures=_measures(settings, session),
        software=_software(session),
        on=on,
    )


def _agreements(session: Session) -> tuple[Granted, ...]:
    rows = session.execute(select(Agreement).order_by(Agreement.starts_on, Agreement.id)).scalars()
    return tuple(Granted(one.course, tuple(one.grants), one.ground, one.starts_on, one.ends_on) for one in rows)


def _basis(session: Session) -> Basis | None:
    row = legal_basis.live(session)
    return Basis(row.ground, row.why, row.recorded_at.date()) if row else None


def _model(settings: Settings, organisation: str) -> Model:
    model_id, card = artifact.card(artifact.published(settings.models, organisation))
    if card["lineage"] == BASE:
        return Model(model_id, model_id, own=False, card=card)
    base, base_card = artifact.card(settings.models / card["base"])
    return Model(model_id, base, own=True, card=base_card)


def _measures(settings: Settings, session: Session) -> Measures:
    known = sorted(table for table in METADATA.tables)
    return Measures(
        https=settings.secure,
        database_elsewhere=any(one.service == "database" for one in outside.configured(settings)),
        role_bound=not session.execute(ROLE).scalar_one(),
        open_tables=tuple(session.execute(OPEN_TABLES, {"known": known}).scalars()),
        log_level=settings.log_level,
        memory_private=not settings.readable_memory,
        key_grace=round(settings.key_grace),
        turns_per_minute=settings.turns_per_minute,
    )


def _software(session: Session) -> dict[str, str]:
    """Versions of what runs: our own, Python, PostgreSQL, what we depend on directly, and the bot's Rasa."""
    found: dict[str, Any] = {"wederhoor": version("wederhoor"), "Python": platform.python_version()}
    found["PostgreSQL"] = session.execute(text("SHOW server_version")).scalar_one().split()[0]
    bot = (ROOT / "bot" / "requirements.txt").read_text("utf-8")
    found |= dict(re.findall(r"^(rasa)==(\S+)", bot, re.M))
    direct = [re.split(r"[^A-Za-z0-9._-]", one)[0] for one in requires("wederhoor") or () if "extra ==" not in one]
    return found | {name: version(name) for name in sorted(direct, key=str.casefold)}
