"""The declarative base of all tables, and the column shapes that they share."""

import datetime as dt
import uuid
from typing import Annotated, Any, ClassVar, cast

from sqlalchemy import DateTime, ForeignKey, LargeBinary, MetaData, Text, TypeDecorator, Uuid
from sqlalchemy import Table as CoreTable
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from store.personal import Privacy

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Key = Annotated[uuid.UUID, mapped_column(Uuid, primary_key=True)]
Moment = Annotated[dt.datetime, mapped_column(DateTime(timezone=True))]


class Ciphertext(TypeDecorator[bytes]):
    """The type of a column that holds what `store.vault` made: its keys are looked after by that."""

    impl, cache_ok = LargeBinary, True


Sealed = Annotated[bytes, mapped_column(Ciphertext)]
"""Ciphertext made by `store.vault`; never plain text."""


class Table(DeclarativeBase):
    """A mapped class says in `__privacy__` whose data it holds; a test finds one that does not."""

    __privacy__: ClassVar[Privacy]

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        dict[str, Any]: JSONB,
        dict[str, str]: JSONB,
        list[str]: ARRAY(Text),
        str: Text,
        bytes: LargeBinary,
        uuid.UUID: Uuid,
        dt.datetime: DateTime(timezone=True),
    }


def core(entity: type[Table]) -> CoreTable:
    """The bare table of an entity: statements on it skip the unit of work, which the turns are measured by."""
    return cast("CoreTable", entity.__table__)


class OfOrganisation:
    """A row of one organisation: row-level security hides it from all others."""

    @declared_attr
    def organisation_id(cls) -> Mapped[uuid.UUID]:  # noqa: N805 - SQLAlchemy calls it with the class
        return mapped_column(Uuid, ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
