"""A real bot in its own process, as it serves, and its domain."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any, Dict, Iterator, Optional, Tuple

import pytest

FOLDER = Path(__file__).parent.parent
PORT = 5196
KEY = "a key for the tests of the bot"


class Bot:
    """Sends turns as the api does."""

    def __init__(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self.process, self.log = process, log

    def post(self, body: Any, key: str = KEY) -> Tuple[int, Dict[str, Any]]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"content-type": "application/json", "x-wederhoor-key": key}
        request = urllib.request.Request(f"http://127.0.0.1:{PORT}/webhooks/turn/webhook", data, headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as reply:
                return reply.status, json.load(reply)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"{}")

    def ask(
        self,
        text: Optional[str] = None,
        command: Optional[str] = None,
        awaiting: Optional[str] = "answer",
        language: str = "nl",
        kind: Optional[str] = None,
    ) -> Dict[str, Any]:
        state = {"language": language, "awaiting": awaiting, "question_id": None}
        body = {"turn": uuid.uuid4().hex, "kind": kind or ("command" if command else "text"), "state": state}
        body.update({"command": command} if command else {"text": text})
        status, reply = self.post(body)
        assert status == 200, (status, reply)
        return reply

    def act(self, *args: Any, **kwargs: Any) -> str:
        acts = [one["custom"]["act"] for one in self.ask(*args, **kwargs)["messages"] if "custom" in one]
        assert len(acts) == 1, "each turn leads to one act"
        return acts[0]


@pytest.fixture(scope="session")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    log = tmp_path_factory.mktemp("bot") / "bot.log"
    environment = {**os.environ, "WEDERHOOR_BOT_KEY": KEY, "WEDERHOOR_BOT_PORT": str(PORT), "LOG_LEVEL": "DEBUG"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "wederhoor_bot.serve"], cwd=FOLDER, env=environment, stdout=output, stderr=output
        )
    try:
        _wait(process, log)
        yield Bot(process, log)
    finally:
        process.terminate()
        process.wait(20)


def _wait(process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/webhooks/turn/", timeout=1) as reply:
                if reply.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"the bot does not start:\n{log.read_text()[-2000:]}")
