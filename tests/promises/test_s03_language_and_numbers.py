"""S03: language, dates and numbers follow the browser; Dutch as in the Netherlands when it says nothing we know."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
import urllib3
from playwright.sync_api import Browser, Page, expect

from api import texts as words
from api.texts import decimal, follow, preferred, texts
from api.trial import System
from people.models import Member, Organisation
from tests.browser.test_staff import sign_in
from tests.conftest import NewLearner
from tests.office import PASSWORD, Office

MOMENT = dt.datetime(2026, 12, 22, 14, 5, tzinfo=dt.UTC)
NL = ("nl", "22 december 2026 15:05", "1.234,5", "0,5%")
GB = ("en", "22 December 2026 15:05", "1,234.5", "0.5%")
US = ("en", "December 22, 2026 3:05 PM", "1,234.5", "0.5%")
ASKED = [
    (None, NL), ("", NL), ("nl", NL), ("nl-NL,nl;q=0.9,en;q=0.8", NL), ("NL-nl", NL), ("nl-Latn-NL", NL),
    ("nl-BE,nl;q=0.9", NL), ("en", GB), ("en-GB,en;q=0.9", GB), ("en-US,en;q=0.9", US), ("EN-us", US),
    ("en-US-x-private", US), ("de-DE,de;q=0.9,en-US;q=0.4", US), ("en-GB;q=0.5,nl;q=0.9", NL),
    ("en ; q=0.2 , nl;q=0.1", GB),
    ("de", NL), ("de-DE,fr;q=0.9,*;q=0.1", NL), ("*", NL), ("en;q=0", NL), ("en;q=0,nl;q=0", NL), ("en-ZZ", GB),
    ("en-999", GB), ("english", NL), ("e", NL), (";;q=,,,==", NL), ("en;q=broken", GB), ("nl;q=0.1,en;q=nan", NL),
    ("en;q=9e99,nl;q=0.5", NL), ("\u00e9n, \u2603;q=1", NL), ("en'; DROP TABLE answer; --", NL),
    (", " * 10_000 + "en", NL), ("x" * 20_000, NL), ("en-US," * 5_000, US), ("../../etc/passwd,en_US", NL),
]  # fmt: skip
"""What a browser says, and what it gets to read."""


@pytest.fixture(autouse=True)
def _nobody_is_followed_afterwards() -> Iterator[None]:
    yield
    follow(None)


@pytest.mark.parametrize(("asked", "expected"), ASKED)
def test_what_each_browser_reads(asked: str | None, expected: tuple[str, ...]) -> None:
    follow(asked)
    t = texts(preferred(asked))
    shown = re.sub(r"[\u00a0\u202f]", " ", t.moment(MOMENT))
    assert (t.language, shown, t.number(1234.5), t.percent(0.005)) == expected


def test_numbers_inside_sentences_are_written_so_too() -> None:
    dutch, english = texts("nl"), texts("en")
    assert dutch.count("{n} zaak.", "{n} zaken.", 1234) == "1.234 zaken."
    assert english.count("{n} zaak.", "{n} zaken.", 1234) == "1,234 cases."
    assert dutch("Volgende {n}", n=1.5) == "Volgende 1,5" and english("Volgende {n}", n=1.5) == "Next 1.5"
    assert dutch("Versie {version}", version="2026") == "Versie 2026", "a word with digits is no number"


@pytest.mark.parametrize(
    ("typed", "number"),
    [("1,5", 1.5), ("1.5", 1.5), (" 0,01 ", 0.01), ("10", 10.0), ("1.000,5", None), ("1,000.5", None), ("", None),
     ("1e3", None), ("-1", None), ("nan", None), ("٣", None), ("1,", None)],
)  # fmt: skip
def test_a_comma_and_a_point_are_the_same_when_typed(typed: str, number: float | None) -> None:
    assert decimal(typed) == number


def test_a_country_counts_for_its_own_language_only() -> None:
    follow("en-US,nl;q=0.5")
    assert texts("nl").date(MOMENT).replace("\u00a0", " ") == "22 december 2026"
    assert texts("en").date(MOMENT).replace("\u00a0", " ") == "December 22, 2026"


def test_what_a_browser_says_is_not_remembered_without_end() -> None:
    for number in range(2000):
        follow(f"en-US;q=0.{number}")
        texts("en").date(MOMENT)
    assert words._notation.cache_info().currsize <= 256


@pytest.mark.parametrize(("asked", "expected"), [one for one in ASKED if one[0] is None or one[0].isascii()])
def test_pages_and_api_answer_in_it(system: System, asked: str | None, expected: tuple[str, ...]) -> None:
    headers = {} if asked is None else {"accept-language": asked}
    pool = urllib3.PoolManager(retries=False)
    for path in ("/", "/privacy", "/sign-in", "/nowhere"):
        page = pool.request("GET", system.settings.url + path, headers=headers)
        assert page.headers["content-language"] == expected[0] and "Accept-Language" in page.headers["vary"]
        assert f'<html lang="{expected[0]}">' in page.data.decode()
    refused = pool.request("GET", f"{system.settings.url}/v1/conversation?course=information-security", headers=headers)
    told = "Je toegang tot deze cursus" if expected[0] == "nl" else "Your access to this course"
    assert refused.status == 401 and refused.json()["detail"].startswith(told)


def test_requests_side_by_side_do_not_read_each_others_notation(system: System, new_learner: NewLearner) -> None:
    """A learner reads one language; the country that their browser names says how it is written."""
    learner, pool = new_learner(language="en"), urllib3.PoolManager(retries=False)
    address = f"{system.settings.url}/v1/privacy?course={learner.course}"
    seen = []
    for asked in ("en-US", "en-GB", "nl-NL", "en-US", ""):
        headers = {"authorization": f"Bearer {learner.token}", "accept-language": asked}
        seen.append(pool.request("GET", address, headers=headers).json()["consented_at"].replace("\u00a0", " "))
    american, british = (
        re.compile(r"[A-Z][a-z]+ \d+, \d{4} \d+:\d\d\W[AP]M"),
        re.compile(r"\d+ [A-Z][a-z]+ \d{4} [\d:]+"),
    )
    shapes = [bool(american.fullmatch(one)) - bool(british.fullmatch(one)) for one in seen]
    assert shapes == [1, -1, -1, 1, -1], seen


def _page(browser: Browser, locale: str) -> Page:
    page = browser.new_context(locale=locale).new_page()
    page.set_default_timeout(15_000)
    return page


@pytest.mark.parametrize(
    ("locale", "button", "agree", "begin", "counted"),
    [
        ("nl-NL", "Leerchat openen", "Ik ga akkoord", "Beginnen", "3.900 van 4.000 tekens"),
        ("nl-BE", "Leerchat openen", "Ik ga akkoord", "Beginnen", "3.900 van 4.000 tekens"),
        ("de-DE", "Leerchat openen", "Ik ga akkoord", "Beginnen", "3.900 van 4.000 tekens"),
        ("en-GB", "Open learning chat", "I agree", "Begin", "3,900 of 4,000 characters"),
        ("en-US", "Open learning chat", "I agree", "Begin", "3,900 of 4,000 characters"),
    ],
)
def test_the_widget_in_a_browser_of_that_language(
    browser: Browser, system: System, locale: str, button: str, agree: str, begin: str, counted: str
) -> None:
    page, asked = _page(browser, locale), []
    page.on("request", lambda one: asked.append(one.headers.get("accept-language")) if "/v1/" in one.url else None)
    page.goto(f"{system.site}/?visitor=s03-{locale.lower()}")
    page.get_by_role("button", name=button).click()
    page.get_by_role("button", name=agree).click()
    page.get_by_role("button", name=begin).last.click()
    page.get_by_role("textbox").fill("x" * 3900)
    expect(page.get_by_text(counted)).to_be_visible()
    wanted = "nl-NL" if locale == "de-DE" else locale
    assert set(asked) == {wanted}
    page.context.close()


def test_staff_read_dates_as_their_browser_writes_them(office: Office) -> None:
    """They chose the language themselves."""
    number, reviewer = office.case(), office.staff("reviewer")
    assert reviewer.post("/language", language="en").status == 303
    for asked, shape in (
        ("en-US", r"[A-Z][a-z]+\W\d{1,2},\W\d{4}"), ("en-GB", r"\d{1,2}\W[A-Z][a-z]+\W\d{4}"),
        ("nl-NL", r"\d{1,2}\W[A-Z][a-z]+\W\d{4}"),
    ):  # fmt: skip
        page = reviewer._ask("GET", f"/review/{number}", None, {"accept-language": asked})
        assert page.headers["content-language"] == "en"
        assert re.search(rf"\b{shape}\b", page.words), asked


@pytest.mark.parametrize(
    ("locale", "typed", "save"),
    [("nl-NL", "1,5", "Opslaan"), ("nl-NL", "1.5", "Opslaan"), ("en-US", "1.5", "Save")],
)
def test_a_decimal_is_typed_as_the_reader_writes_it(
    browser: Browser, system: System, office: Office, locale: str, typed: str, save: str
) -> None:
    page = _page(browser, locale)
    with office.store.read(office.id) as session:
        email = session.get_one(Member, office.members["privacy_officer"]).email
    sign_in(page, system, email, PASSWORD)
    if locale == "en-US":
        page.get_by_role("button", name="English").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto(f"{system.settings.url}/oversight/choices")
    expect(page.locator("#alpha")).to_have_value("1")
    page.locator("#alpha").fill("")
    page.locator("#alpha").press_sequentially(typed)
    page.get_by_role("button", name=save).click()
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.locator("#alpha")).to_have_value("1,5" if locale == "nl-NL" else "1.5")
    with office.store.read(office.id) as session:
        assert session.get_one(Organisation, office.id).alpha == 0.015
    page.context.close()
