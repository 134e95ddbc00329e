"""Keeps processes running: starts them in order, restarts what ends, stops all, and leaves nothing behind."""

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

LONGEST_WAIT: Final = 30.0
STEADY: Final = 10.0
"""A child that ran this long and ends is started again at once; sooner, the wait doubles each time."""
SECONDS_TO_STOP: Final = 12.0
LARGEST_LOG: Final = 5_000_000
PR_SET_PDEATHSIG: Final = 1

Start = Callable[[], "subprocess.Popen[bytes]"]


@dataclass(frozen=True, slots=True)
class Child:
    """A process to keep. `needs` names those that must be ready before it is started the first time."""

    name: str
    start: Start
    ready: Callable[[], bool]
    needs: tuple[str, ...] = ()
    stop_signal: signal.Signals = signal.SIGTERM
    patience: float = 120.0
    """Seconds to become ready the first time."""


@dataclass(slots=True)
class _Kept:
    child: Child
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    wait: float = 0.0
    due: float = 0.0
    restarts: int = 0


class Failed(Exception):
    """A child did not become ready; the message names it and its log."""


@dataclass
class Supervisor:
    """Runs children until SIGINT or SIGTERM. Call `run` from the main thread: children die with that thread."""

    children: list[Child]
    logs: Path
    say: Callable[[str], None] = print
    _kept: dict[str, _Kept] = field(default_factory=dict)
    _stopping: bool = False
    _pipe: tuple[int, int] = (-1, -1)

    def run(self, when_ready: Callable[[], None] = lambda: None) -> int:
        """Starts all, calls `when_ready`, watches until told to stop; returns the exit status."""
        self._pipe = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        before = {number: signal.signal(number, self._told) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            self._start_all()
            if not self._stopping:
                when_ready()
            while not self._stopping:
                self._watch()
            return 0
        except Failed as error:
            self.say(str(error))
            return 1
        finally:
            self._stop_all()
            for number, handler in before.items():
                signal.signal(number, handler)
            for end in self._pipe:
                os.close(end)

    def pids(self) -> dict[str, int]:
        """The processes that run now, by name."""
        return {name: one.process.pid for name, one in self._kept.items() if one.process and one.process.poll() is None}

    def _told(self, _number: int, _frame: object) -> None:
        """The second Ctrl-C does not wait any longer."""
        if self._stopping:
            for one in self._kept.values():
                _signal(one.process, signal.SIGKILL)
        self._stopping = True
        with contextlib.suppress(BlockingIOError):
            os.write(self._pipe[1], b".")

    def _start_all(self) -> None:
        """Starts each child as soon as what it needs is ready, so that slow ones start side by side."""
        names = {child.name for child in self.children}
        for child in self.children:
            if missing := sorted(set(child.needs) - names):
                raise Failed(f"{child.name} needs {', '.join(missing)}, which is not among the processes")
        ready: set[str] = set()
        while not self._stopping and len(ready) < len(self.children):
            for child in self.children:
                if child.name not in self._kept and ready.issuperset(child.needs):
                    self._start(self._kept.setdefault(child.name, _Kept(child)))
            for name, one in self._kept.items():
                if name not in ready and self._became_ready(one):
                    ready.add(name)
            self._sleep(0.1)

    def _became_ready(self, one: _Kept) -> bool:
        name, seconds = one.child.name, time.monotonic() - one.started
        if one.child.ready():
            self.say(f"  {name:<10} ready after {seconds:.1f} s")
            return True
        if one.process is None or one.process.poll() is not None or seconds > one.child.patience:
            raise Failed(f"{name} does not start; see {self.logs / (name + '.log')}")
        return False

    def _start(self, one: _Kept) -> None:
        one.started = time.monotonic()
        try:
            one.process = one.child.start()
        except Exception as error:  # a start that fails is tried again, like a process that ends
            one.process = None
            self.say(f"  {one.child.name} cannot be started: {type(error).__name__}")

    def _watch(self) -> None:
        """Sleeps until a process ends, a restart is due or a signal comes."""
        now = time.monotonic()
        for one in self._kept.values():
            if one.process is not None and one.process.poll() is None:
                continue
            if one.due == 0.0:
                steady = now - one.started > STEADY
                one.wait = 0.0 if steady else min(max(0.5, one.wait * 2), LONGEST_WAIT)
                one.due = now + one.wait
                self.say(f"  {one.child.name} ended; starting it again")
            if one.due <= now:
                one.due = 0.0
                one.restarts += 1
                self._start(one)
        due = [one.due - now for one in self._kept.values() if one.due]
        self._sleep(max(0.0, min([LONGEST_WAIT, *due])))

    def _sleep(self, seconds: float) -> None:
        """Until a process ends, a signal comes, or the time is over."""
        watched = [self._pipe[0]]
        opened = []
        for one in self._kept.values():
            if one.process is not None and one.process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    opened.append(os.pidfd_open(one.process.pid))
        try:
            select.select(watched + opened, [], [], seconds)
            with contextlib.suppress(BlockingIOError):
                os.read(self._pipe[0], 100)
        finally:
            for descriptor in opened:
                os.close(descriptor)

    def _stop_all(self) -> None:
        """In reverse order, so that nobody loses what they still need; harder when somebody does not listen."""
        for one in reversed(list(self._kept.values())):
            _signal(one.process, one.child.stop_signal)
            if one.process is not None:
                try:
                    one.process.wait(SECONDS_TO_STOP)
                except subprocess.TimeoutExpired:
                    _signal(one.process, signal.SIGKILL)
                    one.process.wait()


def command(name: str, arguments: list[str], environment: Mapping[str, str], folder: Path, logs: Path) -> Start:
    """How to start a command as a child: its own session, only this environment, output to a log, down with us."""
    libc: Any = ctypes.CDLL(None)

    def before() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

    def start() -> "subprocess.Popen[bytes]":
        with log_file(logs, name).open("ab") as log:
            return subprocess.Popen(
                arguments, env=dict(environment), cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=before,
            )  # fmt: skip

    return start


def log_file(logs: Path, name: str) -> Path:
    """The log of a child; one that has grown too large is put aside as `.1`."""
    logs.mkdir(parents=True, exist_ok=True)
    path = logs / f"{name}.log"
    if path.exists() and path.stat().st_size > LARGEST_LOG:
        path.replace(path.with_suffix(".log.1"))
    return path


def _signal(process: "subprocess.Popen[bytes] | None", number: signal.Signals) -> None:
    if process is not None and process.poll() is None:
        process.send_signal(number)
