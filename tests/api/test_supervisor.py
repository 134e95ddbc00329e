"""The supervisor: order, restarts, stopping; with small processes of its own."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from api.supervisor import Child, Supervisor, command


def _child(tmp_path: Path, name: str, code: str, needs: tuple[str, ...] = (), **more: float) -> Child:
    """Ready when it has written a file of its own."""
    mark = tmp_path / f"{name}.ready"
    script = f"import time, pathlib\n{code}\npathlib.Path({str(mark)!r}).touch()\ntime.sleep(60)"
    start = command(name, [sys.executable, "-c", script], os.environ, tmp_path, tmp_path / "logs")
    return Child(name, start, mark.exists, needs, **more)  # type: ignore[arg-type]


def _run(supervisor: Supervisor, then: Callable[[], None]) -> int:
    """Runs it in this thread, as it must, and does something meanwhile."""

    def soon() -> None:
        time.sleep(0.1)
        try:
            then()
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    threads: list[threading.Thread] = []

    def ready() -> None:
        threads.append(threading.Thread(target=soon))
        threads[0].start()

    status = supervisor.run(ready)
    for thread in threads:
        thread.join()
    return status


def test_what_ends_is_started_again(tmp_path: Path) -> None:
    supervisor = Supervisor([_child(tmp_path, "one", "")], tmp_path / "logs", lambda _: None)
    pids: list[int] = []

    def kill() -> None:
        pids.append(supervisor.pids()["one"])
        os.kill(pids[0], signal.SIGKILL)
        deadline = time.monotonic() + 10
        while supervisor.pids().get("one", pids[0]) == pids[0] and time.monotonic() < deadline:
            time.sleep(0.05)
        pids.append(supervisor.pids()["one"])

    assert _run(supervisor, kill) == 0
    assert pids[0] != pids[1]
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_who_needs_another_waits_for_it(tmp_path: Path) -> None:
    said: list[str] = []
    children = [_child(tmp_path, "late", "", ("slow",)), _child(tmp_path, "slow", "time.sleep(0.5)")]
    assert _run(Supervisor(children, tmp_path / "logs", said.append), lambda: None) == 0
    assert [line.split()[0] for line in said if "ready" in line] == ["slow", "late"]


def test_one_that_does_not_start_stops_all_and_says_where_to_look(tmp_path: Path) -> None:
    said: list[str] = []
    children = [_child(tmp_path, "good", ""), _child(tmp_path, "bad", "raise SystemExit(3)")]
    assert Supervisor(children, tmp_path / "logs", said.append).run() == 1
    assert any("bad does not start; see" in line and "bad.log" in line for line in said)


def test_a_need_that_nobody_has_is_an_error(tmp_path: Path) -> None:
    said: list[str] = []
    assert Supervisor([_child(tmp_path, "one", "", ("nobody",))], tmp_path / "logs", said.append).run() == 1
    assert said == ["one needs nobody, which is not among the processes"]
