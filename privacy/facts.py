"""What the generated documents are made of: facts of the running system, gathered at the edge and told nowhere else."""

import datetime as dt
import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from privacy.policy import Policy
from privacy.processors import Outside, Processor
from privacy.retention import JOURNAL, RULES, Rule
from store.base import Ciphertext, Table, core
from store.personal import Privacy


@dataclass(frozen=True, slots=True)
class Described:
    """A table as its class describes it; `sealed` are the columns that hold what somebody wrote, encrypted."""

    name: str
    what: str
    privacy: Privacy
    columns: tuple[str, ...]
    sealed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Granted:
    """What an agreement lets the employer see, in which course (all of them when None), why and for how long."""

    course: str | None
    grants: tuple[str, ...]
    ground: str
    starts_on: dt.date
    ends_on: dt.date | None


@dataclass(frozen=True, slots=True)
class Basis:
    """Another ground than consent to follow courses; `why` by language."""

    ground: str
    why: dict[str, str]
    since: dt.date


@dataclass(frozen=True, slots=True)
class Model:
    """The model that grades: its id, the card of the base model, and whether an own head is on top."""

    id: str
    base: str
    own: bool
    card: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Measures:
    """Protections as they were found when the documents were made."""

    https: bool
    database_elsewhere: bool
    role_bound: bool
    """The app's role is no superuser and cannot pass by row-level security."""
    open_tables: tuple[str, ...]
    """Tables without row-level security."""
    log_level: str
    memory_private: bool
    key_grace: int
    turns_per_minute: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the documents of one organisation say that is not the same everywhere."""

    organisation: str
    settings: dict[str, Any]
    tables: tuple[Described, ...]
    rules: tuple[Rule, ...]
    policy: Policy
    agreements: tuple[Granted, ...]
    basis: Basis | None
    """None where consent is asked."""
    outside: tuple[Outside, ...]
    processors: tuple[Processor, ...]
    model: Model
    measures: Measures
    software: dict[str, str]
    on: dt.date | None = None
    """The date that the documents carry; without one they hold none, and the same facts give the same bytes."""


def described(entities: Iterable[type[Table]]) -> tuple[Described, ...]:
    """These classes in words, by the name of their table."""
    found = []
    for entity in entities:
        table = core(entity)
        names = tuple(str(column.name) for column in table.c)
        sealed = tuple(str(column.name) for column in table.c if isinstance(column.type, Ciphertext))
        what = inspect.cleandoc(entity.__doc__ or "").split("\n\n")[0].replace("\n", " ")
        found.append(Described(str(table.name), what, entity.__privacy__, names, sealed))
    return tuple(sorted(found, key=lambda one: one.name))


def all_tables() -> tuple[Described, ...]:
    """Every mapped class."""
    return described(mapper.class_ for mapper in Table.registry.mappers)


def all_rules() -> tuple[Rule, ...]:
    """Every rule of the sweep that is about one table."""
    return (*RULES, JOURNAL)
