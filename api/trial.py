"""A whole system of its own, with all its processes, on free ports and in a folder that goes afterwards.

What proofs, tests and measurements run against: the same `wederhoor up` as everybody's.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import urllib3

from api.settings import ROOT, Settings

SECONDS_TO_START = 180
SECONDS_TO_STOP = 40


class TrialFailed(Exception):
    """The system did not come up; the message ends with what it said."""


@dataclass
class System:
    """A running system: where it is, and the processes behind it."""

    settings: Settings
    environment: dict[str, str]
    process: "subprocess.Popen[bytes] | None" = None
    output: Path = field(default_factory=Path)

    @property
    def demo(self) -> dict[str, Any]:
        """The demo organisation's sign-ins and signing key."""
        found: dict[str, Any] = json.loads((self.settings.var / "demo.json").read_text())
        return found

    @property
    def site(self) -> str:
        """The demo customer's site."""
        return f"http://{self.settings.host}:{self.settings.demo_port}"

    def start(self) -> float:
        """Starts it and waits until the api is ready; returns the seconds that took. Raises `TrialFailed`."""
        began = time.monotonic()
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "api", "up"], env=self.environment, cwd=ROOT, stdout=output, stderr=output
            )
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() - began > SECONDS_TO_START:
                self.stop()
                raise TrialFailed(f"the system does not start:\n{self.output.read_text()[-3000:]}")
            time.sleep(0.1)
        return time.monotonic() - began

    def is_ready(self) -> bool:
        """Do the api, the bot, the database and the demo site answer?"""
        try:
            urls = (f"{self.settings.url}/health/ready", f"{self.site}/")
            return all(urllib3.request("GET", url, timeout=1.0, retries=False).status == 200 for url in urls)
        except urllib3.exceptions.HTTPError:
            return False

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Stops it as Ctrl-C does; returns the exit status."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def pids(self) -> list[int]:
        """All its processes: the supervisor, what it started, and what those started."""
        found, new = [], [self.process.pid] if self.process else []
        while new:
            found += new
            new = [child for pid in new for child in _children(pid)]
        return found

    def pid(self, *words: str) -> int:
        """The first of its processes that has all these words on its command line."""
        for pid in self.pids():
            line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if all(word in line for word in words):
                return pid
        raise LookupError(" ".join(words))


@contextmanager
def system(**settings: str) -> Iterator[System]:
    """A system that has started, with these settings (as in the environment, without the prefix)."""
    with unstarted(**settings) as made:
        made.start()
        yield made


@contextmanager
def unstarted(**settings: str) -> Iterator[System]:
    """A system that has yet to be started. It uses the models of this installation."""
    installed = Settings()
    folder = Path(tempfile.mkdtemp(prefix="wederhoor-"))
    try:
        folder.chmod(0o755)
        var = folder / "var"
        var.mkdir()
        (var / "bot").symlink_to((installed.var / "bot").resolve())
        _borrow(installed.models, var / "models")
        ports = _free_ports(3)
        given: Mapping[str, str] = {
            "var": str(var),
            "port": str(ports[0]),
            "demo_port": str(ports[1]),
            "bot_port": str(ports[2]),
            "turns_per_minute": "100000",
            "requests_per_hour": "100000",
            **settings,
        }
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_")}
        environment |= {f"WEDERHOOR_{name.upper()}": value for name, value in given.items()}
        made = System(Settings(**given), environment, output=folder / "output.txt")  # type: ignore[arg-type]
        try:
            yield made
        finally:
            made.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Visitor:
    """A learner with the demo customer's token, who talks to the api as the widget does."""

    def __init__(self, system: System, name: str, course: str = "information-security", language: str = "nl") -> None:
        self.course, self.language = course, language
        self._system, self.name = system, name
        self._pool = urllib3.PoolManager(retries=False, timeout=30.0)
        self.token = ""
        self.revision = 0

    def enter(self) -> dict[str, Any]:
        """Gives consent, and starts the course."""
        view = self.ask("GET", f"/v1/conversation?course={self.course}&language={self.language}")
        if view["consent"] == "missing":
            notice = view["notice"]
            purposes = [purpose["key"] for purpose in notice["purposes"]]
            given = {"course": self.course, "language": self.language, "policy": notice["policy"], "purposes": purposes}
            view = self.ask("POST", "/v1/consent", given)
        self.revision = view["revision"]
        return self.command("start")

    def say(self, text: str) -> dict[str, Any]:
        """A typed text."""
        return self.turn(kind="text", text=text)

    def command(self, command: str, **more: Any) -> dict[str, Any]:
        """A button."""
        return self.turn(kind="command", command=command, **more)

    def turn(self, **sent: Any) -> dict[str, Any]:
        """One turn; the reply."""
        body = {"turn": uuid.uuid4().hex, "course": self.course, "seen": self.revision, **sent}
        reply = self.ask("POST", "/v1/turns", body)
        self.revision = reply["revision"]
        return reply

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One request; raises `AssertionError` with the problem when it is refused."""
        reply = self.request(method, path, body)
        assert reply.status < 400, f"{method} {path.split('?', maxsplit=1)[0]}: {reply.status} {reply.data[:300]!r}"
        found: dict[str, Any] = reply.json()
        return found

    def request(self, method: str, path: str, body: dict[str, Any] | None) -> urllib3.BaseHTTPResponse:
        if not self.token:
            answer = self._pool.request("GET", f"{self._system.site}/token?visitor={self.name}")
            self.token = answer.json()["token"]
        headers = {"authorization": f"Bearer {self.token}", "accept-language": self.language}
        url = self._system.settings.url + path
        return self._pool.request(method, url, headers=headers, json=body) if body else self._pool.request(
            method, url, headers=headers
        )  # fmt: skip


def _borrow(models: Path, into: Path) -> None:
    """The installation's base models and encoders; models that the trial makes itself stay in the trial."""
    into.mkdir()
    for path in models.iterdir():
        if path.name != "organisations":
            (into / path.name).symlink_to(path.readlink() if path.is_symlink() else path.resolve())


def _children(pid: int) -> list[int]:
    found = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(child) for child in path.read_text().split()]
        except OSError:
            continue
    return found


def _free_ports(count: int) -> list[int]:
    with_ports = [socket.socket() for _ in range(count)]
    try:
        for one in with_ports:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in with_ports]
    finally:
        for one in with_ports:
            one.close()
