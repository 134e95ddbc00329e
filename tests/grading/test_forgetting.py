"""H06: what the network has read does not stay in its process. A tokenizer keeps words, unless it is told."""

import os
import subprocess
import sys

import pytest

from api.settings import ROOT, Settings
from grading import artifact

CHILD = """
import sys
from pathlib import Path
from grading.encoder import Tuned

network = Tuned(Path(sys.argv[1]))
if sys.argv[2] == "remembering":
    network._tokenizer.model._resize_cache(10_000)


def word():
    # Made here and not written anywhere, so that nothing but the network can be what keeps it.
    return "".join(chr(97 + (place * 7 + 3) % 26) for place in range(19))


network.logits([("Doe je dat?", "nee " + word())])
network.logits([("Doe je dat?", "ja ik doe dat altijd meteen")] * 3)
found = 0
for line in Path("/proc/self/maps").read_text().splitlines():
    start, end = (int(edge, 16) for edge in line.split()[0].split("-"))
    if line.split()[1].startswith("rw"):
        try:
            with open("/proc/self/mem", "rb") as memory:
                memory.seek(start)
                part = memory.read(end - start)
        except OSError:
            continue
        sought = bytes(reversed(word().encode()))
        found += part[::-1].count(sought)
        del part
print(found)
"""


@pytest.mark.parametrize("told", ["to-forget", "remembering"])
def test_a_word_that_was_read_is_nowhere_in_memory(told: str) -> None:
    """And it is found where the tokenizer is allowed to keep it, so that the search can fail."""
    _, card = artifact.card(Settings().models / "current")
    folder = Settings().models / "encoders" / card["encoders"]["nl"]["folder"]
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(folder), told],
        cwd=ROOT, env=os.environ | {"MALLOC_PERTURB_": "165"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (int(done.stdout) > 0) == (told == "remembering")
