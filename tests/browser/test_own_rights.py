"""What a learner does with their own data, by keyboard, in the panel: it says how it went, and the focus stays."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from api.trial import System, Visitor
from tests.browser.widget import MakePage, Widget
from tests.staff import Staff

COURSE = "course=information-security"


def _panel(make_page: MakePage, system: System) -> Widget:
    widget = Widget(make_page(), system).begin()
    widget.type("nee, dat doe ik niet, olifant")
    widget.expect_question(2)
    widget.menu("Privacy")
    expect(widget.dialog.get_by_role("button", name="Download computerbestand")).to_be_visible()
    return widget


def _press(widget: Widget, name: str, said: str | None = None) -> None:
    button = widget.dialog.get_by_role("button", name=name)
    button.focus()
    widget.page.keyboard.press("Enter")
    if said is not None:
        expect(widget.dialog.get_by_role("status")).to_have_text(said)


@pytest.mark.parametrize(("name", "form"), [("Download computerbestand", "json"), ("Download om te lezen", "html")])
def test_everything_is_downloaded(make_page: MakePage, system: System, name: str, form: str) -> None:
    widget = _panel(make_page, system)
    with widget.page.expect_download() as got:
        _press(widget, name)
    assert got.value.suggested_filename == f"wederhoor.{form}"
    text = Path(got.value.path()).read_text("utf-8")
    assert "olifant" in text and widget.name in text
    if form == "json":
        assert json.loads(text)["data"]["answer"][0]["text"] == "nee, dat doe ik niet, olifant"
    expect(widget.dialog.get_by_role("status")).to_have_text("Je bestand is gemaakt. Je vindt het bij je downloads.")
    expect(widget.dialog.get_by_role("button", name=name)).to_be_focused()


def test_a_link_is_made_used_seen_and_ended(make_page: MakePage, system: System) -> None:
    widget = _panel(make_page, system)
    _press(widget, "Maak een link om door te geven", "Dit is je link. Bewaar hem nu: je ziet hem maar één keer.")
    field = widget.dialog.get_by_label("Je link")
    expect(field).to_be_focused()
    url = field.input_value()
    visitor = make_page()
    visitor.goto(url)
    with visitor.expect_download() as got:
        visitor.get_by_role("button", name="Computerbestand (JSON)").click()
    assert "olifant" in Path(got.value.path()).read_text("utf-8")
    widget.page.keyboard.press("Escape")
    widget.menu("Privacy")
    expect(widget.dialog).to_contain_text("iemand met jouw link")
    _press(widget, "Stoppen", "De link werkt niet meer.")
    expect(widget.dialog.get_by_text("Links die nu werken")).to_have_count(0)
    expect(widget.dialog.get_by_role("button", name="Maak een link om door te geven")).to_be_focused()
    visitor.goto(url)
    expect(visitor.get_by_text("Deze link klopt niet")).to_be_visible()


def test_choices_are_reached_by_a_link(make_page: MakePage, system: System) -> None:
    widget = _panel(make_page, system)
    _press(widget, "Maak een link naar mijn keuzes", "Dit is je link. Bewaar hem nu: je ziet hem maar één keer.")
    page = make_page(width=375, dark=True)
    page.goto(widget.dialog.get_by_label("Je link").input_value())
    page.get_by_role("button", name="Zet aan: Een mens beoordeelt al mijn antwoorden").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Opgeslagen.")
    expect(page.get_by_role("button", name="Zet uit: Een mens beoordeelt al mijn antwoorden")).to_be_visible()
    assert _wide(page) <= 0


def _wide(page: Page) -> int:
    found: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return found


def test_data_stands_still_and_goes_on(make_page: MakePage, system: System, employer: Staff) -> None:
    widget = _panel(make_page, system)
    assert widget.name in employer.get("/employer/information-security").text
    box = widget.dialog.get_by_role("checkbox", name="Mijn gegevens staan stil.")
    expect(box).to_have_accessible_description(re.compile("niemand gebruikt ze"))
    for on in (True, False):
        with widget.page.expect_response(lambda reply: "/v1/restriction" in reply.url and reply.ok):
            box.press("Space")
        expect(box).to_be_checked(checked=on)
        assert (widget.name in employer.get("/employer/information-security").text) is not on


def test_withdrawing_says_what_it_does_and_can_be_left(make_page: MakePage, system: System) -> None:
    widget = _panel(make_page, system)
    _press(widget, "Toestemming intrekken")
    expect(widget.dialog).to_contain_text("Dan stopt de cursus meteen")
    expect(widget.dialog.get_by_role("button", name="Nee, laat staan")).to_be_focused()
    widget.page.keyboard.press("Enter")
    expect(widget.dialog).to_have_count(0)
    widget.menu("Toestemming intrekken")
    widget.dialog.get_by_role("button", name="Ja, trek in").press("Enter")
    expect(widget.button(widget.words.agree)).to_be_visible()
    widget.menu("Privacy")
    expect(widget.dialog.get_by_role("button", name="Alles over mij wissen")).to_be_visible()
    expect(widget.dialog.get_by_role("button", name="Toestemming intrekken")).to_have_count(0)


def test_erasing_says_what_stays_and_then_all_is_gone(make_page: MakePage, system: System, employer: Staff) -> None:
    widget = _panel(make_page, system)
    _press(widget, "Alles over mij wissen")
    expect(widget.dialog.get_by_role("button", name="Nee, laat staan")).to_be_focused()
    expect(widget.dialog).to_contain_text("Hoe je bezwaren afliepen blijft 3 jaar staan")
    widget.page.keyboard.press("Enter")
    expect(widget.dialog.get_by_role("button", name="Alles over mij wissen")).to_be_focused()
    widget.page.keyboard.press("Enter")
    _press(widget, "Ja, wis alles")
    expect(widget.dialog.get_by_role("heading", name="Alles over jou is gewist.")).to_be_visible()
    expect(widget.dialog.get_by_role("button", name="Sluiten").last).to_be_focused()
    expect(widget.page.get_by_text("olifant")).to_have_count(0)
    widget.page.keyboard.press("Enter")
    expect(widget.button(widget.words.agree)).to_be_visible()
    assert widget.name not in employer.get("/employer/information-security").text
    reply = Visitor(system, widget.name).request("GET", f"/v1/export?{COURSE}", None)
    assert reply.status == 404


def test_the_language_is_put_right_in_the_menu(make_page: MakePage, system: System) -> None:
    widget = Widget(make_page(), system).begin()
    widget.menu("English")
    widget.page.get_by_text("Question 1 of").last.wait_for()
    assert Visitor(system, widget.name).ask("GET", f"/v1/conversation?{COURSE}&language=nl")["language"] == "en"
