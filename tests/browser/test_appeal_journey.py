"""One appeal through all hands: learner, reviewer, learner again, second reviewer, learner, controller, learner."""

import re

from playwright.sync_api import expect

from api.trial import System
from tests.browser.widget import MakePage, Widget
from tests.staff import Staff

STATEMENT = "Ik bedoelde dat ik ja zeg tegen melden."
FIRST, SECOND = "Je antwoord kan ook betekenen dat je klikt.", "Ik lees dat je het meldt, en niet klikt."


def test_one_appeal_through_all_hands(
    make_page: MakePage, system: System, reviewer: Staff, second_reviewer: Staff, employer: Staff
) -> None:
    widget = Widget(make_page(width=375, dark=True), system).begin()
    number = _the_learner_appeals(widget)
    _the_first_reviewer_upholds(reviewer, number)
    _the_learner_asks_a_second_person(widget, number)
    _the_second_reviewer_overturns(reviewer, second_reviewer, number)
    _the_learner_reads_that_they_were_right(widget, number)
    _the_employer_looks_and_the_learner_sees_that(employer, widget)


def _the_learner_appeals(widget: Widget) -> str:
    widget.type("ja, dat doe ik")
    widget.expect_text("Niet goedgekeurd.")
    widget.button(widget.words.disagree).click()
    widget.expect_text("Een mens beslist uiterlijk")
    widget.type(STATEMENT)
    widget.expect_text("Je uitleg is bij je bezwaar gevoegd.")
    widget.menu(widget.words.appeals)
    expect(widget.dialog.get_by_role("listitem").filter(has_text="Wacht op een beoordelaar").last).to_have_attribute(
        "aria-current", "step"
    )
    expect(widget.dialog).to_contain_text(STATEMENT)
    found = re.search(r"W-\d{6}", widget.dialog.inner_text())
    assert found
    widget.page.keyboard.press("Escape")
    return found[0]


def _the_first_reviewer_upholds(reviewer: Staff, number: str) -> None:
    assert number in reviewer.whole_line()
    assert reviewer.post(f"/review/{number}/claim").status == 303
    case = reviewer.get(f"/review/{number}").words
    assert STATEMENT in case and "Wat de computer las" not in case
    assert reviewer.post(f"/review/{number}/reading", reading="approve").status == 303
    version = reviewer.get(f"/review/{number}").field("version")
    ruled = reviewer.post(f"/review/{number}/ruling", version=version, choice="upheld:ambiguous", text=FIRST)
    assert ruled.status == 303 and number not in reviewer.whole_line()


def _the_learner_asks_a_second_person(widget: Widget, number: str) -> None:
    widget.open()
    widget.expect_text(f"Besluit op {number}")
    widget.expect_text(FIRST)
    widget.expect_text("1 van 14 · 0 punten")
    widget.menu(widget.words.appeals)
    widget.dialog.get_by_role("button", name="Vraag een tweede mens").click()
    expect(widget.dialog).to_contain_text("Iemand anders dan de eerste beoordelaar kijkt opnieuw.")
    widget.dialog.get_by_role("button", name="Vraag een tweede mens").click()
    expect(widget.dialog.get_by_role("status")).to_have_text("Een tweede mens gaat kijken.")
    expect(widget.dialog).to_contain_text("Wacht op een tweede beoordelaar")
    expect(widget.dialog.get_by_role("button", name="Vraag een tweede mens")).to_have_count(0)
    widget.page.keyboard.press("Escape")


def _the_second_reviewer_overturns(reviewer: Staff, second_reviewer: Staff, number: str) -> None:
    assert reviewer.post(f"/review/{number}/claim").status == 403, "not the same person twice"
    assert second_reviewer.rule(number, "disapprove", "overturned:meaning_misread", SECOND).status == 303


def _the_learner_reads_that_they_were_right(widget: Widget, number: str) -> None:
    widget.open()
    ruled = widget.page.get_by_role("heading", name="Je had gelijk: je antwoord is alsnog goedgekeurd.")
    expect(ruled).to_have_count(1)
    widget.expect_text(SECOND)
    widget.expect_text("1 van 14 · 2 punten")
    widget.menu(widget.words.appeals)
    expect(widget.dialog).to_contain_text("Een tweede beoordelaar heeft gekeken")
    expect(widget.dialog.get_by_role("heading", level=4)).to_have_count(1)
    expect(widget.dialog).to_contain_text(number)
    widget.page.keyboard.press("Escape")


def _the_employer_looks_and_the_learner_sees_that(employer: Staff, widget: Widget) -> None:
    opened = employer.open_answer(widget.name, "information-security")
    assert opened.status == 200 and "ja, dat doe ik" in opened.words
    assert STATEMENT not in opened.text and SECOND not in opened.text, (
        "what was said in the appeal is not theirs to read"
    )
    widget.menu("Privacy")
    expect(widget.dialog).to_contain_text("Werkgever,")
    expect(widget.dialog).to_contain_text("een beoordelaar,")
    widget.page.keyboard.press("Escape")
