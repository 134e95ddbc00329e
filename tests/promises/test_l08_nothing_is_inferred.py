"""L08: no emotion, personality or health is inferred: there is no place in the system that such a thing could go.

What this shows: the machine gives one of four readings and numbers about them, it is made to see words of yes and no,
and no column, message field, prompt or act has a name from the list below. What it cannot show: that nothing of the
kind could be guessed from an answer by a person who reads it, or that a name outside the list hides one. The list is
of words in English and Dutch; a field with another name is found by whoever reviews it, not here.
"""

import dataclasses
import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any, get_args

import pytest
import yaml

from api import building
from api.app import make_app
from api.settings import ROOT, Settings
from api.tables import METADATA
from grading.grade import INTENTS, REASONS, Evidence, Grade, Intent, Question
from grading.lexicon import Lexicon
from privacy import policy

STATED = {"organisation age_gate", "of_age"}
"""What people say themselves, where an organisation asks for it: that they are sixteen (B04)."""
WORDS = (
    *("emotion", "emotie", "sentiment", "mood", "stemming", "feeling", "gevoel", "anger", "angry", "boos", "happy"),
    *("sad", "verdriet", "stress", "fatigue", "burnout", "anxiety", "angst", "attention", "aandacht", "engagement"),
    *("personality", "persoonlijkheid", "character", "karakter", "temperament", "bigfive", "ocean", "mbti", "trait"),
    *("attitude", "houding", "loyal", "honest", "eerlijkheid", "integrity", "motivation", "motivatie", "risk_score"),
    *(
        "health",
        "gezondheid",
        "illness",
        "ziek",
        "disabilit",
        "handicap",
        "depress",
        "adhd",
        "autis",
        "dyslex",
        "pregnan",
    ),
    *("zwanger", "medical", "medisch", "mental", "mentaal", "diagnos", "age", "leeftijd", "gender", "geslacht"),
    *("religion", "geloof", "ethnic", "afkomst", "race", "sexual", "politic", "union", "vakbond", "profile", "profiel"),
)


def parts(name: str) -> list[str]:
    """The words that a name is made of: `moodScore`, `mood_score` and `mood-score` alike."""
    return re.findall(r"[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", name).lower())


def found(names: set[str]) -> dict[str, str]:
    """Names in which a word of the list begins a part; short words must be the whole part."""
    return {
        name: word
        for name in names
        for word in WORDS
        for part in ["_".join(parts(name)), *parts(name)]
        if part == word or (len(word) > 4 and part.startswith(word))
    }


@pytest.mark.parametrize("name", ["moodScore", "mood", "stress_level", "isAngry", "risk_score", "dyslexic", "the-age"])
def test_the_list_finds_what_it_should(name: str) -> None:
    assert found({name, "message", "page", "passage", "language", "summary"}).keys() == {name}


def test_a_grade_is_one_of_four_readings_and_numbers_about_them() -> None:
    assert get_args(Intent) == INTENTS == ("approve", "disapprove", "unsure", "none")
    assert [one.name for one in dataclasses.fields(Grade)] == [
        *("intent", "outcome", "reason", "probabilities", "p_value", "alpha", "model_id", "evidence"),
    ]
    assert [one.name for one in dataclasses.fields(Question)] == ["text", "language", "expected"]
    assert [one.name for one in dataclasses.fields(Evidence)] == ["stage", "reason", "words", "neighbours"]
    assert found(set(REASONS)) == {}


def test_the_model_on_the_shelf_knows_nothing_else() -> None:
    grader = building.graders(Settings()).of("")
    for language in ("nl", "en"):
        said = (
            "ik ben boos en moe, en ik heb migraine"
            if language == "nl"
            else "I am angry and tired, and I have migraine"
        )
        read = grader.explain(Question("Klik je op de link?", language, "disapprove"), said)  # type: ignore[arg-type]
        assert read.intent in INTENTS and set(read.probabilities) == set(INTENTS) and read.reason in REASONS


def test_no_feature_or_list_of_words_is_about_it() -> None:
    names = {one.name for one in dataclasses.fields(Lexicon)}
    for path in sorted((ROOT / "grading" / "lexicon").glob("*.toml")):
        names |= set(tomllib.loads(path.read_text("utf-8")))
    for path in sorted(Settings().models.joinpath("current").glob("*.json")):
        names |= set(json.loads(path.read_text("utf-8")))
    assert found(names) == {}
    labels = (path.read_text("utf-8").splitlines() for path in sorted((ROOT / "data").glob("*/*.tsv")))
    assert {line.split("\t")[2] for lines in labels for line in lines[1:] if line} == set(INTENTS)


def test_no_column_is_about_it() -> None:
    names = {f"{table.name} {column.name}" for table in METADATA.sorted_tables for column in table.c}
    assert len(names) > 100 and found(names - STATED) == {}


def test_no_field_of_the_api_is_about_it() -> None:
    wiring = building.wire(Settings())
    try:
        fields = set(_names(make_app(wiring).openapi()))
    finally:
        wiring.store.engine.dispose()
    assert {"intent", "outcome", "text", "turn"} & fields and found(fields - STATED) == {}


def _names(spec: Any) -> Iterator[str]:
    """Names of properties and parameters, and values that a field can only have."""
    if isinstance(spec, dict):
        if isinstance(spec.get("properties"), dict):
            yield from spec["properties"]
        if "in" in spec and "name" in spec:
            yield spec["name"]
        yield from (value for value in spec.get("enum", ()) if isinstance(value, str))
        for inner in spec.values():
            yield from _names(inner)
    elif isinstance(spec, list):
        for inner in spec:
            yield from _names(inner)


def test_the_bot_has_no_intent_slot_or_act_about_it_and_no_prompt_at_all() -> None:
    domain = yaml.safe_load((ROOT / "bot" / "domain.yml").read_text("utf-8"))
    acts = {one["custom"]["act"] for said in domain["responses"].values() for one in said if "custom" in one}
    assert found({*domain["intents"], *domain["slots"], *domain["responses"], *acts}) == {}
    config = yaml.safe_load((ROOT / "bot" / "config.yml").read_text("utf-8"))
    used = {one["name"] for part in ("pipeline", "policies") for one in config[part] or ()}
    assert used and not {name for name in used if re.search("entit|llm|prompt|gpt|sentiment", name, re.I)}


def test_it_is_said() -> None:
    """To whoever decides on using it; the learner reads that only yes or no is looked at."""
    for language, told in (("nl", "karakter, stemming of gezondheid"), ("en", "character, mood or health")):
        page = ROOT / "privacy" / "templates" / language / "instructions-for-use.md"
        assert told in page.read_text("utf-8")
    notices = {language: " ".join(text.notice) for language, text in policy.current().texts.items()}
    assert "kijkt alleen of je antwoord ja of nee zegt" in notices["nl"]
    assert "only looks at whether your answer says yes or no" in notices["en"]
