"""The letters' pages in a real browser: readable, reachable and quiet for everybody."""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import expect
from sqlalchemy import delete, func, select

from api import building
from api.trial import System
from appeals import letters, mailbox
from appeals.mailbox import Letter, Mailbox
from store.store import Store
from tests.browser.test_accessibility import SCREENS, check
from tests.browser.test_staff import sign_in
from tests.browser.widget import MakePage
from tests.mailserver import servers


@pytest.fixture
def letter(system: System, store: Store) -> Iterator[str]:
    """A letter with an answer, in a mailbox that nobody reads."""
    organisation, now = uuid.UUID(system.demo["organisation_id"]), dt.datetime.now(dt.UTC)
    keys = building.keys(system.settings)
    with store.write(organisation) as session:
        box = mailbox.connect(session, keys, organisation, servers(1, 1), "x", now - dt.timedelta(days=1))
        mail = letters.Incoming("<a@elders.example>", (), "iemand@elders.example", "Over W-000001", "Een vraag. " * 30)
        letters.receive(session, keys, box, replace(mail, attachments=("foto.png",), incomplete=True), now)
        again = replace(mail, message_id="<b@elders.example>", references=("<a@elders.example>",))
        letters.receive(session, keys, box, again, now)
        number = session.execute(select(func.max(Letter.number))).scalar_one()
    yield f"B-{number:06d}"
    with store.write(organisation) as session:
        session.execute(delete(Mailbox))


@SCREENS
def test_letters_too(make_page: MakePage, system: System, letter: str, width: int, dark: bool) -> None:
    page = make_page(width=width, dark=dark, bypass_csp=True)
    sign_in(page, system, system.demo["reviewer"])
    page.goto(f"{system.settings.url}/letters")
    expect(page.get_by_text("De mailbox kan niet worden gelezen")).to_be_visible()
    check(page)
    page.get_by_role("link", name=letter).click()
    check(page)
    page.get_by_label("Wat je schrijft aan iemand@elders.example").fill("Beste lezer, we kijken ernaar.")
    page.get_by_role("button", name="Versturen").click()
    expect(page.get_by_text("gaat zo weg")).to_be_visible()
    page.get_by_label("Nummer van de zaak, of leeg").fill("W-999999")
    page.get_by_role("button", name="Opslaan").click()
    expect(page.get_by_role("alert")).to_contain_text("Bij die zaak kan de brief niet.")
    check(page)
    page.goto(f"{system.settings.url}/letters?show=all")
    check(page)
