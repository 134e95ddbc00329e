"""Imports every module that maps tables, so that the metadata is complete wherever it is asked for."""

import appeals.mailbox
import appeals.models
import appeals.trends
import learning.models
import people.models
import people.subscriptions
import privacy.models
import store.departures
import store.journal
from store.base import Table

MODULES = (
    people.models,
    people.subscriptions,
    privacy.models,
    learning.models,
    appeals.mailbox,
    appeals.models,
    appeals.trends,
    store.departures,
    store.journal,
)
METADATA = Table.metadata
