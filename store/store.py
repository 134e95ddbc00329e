"""Opens transactions. Whoever needs the database gets a session from here and never commits."""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

TRUSTED_SECONDS = 1.0
SET_ORGANISATION = text("SELECT set_config('wederhoor.organisation', :organisation, true)")


def connect(url: str, *, pool: int = 10) -> Engine:
    """An engine for PostgreSQL. Parameters never reach a log or an exception: they may hold personal data."""
    engine = create_engine(url, pool_size=pool, max_overflow=0, pool_use_lifo=True, hide_parameters=True)
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", _ping_if_idle)
    return engine


def _note_use(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info["used"] = time.monotonic()


def _ping_if_idle(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    """A connection that was used a moment ago is trusted: a ping before each use was an eighth of a turn's cost."""
    if time.monotonic() - record.info.get("used", time.monotonic()) < TRUSTED_SECONDS:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except psycopg.Error:
        raise DisconnectionError from None  # the pool then tries another connection


class Store:
    """Transactions on the one database, each for one organisation.

    The organisation is a setting of the transaction that the row-level security policies read: a query that
    forgets its filter sees nothing of others, and without an organisation it sees no row at all.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def read(self, organisation_id: uuid.UUID | None) -> Iterator[Session]:
        """A session whose changes, if any, are thrown away."""
        with Session(self.engine, autoflush=False, expire_on_commit=False) as session:
            _enter(session, organisation_id)
            yield session

    @contextmanager
    def write(self, organisation_id: uuid.UUID | None) -> Iterator[Session]:
        """A session that is committed when the block ends well, and rolled back when it raises."""
        with Session(self.engine, expire_on_commit=False) as session:
            _enter(session, organisation_id)
            yield session
            session.commit()


def _enter(session: Session, organisation_id: uuid.UUID | None) -> None:
    if organisation_id is not None:
        session.execute(SET_ORGANISATION, {"organisation": str(organisation_id)})
