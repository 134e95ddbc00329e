"""The bundled PostgreSQL is private: no port, no log-in for others, no statement in a log."""

import os
import stat

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.trial import System


def test_it_listens_on_no_port_and_logs_no_statement(session: Session) -> None:
    def setting(name: str) -> str:
        return str(session.execute(text("SELECT current_setting(:name)"), {"name": name}).scalar_one())

    assert setting("listen_addresses") == ""
    assert setting("log_statement") == "none" and setting("log_min_error_statement") == "panic"
    assert setting("log_parameter_max_length_on_error") == "0"


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
