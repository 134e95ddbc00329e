"""From settings to living parts: database, keys, grader, bot."""

from sqlalchemy import Engine

from api.bot import Bot
from api.settings import Settings
from api.wiring import Wiring
from learning.catalogue import Catalogue
from store import vault
from store.embedded import EmbeddedServer
from store.store import Store, connect

OWNER, APP = "wederhoor_owner", "wederhoor_app"


def embedded(settings: Settings) -> EmbeddedServer:
    """The bundled PostgreSQL with its data under `var`."""
    return EmbeddedServer(settings.var / "pg")


def app_url(settings: Settings) -> str:
    """Where the app's role reaches the database."""
    return settings.database_url or embedded(settings).url(APP)


def owner(settings: Settings) -> Engine:
    """An engine for the role that owns the tables: for migrations only."""
    return connect(settings.owner_url or embedded(settings).url(OWNER), pool=1)


def store(settings: Settings) -> Store:
    """The store, as the app's role."""
    return Store(connect(app_url(settings), pool=8))


def wire(settings: Settings) -> Wiring:
    """All parts of an api process."""
    from grading.grader import load  # only an api grades: the other processes need none of its libraries

    return Wiring(
        settings=settings,
        store=store(settings),
        vault=vault.open_ring(settings.keys),
        bot=Bot(f"http://127.0.0.1:{settings.bot_port}", settings.bot_key.get_secret_value()),
        grader=load(settings.models / "current"),
        catalogue=Catalogue(),
    )
