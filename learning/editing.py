"""A course that is being written: what can be done to its content. Pure; what comes in is never changed.

A draft has the shape of a course file, but may lack lessons, questions and languages. Each part that is put into it is
valid by itself; `problems` says what the whole still lacks before it can be published.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from learning.courses import AnyQuestion, CourseHead, LessonText, fingerprint, texts_in, version_of
from learning.errors import NotFound
from people.actors import Language

Content = dict[str, Any]
Part = dict[str, Any]
Problem = Literal["no-lessons", "no-questions", "language"]
Change = Literal["new", "changed", "flagged", "removed"]
PARTS: dict[str, TypeAdapter[Any]] = {
    "course": TypeAdapter(CourseHead),
    "lesson": TypeAdapter(LessonText),
    "question": TypeAdapter(AnyQuestion),
}
LONGEST_KEY = 40


@dataclass(frozen=True, slots=True)
class Lack:
    """What a draft lacks before it can be published, and where."""

    problem: Problem
    part: str
    key: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a field: pydantic's name for it, and the bound that was passed, if any."""

    code: str
    bound: int | None = None


def checked(kind: str, values: Part) -> tuple[Part, dict[str, Wrong]]:
    """The part as it is kept, or what is wrong with it by the name of the field (`text.nl`)."""
    try:
        return PARTS[kind].dump_python(PARTS[kind].validate_python(values), mode="json"), {}
    except ValidationError as error:
        return {}, {_field(one["loc"], values): _wrong(one) for one in reversed(error.errors())}


def head(content: Content) -> Part:
    """All but the lessons."""
    return {name: value for name, value in content.items() if name != "lessons"}


def lesson(content: Content, key: str) -> Part:
    """A lesson with its questions; raises `NotFound`."""
    found = next((one for one in content["lessons"] if one["key"] == key), None)
    if found is None:
        raise NotFound
    return dict(found)


def words(part: Part) -> Part:
    """A lesson without its questions."""
    return {name: value for name, value in part.items() if name != "questions"}


def question(content: Content, key: str) -> Part:
    """A question; raises `NotFound`."""
    found = next((one for _, one in _questions(content) if one["key"] == key), None)
    if found is None:
        raise NotFound
    return dict(found)


def lesson_of(content: Content, key: str) -> Part:
    """The lesson that a question is in; raises `NotFound`."""
    found = next((one for one, asked in _questions(content) if asked["key"] == key), None)
    if found is None:
        raise NotFound
    return dict(found)


def with_lesson(content: Content, part: Part) -> Content:
    """The lesson's texts are these; a new one comes last."""
    made = deepcopy(content)
    known = next((one for one in made["lessons"] if one["key"] == part["key"]), None)
    if known is None:
        made["lessons"].append(part | {"questions": []})
    else:
        known.update(part)
    return made


def with_question(content: Content, lesson_key: str, part: Part) -> Content:
    """The question is this; a new one comes last in that lesson, or in the last one where that is gone."""
    made = deepcopy(content)
    for one in made["lessons"]:
        for place, asked in enumerate(one["questions"]):
            if asked["key"] == part["key"]:
                one["questions"][place] = part
                return made
    if not made["lessons"]:
        raise NotFound
    found = next((one for one in made["lessons"] if one["key"] == lesson_key), made["lessons"][-1])
    found["questions"].append(part)
    return made


def without_lesson(content: Content, key: str) -> Content:
    """The lesson and its questions are gone."""
    return content | {"lessons": [one for one in content["lessons"] if one["key"] != key]}


def without_question(content: Content, key: str) -> Content:
    """The question is gone."""
    made = deepcopy(content)
    for one in made["lessons"]:
        one["questions"] = [asked for asked in one["questions"] if asked["key"] != key]
    return made


def moved_lesson(content: Content, key: str, by: Literal[-1, 1]) -> Content:
    """The lesson changes places with the one before or after it; at an end nothing happens."""
    made = deepcopy(content)
    _move(made["lessons"], [one["key"] for one in made["lessons"]].index(lesson(content, key)["key"]), by)
    return made


def moved_question(content: Content, key: str, by: Literal[-1, 1]) -> Content:
    """The question goes one place up or down, at the end of its lesson into the next one."""
    made, lessons = deepcopy(content), [one["key"] for one in content["lessons"]]
    at = lessons.index(lesson_of(content, key)["key"])
    asked = made["lessons"][at]["questions"]
    place = [one["key"] for one in asked].index(key)
    if 0 <= place + by < len(asked):
        _move(asked, place, by)
    elif 0 <= at + by < len(lessons):
        other = made["lessons"][at + by]["questions"]
        other.insert(0 if by == 1 else len(other), asked.pop(place))
    return made


def problems(content: Content) -> list[Lack]:
    """What the whole lacks before it can be published."""
    found = [Lack("no-lessons", "course", content["slug"])] if not content["lessons"] else []
    languages = content["languages"]
    if _lacks(head(content), languages):
        found.append(Lack("language", "course", content["slug"]))
    for one in content["lessons"]:
        if _lacks(words(one), languages):
            found.append(Lack("language", "lesson", one["key"]))
        if not one["questions"]:
            found.append(Lack("no-questions", "lesson", one["key"]))
        found += [Lack("language", "question", asked["key"]) for asked in one["questions"] if _lacks(asked, languages)]
    return found


def changes(before: Content | None, after: Content) -> list[tuple[Change, Part]]:
    """What publishing changes for learners, question by question."""
    old = {asked["key"]: asked for _, asked in _questions(before)} if before else {}
    new = {asked["key"]: asked for _, asked in _questions(after)}
    found: list[tuple[Change, Part]] = []
    for key, asked in new.items():
        if key not in old:
            found.append(("new", asked))
        elif _version(asked) != _version(old[key]):
            flagged = asked["flagged"] and not old[key]["flagged"]
            found.append(("flagged" if flagged else "changed", asked))
    return found + [("removed", asked) for key, asked in old.items() if key not in new]


def mark(part: Part) -> str:
    """What a part is now, so that a form can say what it was made from."""
    return fingerprint(json.loads(json.dumps(part)))


def key_for(text: str, taken: Iterable[str], otherwise: str) -> str:
    """A key that says what it is about and that nothing else has or had."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    made = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_KEY].strip("-") or otherwise
    known, number = set(taken), 2
    if made not in known:
        return made
    while f"{made}-{number}" in known:
        number += 1
    return f"{made}-{number}"


def _questions(content: Content) -> Iterator[tuple[Part, Part]]:
    return ((one, asked) for one in content["lessons"] for asked in one["questions"])


def _version(part: Part) -> str:
    return version_of(PARTS["question"].validate_python(part))


def _lacks(part: Part, languages: list[Language]) -> bool:
    return any(set(languages) - set(texts) for _, texts in texts_in(part))


def _move(things: list[Part], place: int, by: int) -> None:
    if 0 <= place + by < len(things):
        things[place], things[place + by] = things[place + by], things[place]


def _field(location: tuple[int | str, ...], values: Part) -> str:
    """Where it is, without the kind of question that pydantic puts before it."""
    steps = [str(step) for step in location]
    kinds = ("stance", "choice", "open")
    if steps and steps[0] in kinds and steps[0] == values.get("kind"):
        steps = steps[1:]
    return ".".join(step for step in steps if step != "[key]")


def _wrong(error: Any) -> Wrong:
    bounds = error.get("ctx", {})
    names = ("max_length", "min_length", "ge", "gt", "le", "lt")
    bound = next((int(bounds[name]) for name in names if name in bounds), None)
    return Wrong(error["type"], bound)
