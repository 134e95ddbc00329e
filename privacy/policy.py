"""The policy that a learner agrees to: versioned texts, read from `privacy/policies/*.toml`.

A new version says what became of consent (`consent`): `asked` again, because it has purposes that nobody agreed to
yet, or `kept`, because only the words are new; then it is announced. A version that keeps consent cannot have other
purposes than the one before.
"""

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
    changes: tuple[str, ...]
    """What is different from the version before, for who agreed to that."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of the policy. Its name is its date; consent names it."""

    version: str
    asks: bool
    """Consent to earlier versions does not cover it."""
    purposes: tuple[str, ...]
    optional: tuple[str, ...]
    texts: dict[Language, Text]


def versions() -> tuple[Policy, ...]:
    """All of them, the oldest first."""
    return _read(FOLDER)


def current() -> Policy:
    """The newest version."""
    return versions()[-1]


def covering() -> list[str]:
    """The versions to which consent holds now: the last one for which it was asked, and those after it."""
    every = versions()
    last = max(place for place, one in enumerate(every) if one.asks)
    return [one.version for one in every[last:]]


def changes(since: str, language: Language) -> list[str]:
    """What is new in all versions after this one."""
    return [line for one in versions() if one.version > since for line in one.texts[language].changes]


@lru_cache
def _read(folder: Path) -> tuple[Policy, ...]:
    found: list[Policy] = []
    for path in sorted(folder.glob("*.toml")):
        raw = tomllib.loads(path.read_text("utf-8"))
        languages: tuple[Language, ...] = ("nl", "en")
        texts = {language: _text(raw[language]) for language in languages}
        asks = {"asked": True, "kept": False}[raw.get("consent", "asked")]
        made = Policy(path.stem, asks, tuple(texts["nl"].purposes), tuple(texts["nl"].optional), texts)
        if not asks and (not found or found[-1].purposes != made.purposes):
            raise ValueError(f"policy {made.version} keeps consent, but has other purposes than the one before")
        if not asks and not all(text.changes for text in texts.values()):
            raise ValueError(f"policy {made.version} does not say what is new")
        found.append(made)
    return tuple(found)


def _text(raw: dict[str, object]) -> Text:
    notice, purposes, sections, complaint = raw["notice"], raw["purposes"], raw["sections"], raw["complaint"]
    optional, changes = raw.get("optional", {}), raw.get("changes", [])
    assert isinstance(notice, list) and isinstance(purposes, dict) and isinstance(optional, dict)
    assert isinstance(sections, list) and isinstance(complaint, str) and isinstance(changes, list)
    parts = tuple((part["title"], tuple(part["paragraphs"])) for part in sections)
    return Text(tuple(notice), dict(purposes), dict(optional), parts, complaint, tuple(changes))
