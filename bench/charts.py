"""Small pictures as SVG text, readable on light and dark pages."""

from dataclasses import dataclass
from html import escape

from grading.evaluate import Share

WIDTH, HEIGHT, SIDE = 380, 340, 270
"""Of a panel and of the square that it plots in, in pixels."""
LEFT, TOP = 70, 22
TOPS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)
"""Where a vertical axis may end."""
STYLE = (
    "rect{fill:#fff}text{font:12px sans-serif;fill:#24292f}.axis{stroke:#6e7781;fill:none}"
    ".grid{stroke:#d0d7de}.mark{stroke:#0550ae;fill:none;stroke-width:1.5}.dot{fill:#0550ae}"
    "@media (prefers-color-scheme:dark){rect{fill:#0d1117}text{fill:#e6edf3}.axis{stroke:#8d96a0}"
    ".grid{stroke:#30363d}.mark{stroke:#79c0ff}.dot{fill:#79c0ff}}"
)


@dataclass(frozen=True, slots=True)
class Point:
    """A share at `x` (0 to 1) with its interval, and a few characters above it."""

    x: float
    y: float
    low: float
    high: float
    label: str

    @classmethod
    def of(cls, x: float, share: Share, label: str) -> "Point":
        """Of a share that is not of nothing."""
        return cls(x, share.value or 0.0, *share.interval, label)


@dataclass(frozen=True, slots=True)
class Panel:
    """One square plot; the horizontal axis is a share of 0 to 1, the vertical one ends where the intervals fit."""

    across: str
    upward: str
    points: list[Point]
    line: bool = False
    """Whether the points are joined."""

    def drawn(self, place: int = 0, *, diagonal: bool = False) -> str:
        """The panel as SVG elements, the `place`-th from the left."""
        highest = max((point.high for point in self.points), default=1.0)
        top = 1.0 if diagonal else next(one for one in TOPS if highest <= one)
        parts = self._axes(top)
        if diagonal:
            parts.append(f'<path class="axis" stroke-dasharray="4 4" d="M{_x(0)} {_y(0, 1)}L{_x(1)} {_y(1, 1)}"/>')
        if self.line:
            joined = "L".join(f"{_x(point.x)} {_y(point.y, top)}" for point in self.points)
            parts.append(f'<path class="mark" d="M{joined}"/>')
        for point in self.points:
            x, y = _x(point.x), _y(point.y, top)
            parts.append(f'<path class="mark" d="M{x} {_y(point.low, top)}V{_y(point.high, top)}"/>')
            parts.append(f'<circle class="dot" cx="{x}" cy="{y}" r="3.5"/>')
            above = _y(point.high, top) - 5
            parts.append(f'<text x="{x}" y="{above:.1f}" text-anchor="middle">{escape(point.label)}</text>')
        return f'<g transform="translate({place * WIDTH})">{"".join(parts)}</g>'

    def _axes(self, top: float) -> list[str]:
        parts = []
        for step in range(6):
            share = step / 5
            x, y = _x(share), _y(share, 1)
            parts.append(f'<path class="grid" d="M{LEFT} {y}h{SIDE}M{x} {TOP}v{SIDE}"/>')
            parts.append(f'<text x="{x}" y="{TOP + SIDE + 17}" text-anchor="middle">{share:.0%}</text>')
            parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{share * top * 100:g}%</text>')
        middle = TOP + SIDE / 2
        return [
            *parts,
            f'<path class="axis" d="M{LEFT} {TOP}v{SIDE}h{SIDE}"/>',
            f'<text x="{LEFT + SIDE / 2}" y="{HEIGHT - 8}" text-anchor="middle">{escape(self.across)}</text>',
            f'<text transform="translate(16 {middle})rotate(-90)" text-anchor="middle">{escape(self.upward)}</text>',
        ]


def picture(title: str, description: str, panels: list[str]) -> str:
    """A whole SVG file; `title` and `description` are for who does not see it."""
    width = WIDTH * len(panels)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" width="{width}" height="{HEIGHT}"'
        f' role="img" aria-labelledby="title description"><title id="title">{escape(title)}</title>'
        f'<desc id="description">{escape(description)}</desc><style>{STYLE}</style>'
        f'<rect width="{width}" height="{HEIGHT}"/>{"".join(panels)}</svg>\n'
    )


def _x(share: float) -> float:
    return round(LEFT + share * SIDE, 1)


def _y(share: float, top: float) -> float:
    return round(TOP + (1 - share / top) * SIDE, 1)
