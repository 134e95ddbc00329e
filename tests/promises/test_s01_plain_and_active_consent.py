"""S01: consent is an act, one for each purpose, with no box ticked beforehand, in words that are easy to read."""

import re

import pytest
from playwright.sync_api import expect

from api.settings import ROOT
from api.texts import LANGUAGES, texts
from api.trial import System
from people.actors import Language
from privacy import policy
from tests.browser.widget import MakePage, Widget
from tests.conftest import NewLearner
from tests.problem import problem
from tests.reading import PLAIN, lix, too_long

LEGALESE = {
    "nl": "De verwerkingsverantwoordelijke verwerkt persoonsgegevens van betrokkenen uitsluitend voor zover zulks "
    "noodzakelijk is ter behartiging van gerechtvaardigde belangen, tenzij de grondrechten van de betrokkene zwaarder "
    "wegen, overeenkomstig het bepaalde in de toepasselijke regelgeving betreffende gegevensbescherming.",
    "en": "The controller processes personal data concerning data subjects exclusively insofar as such processing is "
    "necessary for the purposes of the legitimate interests pursued, except where overridden by the fundamental rights "
    "and freedoms of the data subject, in accordance with applicable data protection legislation.",
}  # fmt: skip


def _policy(language: Language) -> list[str]:
    words = policy.current().texts[language]
    sections = [paragraph for _, paragraphs in words.sections for paragraph in paragraphs]
    return [*words.notice, *words.purposes.values(), *words.optional.values(), *words.changes, *sections]


def _widget(language: Language) -> list[str]:
    """The sentences of the widget; a button of a few words has no reading level."""
    found = []
    for name in ("texts", "panel-texts"):
        source = (ROOT / "web" / "widget" / "src" / f"{name}.ts").read_text("utf-8")
        part = source.partition("const en")[2 if language == "en" else 0]
        found += [text for text in re.findall(r'^  \w+: "(.*)",$', part, re.M) if len(text.split()) > 5]
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("of", [_policy, _widget])
def test_the_texts_are_easy_to_read(of: object, language: Language) -> None:
    found = of(language)  # type: ignore[operator]
    assert len(found) > 20
    assert lix(found) < PLAIN and too_long(found) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_measure_tells_plain_words_from_those_of_lawyers(language: Language) -> None:
    assert lix([LEGALESE[language]]) > PLAIN + 10 and too_long([LEGALESE[language]])
    assert too_long([*_policy(language), LEGALESE[language]]), "one such paragraph among the others is found"


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_ticked_beforehand_in_the_real_widget(make_page: MakePage, system: System, language: str) -> None:
    widget = Widget(make_page(), system, language).open()
    expect(widget.button(widget.words.agree)).to_be_visible()
    purposes = policy.current().texts[language].purposes  # type: ignore[index]
    for text in purposes.values():
        expect(widget.page.get_by_text(text)).to_be_visible()
    ticks = widget.page.get_by_role("checkbox").or_(widget.page.get_by_role("radio")).or_(
        widget.page.get_by_role("switch")
    )  # fmt: skip
    expect(ticks).to_have_count(0)
    asked: list[str] = []
    widget.page.on("request", lambda one: asked.append(one.url) if "/v1/consent" in one.url else None)
    widget.page.keyboard.press("Escape")
    widget.button(widget.words.open).click()
    widget.page.wait_for_timeout(300)
    assert asked == [], "neither opening nor closing is consent"
    with widget.page.expect_request(lambda one: "/v1/consent" in one.url) as sent:
        widget.button(widget.words.agree).click()
    assert sent.value.post_data_json["purposes"] == list(purposes)
    widget.button(widget.words.begin).click()
    widget.expect_question(1)
    widget.menu("Privacy")
    boxes = widget.dialog.get_by_role("checkbox")
    expect(boxes.first).to_be_visible()
    assert boxes.count() == 2 + len(policy.current().optional)
    assert not any(box.is_checked() for box in boxes.all())


def test_one_act_for_each_purpose(new_learner: NewLearner) -> None:
    """What is optional is not agreed to along with the rest: it has an act of its own."""
    stranger = new_learner(enter=False)
    course, version = stranger.course, policy.current().version
    given = {"course": course, "language": "nl", "policy": version}
    for purposes in ([], ["improving"], ["learning", "improving"], ["learning", "ads"]):
        refused = problem(stranger, "POST", "/v1/consent", given | {"purposes": purposes})
        assert refused["code"] == "consent_required"
    stranger.ask("POST", "/v1/consent", given | {"purposes": ["learning"]})
    path = f"/v1/privacy?course={course}"
    assert [one["allowed"] for one in stranger.ask("GET", path)["optional"]] == [False]
    stranger.ask("PUT", f"/v1/consent/improving?course={course}")
    assert [one["allowed"] for one in stranger.ask("GET", path)["optional"]] == [True]
    stranger.ask("DELETE", f"/v1/consent/improving?course={course}")
    kept = stranger.ask("GET", f"/v1/export?course={course}")["data"]["consent"]
    assert sorted((one["purpose"], one["withdrawn_at"] is None) for one in kept) == [
        ("improving", False), ("learning", True),
    ]  # fmt: skip


def test_what_is_said_before_consent_is_in_the_readers_language(new_learner: NewLearner) -> None:
    for language in LANGUAGES:
        view = new_learner(enter=False).ask("GET", f"/v1/conversation?course=information-security&language={language}")
        assert view["notice"]["paragraphs"] == list(policy.current().texts[language].notice)
        assert texts(language).language == view["language"]
