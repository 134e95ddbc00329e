"""Stock Rasa with its REST channel and an action server, as a baseline.

Its TensorFlow is left out as in our bot: that changes its memory (by 350 MB), not what a turn costs.
"""

import os
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import urllib3

from api.settings import ROOT
from bench.load import Turn

FOLDER = Path(__file__).parent / "stock"
PORT, ACTION_PORT = 5291, 5292
SECONDS_TO_START = 120


class Stock:
    """Two processes; `pids` are theirs."""

    def __init__(self, pids: list[int]) -> None:
        self.pids = pids
        self._pool = urllib3.PoolManager(maxsize=64, retries=False, timeout=60.0)

    def conversation(self, texts: list[str]) -> Iterator[Turn]:
        """The turns of one conversation with a sender of its own, the session started outside the measurement."""
        sender = uuid.uuid4().hex
        self._say(sender, "ja dat doe ik altijd")
        for text in texts:
            yield lambda text=text: self._say(sender, text)  # type: ignore[misc]

    def _say(self, sender: str, text: str) -> None:
        url = f"http://127.0.0.1:{PORT}/webhooks/rest/webhook"
        reply = self._pool.request("POST", url, json={"sender": sender, "message": text})
        assert reply.status == 200 and reply.json()[0]["text"] == text


@contextmanager
def running() -> Iterator[Stock]:
    """The baseline, trained and started."""
    python = ROOT / "bot" / ".venv" / "bin" / "python"
    environment = os.environ | {"PYTHONPATH": str(ROOT / "bot"), "LOG_LEVEL": "WARNING", "OMP_NUM_THREADS": "1"}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "stock"
        shutil.copytree(FOLDER, folder)
        endpoints = f"action_endpoint:\n  url: http://127.0.0.1:{ACTION_PORT}/webhook\n"
        (folder / "endpoints.yml").write_text(endpoints)
        environment["HOME"] = scratch
        rasa = [str(python), "-W", "ignore", "-m", "wederhoor_bot.command"]
        options = {"cwd": folder, "env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([*rasa, "train"], check=True, **options)  # type: ignore[call-overload]
        actions = [str(python), "-W", "ignore", "-m", "rasa_sdk", "--actions", "actions", "-p", str(ACTION_PORT)]
        server = [*rasa, "run", "-i", "127.0.0.1", "-p", str(PORT), "--endpoints", "endpoints.yml"]
        children = [subprocess.Popen(command, **options) for command in (actions, server)]  # type: ignore[call-overload]
        try:
            _wait()
            yield Stock([child.pid for child in children])
        finally:
            for child in children:
                child.terminate()
            for child in children:
                child.wait(20)


def _wait() -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        try:
            urls = (f"http://127.0.0.1:{PORT}/webhooks/rest/", f"http://127.0.0.1:{ACTION_PORT}/health")
            if all(urllib3.request("GET", url, timeout=1.0, retries=False).status == 200 for url in urls):
                return
        except urllib3.exceptions.HTTPError:
            time.sleep(0.3)
    raise SystemExit("stock Rasa does not start")
