"""Editing a course as a value: parts in and out, order, keys, what is lacking; and files that come back the same."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.seeding import COURSES
from grading import wording
from learning import courses, editing, writing
from learning.courses import CourseFile
from learning.editing import Lack
from learning.errors import NotFound

FILES = sorted(COURSES.glob("*.yaml"))


def content() -> dict[str, Any]:
    return courses.read(COURSES / "information-security.yaml").model_dump(mode="json")


def keys(made: dict[str, Any]) -> list[list[str]]:
    return [[asked["key"] for asked in one["questions"]] for one in made["lessons"]]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_course_that_is_written_is_the_file_that_was_read(path: Any) -> None:
    text = path.read_text("utf-8")
    assert writing.write(courses.parse(text, "x").model_dump(mode="json")) == text


_WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")) | st.just("\n"), min_size=1, max_size=60
).filter(str.strip)


@settings(deadline=None)
@given(_WORDS, _WORDS, st.booleans())
def test_whatever_an_author_writes_comes_back_from_a_file(title: str, text: str, flagged: bool) -> None:
    made = content()
    made["lessons"] = [made["lessons"][0] | {"questions": made["lessons"][0]["questions"][:1]}]
    made["title"]["nl"] = title
    made["lessons"][0]["text"]["en"] = text
    made["lessons"][0]["questions"][0]["flagged"] = flagged
    file = CourseFile.model_validate(made)
    assert courses.parse(writing.write(file.model_dump(mode="json")), "x") == file


def test_questions_move_within_and_between_lessons_and_stop_at_the_ends() -> None:
    made = content()
    before = keys(made)
    first, last = before[0][0], before[-1][-1]
    assert keys(editing.moved_question(made, first, -1)) == before
    assert keys(editing.moved_question(made, last, 1)) == before
    down = editing.moved_question(made, first, 1)
    assert keys(down)[0][:2] == [before[0][1], before[0][0]]
    over = editing.moved_question(made, before[0][-1], 1)
    assert keys(over)[1][0] == before[0][-1] and keys(over)[0] == before[0][:-1]
    assert keys(editing.moved_question(over, before[0][-1], -1)) == before
    assert keys(made) == before, "what came in is not changed"


def test_a_draft_says_what_it_lacks_and_where() -> None:
    made = content()
    assert editing.problems(made) == []
    del made["lessons"][0]["questions"][0]["why"]["en"]
    made["lessons"][1]["questions"] = []
    assert editing.problems(made) == [
        Lack("language", "question", "link"), Lack("no-questions", "lesson", made["lessons"][1]["key"]),
    ]  # fmt: skip
    assert editing.problems(made | {"lessons": []}) == [Lack("no-lessons", "course", "information-security")]


def test_what_publishing_changes_is_told_by_question() -> None:
    before, after = content(), content()
    first, second, third = after["lessons"][0]["questions"][:3]
    first["text"]["nl"] += " Echt?"
    second["flagged"] = True
    after["lessons"][0]["questions"] = [
        first,
        second,
        third | {"key": "another"},
        *after["lessons"][0]["questions"][3:],
    ]
    found = [(what, asked["key"]) for what, asked in editing.changes(before, after)]
    assert found == [("changed", "link"), ("flagged", "boss-gift-cards"), ("new", "another"), ("removed", third["key"])]


def test_what_is_wrong_names_its_field() -> None:
    question = content()["lessons"][0]["questions"][0]
    typed = question | {"text": {"nl": "", "en": "x"}, "expected": None, "points": "veel"}
    _, wrong = editing.checked("question", typed)
    assert {name: one.code for name, one in wrong.items()} == {
        "text.nl": "string_too_short", "expected": "literal_error", "points": "int_parsing",
    }  # fmt: skip
    made, none = editing.checked("question", question | {"points": "3"})
    assert not none and made["points"] == 3


def test_keys_are_made_of_words_and_never_given_twice() -> None:
    assert editing.key_for("Klik je op de línk?", [], "question") == "klik-je-op-de-link"
    assert editing.key_for("Klik!", ["klik", "klik-2"], "question") == "klik-3"
    assert editing.key_for("?!", [], "question") == "question"


def test_a_question_of_a_lesson_that_is_gone_can_be_put_back() -> None:
    made = content()
    asked = made["lessons"][0]["questions"][0]
    gone = editing.without_lesson(made, made["lessons"][0]["key"])
    assert keys(editing.with_question(gone, "phishing", asked))[-1][-1] == "link"
    with pytest.raises(NotFound):
        editing.with_question(gone | {"lessons": []}, "phishing", asked)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Klik je op de link?", None),
        ("Je mag niets zeggen. Meld je het lek niet nooit?", "denials"),
        ("Heb je er bezwaar tegen om dat te geven?", "turned"),
        ("", None),
    ],
)
def test_wording_that_makes_yes_and_no_hard_to_read(text: str, found: str | None) -> None:
    assert wording.hard(text, "nl") == found
