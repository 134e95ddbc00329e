"""Opens transactions. Whoever needs the database gets a session from here and never commits."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

SET_ORGANISATION = text("SELECT set_config('wederhoor.organisation', :organisation, true)")


def connect(url: str, *, pool: int = 10) -> Engine:
    """An engine for PostgreSQL. Parameters never reach a log or an exception: they may hold personal data."""
    return create_engine(url, pool_size=pool, max_overflow=pool, pool_pre_ping=True, hide_parameters=True)


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
            session.rollback()

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
