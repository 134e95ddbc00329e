"""The api alone, as `wederhoor serve` runs it, on a database that is there already."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import urllib3

from api.settings import ROOT, Settings
from api.trial import System


@contextmanager
def alone(var: Path, database: str, **settings: str) -> Iterator[System]:
    """One that answers, with these settings (as in the environment, without the prefix). Its output is kept."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = str(one.getsockname()[1])
    (var / "models").symlink_to(Settings().models.resolve())
    given = {"var": str(var), "port": port, **settings}
    environment = os.environ | {f"WEDERHOOR_{name.upper()}": value for name, value in given.items()}
    environment |= {"DATABASE_URL": database}
    system = System(Settings(**given), environment, output=var / "output.txt")  # type: ignore[arg-type]
    with system.output.open("wb") as output:
        system.process = subprocess.Popen(
            [sys.executable, "-m", "api", "serve"], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
    try:
        until = time.monotonic() + 60
        while not _lives(system):
            assert system.process.poll() is None and time.monotonic() < until, system.output.read_text()
            time.sleep(0.1)
        yield system
    finally:
        system.process.terminate()
        system.process.wait(20)


def _lives(system: System) -> bool:
    try:
        return urllib3.request("GET", f"{system.settings.url}/health/live", timeout=1.0, retries=False).status == 200
    except urllib3.exceptions.HTTPError:
        return False
