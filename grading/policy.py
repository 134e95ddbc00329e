"""What follows from a reading: passed, not passed, or neither. Nobody fails on a guess."""

from typing import Literal

from grading.calibration import smallest_sample
from grading.grade import Intent, Outcome


def outcome(
    *,
    intent: Intent,
    expected: Literal["approve", "disapprove"],
    probability: float,
    p_value: float,
    alpha: float | None,
    sample: int,
    pass_at: float,
    guarded: bool,
) -> Outcome:
    """The outcome of one answer.

    `intent` is the likeliest reading, `probability` that of the expected intent, `sample` the number of calibration
    answers behind the p-value; without an alpha nobody fails. Doubt (`unsure`, `none`) and guarded answers cost nobody
    points.
    """
    if guarded:
        return "undecided"
    if intent == expected:
        return "passed" if probability >= pass_at else "undecided"
    opposite = intent in ("approve", "disapprove")
    if alpha is not None and opposite and sample >= smallest_sample(alpha) and p_value <= alpha:
        return "not_passed"
    return "undecided"
