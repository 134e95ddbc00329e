"""The reviewers' console in a real browser: with the keyboard, live, and with nothing lost on the way."""

import re
import uuid

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from sqlalchemy.orm import Session

from api import messages
from api.trial import System
from appeals import access
from store.store import SET_ORGANISATION
from tests.browser.test_staff import sign_in
from tests.browser.widget import MakePage
from tests.conftest import NewLearner
from tests.course import disputed, receipt_number
from tests.staff import Staff

TYPED = "j, k, o, u, c, z, n, 1, 2: dat zijn ook letters?"


class Keys:
    """Counts what is pressed."""

    def __init__(self, page: Page) -> None:
        self._page, self.pressed = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self._page.keyboard.press(key)
            self.pressed += 1


def _open(page: Page, system: System, number: str, *, read: bool = True) -> None:
    """Signed in, with the case claimed and read."""
    sign_in(page, system, system.demo["reviewer"])
    page.goto(f"{system.settings.url}/review/{number}")
    page.keyboard.press("c")
    expect(page.get_by_role("heading", name="Het antwoord")).to_be_visible()
    if read:
        page.keyboard.press("3")
        expect(page.get_by_role("heading", name="Jouw besluit")).to_be_visible()


def _line_from(system: System, session: Session, number: str) -> str:
    """The waiting line from this case on: before it there may be many of other tests."""
    session.rollback()
    session.execute(SET_ORGANISATION, {"organisation": system.demo["organisation_id"]})
    filed = access.find(session, messages.from_number(number)).filed_at
    return f"{system.settings.url}/review?after={int(filed.timestamp() * 1_000_000) - 2}-0"


def _focused(page: Page) -> Locator:
    return page.locator(":focus")


def test_a_prepared_case_is_decided_in_under_ten_keys(
    make_page: MakePage, system: System, new_learner: NewLearner, session: Session
) -> None:
    learner = new_learner()
    answer = f"ja hoor dat klik ik aan {uuid.uuid4().hex[:6]}"
    before, number = disputed(new_learner()), disputed(learner, answer=answer)
    page = make_page()
    keys = Keys(page)
    sign_in(page, system, system.demo["reviewer"])
    page.goto(_line_from(system, session, before))
    keys.press("j", "j")
    expect(_focused(page)).to_have_text(number)
    keys.press("Enter")
    expect(_focused(page)).to_contain_text("Zaak nemen")
    expect(page.get_by_text(answer)).to_have_count(0)
    keys.press("c")
    expect(_focused(page)).to_have_attribute("id", "answer")
    expect(page.get_by_text(answer)).to_be_visible()
    expect(page.get_by_role("heading", name="Wat de computer las")).to_have_count(0)
    keys.press("2")
    expect(_focused(page)).to_have_attribute("id", "machine")
    keys.press("o")
    expect(_focused(page)).to_be_checked()
    expect(page.get_by_label("Wat je de lerende schrijft")).to_have_value(re.compile("Je krijgt je punten."))
    keys.press("Enter")
    expect(_focused(page)).to_have_attribute("id", "standing")
    expect(page.get_by_text("Deze zaak is gesloten")).to_be_visible()
    keys.press("n")
    page.wait_for_url(lambda url: not url.endswith("#standing"))
    assert keys.pressed == 8
    assert learner.ask("GET", f"/v1/conversation?course={learner.course}")["progress"]["points"] == 2


def test_the_whole_case_is_on_one_screen(make_page: MakePage, system: System, new_learner: NewLearner) -> None:
    number = disputed(new_learner())
    page = make_page()
    _open(page, system, number)
    for name in ("De vraag", "Het antwoord", "Wat lees jij?", "Wat de computer las", "Datums", "Jouw besluit"):
        expect(page.get_by_role("heading", name=name)).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Besluiten")).to_be_in_viewport(ratio=1)


@pytest.mark.usefixtures("second_thoughts")
def test_keys_that_come_before_the_scripts_are_kept(
    make_page: MakePage, system: System, new_learner: NewLearner
) -> None:
    page = make_page()
    keys = Keys(page)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    _open(page, system, disputed(new_learner()))
    page.route("**/case.js", hold)
    page.reload(wait_until="commit")
    expect(page.get_by_role("button", name="Besluiten")).to_be_visible()
    keys.press("o")
    held.pop().continue_()
    expect(page.get_by_label("Wat je de lerende schrijft")).to_have_value(re.compile("Je krijgt je punten."))
    page.reload(wait_until="commit")
    expect(page.get_by_role("button", name="Besluiten")).to_be_visible()
    keys.press("?", "u")
    held.pop().continue_()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.get_by_label("De computer had je antwoord goed gelezen.")).not_to_be_checked()
    page.reload(wait_until="commit")
    expect(page.get_by_role("button", name="Besluiten")).to_be_visible()
    page.evaluate("document.activeElement.blur()")
    keys.press("Tab", "Enter")
    expect(page).to_have_url(re.compile("#main$"))
    page.reload(wait_until="commit")
    expect(page.get_by_role("button", name="Besluiten")).to_be_visible()
    keys.press("u", "Enter")
    held.pop().continue_()
    expect(page.get_by_text("De lerende hoort het over")).to_be_visible()


def test_keys_are_letters_while_somebody_types(make_page: MakePage, system: System, new_learner: NewLearner) -> None:
    number = disputed(new_learner())
    page = make_page()
    _open(page, system, number)
    page.keyboard.press("a")
    expect(_focused(page)).to_have_attribute("name", "question")
    page.keyboard.type(TYPED)
    expect(page.get_by_label("Je vraag")).to_have_value(TYPED)
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(_focused(page)).to_have_attribute("name", "why")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("o")
    expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    page.keyboard.press("Escape")
    page.get_by_label("Je vraag").focus()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Deze zaak wacht op de lerende.")).to_be_visible()


def test_what_is_typed_survives_a_crash_without_browser_storage(
    make_page: MakePage, system: System, new_learner: NewLearner
) -> None:
    number = disputed(new_learner())
    page = make_page()
    _open(page, system, number)
    page.keyboard.press("u")
    page.get_by_label("Wat je de lerende schrijft").fill("Je schreef dat je klikt.")
    expect(page.get_by_text("Bewaard.")).to_be_visible()
    stored = "[localStorage.length, sessionStorage.length, (await indexedDB.databases()).length]"
    assert page.evaluate(f"async () => {stored}") == [0, 0, 0]
    page.context.close()
    after = make_page()
    sign_in(after, system, system.demo["reviewer"])
    after.goto(f"{system.settings.url}/review/{number}")
    expect(after.get_by_label("Wat je de lerende schrijft")).to_have_value("Je schreef dat je klikt.")
    expect(after.get_by_role("radio", checked=True)).to_have_value("upheld:graded_correctly")


def test_who_is_signed_out_or_has_lost_the_case_hears_so_while_typing(
    make_page: MakePage, system: System, new_learner: NewLearner, second_reviewer: Staff
) -> None:
    number = disputed(new_learner())
    page = make_page()
    _open(page, system, number)
    text = page.get_by_label("Wat je de lerende schrijft")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    text.fill("Een")
    expect(page.get_by_role("alert")).to_contain_text("Je bent uitgelogd.")
    page.context.add_cookies(cookies)  # type: ignore[arg-type]  # what comes out goes in
    text.fill("Een twee")
    expect(page.get_by_text("Bewaard.")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    second_reviewer.post(f"/review/{number}/take-over")
    text.fill("Een twee drie")
    expect(page.get_by_role("alert")).to_contain_text("Deze zaak is niet meer van jou.")
    page.keyboard.press("Escape")
    page.keyboard.press("u")
    page.get_by_role("button", name="Besluiten").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_text("Een twee drie")).to_be_visible()


def test_the_line_refreshes_in_place(
    make_page: MakePage, system: System, new_learner: NewLearner, session: Session
) -> None:
    standing = disputed(new_learner())
    page = make_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    sign_in(page, system, system.demo["reviewer"])
    page.goto(_line_from(system, session, standing))
    page.evaluate("window.untouched = true")
    link = page.get_by_role("link", name=standing)
    link.focus()
    scrolled = page.evaluate("scrollY")
    added = disputed(new_learner())
    expect(page.get_by_role("link", name=added)).to_be_attached()
    expect(page.get_by_role("status")).to_contain_text("De rij is veranderd.")
    expect(link).to_be_focused()
    assert page.evaluate("[window.untouched, scrollY]") == [True, scrolled]
    expect(page.get_by_role("row").filter(has_text=added).get_by_role("cell")).to_have_count(6)
    assert wrong == []


def test_focus_stays_in_the_line_when_its_case_goes(
    make_page: MakePage, system: System, new_learner: NewLearner, session: Session
) -> None:
    leaving = new_learner()
    gone = disputed(leaving)
    last = disputed(new_learner())
    page = make_page()
    sign_in(page, system, system.demo["reviewer"])
    page.goto(_line_from(system, session, gone))
    page.get_by_role("link", name=gone).focus()
    leaving.command("reset")
    leaving.command("affirm")
    expect(page.get_by_role("link", name=gone)).to_have_count(0)
    expect(page.get_by_role("link", name=last)).to_be_focused()


@pytest.mark.usefixtures("second_thoughts")
def test_seconds_count_down_and_then_it_is_told(make_page: MakePage, system: System, new_learner: NewLearner) -> None:
    number = disputed(new_learner())
    page = make_page()
    _open(page, system, number)
    page.keyboard.press("u")
    page.keyboard.press("Enter")
    expect(page.get_by_text("De lerende hoort het over")).to_be_visible()
    page.keyboard.press("z")
    expect(page.get_by_label("Wat je de lerende schrijft")).to_have_value(re.compile("Je mag opnieuw antwoorden."))
    expect(_focused(page)).to_have_attribute("id", "ruling")
    page.clock.install()
    page.get_by_role("button", name="Besluiten").click()
    undo = page.get_by_role("button", name="Terugdraaien")
    undo.focus()
    page.wait_for_load_state()  # the seconds count once their script is there
    page.clock.fast_forward(12_000)
    seconds = int(page.locator("[data-seconds]").inner_text())
    assert 0 < seconds <= 18, "30 less what has gone"
    page.clock.fast_forward(31_000)
    expect(page.get_by_text("De lerende kan je besluit nu lezen.")).to_be_visible()
    expect(undo).to_have_count(0)
    expect(page.get_by_role("link", name="Volgende zaak")).to_be_focused()


def test_a_screen_reader_hears_the_case_in_its_order(
    make_page: MakePage, system: System, new_learner: NewLearner
) -> None:
    learner = new_learner()
    learner.say("ja, dat doe ik")
    number = receipt_number(learner.command("appeal"))
    learner.say("Ik klik niet.")
    page = make_page(width=375)
    _open(page, system, number)
    names = [
        "De vraag", "Het antwoord", "Wat de lerende erover zegt", "Wat lees jij?", "Wat de computer las", "Datums",
        "Jouw besluit",
    ]  # fmt: skip
    assert page.get_by_role("heading").all_inner_texts() == [f"Zaak {number}", *names]
    regions = page.get_by_role("main").get_by_role("region")
    assert [one.get_by_role("heading").inner_text() for one in regions.all()] == names
    assert [page.get_by_role(name).count() for name in ("banner", "navigation", "main", "contentinfo")] == [1] * 4
    page.goto(f"{system.settings.url}/review")
    assert page.get_by_role("heading").all_inner_texts() == ["Wachtrij"]
    expect(page.get_by_role("form", name="Welke zaken")).to_be_visible()
