"""The texts of api and pages: Dutch in the source, other languages from `web/locale/*.po` (gettext)."""

import datetime as dt
import re
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import localedata
from babel.dates import format_date, format_time, format_timedelta
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from people.actors import Language

FOLDER = Path(__file__).parent.parent / "web" / "locale"
ZONE = ZoneInfo("Europe/Amsterdam")
LANGUAGES: tuple[Language, ...] = ("nl", "en")
USUAL: dict[Language, str] = {"nl": "nl_NL", "en": "en_GB"}
"""How dates and numbers are written where the browser names no country."""
NO_BREAK = "\u00a0"
LONGEST_HEADER = 500
TAG = re.compile(r"(nl|en)(?:-[a-z]{4})?(?:-([a-z]{2}|\d{3}))?(?:-.*)?", re.I)
_ASKED: ContextVar[str] = ContextVar("asked", default="")


class Untranslated(KeyError):
    """A Dutch text that a catalogue lacks: an error in the program, which a test finds first."""


class Texts:
    """The texts in one language; `texts("Opslaan")`, or `texts.count("{n} punt", "{n} punten", 2)`."""

    def __init__(self, language: Language, entries: dict[str, str | tuple[str, ...]] | None) -> None:
        self.language = language
        self._entries = entries

    def __call__(self, dutch: str, **values: object) -> str:
        """The text, with `{name}` filled in."""
        found = self._find(dutch)
        return found.format(**self._written(values)) if values else found

    def count(self, one: str, many: str, n: int, **values: object) -> str:
        """The form that fits the number `n`, which is filled in as `{n}`."""
        forms = self._entries[one] if self._entries is not None else (one, many)
        return forms[0 if n == 1 else 1].format(**self._written({"n": n} | values))

    def date(self, moment: dt.datetime | dt.date) -> str:
        """A date in full, as `22 december 2026`, that does not wrap."""
        day = moment.astimezone(ZONE).date() if isinstance(moment, dt.datetime) else moment
        return format_date(day, "long", locale=self._locale).replace(" ", NO_BREAK)

    def moment(self, moment: dt.datetime) -> str:
        """Date and time, Dutch time, that does not wrap."""
        time = format_time(moment.astimezone(ZONE).time(), "short", locale=self._locale)
        return f"{self.date(moment)} {time}".replace(" ", NO_BREAK)

    def number(self, value: float) -> str:
        """A number, as `1.234,5`."""
        return format_decimal(value, locale=self._locale, decimal_quantization=False)

    def percent(self, share: float) -> str:
        """A share between 0 and 1, as `1%`."""
        return format_percent(share, "#,##0.##%", locale=self._locale)

    def span(self, length: dt.timedelta) -> str:
        """A length of time in the largest unit that fits into it, as `3 dagen`: four weeks are no month."""
        return format_timedelta(length, threshold=1, locale=self._locale).replace(" ", NO_BREAK)

    @property
    def _locale(self) -> str:
        return _notation(self.language, _ASKED.get())

    def _written(self, values: dict[str, object]) -> dict[str, object]:
        return {
            name: self.number(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
            for name, value in values.items()
        }

    def _find(self, dutch: str) -> str:
        if self._entries is None:
            return dutch
        found = self._entries.get(dutch)
        if not isinstance(found, str):
            raise Untranslated(dutch)
        return found


@lru_cache(maxsize=len(LANGUAGES))
def texts(language: Language) -> Texts:
    """The texts in this language."""
    if language == "nl":
        return Texts("nl", None)
    with (FOLDER / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    entries: dict[str, str | tuple[str, ...]] = {}
    for message in catalogue:
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[0]
            entries[key] = message.string if isinstance(message.string, str) else tuple(message.string or ())
    return Texts(language, entries)


def decimal(typed: str) -> float | None:
    """A number below a thousand as somebody typed it: both `1,5` and `1.5` are one and a half. None if it is none.

    Fields of type `number` are not for decimals: Chromium drops the comma that it does not expect, and reads 15.
    """
    found = re.fullmatch(r"\s*(\d{1,3})(?:[.,](\d{1,6}))?\s*", typed, re.ASCII)
    return float(f"{found[1]}.{found[2] or 0}") if found else None


def follow(accept: str | None) -> None:
    """From here on in this request, dates and numbers are written as this browser (`Accept-Language`) does."""
    _ASKED.set((accept or "")[:LONGEST_HEADER])


def preferred(accept: str | None) -> Language:
    """The language that a browser asks for (`Accept-Language`); Dutch when it says nothing that we have."""
    return next((language for language, _ in _wishes(accept or "")), "nl")


@lru_cache(maxsize=256)
def _notation(language: Language, accept: str) -> str:
    """The locale of the first country that the browser names for this language."""
    named = [f"{language}_{country}" for wished, country in _wishes(accept) if wished == language and country]
    return next((locale for locale in named if localedata.exists(locale)), USUAL[language])


def _wishes(accept: str) -> list[tuple[Language, str]]:
    """Languages that we have, each with the country that was named, the dearest first; `q=0` is no wish (RFC 9110)."""
    found: list[tuple[float, int, Language, str]] = []
    for place, part in enumerate(accept[:LONGEST_HEADER].split(",")):
        tag, *parameters = (one.strip() for one in part.split(";"))
        named, weight = TAG.fullmatch(tag), _weight(parameters)
        if named is not None and weight > 0:
            language: Language = "en" if named[1].lower() == "en" else "nl"
            found.append((-weight, place, language, (named[2] or "").upper()))
    return [(language, country) for _, _, language, country in sorted(found)]


def _weight(parameters: list[str]) -> float:
    """Between 0 and 1; what cannot be read counts least, so that it still says more than nothing."""
    given = next((one[2:] for one in parameters if one.lower().startswith("q=")), "1")
    return min(float(given), 1.0) if re.fullmatch(r"\d{1,4}(\.\d{0,6})?", given) else 0.0001
