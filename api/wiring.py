"""Builds what the routes need from the settings, once, when the app starts."""

import datetime as dt
from dataclasses import dataclass

from api.bot import Bot
from api.conversation import Conversation
from api.settings import Settings
from grading.grade import Graders
from learning.catalogue import Catalogue
from store.store import Store
from store.vault import Vault


@dataclass(frozen=True, slots=True)
class Wiring:
    """The living parts of one api process."""

    settings: Settings
    store: Store
    vault: Vault
    bot: Bot
    graders: Graders
    catalogue: Catalogue

    @property
    def conversation(self) -> Conversation:
        return Conversation(self.store, self.vault, self.bot, self.graders, self.catalogue)

    def now(self) -> dt.datetime:
        """The present moment; everything below the edge is told the time."""
        return dt.datetime.now(dt.UTC)
