"""Master keys that a transit engine wraps: the disk holds none of them, and the service is asked once."""

import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from api import building, outside
from api.keyservice import KeyServiceFailed, Transit
from api.settings import ROOT, Settings
from store import vault
from store.vault import RingLocked

TOKEN = "hvs.proef"


class Engine(BaseHTTPRequestHandler):
    """What a transit engine answers to `encrypt` and `decrypt`, with a key that never leaves it."""

    key = AESGCM.generate_key(256)
    asked: list[str]

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.asked.append(self.path)
        if self.headers["X-Vault-Token"] != TOKEN:
            return self._reply(403, {"errors": ["permission denied"]})
        cipher = AESGCM(self.key)
        if self.path == "/v1/transit/encrypt/wederhoor":
            nonce = os.urandom(12)
            made = nonce + cipher.encrypt(nonce, base64.b64decode(sent["plaintext"]), None)
            return self._reply(200, {"data": {"ciphertext": f"vault:v1:{base64.b64encode(made).decode()}"}})
        if self.path == "/v1/transit/decrypt/wederhoor":
            made = base64.b64decode(sent["ciphertext"].removeprefix("vault:v1:"))
            try:
                plain = cipher.decrypt(made[:12], made[12:], None)
            except InvalidTag:
                return self._reply(400, {"errors": ["cipher: message authentication failed"]})
            return self._reply(200, {"data": {"plaintext": base64.b64encode(plain).decode()}})
        return self._reply(404, {"errors": []})

    def _reply(self, status: int, body: object) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def engine() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Fresh", (Engine,), {"asked": []}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def settings(engine: ThreadingHTTPServer, tmp_path: Path) -> Settings:
    (tmp_path / "key-service.token").write_text(TOKEN + "\n")
    return Settings(var=tmp_path, key_service=f"http://127.0.0.1:{engine.server_port}/v1/transit")


def test_a_new_ring_holds_no_key_and_is_opened_by_the_service_alone(
    settings: Settings, engine: ThreadingHTTPServer
) -> None:
    sealed = building.keys(settings).seal("answer|1|text", "nee")
    (line,) = vault.lines_of(settings.keys).values()
    assert line.startswith("wrapped:vault:v1:")
    for _ in range(3):
        assert building.keys(settings).unseal("answer|1|text", sealed) == "nee"
    asked = engine.RequestHandlerClass.asked  # type: ignore[attr-defined]
    assert asked == ["/v1/transit/encrypt/wederhoor", "/v1/transit/decrypt/wederhoor"], "once in a process"
    with pytest.raises(RingLocked):
        building.keys(settings.model_copy(update={"key_service": ""}))


def test_a_ring_that_was_bare_is_wrapped_and_reads_what_it_sealed(settings: Settings) -> None:
    bare = settings.model_copy(update={"key_service": ""})
    sealed = building.keys(bare).seal("x", "ja")
    before = settings.keys.read_text().partition(":")[2].strip()
    held = settings.keys.open("rb")
    service = building.key_service(settings)
    assert service is not None
    assert vault.wrap_all(settings.keys, service) == 1 and vault.wrap_all(settings.keys, service) == 0
    assert before not in settings.keys.read_text() and set(held.read()) == {0}, "overwritten where it was"
    held.close()
    assert vault.add_key(settings.keys, service) == 2
    keys = building.keys(settings)
    assert keys.unseal("x", sealed) == "ja" and not keys.is_current(sealed)


def test_what_the_service_refuses_is_said_without_keys(settings: Settings, tmp_path: Path) -> None:
    building.keys(settings)
    for changed, told in (
        ({"key_service_key": "another"}, "answered 404 to decrypt with another"),
        ({"key_service": "http://127.0.0.1:1/v1/transit"}, "NewConnectionError"),
        ({"key_service_token_file": Path("none")}, "FileNotFoundError"),
    ):
        with pytest.raises(KeyServiceFailed, match=told) as failed:
            building.keys(settings.model_copy(update=changed))
        assert TOKEN not in str(failed.value)
    (tmp_path / "key-service.token").write_text("another")
    with pytest.raises(KeyServiceFailed, match="403"):
        Transit(settings.key_service, "wederhoor", tmp_path / "key-service.token").wrap(bytes(32))


def test_it_must_be_declared_and_reached_by_https() -> None:
    with pytest.raises(ValueError, match="https"):
        Settings(key_service="http://vault.example/v1/transit")
    found = outside.configured(Settings(key_service="https://vault.example:8200/v1/transit"))
    assert [(one.service, one.host) for one in found] == [("key service", "vault.example")]


def test_the_commands_show_add_and_wrap(settings: Settings) -> None:
    bare = {"WEDERHOOR_VAR": str(settings.var), "PATH": os.environ["PATH"]}
    with_service = bare | {"WEDERHOOR_KEY_SERVICE": settings.key_service}

    def keys(act: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "api", "keys", act]
        return subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True, check=False)

    assert keys("wrap", bare).returncode == 2
    assert keys("list", bare).stdout.split("\t")[2] == "on this disk\n"
    assert keys("wrap", with_service).stdout == "wrapped: 1\n"
    assert keys("add", with_service).stdout.startswith("key 2;")
    assert [line.split("\t")[2] for line in keys("list", with_service).stdout.splitlines()] == ["wrapped"] * 2
    locked = keys("list", bare)
    assert locked.returncode == 1 and "WEDERHOOR_KEY_SERVICE" in locked.stderr and "Traceback" not in locked.stderr
