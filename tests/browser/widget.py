"""The widget as a learner finds it: by the names that are seen or heard, never by its inside."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from api.trial import System

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
MakePage = Callable[..., Page]


@dataclass(frozen=True)
class Words:
    """What the buttons are called."""

    open: str
    agree: str
    begin: str
    again: str
    disagree: str
    no_statement: str
    why: str
    reset: str
    appeals: str


WORDS = {
    "nl": Words(
        "Leerchat openen", "Ik ga akkoord", "Beginnen", "Opnieuw antwoorden", "Ik ben het niet eens",
        "Verder zonder uitleg", "Waarom?", "Voortgang wissen", "Mijn bezwaren",
    ),
    "en": Words(
        "Open learning chat", "I agree", "Begin", "Answer again", "I disagree",
        "Go on without explaining", "Why?", "Wipe progress", "My appeals",
    ),
}  # fmt: skip


class Widget:
    """The chat on the demo customer's page."""

    def __init__(
        self, page: Page, system: System, language: str = "nl", course: str = "information-security", *, name: str = ""
    ) -> None:
        self.page, self.language, self.words = page, language, WORDS[language]
        self.name = name or f"b-{uuid.uuid4().hex[:10]}"
        self._address = f"{system.site}/?visitor={self.name}&language={language}&course={course}"

    def visit(self) -> "Widget":
        """The customer's page, with the widget closed."""
        self.page.goto(self._address)
        return self

    def open(self) -> "Widget":
        """The page with the widget open."""
        self.visit()
        self.button(self.words.open).click()
        return self

    def begin(self) -> "Widget":
        """Open, consented, at the first question."""
        self.open()
        self.button(self.words.agree).click()
        self.button(self.words.begin).click()
        self.expect_question(1)
        return self

    def button(self, name: str) -> Locator:
        """The last button with this name: the conversation goes down."""
        return self.page.get_by_role("button", name=name, exact=True).last

    @property
    def field(self) -> Locator:
        """Where the learner types."""
        return self.page.get_by_role("textbox")

    @property
    def dialog(self) -> Locator:
        """The modal dialog that is open."""
        return self.page.locator("dialog[open]")

    def type(self, text: str) -> None:
        """Types and sends."""
        self.field.fill(text)
        self.field.press("Enter")
        expect(self.field).to_have_value("")

    def menu(self, name: str) -> None:
        """Chooses from the menu."""
        self.page.get_by_role("button", name="Menu").click()
        self.page.get_by_text(name, exact=True).last.click()

    def expect_question(self, number: int) -> None:
        """Waits for the card of a question."""
        of = "Vraag {} van" if self.language == "nl" else "Question {} of"
        expect(self.page.get_by_text(of.format(number)).last).to_be_attached()

    def expect_text(self, text: str) -> None:
        """Waits for a text anywhere on the page."""
        expect(self.page.get_by_text(text).last).to_be_attached()
