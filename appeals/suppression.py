"""Small cells of a table hidden so that its totals do not give them away.

A table has rows and columns of counts, with totals of both. Cells below `K`, zeros too, are hidden first. Then others
are hidden until each small one might as well be `K` or more, for all that can be computed from what is shown.

What can be computed is a matter of flow: each count stands in one row and one column sum, so the table is a network
whose nodes are the sums and whose arcs are the counts. Counts that are hidden may change along a cycle of arcs, up
without bound and down to zero, and everything shown stays as it is (Gusfield 1988; Cox 1995). A small cell is safe
when enough can flow through it: a maximum flow says how much.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from appeals.shares import K

Place = tuple[int, int]
"""Row and column; the last of each is the totals."""
Step = tuple[int, int]
"""From one sum to another."""


@dataclass(frozen=True, slots=True)
class Table:
    """Counts with their totals in the last row and the last column."""

    counts: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, rows: Sequence[Sequence[int]]) -> "Table":
        """From the inner counts alone; `rows` is not empty and all its rows are as long."""
        whole = [(*row, sum(row)) for row in rows]
        return cls((*whole, tuple(map(sum, zip(*whole, strict=True)))))

    def places(self) -> list[Place]:
        """All places, totals too."""
        return [(row, column) for row, counts in enumerate(self.counts) for column in range(len(counts))]

    def at(self, place: Place) -> int:
        """The count there."""
        return self.counts[place[0]][place[1]]

    def arc(self, place: Place) -> tuple[int, int]:
        """From which sum to which a rise of this count flows. Rows come first, then columns.

        A count adds to the sum of its row and to that of its column; a total stands on the other side of its sum.
        """
        row, column = place
        last_row, last_column = len(self.counts) - 1, len(self.counts[0]) - 1
        nodes = row, len(self.counts) + column
        return nodes if (row == last_row) == (column == last_column) else nodes[::-1]


def hidden(table: Table) -> frozenset[Place]:
    """The places that must not be shown."""
    small = [place for place in table.places() if table.at(place) < K]
    found = set(small)
    for place in small:  # once safe it stays so: hiding more only adds ways
        _make_safe(table, found, place)
    return frozenset(found)


def _make_safe(table: Table, found: set[Place], place: Place) -> None:
    """Hides what it takes for this count to be able to be `K` or more while all that is shown stays as it is.

    Flow is sent around from the arc's end to its start until there is enough, each time by the way along which the
    least has to be hidden besides.
    """
    start, end = table.arc(place)
    room = _Room(table, found, place)
    needed = K - table.at(place)
    while needed > 0:
        way = room.cheapest(end, start)
        pushed = min(needed, *(room.left[step] for step in way))
        for tail, head in way:
            room.left[tail, head] -= pushed
            room.left[head, tail] += pushed
            found.add(room.place[tail, head])
        needed -= pushed


class _Room:
    """How much more can flow along each arc and back, and what that would hide."""

    def __init__(self, table: Table, found: set[Place], without: Place) -> None:
        self.left: dict[Step, int] = {}
        self.place: dict[Step, Place] = {}
        self._next: dict[int, list[int]] = {}
        self._table, self._found = table, found
        for place in table.places():
            if place != without:
                tail, head = table.arc(place)
                self.left[tail, head], self.left[head, tail] = K, table.at(place)
                for step in ((tail, head), (head, tail)):
                    self.place[step] = place
                    self._next.setdefault(step[0], []).append(step[1])

    def cheapest(self, start: int, end: int) -> list[Step]:
        """The way that hides least (Dijkstra 1959); there always is one, for all counts can rise together."""
        came: dict[int, int] = {}
        waiting = [(0, start, start)]
        while end not in came:
            cost, here, before = heappop(waiting)
            if here in came:
                continue
            came[here] = before
            for there in self._next[here]:
                if self.left[here, there] > 0 and there not in came:
                    heappush(waiting, (cost + self._cost((here, there)), there, here))
        way, here = list[Step](), end
        while here != start:
            way.append((came[here], here))
            here = came[here]
        return way

    def _cost(self, step: Step) -> int:
        place = self.place[step]
        return 0 if place in self._found else 1 + self._table.at(place)
