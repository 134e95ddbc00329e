"""S02: a permanent page with the statement and the choices, linked from the widget and from every page."""

import re

import pytest
from playwright.sync_api import expect

from api.texts import LANGUAGES
from api.trial import System, Visitor
from privacy import policy
from tests.api.test_doors import disputed, doors  # noqa: F401 - a fixture
from tests.browser.widget import MakePage, Widget
from tests.office import Office
from tests.staff import Staff

PUBLIC = ("/", "/privacy", "/docs", "/sign-in", "/nowhere", "/passed-on/x", "/privacy/mine/x")
NO_PAGES = {"/review/events"}
"""A stream."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_statement_is_there_for_everybody(system: System, language: str) -> None:
    page = Staff(system, None).get(f"/privacy?language={language}")
    words = policy.current().texts[language]  # type: ignore[index]
    assert page.status == 200 and policy.current().version in page.words
    for text in (*words.changes, *(one for _, some in words.sections for one in some), words.complaint):
        assert text in page.words


def _links(text: str) -> bool:
    return '<a href="/privacy">' in re.sub(r"\s+", " ", text)


def test_every_page_leads_to_it(system: System, office: Office, disputed: dict[str, str]) -> None:  # noqa: F811
    """Every GET of staff, found from the routes, and every public page, also those that say that there is nothing."""
    nobody = Staff(system, None)
    assert [path for path in PUBLIC if not _links(nobody.get(path).text)] == []
    staff = {role: office.staff(role) for role in office.members}
    filled = disputed | {"number": office.case(), "remedy_id": str(office.remedied())}
    found, missing = 0, []
    for method, path, whose in doors():
        role = next((one for one in staff if one in whose), None)
        if method != "GET" or role is None or path in NO_PAGES:
            continue
        page = staff[role].get(path.format(**filled))
        if "text/html" not in page.headers.get("content-type", ""):
            continue
        found += 1
        if not _links(page.text):
            missing.append(path)
    assert found > 12 and missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_widget_leads_to_it_before_consent_and_after(make_page: MakePage, system: System, language: str) -> None:
    widget = Widget(make_page(), system, language).open()
    name = {"nl": "De hele privacyverklaring", "en": "The whole privacy statement"}[language]
    address = f"{system.settings.url}/privacy"
    link = widget.page.get_by_role("link", name=name)
    expect(link).to_have_attribute("href", address)
    widget.button(widget.words.agree).click()
    widget.button(widget.words.begin).click()
    widget.expect_question(1)
    widget.menu("Privacy")
    link = widget.dialog.get_by_role("link", name=name)
    with widget.page.expect_popup() as opened:
        link.click()
    expect(opened.value.get_by_role("heading", level=1)).to_be_visible()
    assert opened.value.url == address


@pytest.mark.parametrize("language", LANGUAGES)
def test_choices_are_read_and_changed_beside_the_statement(system: System, language: str) -> None:
    """By a link that the learner makes in the chat, which the permanent page tells them."""
    learner = Visitor(system, f"v-{language}-choices-{system.settings.port}-{id(system)}", language=language)
    learner.enter()
    course = f"course={learner.course}"
    nobody = Staff(system, None)
    told = nobody.get(f"/privacy?language={language}").words
    assert {"nl": "Daar staan al je keuzes.", "en": "All your choices are there."}[language] in told
    url = learner.ask("POST", f"/v1/choices/link?{course}")["url"]
    path = url.removeprefix(system.settings.url)
    page = nobody.get(path)
    for text in (one for _, some in policy.current().texts[language].sections for one in some):  # type: ignore[index]
        assert text in page.words
    changed = dict.fromkeys(re.findall(r'name="act" value="([\w-]+)"', page.text))
    other = "en" if language == "nl" else "nl"
    assert list(changed) == ["by-person", "improving", "restriction", other, "withdraw"]
    assert nobody.post(path, act="by-person", on="true").status == 303
    assert learner.ask("GET", f"/v1/privacy?{course}")["by_person"] is True
    assert nobody.post(path, act="withdraw").status == 303
    assert learner.ask("GET", f"/v1/conversation?{course}")["consent"] == "missing"
