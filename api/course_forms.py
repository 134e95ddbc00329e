"""Forms of courses: from what an author typed to a part of a course, and what is wrong with it in words.

Field names are places in the part: `text.nl`, `readings.approve.en`, `options.0.text.nl`. So an error stands beside its
field, and a form that is shown again has all that was typed.
"""

import unicodedata
from typing import Annotated, Any

from fastapi import Depends, Request

from api.texts import Texts
from learning import editing
from learning.editing import Part, Wrong
from people.actors import Language

LANGUAGES: dict[str, list[Language]] = {"nl": ["nl"], "nl en": ["nl", "en"], "en": ["en"]}
MOST_OPTIONS = 5
MOST_FIELDS = 100
KINDS = ("stance", "choice", "open")


async def posted(request: Request) -> dict[str, Any]:
    """What was typed, as places within places; without control characters, which no text needs."""
    form = await request.form(max_fields=MOST_FIELDS, max_files=1)
    found: dict[str, Any] = {}
    for name, value in form.multi_items():
        if not isinstance(value, str):
            continue
        *steps, last = name.split(".")
        place = found
        for step in steps:
            inner = place.setdefault(step, {})
            place = inner if isinstance(inner, dict) else {}
        place[last] = clean(value)
    return found


Posted = Annotated[dict[str, Any], Depends(posted)]


def clean(text: str) -> str:
    """The text as a database can keep it, lines ended as everywhere but in forms."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n")
    return "".join(char for char in lines if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs"))


def head(typed: dict[str, Any], before: Part | None) -> Part:
    """The head of a course; a language that the course does not have may stay empty."""
    languages = LANGUAGES.get(str(typed.get("languages")), [])
    if before and set(before["languages"]) == set(languages):
        languages = before["languages"]
    made: Part = {"slug": before["slug"] if before else "new", "languages": languages, "certificate": None}
    made |= {name: _texts(typed.get(name), languages) for name in ("title", "summary")}
    if typed.get("certified"):
        given = _dict(typed.get("certificate"))
        registration = _texts(given.get("registration"), languages)
        made["certificate"] = {
            "pass_mark": given.get("pass_mark") or None,
            "education_points": str(given.get("education_points") or "").replace(",", ".") or None,
            "registration": registration if any(text.strip() for text in registration.values()) else None,
        }
    return made


def lesson(typed: dict[str, Any], key: str, languages: list[Language]) -> Part:
    """The texts of a lesson."""
    return {"key": key} | {name: _texts(typed.get(name), languages) for name in ("title", "text")}


def question(typed: dict[str, Any], kind: str, key: str, languages: list[Language]) -> Part:
    """A question of this kind."""
    made: Part = {"key": key, "kind": kind, "text": _texts(typed.get("text"), languages)}
    if kind == "open":
        return made | {"reply": _texts(typed.get("reply"), languages), "flagged": bool(typed.get("flagged"))}
    if kind == "stance":
        readings = _dict(typed.get("readings"))
        made |= {"expected": typed.get("expected")}
        made |= {"readings": {one: _texts(readings.get(one), languages) for one in ("approve", "disapprove")}}
    else:
        made |= {"options": _options(typed, languages)}
    made |= {"why": _texts(typed.get("why"), languages), "points": typed.get("points")}
    return made | {"flagged": bool(typed.get("flagged"))}


def empty(kind: str, languages: list[Language]) -> Part:
    """A question that nothing has been typed of yet."""
    return question({"points": "1"}, kind, "new", languages)


def empty_lesson(languages: list[Language]) -> Part:
    """The same of a lesson."""
    return lesson({}, "new", languages)


def keyed(part: Part, taken: set[str]) -> Part:
    """A new lesson or question with a key made from its words, in the course's first language."""
    words = next(iter(part["title" if "title" in part else "text"].values()))
    return part | {"key": editing.key_for(words, taken, "question" if "kind" in part else "lesson")}


def told(t: Texts, wrong: Wrong) -> str:
    """What is wrong with a field, and what to do about it."""
    if wrong.code in ("string_too_short", "missing"):
        return t("Vul dit in.")
    if wrong.code == "string_too_long":
        return t("Maak dit korter: hooguit {n} tekens.", n=wrong.bound)
    if wrong.code in ("greater_than_equal", "greater_than"):
        return t("Dit getal is te klein.")
    if wrong.code in ("less_than_equal", "less_than"):
        return t("Dit getal is te groot: hooguit {n}.", n=wrong.bound)
    if wrong.code.startswith(("int_", "float_")):
        return t("Vul een getal in.")
    if wrong.code == "too_short":
        return t("Geef er minstens {n}.", n=wrong.bound)
    if wrong.code == "value_error":
        return t("Kies welk antwoord goed is: precies één.")
    return t("Maak een keuze.")


def _options(typed: dict[str, Any], languages: list[Language]) -> list[Part]:
    """The options that have a text in any language; an option keeps its key when its text changes."""
    made: list[Part] = []
    given = _dict(typed.get("options"))
    for place in map(str, range(MOST_OPTIONS)):
        one = _dict(given.get(place))
        texts = _texts(one.get("text"), languages)
        if not any(text.strip() for text in texts.values()):
            continue
        taken = {other["key"] for other in made}
        key = str(one.get("key") or "") or editing.key_for(next(iter(texts.values())), taken, "option")
        made.append({"key": key, "text": texts, "right": typed.get("right") == place})
    return made


def _texts(value: Any, languages: list[Language]) -> dict[str, str]:
    given = _dict(value)
    return {language: str(given.get(language) or "") for language in languages}


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
