"""The examples that are most like an answer, against looking at each of them."""

from pathlib import Path

import pytest

from api.settings import ROOT
from grading import examples, nearest
from grading.examples import Labelled


@pytest.fixture(scope="module")
def rows() -> list[Labelled]:
    return examples.read(ROOT / "data" / "training")[::50]


def _shared(one: str, other: str) -> float:
    mine, theirs = (set(nearest.WORD.findall(text.casefold())) for text in (one, other))
    return len(mine & theirs) / len(mine | theirs)


def test_they_are_those_that_share_most_words(rows: list[Labelled], tmp_path: Path) -> None:
    nearest.write(tmp_path, rows)
    index = nearest.Nearest(tmp_path, "nl")
    dutch = examples.of("nl", rows)
    for text in ("ik zou dat nooit doen", "Dat vraag ik eerst aan mijn leidinggevende, denk ik.", "'s avonds wél"):
        found = index.candidates(text)
        every = sorted((alike for row in dutch if (alike := _shared(text, row.answer))), reverse=True)
        assert [_shared(text, row.answer) for row in found] == every[: nearest.CANDIDATES]
        assert {(row.question, row.answer, row.label) for row in found} <= {
            (row.question, row.answer, row.label) for row in dutch
        }


def test_what_shares_nothing_is_none(rows: list[Labelled], tmp_path: Path) -> None:
    nearest.write(tmp_path, examples.of("en", rows))
    assert nearest.Nearest(tmp_path, "en").candidates("xqzzy 👍") == []
    assert nearest.Nearest(tmp_path, "en").candidates("") == []
    assert nearest.Nearest(tmp_path, "nl").candidates("ja") == [], "a language without examples"
