"""What the database holds about a person: walked from the mapped classes, so that no table can be forgotten.

Each class says in `__privacy__` whose data it holds. A class about learners leads to its learner by a column
`learner_id`, or by the case or request that it belongs to, or is the learner; a class about members by `member_id`,
or is the member. A test refuses one that does neither, and a database with a table that no class maps.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, inspect, select
from sqlalchemy import Table as CoreTable
from sqlalchemy.orm import Session

from privacy.errors import SchemaUnknown
from store import departures  # noqa: F401 - about nobody, and known wherever the schema is asked for
from store.base import Ciphertext, Table, core
from store.personal import About, Privacy
from store.vault import Vault

OWNERS: dict[About, str] = {"learner": "learner_id", "member": "member_id"}
CASES = ("appeal", "request")
"""Tables that say whose the rows of other tables are."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One class of rows about a person: its table, its policy, and the column that says whose they are."""

    table: CoreTable
    privacy: Privacy
    owner: Column[Any] | None
    """None where the rows belong to cases, which say whose they are."""

    def of(self, person_id: uuid.UUID) -> ColumnElement[bool]:
        """The rows of this person."""
        if self.owner is not None:
            return self.owner == person_id
        name = next(one for one in CASES if f"{one}_id" in self.table.c)
        case = Table.metadata.tables[name]
        return self.table.c[f"{name}_id"].in_(select(case.c["id"]).where(case.c["learner_id"] == person_id))

    @property
    def sealed(self) -> list[Column[Any]]:
        """The columns that hold what somebody wrote."""
        return [column for column in self.table.c if isinstance(column.type, Ciphertext)]


def kinds(about: About) -> list[Kind]:
    """All kinds of rows about such people, those first that others refer to."""
    found = []
    for mapper in Table.registry.mappers:
        table, privacy = core(mapper.class_), mapper.class_.__privacy__
        if privacy.about != about:
            continue
        owner = table.c["id"] if table.name == about else table.c.get(OWNERS[about])
        if owner is None and (about != "learner" or not any(f"{one}_id" in table.c for one in CASES)):
            raise SchemaUnknown(f"{table.name} is about a {about} and does not say which")
        found.append(Kind(table, privacy, owner))
    order = [table.name for table in Table.metadata.sorted_tables]
    return sorted(found, key=lambda kind: order.index(kind.table.name))


def require_known(session: Session) -> None:
    """Raises `SchemaUnknown` when the database has a table that no class maps: then nobody knows what is in it."""
    present = set(inspect(session.connection()).get_table_names())
    known = {table.name for table in Table.metadata.sorted_tables}
    strange = {name for name in present - known if name != "alembic_version" and not name.startswith("procrastinate")}
    if strange:
        raise SchemaUnknown(", ".join(sorted(strange)))


def place(table: CoreTable, row: Any, column: Column[Any]) -> str:
    """Where a text of this row is sealed: `table|key|column`."""
    key = "|".join(str(row[part]) for part in table.primary_key.columns)
    return f"{table.name}|{key}|{column.name}"


def opened(vault: Vault, kind: Kind, row: Any) -> Iterator[tuple[str, Any]]:
    """The columns of a row, sealed ones in plain text."""
    for column in kind.table.c:
        value = row[column]
        if isinstance(column.type, Ciphertext) and value is not None:
            value = vault.unseal(place(kind.table, row, column), value)
        yield str(column.name), value
