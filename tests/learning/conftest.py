"""The same database without the rest of the product as the tests of appeals use."""

from tests.appeals.conftest import bare_database, bare_server, bare_store, desk, new_desk

__all__ = ["bare_database", "bare_server", "bare_store", "desk", "new_desk"]
