"""From settings to living parts: database, keys, grader, bot."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text

from api.bot import Bot
from api.keyservice import Transit
from api.settings import Settings
from api.wiring import Wiring
from grading.grade import Graders
from learning.catalogue import Catalogue
from store import vault
from store.embedded import EmbeddedServer
from store.store import Store, connect
from store.vault import Vault

OWNER, APP = "wederhoor_owner", "wederhoor_app"
ORGANISATIONS = text("SELECT id FROM organisations()")


def embedded(settings: Settings) -> EmbeddedServer:
    """The bundled PostgreSQL with its data under `var`."""
    return EmbeddedServer(settings.var / "pg")


def app_url(settings: Settings) -> str:
    """Where the app's role reaches the database."""
    return settings.database_url or embedded(settings).url(APP)


def conninfo(settings: Settings) -> str:
    """The same for those who talk to PostgreSQL without SQLAlchemy: the worker, and who listens."""
    return app_url(settings).replace("+psycopg", "")


def owner(settings: Settings) -> Engine:
    """An engine for the role that owns the tables: for migrations only."""
    return connect(settings.owner_url or embedded(settings).url(OWNER), pool=1)


def store(settings: Settings) -> Store:
    """The store, as the app's role."""
    return Store(connect(app_url(settings), pool=8))


@contextmanager
def opened(settings: Settings) -> Iterator[Store]:
    """The store for one piece of work; its connections are closed afterwards."""
    found = store(settings)
    try:
        yield found
    finally:
        found.engine.dispose()


def organisations(store: Store) -> list[uuid.UUID]:
    """All organisations of this installation: background work takes them one by one."""
    with store.read(None) as session:
        return list(session.execute(ORGANISATIONS).scalars())


def keys(settings: Settings) -> Vault:
    """What seals and unseals texts. Raises `RingLocked`, `KeyServiceFailed`."""
    return vault.open_ring(settings.keys, grace=settings.key_grace, wrapping=key_service(settings))


def key_service(settings: Settings) -> Transit | None:
    """What wraps the master keys, if anything does."""
    if not settings.key_service:
        return None
    return Transit(settings.key_service, settings.key_service_key, settings.var / settings.key_service_token_file)


def graders(settings: Settings) -> Graders:
    """The graders of this installation."""
    from grading.shelf import Shelf  # only who grades needs its libraries

    return Shelf(settings.models)


def wire(settings: Settings) -> Wiring:
    """All parts of an api process."""
    return Wiring(
        settings=settings,
        store=store(settings),
        vault=keys(settings),
        bot=Bot(f"http://127.0.0.1:{settings.bot_port}", settings.bot_key.get_secret_value()),
        graders=graders(settings),
        catalogue=Catalogue(),
    )
