"""The bundled PostgreSQL is private: no port, no log-in for others, no statement in a log."""

import os
import stat

from sqlalchemy import text
from sqlalchemy.orm import Session

from api import proving
from api.trial import System


def test_it_listens_on_no_port_and_logs_no_statement(session: Session) -> None:
    def setting(name: str) -> str:
        return str(session.execute(text("SELECT current_setting(:name)"), {"name": name}).scalar_one())

    assert setting("listen_addresses") == ""
    assert setting("log_statement") == "none" and setting("log_min_error_statement") == "panic"
    assert setting("log_parameter_max_length_on_error") == "0"


def test_what_it_keeps_of_the_past_is_bounded(session: Session, system: System) -> None:
    """Its journal holds what was replaced, unreadable, until it is written over: no archive, no copy elsewhere."""

    def setting(name: str) -> str:
        return str(session.execute(text("SELECT current_setting(:name)"), {"name": name}).scalar_one())

    assert (setting("max_wal_size"), setting("archive_mode"), setting("wal_keep_size")) == ("128MB", "off", "0")
    assert session.execute(text("SELECT count(*) FROM pg_replication_slots")).scalar_one() == 0
    journal = (system.settings.var / "pg" / "pg_wal").glob("*")
    assert sum(path.stat().st_size for path in journal if path.is_file()) <= 160 << 20


def test_no_process_writes_its_memory_to_the_disk_when_it_breaks(system: System) -> None:
    told: list[str] = []
    assert proving.dumping_processes(system, told.append) == []
    assert len(system.pids()) >= 6 and f"{len(system.pids())} processes" in told[0]


def test_the_app_role_is_no_superuser_and_owns_nothing(session: Session) -> None:
    row = session.execute(
        text("SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user")
    ).one()
    assert not any(row)
    owned = session.execute(text("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")).scalar_one()
    assert owned == 0


def test_its_files_are_nobody_elses(system: System) -> None:
    data = system.settings.var / "pg"
    assert stat.S_IMODE(data.stat().st_mode) & 0o077 == 0
    if os.getuid() == 0:
        assert data.stat().st_uid != 0, "PostgreSQL never runs as root"
