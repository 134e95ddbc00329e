"""docs/appeals.md says what the code says."""

import datetime as dt
import re

from privacy.deadlines import ZONE, Clock
from tests.appeals import drawing

EXAMPLE = re.compile(r"^\| (\d{4}-\d\d-\d\d \d\d:\d\d)[^|]* \| (\d+) \| (yes|no) \| (\d+) \| (\S+) \| (\S+) \|$", re.M)


def test_diagram_and_table_are_those_of_the_code() -> None:
    page = drawing.PAGE.read_text("utf-8")
    assert drawing.renewed(page) == page, "run `python -m tests.appeals.drawing`"


def test_the_examples_of_the_clock_are_right() -> None:
    said = EXAMPLE.findall(drawing.PAGE.read_text("utf-8"))
    assert len(said) >= 8
    made = []
    for began, days, extended, paused, _, _ in said:
        since = dt.datetime.fromisoformat(began).replace(tzinfo=ZONE)
        clock = Clock(since, int(days), dt.timedelta(days=int(paused)), extended=extended == "yes")
        dates = clock.due.date().isoformat(), clock.limit.date().isoformat()
        made.append((began, days, extended, paused, *dates))
    assert made == said
