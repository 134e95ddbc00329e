"""S04: a completed course gives a certificate with its education points, when the organisation wants it."""

import re
import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from api.trial import System, Visitor
from store.store import Store
from tests.authoring import Authored, authored
from tests.browser.test_accessibility import check
from tests.browser.widget import MakePage, Widget
from tests.conftest import NewLearner
from tests.course import grade, receipt_number, says
from tests.staff import Page, Staff

CERTIFICATE = """\
certificate:
  pass_mark: 75
  education_points: 1.5
  registration: {nl: Geregistreerd onder nummer 77., en: Registered under number 77.}
"""
RIGHT, WRONG = ("ja, dat doe ik", "nee, dat doe ik niet"), ("nee, dat doe ik niet", "ja, dat doe ik")


@pytest.fixture
def course(store: Store, system: System) -> Iterator[Authored]:
    """A course with a certificate for three quarters of its points."""
    with authored(store, system, CERTIFICATE) as made:
        yield made


def _link(reply: dict[str, object]) -> str | None:
    """The learner's own link in a reply or a view."""
    messages: list[dict[str, list[dict[str, str]]]] = reply["messages"]  # type: ignore[assignment]
    return next((one["path"] for message in messages for one in message.get("links", [])), None)


def _finish(learner: Visitor, answers: tuple[str, str] = RIGHT) -> dict[str, object]:
    learner.say(answers[0])
    return learner.say(answers[1])


def _code(page: Page) -> str:
    found = re.search(r"<code>([A-Z0-9-]{19})</code>", page.text)
    assert found, page.words
    return found[1]


def _certificate(anybody: Staff, link: str | None, name: str = "Sam de Vries") -> Page:
    assert link
    return anybody.post(link, name=name)


def test_s04_the_learner_gets_a_certificate_and_anybody_can_check_its_code(
    course: Authored, new_learner: NewLearner, system: System
) -> None:
    learner, anybody = new_learner(course.slug), Staff(system, None)
    link = _link(_finish(learner))
    made = _certificate(anybody, link)
    for words in ("Sam de Vries", "Sleutels", "1,5", "Geregistreerd onder nummer 77."):
        assert words in made.words
    code = _code(made)
    for typed in (code, code.lower().replace("-", " ")):
        checked = anybody.get(f"/verify?code={typed.replace(' ', '+')}")
        assert "✓ Geldig" in checked.words and "Sleutels" in checked.words
        assert learner.name not in checked.text and "Sam" not in checked.text
    assert "Keys" in anybody.get(f"/verify?language=en&code={code}").words
    other = "A" + code[1:] if code[0] != "A" else "B" + code[1:]
    unknown = anybody.get(f"/verify?code={other}")
    assert "Niet geldig" in unknown.words and "Sleutels" not in unknown.words
    assert anybody.get(f"/certificate/{uuid.uuid4()}").status == 404
    view = learner.ask("GET", f"/v1/conversation?course={course.slug}")
    assert _link(view) == link, "the same one, when they come back"


def test_s04_the_name_is_kept_nowhere(course: Authored, new_learner: NewLearner, system: System) -> None:
    learner, anybody, name = new_learner(course.slug), Staff(system, None), f"Naam{uuid.uuid4().hex}"
    link = _link(_finish(learner))
    made = _certificate(anybody, link, name)
    assert name in made.text
    assert link and name not in anybody.get(link).text
    assert name not in str(learner.ask("GET", f"/v1/export?course={course.slug}"))
    assert name not in system.output.read_text()
    files = [path.read_bytes() for path in system.settings.var.glob("pg/**/*") if path.is_file()]
    assert any(_code(made).encode() in one for one in files), "the search finds what is kept"
    assert not any(name.encode() in one for one in files)


def test_s04_too_few_points_give_none_and_an_appeal_that_is_won_gives_one(
    course: Authored, new_learner: NewLearner, reviewer: Staff
) -> None:
    learner = new_learner(course.slug)
    learner.say(RIGHT[0])
    done = learner.say(WRONG[1])
    assert grade(done)["outcome"] == "not_passed"
    assert _link(done) is None and "75% van de punten" in says(done)
    number = receipt_number(learner.command("appeal"))
    learner.command("skip")
    assert reviewer.rule(number, "disapprove", "overturned:meaning_misread").status == 303
    assert _link(learner.ask("GET", f"/v1/conversation?course={course.slug}")) is not None


def test_s04_it_is_revoked_when_points_fall_and_when_progress_is_wiped(
    course: Authored, new_learner: NewLearner, system: System
) -> None:
    learner, anybody = new_learner(course.slug), Staff(system, None)
    link = _link(_finish(learner))
    code = _code(_certificate(anybody, link))
    learner.command("again")
    assert grade(learner.say(WRONG[1]))["outcome"] == "not_passed"
    assert "Niet geldig" in anybody.get(f"/verify?code={code}").words
    assert link and anybody.get(link).status == 404
    learner.command("again")
    learner.say(RIGHT[1])
    assert "✓ Geldig" in anybody.get(f"/verify?code={code}").words
    learner.ask("PUT", f"/v1/restriction?course={course.slug}")
    assert "Niet geldig" in anybody.get(f"/verify?code={code}").words, "kept, and not used"
    learner.ask("DELETE", f"/v1/restriction?course={course.slug}")
    learner.command("reset")
    learner.command("affirm")
    assert "Niet geldig" in anybody.get(f"/verify?code={code}").words
    learner.command("start")
    assert _link(_finish(learner)) not in (None, link), "another one"
    assert "Niet geldig" in anybody.get(f"/verify?code={code}").words


def test_s04_an_author_who_changes_the_course_revokes_nothing(
    course: Authored, new_learner: NewLearner, system: System
) -> None:
    learner, anybody = new_learner(course.slug), Staff(system, None)
    code = _code(_certificate(anybody, _link(_finish(learner))))
    start = course.text.index("      - key: lend")
    course.change(course.text[start:], course.text[start:].replace("lend", "return").replace("points: 2", "points: 9"))
    assert "✓ Geldig" in anybody.get(f"/verify?code={code}").words


def test_s04_it_goes_with_the_learner_and_is_in_their_export(
    course: Authored, new_learner: NewLearner, system: System
) -> None:
    learner, anybody = new_learner(course.slug), Staff(system, None)
    code = _code(_certificate(anybody, _link(_finish(learner))))
    taken = learner.ask("GET", f"/v1/export?course={course.slug}")["data"]["certificate"]
    assert [one["code"] for one in taken] == [code]
    learner.ask("DELETE", f"/v1/me?course={course.slug}&sure=yes")
    assert "Niet geldig" in anybody.get(f"/verify?code={code}").words


def test_s04_without_the_choice_there_is_none(store: Store, system: System, new_learner: NewLearner) -> None:
    with authored(store, system) as plain:
        learner = new_learner(plain.slug)
        assert _link(_finish(learner)) is None
        assert learner.ask("GET", f"/v1/export?course={plain.slug}")["data"]["certificate"] == []


@pytest.mark.parametrize(("width", "dark", "language"), [(1280, False, "nl"), (375, True, "en")])
def test_s04_from_the_widget_to_paper(
    make_page: MakePage, system: System, course: Authored, width: int, dark: bool, language: str
) -> None:
    page = make_page(width=width, dark=dark, language=language, bypass_csp=True)
    widget = Widget(page, system, language, course.slug).begin()
    widget.type("ja, dat doe ik" if language == "nl" else "yes, I do")
    widget.expect_question(2)
    widget.type("nee, dat doe ik niet" if language == "nl" else "no, I do not")
    words = (
        ("Je certificaat", "Certificaat maken") if language == "nl" else ("Your certificate", "Make the certificate")
    )
    with page.context.expect_page() as opened:
        page.get_by_role("link", name=words[0]).click()
    paper = opened.value
    check(paper)
    paper.get_by_role("textbox").fill("Sam de Vries")
    paper.get_by_role("button", name="ertifica").click()
    expect(paper.get_by_role("heading", level=1)).to_have_text("Sam de Vries")
    check(paper)
    paper.goto(f"{system.settings.url}/verify?code={paper.locator('code').inner_text()}&language={language}")
    expect(paper.get_by_role("status")).to_contain_text("✓")
    check(paper)
