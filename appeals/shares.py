"""Shares of small numbers, as honest as they can be: with an interval, and not at all of too few."""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

K: Final = 5
"""No figure is shown of fewer than this, so that nobody can be recognised in it and chance is not taken for a trend."""
Z: Final = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    count: int
    total: int

    @property
    def value(self) -> float | None:
        """The share; None of fewer than `K`."""
        return self.count / self.total if self.total >= K else None

    @property
    def interval(self) -> tuple[float, float]:
        """The ends of its 95 % interval; anything is possible of nothing."""
        return interval(self.count, self.total)


def interval(count: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    if not total:
        return 0.0, 1.0
    share, slack = count / total, Z * Z / total
    middle = share + slack / 2
    half = Z * math.sqrt(share * (1 - share) / total + slack / (4 * total))
    low, high = (middle - half) / (1 + slack), (middle + half) / (1 + slack)
    return (low if count else 0.0), (high if count < total else 1.0)


def lower_end(count: int, total: int) -> float:
    """The lower end of the interval; 0 when there is nothing to take a share of."""
    return interval(count, total)[0] if count else 0.0
