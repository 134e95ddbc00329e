"""WCAG 2.2 AA as far as a machine can tell: axe, reflow at 375 px, targets of 24 px, a name for each control."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import delete, select

from api.trial import System, Visitor
from appeals import conflicts
from appeals.models import Conflict
from learning.models import Course
from people.models import Member
from store.store import Store
from tests.browser.test_staff import sign_in
from tests.browser.widget import MakePage, Widget
from tests.conftest import NewLearner
from tests.course import receipt_number
from tests.elsewhere import Elsewhere
from tests.office import PASSWORD, Office
from tests.staff import Staff

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
        if step in ("failed", "appeal", "privacy", "choice"):
            widget.type("ja, dat doe ik")
            widget.expect_text("Niet goedgekeurd.")
        if step == "appeal":
            widget.button(widget.words.disagree).click()
            widget.expect_text("Een mens beslist uiterlijk")
        if step == "privacy":
            widget.menu("Privacy")
            widget.dialog.get_by_role("heading", level=4).first.wait_for()
        if step in ("link", "erase"):
            widget.menu("Privacy")
            name = "Maak een link om door te geven" if step == "link" else "Alles over mij wissen"
            widget.dialog.get_by_role("button", name=name).click()
            widget.dialog.locator("#made" if step == "link" else "#keep").wait_for()
        if step == "choice":
            widget.type("ja, ik bel eerst")
            widget.expect_text("Kies een antwoord, of typ het nummer.")
        if step == "reset":
            widget.menu(widget.words.reset)
            widget.dialog.wait_for()
        return widget.page

    return show


def _appeals(step: str) -> State:
    def show(make_page: MakePage, system: System, new_learner: NewLearner, width: int, dark: bool) -> Page:
        widget = Widget(make_page(width=width, dark=dark, bypass_csp=True), system).begin()
        widget.type("ja, dat doe ik")
        widget.button(widget.words.disagree).click()
        widget.button(widget.words.no_statement).click()
        widget.expect_question(2)
        widget.menu(widget.words.appeals)
        number = widget.dialog.get_by_text("W-").first.inner_text()
        if step == "explaining":
            widget.dialog.get_by_role("button", name="Uitleg toevoegen").click()
        if step == "ruled":
            assert Staff(system, system.demo["reviewer"]).rule(number, "approve", "upheld:ambiguous").status == 303
            widget.open().button("Vraag een tweede mens").wait_for()
        return widget.page

    return show


def _page(path: str, role: str | None = None, *, read: bool = False) -> State:
    def show(make_page: MakePage, system: System, new_learner: NewLearner, width: int, dark: bool) -> Page:
        page = make_page(width=width, dark=dark, bypass_csp=True)
        learner = new_learner()
        learner.say("ja, dat doe ik")
        number = receipt_number(learner.command("appeal"))
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
            new_learner().say("nee, dat doe ik niet")  # one that nobody disputes
            page.reload()
            page.get_by_role("button", name="openen").first.wait_for()
        return page

    return show


def _by_link(purpose: str) -> State:
    def show(make_page: MakePage, system: System, new_learner: NewLearner, width: int, dark: bool) -> Page:
        page, learner = make_page(width=width, dark=dark, bypass_csp=True), new_learner()
        learner.say("nee, dat doe ik niet")
        page.goto(learner.ask("POST", f"/v1/{purpose}/link?course={learner.course}")["url"])
        return page

    return show


STATES = {
    **{f"widget {step}": _widget(step) for step in (
        "closed", "consent", "question", "failed", "appeal", "choice", "privacy", "reset", "link", "erase",
    )},
    **{f"appeals {step}": _appeals(step) for step in ("listed", "explaining", "ruled")},
    "passed on": _by_link("export"),
    "own choices": _by_link("choices"),
    "home": _page("/"),
    "privacy": _page("/privacy"),
    "reference": _page("/docs"),
    "sign in": _page("/sign-in"),
    "waiting line": _page("/review", "reviewer"),
    "case": _page("/review/NUMBER", "reviewer"),
    "case read": _page("/review/NUMBER", "reviewer", read=True),
    "courses": _page("/employer", "controller"),
    "answers": _page("/employer/information-security", "controller"),
    "trends": _page("/trends", "author"),
    "news": _page("/news", "author"),
    "not found": _page("/nowhere"),
}  # fmt: skip


SCREENS = pytest.mark.parametrize(("width", "dark"), [(1280, False), (375, True)], ids=["desktop light", "375 dark"])


@SCREENS
@pytest.mark.parametrize("state", STATES)
def test_no_violations_reflow_targets_and_names(
    make_page: MakePage, system: System, new_learner: NewLearner, state: str, width: int, dark: bool
) -> None:
    check(STATES[state](make_page, system, new_learner, width, dark))


@SCREENS
def test_weak_questions_too(make_page: MakePage, system: System, elsewhere: Elsewhere, width: int, dark: bool) -> None:
    elsewhere.fill()
    page = make_page(width=width, dark=dark, bypass_csp=True)
    sign_in(page, system, elsewhere.author)
    expect(page.get_by_text("De computer komt er vaak niet uit.")).to_be_visible()
    check(page)


@SCREENS
@pytest.mark.parametrize("filled", [True, False], ids=["filled", "empty"])
def test_oversight_too(
    make_page: MakePage, system: System, office: Office, width: int, dark: bool, filled: bool
) -> None:
    paths = ["", "/reviewers", "/remedies", "/conflicts", "/choices"]
    page = make_page(width=width, dark=dark, bypass_csp=True)
    if filled:
        office.decided(6, upheld=3)
        office.case()
        paths.append(f"/remedies/{office.remedied()}")
        with office.store.write(office.id) as session:
            conflicts.declare(
                session, office.id, office.members["reviewer"], course_id=office.desk.course_id, now=office.now
            )  # fmt: skip
    sign_in(page, system, f"privacy_officer-{office.id.hex}@bureau.example", PASSWORD)
    for path in paths:
        page.goto(f"{system.settings.url}/oversight{path}")
        check(page)
    page.goto(f"{system.settings.url}/oversight/reviewers")
    page.get_by_role("button", name="Deze vraag kiezen").click()
    check(page)
    page.goto(f"{system.settings.url}/employer/appeals")
    check(page)


AUTHOR = (
    "", "/-/new", "/-/import", "/COURSE", "/COURSE/head", "/COURSE/preview", "/COURSE/publish", "/COURSE/lesson",
    "/COURSE/lessons/phishing", "/COURSE/lessons/phishing/remove", "/COURSE/lessons/phishing/question?kind=open",
    "/COURSE/lessons/phishing/question?kind=choice", "/COURSE/questions/link", "/COURSE/questions/clicked-already",
    "/COURSE/discard",
)  # fmt: skip


@SCREENS
def test_authors_too(make_page: MakePage, system: System, office: Office, width: int, dark: bool) -> None:
    page = make_page(width=width, dark=dark, bypass_csp=True)
    office.staff("author").post("/courses/information-security/lessons/phishing/move", way="down")
    sign_in(page, system, f"author-{office.id.hex}@bureau.example", PASSWORD)
    for path in AUTHOR:
        page.goto(f"{system.settings.url}/courses{path.replace('COURSE', 'information-security')}")
        check(page, path)
    page.goto(f"{system.settings.url}/courses/information-security/questions/link")
    page.locator('[name="text.nl"]').fill(" ")
    page.get_by_role("button", name="Opslaan").click()
    expect(page.get_by_role("alert")).to_be_visible()
    check(page, "refused")


CONSOLE = ("line", "nothing fits", "free", "theirs", "claimed", "asking", "read", "stale", "undo", "refused", "keys")
EACH = [(1280, False, "nl"), (1280, True, "en"), (375, False, "en"), (375, True, "nl")]


@pytest.mark.usefixtures("second_thoughts")
@pytest.mark.parametrize(
    ("width", "dark", "language"), EACH, ids=["light nl", "dark en", "375 light en", "375 dark nl"]
)
def test_the_console_in_each_of_its_states(
    make_page: MakePage, system: System, new_learner: NewLearner, second_reviewer: Staff, store: Store,
    width: int, dark: bool, language: str,
) -> None:  # fmt: skip
    """One case after the other, each as far as its state asks for."""
    page = make_page(width=width, dark=dark, bypass_csp=True)
    reviewer = Staff(system, system.demo["reviewer"])
    reviewer.post("/language", language=language)
    try:
        sign_in(page, system, system.demo["reviewer"])
        for state in CONSOLE:
            _console(page, system, new_learner(), second_reviewer, store, state)
            expect(page.locator("html")).to_have_attribute("lang", language)
            check(page, state)
    finally:
        reviewer.post("/language", language="nl")


def _console(page: Page, system: System, learner: Visitor, colleague: Staff, store: Store, state: str) -> None:
    """Brings the page into this state."""
    learner.say("ja, dat doe ik")
    number = receipt_number(learner.command("appeal"))
    learner.say("ik bedoelde iets anders")
    address = f"{system.settings.url}/review/{number}"
    if state in ("line", "nothing fits"):
        page.goto(f"{system.settings.url}/review" + ("?course=none&mine=1" if state == "nothing fits" else ""))
        return
    if state in ("theirs", "refused"):
        colleague.post(f"/review/{number}/claim")
        _at_a_colleague(page, system, store, address, refused=state == "refused")
        return
    page.goto(address)
    if state != "free":
        _press(page, "c", "#answer")
    if state == "asking":
        page.keyboard.press("e")
        page.keyboard.press("Escape")
        page.keyboard.press("a")
    if state == "keys":
        page.keyboard.press("?")
        page.get_by_role("dialog").wait_for()
    if state in ("read", "stale", "undo"):
        _press(page, "3", "#machine")
    if state == "stale":
        colleague.post(f"/review/{number}/take-over")
    if state in ("stale", "undo"):
        page.keyboard.press("u")
        page.keyboard.press("Enter")
        (page.get_by_role("alert") if state == "stale" else page.locator("[data-seconds]")).wait_for()


def _at_a_colleague(page: Page, system: System, store: Store, address: str, *, refused: bool) -> None:
    with _alone(store, system) if refused else nullcontext():
        page.goto(address)
        page.locator(".bar summary").click()
        if refused:
            page.locator(".bar form button").click()
            page.get_by_role("alert").wait_for()


def _press(page: Page, key: str, then: str) -> None:
    page.keyboard.press(key)
    page.wait_for_url(f"**{then}", timeout=60_000)


@contextmanager
def _alone(store: Store, system: System) -> Iterator[None]:
    """No reviewer may decide, so that each may as an exception."""
    ours = uuid.UUID(system.demo["organisation_id"])
    with store.write(ours) as session:
        course = session.execute(select(Course.id).where(Course.slug == "information-security")).scalar_one()
        reviewers = session.execute(select(Member.id).where(Member.roles.contains(["reviewer"]))).scalars().all()
        for member in reviewers:
            conflicts.declare(session, ours, member, course_id=course, now=dt.datetime.now(dt.UTC))
    yield
    with store.write(ours) as session:
        session.execute(delete(Conflict))


def check(page: Page, state: str = "") -> None:
    page.wait_for_timeout(200)
    result = Axe().run(page, options=RULES)
    assert result.violations_count == 0, f"{state}: {result.generate_report()}"
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{state} scrolls sideways by {overflow} px"
    controls = page.evaluate(CONTROLS)
    assert controls
    assert [one for one in controls if not one["name"]] == [], state
    small = [one for one in controls if not one["inText"] and min(one["width"], one["height"]) < 24]
    assert small == [], state
