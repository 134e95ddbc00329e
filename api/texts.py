"""The texts of api and pages: Dutch in the source, other languages from `web/locale/*.po` (gettext)."""

import datetime as dt
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from people.actors import Language

FOLDER = Path(__file__).parent.parent / "web" / "locale"
ZONE = ZoneInfo("Europe/Amsterdam")
LANGUAGES: tuple[Language, ...] = ("nl", "en")
NO_BREAK = "\u00a0"


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
        return found.format(**values) if values else found

    def count(self, one: str, many: str, n: int, **values: object) -> str:
        """The form that fits the number `n`, which is filled in as `{n}`."""
        forms = self._entries[one] if self._entries is not None else (one, many)
        return forms[0 if n == 1 else 1].format(n=n, **values)

    def date(self, moment: dt.datetime | dt.date) -> str:
        """A date in full, as `22 december 2026`, that does not wrap."""
        day = moment.astimezone(ZONE).date() if isinstance(moment, dt.datetime) else moment
        return format_date(day, "long", locale=_locale(self.language)).replace(" ", NO_BREAK)

    def moment(self, moment: dt.datetime) -> str:
        """Date and time, Dutch time, that does not wrap."""
        shown = format_datetime(moment.astimezone(ZONE), "d MMMM y HH:mm", locale=_locale(self.language))
        return shown.replace(" ", NO_BREAK)

    def number(self, value: float) -> str:
        """A number as it is written in the language, as `1,5`."""
        return format_decimal(value, locale=_locale(self.language))

    def percent(self, share: float) -> str:
        """A share between 0 and 1, as `1%`."""
        return format_percent(share, "#,##0.##%", locale=_locale(self.language))

    def span(self, length: dt.timedelta) -> str:
        """A length of time in the largest unit that fits into it, as `3 dagen`: four weeks are no month."""
        return format_timedelta(length, threshold=1, locale=_locale(self.language)).replace(" ", NO_BREAK)

    def _find(self, dutch: str) -> str:
        if self._entries is None:
            return dutch
        found = self._entries.get(dutch)
        if not isinstance(found, str):
            raise Untranslated(dutch)
        return found


def _locale(language: Language) -> str:
    return "en_GB" if language == "en" else "nl_NL"


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


def preferred(accept: str | None) -> Language:
    """The language that a browser asks for (`Accept-Language`); Dutch when it says nothing that we have."""
    wishes: list[tuple[float, int, Language]] = []
    for place, part in enumerate((accept or "").split(",")):
        tag, _, quality = part.strip().partition(";q=")
        code = tag.partition("-")[0].lower()
        wishes += [(-_number(quality), place, language) for language in LANGUAGES if language == code]
    return min(wishes)[2] if wishes else "nl"


def _number(quality: str) -> float:
    try:
        return float(quality) if quality else 1.0
    except ValueError:
        return 0.0
