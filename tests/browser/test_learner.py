"""A learner's journeys, in a real browser, against the real bot, grader and database."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from api.trial import System
from tests.browser.widget import MakePage, Widget
from tests.course import PLAIN, VAGUE, answer, file
from tests.staff import Staff


def test_appeal_and_the_ruling_of_a_person(make_page: MakePage, system: System, reviewer: Staff) -> None:
    widget = Widget(make_page(), system).begin()
    widget.type("ja, dat doe ik")
    widget.expect_text("Niet goedgekeurd.")
    widget.expect_text("Ik lees: je klikt op de link.")
    widget.button(widget.words.disagree).click()
    widget.expect_text("Een mens beslist uiterlijk")
    widget.type("ik bedoelde dat ik ja zeg tegen melden")
    widget.expect_text("Je uitleg is bij je bezwaar gevoegd.")
    widget.menu(widget.words.appeals)
    listed = widget.dialog
    expect(listed).to_contain_text("Wacht op een beoordelaar")
    number = re.search(r"W-\d{6}", listed.inner_text())
    assert number
    widget.page.keyboard.press("Escape")
    assert reviewer.rule(number[0], "disapprove", "overturned:meaning_misread", "Je had gelijk.").status == 303
    widget.type("ja, ik bel eerst")
    widget.expect_text("Je had gelijk: je antwoord is alsnog goedgekeurd.")
    widget.expect_text("2 van 14 · 3 punten")


def test_why_is_told_without_leaving(make_page: MakePage, system: System) -> None:
    widget = Widget(make_page(), system, "en").begin()
    widget.type("yes, I do")
    widget.button(widget.words.why).click()
    widget.expect_text("A computer has read your answer")
    expect(widget.button(widget.words.why)).to_have_attribute("aria-expanded", "true")
    widget.expect_text("Read by model")


def test_answer_again_takes_the_place_of_the_old_answer(make_page: MakePage, system: System) -> None:
    widget = Widget(make_page(), system).begin()
    widget.type("ja, dat doe ik wel eens hoor")
    widget.button(widget.words.again).click()
    widget.expect_text("Je oude antwoord verdwijnt zodra je een nieuw antwoord stuurt.")
    widget.type("nee, dat doe ik niet")
    widget.expect_text("Vervangen door een nieuw antwoord")
    expect(widget.page.get_by_text("ja, dat doe ik wel eens hoor")).to_have_count(0)
    widget.expect_text("1 van 14 · 2 punten")


def _asked_whether_to_answer_again(page: Page, system: System) -> Widget:
    """With an appeal that is open; the dialog asks."""
    widget = Widget(page, system).begin()
    widget.type("ja, dat doe ik")
    widget.button(widget.words.disagree).click()
    widget.button(widget.words.no_statement).click()
    widget.expect_text("Goed, zonder uitleg.")
    widget.button(widget.words.again).click()
    expect(widget.dialog).to_contain_text("bezwaar")
    return widget


def test_answer_again_with_an_open_appeal_asks_first(make_page: MakePage, system: System) -> None:
    widget = _asked_whether_to_answer_again(make_page(), system)
    widget.page.keyboard.press("Escape")
    widget.expect_text("Goed, alles blijft zoals het is.")
    widget.menu(widget.words.appeals)
    expect(widget.dialog).to_contain_text("Wacht op een beoordelaar")


def test_what_is_opened_right_after_a_dialog_is_not_emptied_by_its_closing(make_page: MakePage, system: System) -> None:
    """A browser tells late that a dialog was closed; closing it still means no."""
    widget = _asked_whether_to_answer_again(make_page(), system)
    widget.page.get_by_label("Menu").evaluate("(menu) => menu.click()")
    following = widget.page.get_by_text(widget.words.appeals, exact=True).last.element_handle()
    widget.dialog.evaluate("(dialog, following) => { dialog.close(); following.click(); }", following)
    widget.expect_text("Goed, alles blijft zoals het is.")
    expect(widget.dialog).to_contain_text("Wacht op een beoordelaar")


def test_reset_shows_what_goes_and_then_it_is_gone(make_page: MakePage, system: System, employer: Staff) -> None:
    widget = Widget(make_page(), system).begin()
    widget.type("nee, dat doe ik niet")
    widget.expect_text("1 van 14 · 2 punten")
    assert widget.name in employer.get("/employer/information-security").text
    widget.menu(widget.words.reset)
    asking = widget.dialog
    expect(asking).to_contain_text("1 antwoord")
    asking.get_by_role("button").filter(has_text=re.compile("wis|Wis")).first.click()
    widget.expect_text("Alles is gewist.")
    expect(widget.page.get_by_text("nee, dat doe ik niet")).to_have_count(0)
    assert widget.name not in employer.get("/employer/information-security").text


def test_doubt_is_asked_once_more_and_then_a_person_looks(make_page: MakePage, system: System) -> None:
    widget = Widget(make_page(), system, "en").begin()
    widget.type(VAGUE["en"])
    widget.expect_text("I am not sure what you mean.")
    widget.type(VAGUE["en"])
    widget.expect_text("A person will look, by")
    widget.expect_question(2)


def test_coming_back_goes_on_at_the_same_question(make_page: MakePage, system: System) -> None:
    widget = Widget(make_page(), system).begin()
    widget.type("nee, dat doe ik niet")
    widget.expect_question(2)
    widget.open()
    widget.expect_text("Welkom terug. Je bent bij vraag 2 van 14.")


def test_a_likely_command_is_asked_back_and_can_be_the_answer(make_page: MakePage, system: System) -> None:
    widget = Widget(make_page(), system).begin()
    widget.type("kun je de vraag nog eens stellen")
    widget.expect_text("of is dit je antwoord?")
    widget.button("Dit is mijn antwoord").click()
    widget.expect_text("Ik weet niet zeker wat je bedoelt.")


def test_a_lost_connection_keeps_the_text_and_counts_once(make_page: MakePage, system: System) -> None:
    widget = Widget(make_page(), system).begin()
    widget.page.context.set_offline(True)
    widget.field.fill("nee, dat doe ik niet")
    widget.field.press("Enter")
    widget.expect_text("Niet verstuurd.")
    widget.page.context.set_offline(False)
    widget.button("Opnieuw versturen").click()
    widget.expect_text("1 van 14 · 2 punten")


def test_two_tabs_do_not_overwrite_each_other(make_page: MakePage, system: System) -> None:
    first = Widget(make_page(), system).begin()
    second = Widget(make_page(), system, name=first.name).open()
    second.expect_question(1)
    first.type("nee, dat doe ik niet")
    first.expect_question(2)
    second.field.fill("ja, dat doe ik")
    second.field.press("Enter")
    second.expect_text("Welkom terug. Je bent bij vraag 2 van 14.")
    expect(second.field).to_have_value("ja, dat doe ik")


@pytest.mark.parametrize("course", ["safety-at-work"])
def test_the_other_course_by_keyboard_alone(make_page: MakePage, system: System, course: str) -> None:
    """Tab, Enter, digits and letters; no mouse."""
    widget = Widget(make_page(), system, course=course).visit()
    keys = widget.page.keyboard
    expect(widget.button(widget.words.open)).to_be_visible()
    _tab_to(widget, widget.words.open)
    keys.press("Enter")
    expect(widget.button(widget.words.agree)).to_be_visible()
    _tab_to(widget, widget.words.agree)
    keys.press("Enter")
    expect(widget.button(widget.words.begin)).to_be_visible()
    _tab_to(widget, widget.words.begin)
    keys.press("Enter")
    for number, question in enumerate(file(course).questions(), start=1):
        widget.expect_question(number)
        sent = answer(question, "nl")
        if sent["kind"] == "choice":
            place = next(place for place, one in enumerate(question.options, start=1) if one.right)  # type: ignore[union-attr]
            keys.press(str(place))
        else:
            keys.type(sent["text"])
            keys.press("Enter")
    widget.expect_text("13 van 13")
    assert PLAIN


def test_people_grade_for_who_ticks_the_box(make_page: MakePage, system: System) -> None:
    widget = Widget(make_page(), system).begin()
    widget.menu("Privacy")
    box = widget.dialog.get_by_role("checkbox", name="Een mens beoordeelt al mijn antwoorden")
    expect(box).to_have_accessible_description(re.compile("Verder verandert er niets"))
    with widget.page.expect_response(lambda reply: "/v1/choices/by-person" in reply.url and reply.ok):
        box.press("Space")
    widget.page.keyboard.press("Escape")
    widget.type("nee, dat doe ik niet")
    widget.expect_text("Je koos dat een mens je antwoorden beoordeelt.")
    widget.button(widget.words.why).click()
    widget.expect_text("De computer heeft dit antwoord niet beoordeeld.")
    expect(widget.page.get_by_text("Gelezen door model")).to_have_count(0)
    widget.expect_question(2)


def test_appeals_by_keyboard_alone(make_page: MakePage, system: System) -> None:
    """Opened from the button for the status, explained, and withdrawn; the focus is never lost."""
    widget = Widget(make_page(), system).begin()
    widget.type("ja, dat doe ik")
    widget.button(widget.words.disagree).click()
    widget.button(widget.words.no_statement).click()
    expect(widget.field).to_have_accessible_name("Je antwoord")  # until then nothing is sent: the reply is on its way
    widget.type("hulp")
    expect(widget.button("Mijn bezwaren")).to_be_visible()
    _tab_to(widget, "Mijn bezwaren")
    keys = widget.page.keyboard
    keys.press("Enter")
    expect(widget.dialog.get_by_role("heading", level=4)).to_be_visible()
    _tab_to(widget, "Uitleg toevoegen")
    keys.press("Enter")
    expect(widget.dialog.get_by_role("textbox")).to_be_focused()
    keys.type("Ik bedoelde nee.")
    _tab_to(widget, "Versturen")
    keys.press("Enter")
    expect(widget.dialog.get_by_role("status")).to_have_text("Je uitleg is bewaard.")
    expect(widget.dialog.get_by_role("heading", level=4)).to_be_focused()
    expect(widget.dialog).to_contain_text("Ik bedoelde nee.")
    _tab_to(widget, "Bezwaar intrekken")
    keys.press("Enter")
    expect(widget.dialog).to_contain_text("Je uitleg wordt gewist")
    _tab_to(widget, "Laat maar")
    keys.press("Enter")
    expect(widget.dialog.get_by_role("button", name="Bezwaar intrekken")).to_be_focused()
    keys.press("Enter")
    expect(widget.dialog.get_by_role("button", name="Bezwaar intrekken")).to_be_focused()
    keys.press("Enter")
    expect(widget.dialog.get_by_role("status")).to_have_text("Je bezwaar is ingetrokken.")
    expect(widget.dialog).not_to_contain_text("Ik bedoelde nee.")
    keys.press("Escape")
    expect(widget.dialog).to_have_count(0)


def test_an_address_for_news_is_left_and_taken_back(make_page: MakePage, system: System) -> None:
    """The api says so by a key; here it is added to what it answers."""
    page = make_page()
    contact: dict[str, dict[str, str | bool] | None] = {"contact": None}

    def privacy(route: Route) -> None:
        reply = route.fetch()
        route.fulfill(response=reply, json=reply.json() | contact)

    def keep(route: Route) -> None:
        sent = route.request.post_data_json if route.request.method == "PUT" else None
        contact["contact"] = {"address": f"{sent['email'][0]}…@bureau.example", "confirmed": False} if sent else None
        cors = {"access-control-allow-origin": "*", "access-control-allow-headers": "*"}
        route.fulfill(json={}, headers=cors | {"access-control-allow-methods": "PUT, DELETE"})

    page.route("**/v1/privacy?*", privacy)
    page.route("**/v1/contact?*", keep)
    widget = Widget(page, system).begin()
    widget.menu("Privacy")
    expect(widget.dialog.get_by_role("checkbox").first).to_be_visible()
    field = widget.dialog.get_by_label("E-mailadres")
    field.fill("geen adres")
    widget.dialog.get_by_role("button", name="Bewaren").click()
    expect(field).to_have_value("geen adres")
    field.fill("lerende@bureau.example")
    widget.dialog.get_by_role("button", name="Bewaren").click()
    expect(widget.dialog).to_contain_text("We stuurden een mail naar l…@bureau.example.")
    expect(widget.dialog.get_by_role("heading", name="Mail over je bezwaren")).to_be_focused()
    widget.dialog.get_by_role("button", name="Adres wissen").click()
    expect(field).to_be_empty()


def _tab_to(widget: Widget, name: str) -> None:
    for _ in range(25):
        widget.page.keyboard.press("Tab")
        focused = widget.page.evaluate(
            """() => { let at = document.activeElement;
                while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
                return (at?.getAttribute('aria-label') || at?.textContent || '').trim(); }"""
        )
        if focused == name:
            return
    raise AssertionError(f"{name} cannot be reached with Tab")


def test_what_is_optional_is_ticked_by_the_learner_only(make_page: MakePage, system: System) -> None:
    widget = Widget(make_page(), system).begin()
    for wanted in (True, False):
        widget.menu("Privacy")
        box = widget.dialog.get_by_role("checkbox", name="Dan mag de computer daarvan leren")
        expect(box).to_be_checked(checked=not wanted)
        with widget.page.expect_response(lambda reply: "/v1/consent/improving" in reply.url and reply.ok):
            box.press("Space")
        widget.page.keyboard.press("Escape")
        widget.menu("Privacy")
        expect(box).to_be_checked(checked=wanted)
        widget.page.keyboard.press("Escape")
