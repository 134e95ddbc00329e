"""`python -m wederhoor_bot.train`: trains when something that matters has changed since the last time."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

FOLDER = Path(__file__).parent.parent
SOURCES = ("config.yml", "domain.yml", "data/*", "wederhoor_bot/*.py")


def models() -> Path:
    """Where models are kept."""
    return Path(os.environ.get("WEDERHOOR_BOT_MODELS", str(FOLDER.parent / "var" / "bot"))).resolve()


def model() -> Path:
    """The model that serves."""
    return models() / "bot.tar.gz"


def fingerprint() -> str:
    """A hash of everything that the model is made from."""
    digest = hashlib.sha256(version("rasa").encode())
    for pattern in SOURCES:
        for path in sorted(FOLDER.glob(pattern)):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def main() -> None:
    """Trains into a folder of its own and puts the model in place whole."""
    mark = models() / "fingerprint"
    if model().exists() and mark.exists() and mark.read_text() == fingerprint():
        return
    print("training the bot (about 15 s)", flush=True)
    models().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=models()) as scratch:
        for name in ("config.yml", "domain.yml", "endpoints.yml"):
            shutil.copy(FOLDER / name, scratch)
        shutil.copytree(FOLDER / "data", Path(scratch) / "data")
        environment = {**os.environ, "HOME": scratch, "PYTHONPATH": str(FOLDER), "PYTHONWARNINGS": "ignore"}
        command = [sys.executable, "-m", "wederhoor_bot.command", "train", "--out", "out", "--fixed-model-name", "bot"]
        done = subprocess.run(
            command, cwd=scratch, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        if done.returncode:
            raise SystemExit(f"training the bot failed:\n{done.stdout[-4000:]}")
        os.replace(Path(scratch) / "out" / "bot.tar.gz", model())
    mark.write_text(fingerprint())


if __name__ == "__main__":
    main()
