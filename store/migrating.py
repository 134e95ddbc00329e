"""Brings the database to the schema of this version (alembic), under the owner's role."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

FOLDER = Path(__file__).parent / "migrations"
APP_ROLE = "wederhoor_app"
ONE_AT_A_TIME = 7_203_118


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration, without a file."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(owner: Engine) -> None:
    """Runs what has not run yet, in one transaction; two starts at once wait for each other."""
    with owner.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ONE_AT_A_TIME})
        command.upgrade(configuration(connection), "head")


def is_current(owner: Engine) -> bool:
    """Has the database the schema of this version?"""
    return revision(owner) == ScriptDirectory.from_config(configuration()).get_current_head()


def revision(owner: Engine) -> str | None:
    """Which schema the database has; None when it has none yet."""
    with owner.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def known(name: str) -> bool:
    """Can this version bring a database of that revision up to date?"""
    return name in {one.revision for one in ScriptDirectory.from_config(configuration()).walk_revisions()}
