"""The widget stays small, and its two files stay apart."""

import gzip
import re

from api.settings import ROOT

STATIC = ROOT / "web" / "static"
LARGEST = {"widget.js": 15_000, "widget-panels.js": 8_000}
"""Bytes, gzipped: the first is what a customer's page loads."""


def test_what_a_customers_page_loads_is_small() -> None:
    sizes = {name: len(gzip.compress((STATIC / name).read_bytes(), 9)) for name in LARGEST}
    assert {name: size for name, size in sizes.items() if size > LARGEST[name]} == {}


def test_the_panels_import_nothing_of_the_main_file() -> None:
    """Names within a file change with each build: an old file and a new one could not share them."""
    assert not re.search(r"\bimport\b|\bfrom\s*[\"'`]", (STATIC / "widget-panels.js").read_text("utf-8"))
    imports = re.findall(r"\bimport\(([^)]+)\)", (STATIC / "widget.js").read_text("utf-8"))
    assert [one.strip("`\"'") for one in imports] == ["./widget-panels.js"]


def test_every_word_of_the_widget_is_used() -> None:
    source = {path.name: path.read_text("utf-8") for path in (ROOT / "web" / "widget" / "src").glob("*.ts")}
    for name, users in (
        ("texts.ts", [text for other, text in source.items() if other != "texts.ts"]),
        ("panel-texts.ts", [text for other, text in source.items() if other.endswith("-panel.ts")]),
    ):
        keys = re.findall(r"^  (\w+):", source[name].partition("const nl")[2].partition("const en")[0], re.M)
        assert keys
        assert [key for key in keys if not any(re.search(rf"\b{key}\b", text) for text in users)] == [], name
