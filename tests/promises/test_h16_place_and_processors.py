"""H16: data goes only where it is declared to go, in the EEA or with a ground; otherwise nothing starts.

What counts as outside, and all that can be wrong in a declaration, is in `tests/privacy/test_processors.py`.
"""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import urllib3

from api.settings import ROOT, Settings
from store.embedded import APP, EmbeddedServer

ELSEWHERE = "postgresql+psycopg://app:a-secret@db.example/wederhoor"
DECLARED = '[[processor]]\nname = "Bedrijf"\nservice = "{}"\nhost = "{}"\npurpose = "bewaart"\ncountry = "{}"\n'


def environment(var: Path, **more: str) -> dict[str, str]:
    """With a free port; the models are those of this installation."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    if not (var / "models").exists():
        (var / "models").symlink_to(Settings().models.resolve())
    return os.environ | {"WEDERHOOR_VAR": str(var), "WEDERHOOR_PORT": str(port)} | more


def refused(command: str, given: dict[str, str]) -> str:
    """What the command says when it does not start."""
    asked = [sys.executable, "-m", "api", command]
    done = subprocess.run(asked, cwd=ROOT, env=given, text=True, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert "Traceback" not in done.stderr and "a-secret" not in done.stderr
    return done.stderr


@pytest.mark.parametrize("command", ["serve", "up", "work"])
def test_an_undeclared_service_stops_the_start_before_anything_listens(tmp_path: Path, command: str) -> None:
    given = environment(tmp_path, DATABASE_URL=ELSEWHERE)
    with socket.socket() as taken:  # whoever came so far as to listen would say that the port is taken
        taken.bind(("127.0.0.1", int(given["WEDERHOOR_PORT"])))
        taken.listen()
        told = refused(command, given)
    assert told.startswith("Wederhoor does not start.\n\ndatabase at db.example (DATABASE_URL) is outside this machine")
    assert f"Add to {tmp_path / 'processors.toml'}:\n\n[[processor]]" in told
    assert not (tmp_path / "logs").exists() and not (tmp_path / "pg").exists()


def test_outside_the_eea_without_a_ground_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "processors.toml").write_text(DECLARED.format("database", "db.example", "US"))
    told = refused("serve", environment(tmp_path, DATABASE_URL=ELSEWHERE))
    assert "Bedrijf (database at db.example) is in US, outside the EEA, without a ground" in told


@pytest.mark.parametrize(("country", "ground"), [("NL", ""), ("US", 'ground = "scc"\n')])
def test_what_is_declared_starts(
    tmp_path: Path, bare_database: tuple[EmbeddedServer, Path], country: str, ground: str
) -> None:
    """The database is here, over a socket; what is outside is where an encoder comes from."""
    (tmp_path / "mine.toml").write_text(DECLARED.format("encoder", "huggingface.co", country) + ground)
    more = {"WEDERHOOR_ENCODER": "somebody/some-model", "DATABASE_URL": bare_database[0].url(APP)}
    refused("serve", environment(tmp_path, **more))
    given = environment(tmp_path, WEDERHOOR_PROCESSORS=str(tmp_path / "mine.toml"), **more)
    with (tmp_path / "output.txt").open("wb") as output:
        process = subprocess.Popen([sys.executable, "-m", "api", "serve"], cwd=ROOT, env=given, stderr=output)
    try:
        until = time.monotonic() + 60
        while not _lives(given["WEDERHOOR_PORT"]):
            assert process.poll() is None and time.monotonic() < until, (tmp_path / "output.txt").read_text()
            time.sleep(0.2)
    finally:
        process.terminate()
        process.wait(20)


def _lives(port: str) -> bool:
    try:
        url = f"http://127.0.0.1:{port}/health/live"
        return urllib3.request("GET", url, timeout=1.0, retries=False).status == 200
    except urllib3.exceptions.HTTPError:
        return False
