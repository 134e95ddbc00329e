"""Each text of api and pages is in each catalogue, and nothing else is."""

from string import Formatter

import pytest

from api.texts import FOLDER, LANGUAGES, Texts, preferred, texts
from tests.rules.source_texts import in_python, in_templates


def _entries(language: Texts) -> dict[str, str | tuple[str, ...]]:
    return language._entries or {}


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "nl"])
def test_the_catalogue_has_exactly_the_texts_of_the_source(language: str) -> None:
    wanted = {text if isinstance(text, str) else text[0] for text in in_python() | in_templates()}
    assert set(_entries(texts(language))) == wanted  # type: ignore[arg-type]
    assert (FOLDER / f"{language}.po").exists()


def test_translations_fill_in_the_same_names() -> None:
    def names(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    for dutch, english in _entries(texts("en")).items():
        for one in [english] if isinstance(english, str) else english:
            assert names(one) == names(dutch), dutch
            assert one.strip(), dutch


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "nl"),
        ("", "nl"),
        ("fr-FR,fr;q=0.9", "nl"),
        ("en-GB,en;q=0.9", "en"),
        ("nl;q=0.4, en;q=0.8", "en"),
        ("en;q=0.5,nl", "nl"),
        ("en;q=broken", "en"),
    ],
)
def test_s03_the_language_follows_the_browser_and_is_dutch_when_unknown(header: str | None, expected: str) -> None:
    assert preferred(header) == expected
