"""WCAG 2.2 AA as far as a machine can tell: axe, reflow at 375 px, targets of 24 px, a name for each control."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from api.trial import System
from tests.browser.test_staff import sign_in
from tests.browser.widget import MakePage, Widget
from tests.conftest import NewLearner

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
CONTROLS = """() => {
    const found = [];
    const look = root => {
        for (const one of root.querySelectorAll('*')) {
            if (one.shadowRoot) look(one.shadowRoot);
            if (!one.matches('a[href], button, input:not([type=hidden]), textarea, select, summary')) continue;
            if (!one.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
            const box = one.getBoundingClientRect();
            if (box.bottom < 0 || box.width <= 1) continue;  // a skip link waits outside
            const name = one.getAttribute('aria-label') ?? one.labels?.[0]?.textContent ?? one.textContent;
            const inText = one.matches('a') && one.closest('p, li') !== null;
            const radio = one.matches('input[type=radio], input[type=checkbox]') && one.closest('label');
            const target = (radio || one).getBoundingClientRect();
            found.push({tag: one.tagName, name: name.trim(), width: target.width, height: target.height, inText});
        }
    };
    look(document);
    return found;
}"""

State = Callable[[MakePage, System, NewLearner, int, bool], Page]


def _widget(step: str) -> State:
    def show(make_page: MakePage, system: System, new_learner: NewLearner, width: int, dark: bool) -> Page:
        widget = Widget(make_page(width=width, dark=dark, bypass_csp=True), system)
        if step == "closed":
            widget.visit().button(widget.words.open).wait_for()
        elif step == "consent":
            widget.open().button(widget.words.agree).wait_for()
        else:
            widget.begin()
        if step in ("failed", "appeal", "privacy", "appeals", "choice"):
            widget.type("ja, dat doe ik")
            widget.expect_text("Niet goedgekeurd.")
        if step in ("appeal", "appeals"):
            widget.button(widget.words.disagree).click()
            widget.expect_text("Een mens beslist uiterlijk")
        if step == "appeals":
            widget.menu(widget.words.appeals)
            widget.dialog.get_by_text("W-").first.wait_for()
        if step == "privacy":
            widget.menu("Privacy")
            widget.dialog.get_by_role("heading", level=4).first.wait_for()
        if step == "choice":
            widget.type("ja, ik bel eerst")
            widget.expect_text("Kies een antwoord, of typ het nummer.")
        if step == "reset":
            widget.menu(widget.words.reset)
            widget.dialog.wait_for()
        return widget.page

    return show


def _page(path: str, role: str | None = None, *, read: bool = False) -> State:
    def show(make_page: MakePage, system: System, new_learner: NewLearner, width: int, dark: bool) -> Page:
        page = make_page(width=width, dark=dark, bypass_csp=True)
        learner = new_learner()
        learner.say("ja, dat doe ik")
        number = next(one["number"] for one in learner.command("appeal")["messages"] if one["type"] == "receipt")
        learner.say("ik bedoelde iets anders")
        if role:
            sign_in(page, system, system.demo[role])
        page.goto(system.settings.url + path.replace("NUMBER", number))
        if read:
            page.keyboard.press("c")
            page.get_by_text("ja, dat doe ik").first.wait_for()
            page.keyboard.press("1")
            page.get_by_role("heading", name="Jouw besluit").wait_for()
        if path.startswith("/employer/"):
            page.get_by_role("button", name="openen").first.wait_for()
        return page

    return show


STATES = {
    **{f"widget {step}": _widget(step) for step in (
        "closed", "consent", "question", "failed", "appeal", "choice", "privacy", "appeals", "reset",
    )},
    "home": _page("/"),
    "privacy": _page("/privacy"),
    "reference": _page("/docs"),
    "sign in": _page("/sign-in"),
    "waiting line": _page("/review", "reviewer"),
    "case": _page("/review/NUMBER", "reviewer"),
    "case read": _page("/review/NUMBER", "reviewer", read=True),
    "courses": _page("/employer", "controller"),
    "answers": _page("/employer/information-security", "controller"),
    "not found": _page("/nowhere"),
}  # fmt: skip


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (375, True)], ids=["desktop light", "375 dark"])
@pytest.mark.parametrize("state", STATES)
def test_no_violations_reflow_targets_and_names(
    make_page: MakePage, system: System, new_learner: NewLearner, state: str, width: int, dark: bool
) -> None:
    page = STATES[state](make_page, system, new_learner, width, dark)
    page.wait_for_timeout(200)
    result = Axe().run(page, options=RULES)
    assert result.violations_count == 0, result.generate_report()
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"scrolls sideways by {overflow} px"
    controls = page.evaluate(CONTROLS)
    assert controls
    assert [one for one in controls if not one["name"]] == []
    small = [one for one in controls if not one["inText"] and min(one["width"], one["height"]) < 24]
    assert small == []
