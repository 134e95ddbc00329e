"""A report gives no small count away: neither by what it shows, nor by what can be worked out from it."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from appeals.shares import K
from appeals.suppression import Place, Table, hidden

COUNTS = st.one_of(st.integers(0, K), st.integers(0, 40))
ROWS = st.lists(st.tuples(COUNTS, COUNTS, COUNTS), min_size=1, max_size=6)


def _highest(table: Table, secret: frozenset[Place], place: Place) -> float:
    """The highest that a count can be for who sees all that is shown: an oracle of its own, by linear programming."""
    places = table.places()
    index = {one: number for number, one in enumerate(places)}
    last_row, last_column = len(table.counts) - 1, len(table.counts[0]) - 1
    sums: list[dict[Place, int]] = [
        *({(row, one): 1 for one in range(last_column)} | {(row, last_column): -1} for row in range(last_row + 1)),
        *(
            {(one, column): 1 for one in range(last_row)} | {(last_row, column): -1}
            for column in range(last_column + 1)
        ),
    ]
    equal = [[one.get(place, 0) for place in places] for one in sums]
    bounds = [(0, None) if one in secret else (table.at(one), table.at(one)) for one in places]
    wanted = [-1.0 if number == index[place] else 0.0 for number in range(len(places))]
    found: Any = linprog(wanted, A_eq=equal, b_eq=[0] * len(sums), bounds=bounds)
    if found.status == 3:  # no bound at all
        return float("inf")
    assert found.status == 0, found.message
    return float(-found.fun)


@given(ROWS)
@settings(max_examples=200, deadline=None)
def test_no_count_below_k_is_shown_or_can_be_computed(rows: list[tuple[int, int, int]]) -> None:
    table = Table.of(rows)
    secret = hidden(table)
    small = [place for place in table.places() if table.at(place) < K]
    assert set(small) <= secret
    for place in small:
        assert _highest(table, secret, place) > K - 0.5, "it may as well be K or more"


def test_hiding_the_small_ones_alone_would_give_them_away() -> None:
    """The oracle finds what plain suppression gives away, so the property can fail."""
    table = Table.of([(12, 3, 9), (20, 10, 30)])
    plain = frozenset(place for place in table.places() if table.at(place) < K)
    assert plain == {(0, 1)} and _highest(table, plain, (0, 1)) == pytest.approx(3)
    secret = hidden(table)
    assert plain < secret and _highest(table, secret, (0, 1)) >= K


def test_what_is_large_everywhere_is_shown() -> None:
    assert hidden(Table.of([(5, 6, 7), (8, 9, 10)])) == frozenset()


def test_as_little_as_needed_is_hidden() -> None:
    rows = [(12, 8, 6), (3, 1, 0), (20, 9, 7), (0, 0, 0), (7, 15, 5)]
    table = Table.of(rows)
    shown = [place for place in table.places() if place not in hidden(table)]
    assert shown == [(row, column) for row in (2, 4, 5) for column in range(4)]


def test_a_whole_course_with_few_appeals_shows_nothing() -> None:
    table = Table.of([(1, 0, 0), (0, 2, 1)])
    assert hidden(table) == set(table.places())
