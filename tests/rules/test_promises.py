"""docs/promises.md, the tests and the code say the same about what is kept."""

import re

from api.settings import ROOT

TESTS = ROOT / "tests" / "promises"
TABLE = re.compile(r"^\| ([A-Z]\d\d) \| (.+?) \| (.+?) \| (.+?) \|$", re.M)


def _rows() -> dict[str, tuple[str, str, str]]:
    found = {
        row[1]: (row[2], row[3], row[4]) for row in TABLE.finditer((ROOT / "docs" / "promises.md").read_text("utf-8"))
    }
    assert found
    return found


def test_each_kept_promise_has_its_test_and_each_test_its_promise() -> None:
    named = {path.name.split("_")[1].upper(): path.name for path in TESTS.glob("test_*.py")}
    kept = {name for name, row in _rows().items() if row[1] != "not yet"}
    assert kept == set(named)
    for name in kept:
        assert named[name] in _rows()[name][1], f"{name} names another test"


def test_what_is_named_exists() -> None:
    for name, (_, test, places) in _rows().items():
        for path in re.findall(r"`([^`]+)`", f"{test} {places}"):
            assert (ROOT / path).exists() or (TESTS / path).exists(), f"{name}: {path} is not there"


def test_the_first_promises_are_kept() -> None:
    wanted = {f"H{number:02}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 21)}
    wanted |= {"D04", "T04", "L01", "L03", "L07"}
    assert [name for name in sorted(wanted) if _rows()[name][1] == "not yet"] == []
