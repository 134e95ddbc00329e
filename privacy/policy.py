"""The policy that a learner agrees to: versioned texts, read from `privacy/policies/*.toml`."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from people.actors import Language

FOLDER = Path(__file__).parent / "policies"


@dataclass(frozen=True, slots=True)
class Text:
    """The policy in one language: short paragraphs for the widget, sections for the permanent page."""

    notice: tuple[str, ...]
    purposes: dict[str, str]
    optional: dict[str, str]
    """Purposes that a learner may allow later, and without which nothing changes for them."""
    sections: tuple[tuple[str, tuple[str, ...]], ...]
    complaint: str


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of the policy. Its name is its date; consent names it."""

    version: str
    purposes: tuple[str, ...]
    optional: tuple[str, ...]
    texts: dict[Language, Text]


@lru_cache(maxsize=1)
def current() -> Policy:
    """The newest version."""
    path = max(FOLDER.glob("*.toml"))
    raw = tomllib.loads(path.read_text("utf-8"))
    languages: tuple[Language, ...] = ("nl", "en")
    texts = {language: _text(raw[language]) for language in languages}
    return Policy(path.stem, tuple(texts["nl"].purposes), tuple(texts["nl"].optional), texts)


def _text(raw: dict[str, object]) -> Text:
    notice, purposes, sections, complaint = raw["notice"], raw["purposes"], raw["sections"], raw["complaint"]
    optional = raw.get("optional", {})
    assert isinstance(notice, list) and isinstance(purposes, dict) and isinstance(optional, dict)
    assert isinstance(sections, list) and isinstance(complaint, str)
    parts = tuple((part["title"], tuple(part["paragraphs"])) for part in sections)
    return Text(tuple(notice), dict(purposes), dict(optional), parts, complaint)
