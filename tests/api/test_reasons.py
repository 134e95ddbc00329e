"""For each reason of a ruling the learner reads a reason and the reviewer gets a draft, in plain words."""

import re

import pytest

from api import drafts, messages
from api.texts import LANGUAGES, texts
from appeals.states import REASONS
from people.actors import Language

LONGEST = 15
"""Words in a sentence: what is held to at B1."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_reason_has_its_words_in_short_sentences(language: Language) -> None:
    written = drafts.by_ruling(language)
    assert {ruling: set(found) for ruling, found in written.items()} == {one: set(REASONS[one]) for one in REASONS}
    for ruling, reasons in REASONS.items():
        for reason in reasons:
            for words in (messages.reason(texts(language), reason), written[ruling][reason]):
                assert words.endswith("."), words
                assert max(len(one.split()) for one in re.split(r"[.;:]", words)) <= LONGEST, words


@pytest.mark.parametrize(("language", "stays"), [("nl", "blijft"), ("en", "stays")])
def test_where_nothing_was_decided_nothing_stays_as_it_was(language: Language, stays: str) -> None:
    drafted = drafts.by_ruling(language)
    assert [reason for reason, words in drafted["upheld"].items() if stays not in words] == []
    assert [reason for reason, words in drafted["not_passed"].items() if stays in words] == []
