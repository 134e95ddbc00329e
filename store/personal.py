"""How each table states whose data it holds, what erasure does to it and how long it is kept."""

from dataclasses import dataclass
from typing import Literal

About = Literal["learner", "member", "organisation", "nobody"]
Erasure = Literal["delete", "detach", "keep"]


@dataclass(frozen=True, slots=True)
class Privacy:
    """The privacy policy of one mapped class, in `__privacy__`.

    `erasure` says what happens to its rows when the person they are about is erased: `delete` the row,
    `detach` it from the person (a statistic stays), or `keep` it. `kept` is the retention in words that the
    record of processing repeats. `exported`: is it part of the copy a person may take along?
    """

    about: About
    erasure: Erasure
    kept: str
    exported: bool = False
