"""An organisation never sees another's data, also when a query forgets its filter."""

import uuid

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from api.tables import METADATA
from api.trial import System, Visitor
from store.store import Store

OF_ORGANISATION = sorted(table.name for table in METADATA.sorted_tables if "organisation_id" in table.c)


@pytest.mark.parametrize("table", OF_ORGANISATION)
def test_another_organisation_sees_nothing(store: Store, learner: Visitor, table: str) -> None:
    learner.say("ja, dat doe ik")
    learner.command("appeal")
    with store.read(uuid.uuid4()) as session:
        assert session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0
    with store.read(None) as session:
        assert session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


def test_nobody_writes_for_another_organisation(store: Store, system: System) -> None:
    mine = uuid.UUID(system.demo["organisation_id"])
    with pytest.raises(DBAPIError, match="row-level security"), store.write(uuid.uuid4()) as session:
        session.execute(
            text(
                "INSERT INTO learner (id, organisation_id, subject, language, created_at)"
                " VALUES (gen_random_uuid(), :organisation, 'x', 'nl', now())"
            ),
            {"organisation": mine},
        )


def test_the_app_cannot_change_the_schema_or_rewrite_the_journal(store: Store, system: System) -> None:
    mine = uuid.UUID(system.demo["organisation_id"])
    for statement in (
        "DROP TABLE answer",
        "DELETE FROM journal",
        "UPDATE journal SET act = 'x'",
        "ALTER TABLE answer DISABLE ROW LEVEL SECURITY",
    ):
        with pytest.raises(DBAPIError, match=r"permission denied|must be owner"), store.write(mine) as session:
            session.execute(text(statement))


def test_each_table_says_what_it_holds_about_people() -> None:
    from store.base import Table

    for mapper in Table.registry.mappers:
        assert mapper.class_.__privacy__, mapper.class_.__name__


def test_the_migrations_make_exactly_the_models(system: System) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from api import building

    engine = building.owner(system.settings)
    with engine.connect() as connection:
        ours = MigrationContext.configure(
            connection,
            opts={"include_name": lambda name, kind, _: kind != "table" or not str(name).startswith("procrastinate")},
        )
        found = compare_metadata(ours, METADATA)
    engine.dispose()
    assert found == []
