"""Labelled answers as files: tab-separated, with a header, checked line by line."""

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

from grading.grade import INTENTS, Intent, Language

COLUMNS = ["question", "answer", "label", "language"]


class ExamplesInvalid(ValueError):
    """A file of labelled answers cannot be used; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One answer with what it says: `approve` is yes to what the question literally asks."""

    question: str
    answer: str
    label: Intent
    language: Language


def read(folder: Path) -> list[Labelled]:
    """All `*.tsv` of a folder in the order of their names; raises `ExamplesInvalid`."""
    paths = sorted(folder.glob("*.tsv"))
    if not paths:
        raise ExamplesInvalid(f"{folder}: no *.tsv files")
    return [row for path in paths for row in _file(path)]


def fingerprint(folder: Path) -> str:
    """A hash of all the files that `read` reads."""
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in sorted(folder.glob("*.tsv")))).hexdigest()


def _file(path: Path) -> list[Labelled]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    if not rows or rows[0] != COLUMNS:
        raise ExamplesInvalid(f"{path}:1: the columns must be {', '.join(COLUMNS)}")
    found = []
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(COLUMNS):
            raise ExamplesInvalid(f"{path}:{number}: {len(row)} columns instead of {len(COLUMNS)}")
        question, answer, label, language = row
        if label not in INTENTS:
            raise ExamplesInvalid(f"{path}:{number}: the label must be one of {', '.join(INTENTS)}")
        if language not in get_args(Language):
            raise ExamplesInvalid(f"{path}:{number}: the language must be nl or en")
        if not question.strip():
            raise ExamplesInvalid(f"{path}:{number}: there is no question")
        found.append(Labelled(question, answer, label, cast("Language", language)))
    return found


def write(path: Path, rows: list[Labelled]) -> None:
    """The rows as one file that `read` can read."""
    lines = ["\t".join(COLUMNS), *("\t".join((r.question, r.answer, r.label, r.language)) for r in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
