"""Small charts as SVG, made on the server: colours come from the page's stylesheet, figures from the table beside."""

from dataclasses import dataclass
from html import escape
from typing import Final

from markupsafe import Markup

WIDTH: Final = 340
ROW: Final = 34
LEFT: Final = 8
PLOT: Final = WIDTH - 2 * LEFT


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it is of, how long it is, and how that is written."""

    label: str
    value: float
    shown: str


@dataclass(frozen=True, slots=True)
class Span:
    """A share between 0 and 1 with the ends of its interval; without a `value` there are too few to say."""

    label: str
    value: float | None
    low: float
    high: float
    shown: str


def bars(name: str, title: str, description: str, rows: list[Bar]) -> Markup:
    """Horizontal bars from 0; `name` is unique on the page."""
    longest = max((row.value for row in rows), default=0) or 1
    parts = []
    for place, row in enumerate(rows):
        top = place * ROW
        parts.append(_words(top, row.label, row.shown))
        parts.append(f'<rect class="track" x="{LEFT}" y="{top + 20}" width="{PLOT}" height="8" rx="4"/>')
        if row.value:
            width = max(4.0, round(PLOT * row.value / longest, 1))
            parts.append(f'<rect class="bar-fill" x="{LEFT}" y="{top + 20}" width="{width}" height="8" rx="4"/>')
    return _picture(name, title, description, len(rows), parts)


def spans(name: str, title: str, description: str, rows: list[Span]) -> Markup:
    """Shares as dots on a line from 0 to 1, each with its interval."""
    parts = []
    for place, row in enumerate(rows):
        top = place * ROW
        parts.append(_words(top, row.label, row.shown))
        parts.append(f'<rect class="track" x="{LEFT}" y="{top + 23}" width="{PLOT}" height="2"/>')
        low, high = _x(row.low), _x(row.high)
        parts.append(f'<rect class="span" x="{low}" y="{top + 22}" width="{round(high - low, 1)}" height="4" rx="2"/>')
        if row.value is not None:
            parts.append(f'<circle class="dot" cx="{_x(row.value)}" cy="{top + 24}" r="5"/>')
    return _picture(name, title, description, len(rows), parts)


def _words(top: int, label: str, shown: str) -> str:
    return (
        f'<text x="{LEFT}" y="{top + 14}">{escape(label)}</text>'
        f'<text x="{WIDTH - LEFT}" y="{top + 14}" text-anchor="end">{escape(shown)}</text>'
    )


def _picture(name: str, title: str, description: str, rows: int, parts: list[str]) -> Markup:
    """The parts are escaped where they hold words."""
    return Markup(  # noqa: S704
        f'<svg class="chart" viewBox="0 0 {WIDTH} {rows * ROW}" role="img" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(description)}</desc>'
        f"{''.join(parts)}</svg>"
    )


def _x(share: float) -> float:
    return round(LEFT + PLOT * share, 1)
