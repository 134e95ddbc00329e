"""Counts what was answered in weeks that are over, organisation by organisation (see `appeals.trends`)."""

import datetime as dt

from api import building
from api.settings import Settings
from appeals import trends


def keep(settings: Settings) -> None:
    """Once a week there is something to do; what was missed is done later."""
    now = dt.datetime.now(dt.UTC)
    with building.opened(settings) as store:
        for organisation in building.organisations(store):
            with store.write(organisation) as session:
                trends.keep(session, organisation, now)
