"""The page for a request and the privacy officer's pages in a real browser: readable, reachable, storing nothing."""

import datetime as dt
import re

import pytest
from playwright.sync_api import expect

from api.trial import System
from people.actors import ActingMember
from privacy import holds, looks
from tests.browser.test_accessibility import SCREENS, check
from tests.browser.test_staff import sign_in
from tests.browser.widget import MakePage
from tests.office import PASSWORD, Office
from tests.promises.test_h15_functional_storage_only import NOTHING, STORED


@SCREENS
@pytest.mark.parametrize("language", ["nl", "en"])
def test_somebody_asks_with_the_keyboard_and_nothing_is_stored(
    make_page: MakePage, system: System, office: Office, width: int, dark: bool, language: str
) -> None:
    page = make_page(width=width, dark=dark, language=language, bypass_csp=True)
    page.goto(f"{system.settings.url}/privacy")
    check(page)
    page.get_by_role("link", name="Een verzoek doen" if language == "nl" else "Make a request").click()
    check(page)
    page.keyboard.press("Tab")
    page.get_by_role("textbox").fill("Bureau dat niet bestaat")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    check(page)
    page.get_by_role("textbox").fill(office.id.hex)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bureau B.V.")
    check(page)
    page.locator("[name=kind]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("iemand@thuis")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("[name=contact]")).to_have_value("iemand@thuis")
    check(page)
    page.locator("[name=contact]").fill("iemand@thuis.example")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("V-")
    check(page)
    assert page.evaluate(STORED) == NOTHING and page.context.cookies() == []


@SCREENS
@pytest.mark.parametrize("language", ["nl", "en"])
def test_an_officer_handles_one_from_letter_to_answer(
    make_page: MakePage, system: System, office: Office, width: int, dark: bool, language: str
) -> None:
    claims = office.desk.learner()
    office.staff("privacy_officer").post("/language", language=language)
    page = make_page(width=width, dark=dark, language=language, bypass_csp=True)
    sign_in(page, system, f"privacy_officer-{office.id.hex}@bureau.example", PASSWORD)
    office_url = f"{system.settings.url}/privacy-office"
    for path in ("", "?show=answered", "/new", "/records", "/arrangements", "/holds", "/incidents"):
        page.goto(office_url + path)
        expect(page.locator("html")).to_have_attribute("lang", language)
        check(page, path)
    page.goto(f"{office_url}/new")
    for name in ("kind", "came_by"):
        page.locator(f"[name={name}]").first.check()
    page.get_by_label(re.compile("e-mailadres of een postadres|e-mail address or a postal address")).fill(
        "Kerkstraat 1"
    )
    page.locator("[name=subject]").fill(claims.subject)
    page.locator("button.primary").click()
    page.wait_for_url("**/requests/V-*")
    check(page, "received")
    page.locator("[name=how]").first.check()
    page.locator("section[aria-labelledby=h-who] button").click()
    check(page, "identified")
    page.locator("section[aria-labelledby=h-about] button").click()
    expect(
        page.get_by_text(f"✓ {'Over lerende' if language == 'nl' else 'About learner'} {claims.subject}")
    ).to_be_visible()
    page.locator("section[aria-labelledby=h-do] button").click()
    expect(page.get_by_role("status").locator("code")).to_be_visible()
    check(page, "code")
    page.goto(page.url.removesuffix("/file"))
    for summary in page.locator("section[aria-labelledby=h-else] summary").all():
        summary.click()
    check(page, "open")
    page.locator("#finish").fill("Alles staat klaar.")
    page.locator("section[aria-labelledby=h-answer] button").click()
    expect(page.locator("section[aria-labelledby=h-letters]")).to_contain_text("Alles staat klaar.")
    check(page, "done")
    page.goto(office_url)
    expect(page.get_by_text("Er wacht geen verzoek." if language == "nl" else "No request is waiting.")).to_be_visible()


@SCREENS
def test_late_held_and_unusual_are_shown(
    make_page: MakePage, system: System, office: Office, width: int, dark: bool
) -> None:
    claims = office.desk.learner()
    who = ActingMember(office.members["privacy_officer"], office.id, "Bureau B.V.", "x", frozenset(), "nl")
    officer = office.staff("privacy_officer")
    came = (office.now - dt.timedelta(days=40)).date().isoformat()
    officer.post(
        "/privacy-office/new", request_id=str(office.id), kind="see", came_by="post", received=came,
        contact="Kerkstraat 1", language="nl",
    )  # fmt: skip
    with office.desk.write(claims) as (session, here):
        holds.place(session, who, claims.subject, "een lopende rechtszaak", dt.date(2199, 1, 1), office.now)
        for _ in range(31):
            looks.record(
                session, office.desk.reviewers[0], here.learner, here.course.questions[0].id, "review", office.now
            )
    page = make_page(width=width, dark=dark, bypass_csp=True)
    sign_in(page, system, f"privacy_officer-{office.id.hex}@bureau.example", PASSWORD)
    page.goto(f"{system.settings.url}/privacy-office")
    expect(page.get_by_role("alert")).to_contain_text("1 verzoek is te laat.")
    check(page)
    page.goto(f"{system.settings.url}/privacy-office/holds")
    expect(page.get_by_text("een lopende rechtszaak")).to_be_visible()
    check(page)
    page.goto(f"{system.settings.url}/privacy-office/records")
    expect(page.get_by_role("row", name="Beoordelaar 0")).to_contain_text("31")
    check(page)
