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
    source: str = ""
    """The file that it comes from: each has writers of its own."""


def read(folder: Path) -> list[Labelled]:
    """All `*.tsv` of a folder in the order of their names; raises `ExamplesInvalid`."""
    paths = sorted(folder.glob("*.tsv"))
    if not paths:
        raise ExamplesInvalid(f"{folder}: no *.tsv files")
    return [row for path in paths for row in read_file(path)]


def of(language: Language, rows: list[Labelled]) -> list[Labelled]:
    """Those in this language."""
    return [row for row in rows if row.language == language]


def fingerprint(folder: Path) -> str:
    """A hash of all the files that `read` reads."""
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in sorted(folder.glob("*.tsv")))).hexdigest()


def read_file(path: Path, language: Language | None = None) -> list[Labelled]:
    """The rows of one file. With a language its column may be missing, and rows of another one are left out.

    Raises `ExamplesInvalid` with file and line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ExamplesInvalid(f"{path}:1: cannot be read ({type(error).__name__})") from None
    header = rows[0] if rows else []
    needed = [name for name in COLUMNS if name != "language" or language is None]
    if missing := [name for name in needed if name not in header]:
        raise ExamplesInvalid(f"{path}:1: the columns must be {', '.join(needed)}; missing: {', '.join(missing)}")
    found = [_row(path, number, header, row, language) for number, row in enumerate(rows[1:], start=2) if row]
    return [row for row in found if language is None or row.language == language]


def _row(path: Path, number: int, header: list[str], row: list[str], language: Language | None) -> Labelled:
    where = f"{path}:{number}"
    if len(row) != len(header):
        raise ExamplesInvalid(f"{where}: {len(row)} columns instead of {len(header)}")
    fields = dict(zip(header, row, strict=True))
    own, label = fields.get("language", language), fields["label"]
    if label not in INTENTS:
        raise ExamplesInvalid(f"{where}: the label must be one of {', '.join(INTENTS)}")
    if own not in get_args(Language):
        raise ExamplesInvalid(f"{where}: the language must be nl or en")
    if not fields["question"].strip():
        raise ExamplesInvalid(f"{where}: there is no question")
    return Labelled(fields["question"], fields["answer"], label, cast("Language", own), path.stem)


def parsed(line: str) -> Labelled:
    """A row as `write` writes it; raises `ValueError` for any other."""
    question, answer, label, language = line.rstrip("\n").split("\t")
    return Labelled(question, answer, cast("Intent", label), cast("Language", language))


def write(path: Path, rows: list[Labelled]) -> None:
    """The rows as one file that `read` can read."""
    lines = ["\t".join(COLUMNS), *("\t".join((r.question, r.answer, r.label, r.language)) for r in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
