"""The training examples that are most like an answer.

They stay in their file, beside arrays of the words in each: in memory they would take twice what all else does.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args
from zlib import crc32

import numpy as np

from grading import examples
from grading.examples import Labelled
from grading.grade import Language

FILE = "examples.tsv"
CANDIDATES = 200
WORD = re.compile(r"[\w']+")


def write(folder: Path, rows: list[Labelled]) -> None:
    """Writes the examples, and for each language which words they have and where in the file they are."""
    examples.write(folder / FILE, rows)
    header, *lines = (folder / FILE).read_bytes().splitlines(keepends=True)
    places = np.cumsum([len(header), *map(len, lines)])[:-1]
    for language in get_args(Language):
        words: list[int] = []
        known: list[tuple[int, int]] = []
        for row, place in zip(rows, places, strict=True):
            if row.language == language and (own := sorted(_words(row.answer))):
                known.append((int(place), len(words)))
                words += own
        np.save(folder / f"{language}.words.npy", np.array(words, dtype=np.uint32))
        np.save(folder / f"{language}.rows.npy", np.array(known, dtype=np.int64).reshape(-1, 2))


class Nearest:
    """Looks up the examples in one language."""

    def __init__(self, folder: Path, language: Language) -> None:
        """Raises `FileNotFoundError` where `write` has written nothing."""
        self._path = folder / FILE
        self._words = np.load(folder / f"{language}.words.npy", mmap_mode="r")
        self._rows = np.load(folder / f"{language}.rows.npy", mmap_mode="r")

    def candidates(self, text: str) -> list[Labelled]:
        """Those that share most words with a text, most first (Jaccard); none that shares nothing."""
        words, starts = _words(text), self._rows[:, 1]
        if not len(starts):
            return []
        there = np.zeros(len(self._words), dtype=bool)
        for word in words:  # isin would sort them all, where there are many
            there |= self._words == word
        shared = np.add.reduceat(there, starts, dtype=np.int64)
        sizes = np.diff(starts, append=len(self._words))
        alike = shared / (sizes + len(words) - shared)
        best = np.argsort(-alike, kind="stable")[:CANDIDATES]
        return list(self._read(int(self._rows[place, 0]) for place in best if shared[place]))

    def _read(self, places: Iterator[int]) -> Iterator[Labelled]:
        with self._path.open("rb") as file:
            for place in places:
                file.seek(place)
                yield examples.parsed(file.readline().decode())


def _words(text: str) -> set[int]:
    """Each as a number of 32 bits; two words with one number only make an example a candidate that is none."""
    return {crc32(word.encode()) for word in WORD.findall(text.casefold())}
