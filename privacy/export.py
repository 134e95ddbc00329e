"""Everything that is kept about a learner, as a computer file: complete because it is walked from the schema."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import Boolean, DateTime, Float, Integer, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from privacy import registry
from store.vault import Vault

FORMAT = "https://wederhoor.example/schemas/export-1"
"""Names the format; nothing is fetched from it."""
OTHERS = frozenset(
    {
        "organisation_id",
        "answered_by",
        "mailbox_id",
        "salt",
        "digest",
        "secret",
        "claimed_by",
        "ruled_by",
        "first_ruled_by",
        "claim_until",
        "before",
        "expected",
        "handled_by",
        "file_digest",
        "code_digest",
        "ticket",
    }
)
"""Columns about other people, about how cases are handled, or that would open what only others may."""


def export(session: Session, vault: Vault, learner_id: uuid.UUID, now: dt.datetime) -> dict[str, Any]:
    """All rows about this learner by table, sealed texts in plain; reviewers' texts about them included."""
    registry.require_known(session)
    data = {}
    for kind in _exported():
        rows = session.execute(
            select(kind.table).where(kind.of(learner_id)).order_by(*kind.table.primary_key)
        ).mappings()
        data[str(kind.table.name)] = [
            {name: _plain(value) for name, value in registry.opened(vault, kind, row) if name not in OTHERS}
            for row in rows
        ]
    return {"format": FORMAT, "made_at": now.isoformat(), "data": data}


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) that every export keeps."""
    tables = {}
    for kind in _exported():
        columns = {
            str(column.name): _described(column.type, nullable=bool(column.nullable), sealed=column in kind.sealed)
            for column in kind.table.c
            if column.name not in OTHERS
        }
        row = {"type": "object", "properties": columns, "required": list(columns), "additionalProperties": False}
        tables[str(kind.table.name)] = {"type": "array", "items": row, "description": f"Kept: {kind.privacy.kept}"}
    properties = {
        "format": {"const": FORMAT},
        "made_at": {"type": "string", "format": "date-time"},
        "data": {
            "type": "object", "properties": tables, "required": list(tables), "additionalProperties": False,
        },
    }  # fmt: skip
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": FORMAT,
        "title": "Everything that Wederhoor keeps about a learner",
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _exported() -> list[registry.Kind]:
    return [kind for kind in registry.kinds("learner") if kind.privacy.exported]


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value


def _described(kind: TypeEngine[Any], *, nullable: bool, sealed: bool) -> dict[str, Any]:
    known: list[tuple[type[TypeEngine[Any]], dict[str, Any]]] = [
        (Boolean, {"type": "boolean"}),
        (Integer, {"type": "integer"}),
        (Float, {"type": "number"}),
        (DateTime, {"type": "string", "format": "date-time"}),
        (JSONB, {"type": "object"}),
        (ARRAY, {"type": "array", "items": {"type": "string"}}),
    ]
    found = (
        {"type": "string"}
        if sealed
        else next((one for type_, one in known if isinstance(kind, type_)), {"type": "string"})
    )
    return found | ({"type": [found["type"], "null"]} if nullable else {})
