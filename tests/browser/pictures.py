"""`make pictures`: the pictures of the README and the docs, from the running system."""

from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from api import trial
from api.settings import ROOT
from api.trial import System, Visitor
from tests.browser.test_staff import sign_in
from tests.browser.widget import FLAGS, Widget

FOLDER = ROOT / "docs" / "pictures"


def learner(page: Page, system: System) -> None:
    """A grade that can be disputed."""
    widget = Widget(page, system, name="medewerker-1").begin()
    widget.type("ja, dat doe ik")
    widget.expect_question(2)
    _shoot(page, "learner")
    widget.button(widget.words.disagree).click()
    widget.expect_text("Een mens beslist uiterlijk")
    _shoot(page, "appeal")


def reviewer(page: Page, system: System) -> None:
    """A case after the own reading."""
    visitor = Visitor(system, "medewerker-2")
    visitor.enter()
    visitor.say("ja, als ik het adres eerst heb gecontroleerd")
    visitor.say("ja, als ik het adres eerst heb gecontroleerd")
    visitor.command("appeal")
    visitor.say("Ik bedoelde: ik ga zelf naar de site, en klik er niet op.")
    sign_in(page, system, system.demo["reviewer"])
    _shoot(page, "waiting-line")
    page.get_by_role("link", name="W-").last.click()
    page.wait_for_url("**/review/W-*")
    page.wait_for_load_state()
    page.keyboard.press("c")
    page.get_by_text("ja, als ik het adres eerst heb gecontroleerd").wait_for()
    page.keyboard.press("2")
    page.get_by_role("heading", name="Jouw besluit").wait_for()
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(300)
    page.screenshot(path=FOLDER / "case.png", full_page=True)


def employer(page: Page, system: System) -> None:
    """What an employer sees."""
    for name in ("medewerker-3", "medewerker-4"):
        visitor = Visitor(system, name)
        visitor.enter()
        visitor.say("nee, dat doe ik niet")
    sign_in(page, system, system.demo["controller"])
    page.goto(f"{system.settings.url}/employer/information-security")
    _shoot(page, "employer")


def _shoot(page: Page, name: str) -> None:
    page.wait_for_timeout(300)
    page.screenshot(path=FOLDER / f"{name}.png")


def main() -> None:
    """All of them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    chromium = Path(ROOT / ".venv" / "browser").read_text().strip()
    with trial.system() as system, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for scene in (learner, reviewer, employer):
            context = browser.new_context(viewport={"width": 1200, "height": 760}, locale="nl-NL")
            scene(context.new_page(), system)
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
