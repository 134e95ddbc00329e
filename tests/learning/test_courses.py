"""Course files: what is wrong is told with file and line, and the demo courses are as promised."""

import re
from pathlib import Path

import pytest

from api.seeding import COURSES
from learning import courses
from learning.errors import CourseInvalid

GOOD = """\
slug: small
languages: [nl]
title: {nl: Klein}
summary: {nl: Kort}
lessons:
  - key: one
    title: {nl: Les}
    text: {nl: Tekst}
    questions:
      - key: first
        kind: stance
        text: {nl: "Doe je het?"}
        expected: approve
        readings: {approve: {nl: je doet het}, disapprove: {nl: je doet het niet}}
        why: {nl: Daarom}
"""


def _read(tmp_path: Path, text: str) -> courses.CourseFile:
    path = tmp_path / "small.yaml"
    path.write_text(text, encoding="utf-8")
    return courses.read(path)


def test_a_good_file_is_read_and_its_version_is_its_content(tmp_path: Path) -> None:
    course = _read(tmp_path, GOOD)
    assert len(list(course.questions())) == 1
    assert _read(tmp_path, GOOD + "# a comment\n").version() == course.version()
    assert _read(tmp_path, GOOD.replace("Daarom", "Hierom")).version() != course.version()


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("slug: small", "slug: Small Course", 1, "slug"),
        ("expected: approve", "expected: unsure", 13, "expected"),
        ("kind: stance", "kind: quiz", 10, "kind"),
        ("why: {nl: Daarom}", "why: {nl: Daarom}\n        points: 0", 16, "points"),
        ("why: {nl: Daarom}", "why: {nl: Daarom}\n        colour: red", 16, "colour"),
        ("        why: {nl: Daarom}\n", "", 10, "why"),
        ("title: {nl: Klein}", "title: {nl: ''}", 3, "title"),
        ("languages: [nl]", "languages: [nl, en]", 1, "lack a language"),
        ("slug: small", "slug: [small", 2, "expected"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    with pytest.raises(CourseInvalid, match=re.escape(said)) as caught:
        _read(tmp_path, GOOD.replace(old, new))
    assert f"small.yaml:{line}:" in str(caught.value)


def test_two_questions_with_one_key_are_refused(tmp_path: Path) -> None:
    double = GOOD + GOOD[GOOD.index("      - key: first") :]
    with pytest.raises(CourseInvalid, match="unique"):
        _read(tmp_path, double)


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CourseInvalid, match=r"x\.yaml:1: not UTF-8"):
        courses.read(path)


@pytest.mark.parametrize(("slug", "languages"), [("information-security", ["nl", "en"]), ("safety-at-work", ["nl"])])
def test_the_demo_courses(slug: str, languages: list[str]) -> None:
    course = courses.read(COURSES / f"{slug}.yaml")
    questions = list(course.questions())
    assert course.languages == languages and len(questions) >= 12
    assert sum(question.flagged for question in questions) >= 4
    assert {question.kind for question in questions} == {"stance", "choice", "open"}
    expected = [question.expected for question in questions if question.kind == "stance"]
    assert {"approve", "disapprove"} == set(expected)
