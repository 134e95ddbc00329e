"""The ledger of what was taken back: complete against the schema, never ahead of the database, whole on the disk."""

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import delete, text

from api import erasing
from api.tables import METADATA
from people.models import Learner
from store import departures
from store.departures import Departed, Ledger, LedgerBroken
from store.embedded import OWNER, EmbeddedServer
from store.store import connect
from tests.appeals.desk import START, Desk
from tests.privacy.test_rights import full

DAY = dt.timedelta(days=1)


NO_TAKING_BACK = {
    *("appeal.paused_at", "appeal.extended_at", "appeal.asked_at", "appeal.claimed_at", "appeal.ruled_at"),
    *("appeal.announce_at", "appeal.remind_at"),  # the clock of a case: what was done on it since is lost
    *("enrolment.finished_at", "question.retired_at", "letter.send_at", "mailbox.read_at"),
    *("notice.sent_at", "notice.gave_up_at", "webhook.disabled_at", "remedy.undone_at"),
    *("acceptance.mailed_at", "acceptance.accepted_at", "permission.given_at", "news_subscription.confirmed_at"),
    "contact.confirmed_at",
    *("request.extended_at", "request.remind_at", "request.identified_at", "request.closed_at"),
    *("request.file_taken_at", "request_text.closed_at", "news_mail.sent_at", "news_mail.gave_up_at"),
    *("organisation.watched_since", "organisation.failing_stopped_at"),
}
"""Moments that may be empty and take nothing back that somebody gave."""


def test_each_moment_that_takes_something_back_is_noted(bare_server: EmbeddedServer) -> None:
    """A new one is either in the triggers, by a migration, or in the list above."""
    owner = connect(bare_server.url(OWNER), pool=1)
    with owner.connect() as connection:
        noted = connection.execute(
            text(
                "SELECT event_object_table || '.' || event_object_column"
                " FROM information_schema.triggered_update_columns WHERE trigger_name = 'takes_back'"
            )
        ).scalars()
        found = set(noted)
    owner.dispose()
    moments = {
        f"{table.name}.{column.name}"
        for table in METADATA.sorted_tables
        for column in table.c
        if column.nullable and column.name.endswith(("_at", "_since"))
    }
    assert moments - found - NO_TAKING_BACK == set()
    assert found - moments == {"agreement.ends_on", "appeal.state"}


def test_the_ledger_survives_a_torn_line_and_rolls_off(tmp_path: Path) -> None:
    ledger, other = Ledger(tmp_path / "keys" / "departures"), Ledger(tmp_path / "keys" / "departures")
    old, new = (Departed(START + days * DAY, "learner", f"row-{days}", "gone", None) for days in (0, 400))
    ledger.add([old])
    with (tmp_path / "keys" / "departures").open("ab") as file:
        file.write(b"2\t2026-03-02T09:00:00+00:00\tlear")
    other.add([new])
    assert ledger.entries() == [old, new] and ledger.mark().number == 2
    assert (tmp_path / "keys" / "departures").stat().st_mode & 0o077 == 0
    assert ledger.roll_off(START + 300 * DAY) == 1 and other.entries() == [new] and other.mark().number == 2
    assert ledger.roll_off(START + 999 * DAY) == 0, "the last one keeps its number"
    ledger.add([old])
    assert other.mark().number == 3


def test_what_is_rolled_back_is_not_noted_and_what_is_noted_stays_until_it_is_written(
    desk: Desk, tmp_path: Path
) -> None:
    ledger, broken = Ledger(tmp_path / "departures"), Ledger(tmp_path / "broken")
    departures.collect(desk.store, ledger)
    others = len(ledger.entries())
    _, learner_id = full(desk)
    with desk.store.read(desk.id) as session:
        session.execute(delete(Learner).where(Learner.id == learner_id))
    assert departures.collect(desk.store, ledger) == 0
    erasing.erase_learner(desk.store, desk.catalogue, desk.id, learner_id, START)
    (tmp_path / "broken").write_bytes(b"something else\n")
    with pytest.raises(LedgerBroken):
        departures.collect(desk.store, broken)
    assert departures.collect(desk.store, ledger) >= 1
    assert [one.row_id for one in ledger.entries()[others:] if one.kind == "learner"] == [str(learner_id)]
