"""Signing in and the employer in a real browser; the reviewer is in `test_console`."""

from playwright.sync_api import Page, expect

from api.trial import System
from tests.browser.widget import MakePage
from tests.conftest import NewLearner


def sign_in(page: Page, system: System, email: str, password: str | None = None) -> None:
    """Through the form, with the keyboard."""
    page.goto(f"{system.settings.url}/sign-in")
    page.get_by_label("E-mail").focus()
    page.keyboard.type(email)
    page.keyboard.press("Tab")
    page.keyboard.type(password or system.demo["password"])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: not url.endswith("/sign-in"))


def test_an_employer_opens_an_answer_and_the_learner_sees_it(
    make_page: MakePage, system: System, new_learner: NewLearner
) -> None:
    learner = new_learner()
    learner.say("nee, dat doe ik niet")
    page = make_page(width=375, dark=True)
    sign_in(page, system, system.demo["controller"])
    page.get_by_role("link", name="Informatieveiligheid").click()
    expect(page.get_by_text("Dit mag je zien")).to_be_visible()
    page.get_by_role("button", name=f"Antwoord van {learner.name} op vraag 1 openen").click()
    expect(page.get_by_text("nee, dat doe ik niet")).to_be_visible()
    looks = learner.ask("GET", f"/v1/privacy?course={learner.course}")["looks"]
    assert [look["who"] for look in looks] == ["Werkgever"]


def test_staff_pages_are_there_in_english(make_page: MakePage, system: System) -> None:
    page = make_page(language="en")
    page.goto(f"{system.settings.url}/sign-in")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    expect(page.locator("html")).to_have_attribute("lang", "en")
