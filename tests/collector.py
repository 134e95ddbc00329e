"""Where reports and traces arrive: an HTTP server that keeps each body as it came, unpacked."""

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any


@dataclass
class Collector:
    """What came in, by path; headers are kept too, for they leave as well."""

    port: int
    got: list[tuple[str, bytes, bytes]] = field(default_factory=list)

    @property
    def dsn(self) -> str:
        """How a Sentry is told to reach it."""
        return f"http://public@127.0.0.1:{self.port}/1"

    @property
    def traces(self) -> str:
        """How OpenTelemetry is told to reach it."""
        return f"http://127.0.0.1:{self.port}/v1/traces"

    def bodies(self, path: str) -> list[bytes]:
        """What came in there."""
        return [body for where, _, body in list(self.got) if path in where]

    def everything(self) -> bytes:
        """Each byte that reached it."""
        return b"\n".join(where.encode() + head + body for where, head, body in list(self.got))

    def events(self) -> list[dict[str, Any]]:
        """The reports in the envelopes."""
        found = []
        for body in self.bodies("/envelope/"):
            lines = [json.loads(line) for line in body.splitlines() if line]
            found += [told for about, told in pairwise(lines) if about.get("type") == "event"]
        return found

    def wait(self, here: Callable[[], bool], seconds: float = 40.0) -> None:
        """Until it is there."""
        until = time.monotonic() + seconds
        while not here():
            assert time.monotonic() < until, [where for where, _, _ in self.got]
            time.sleep(0.1)


@contextmanager
def collector() -> Iterator[Collector]:
    """One on a free port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = self.headers["content-length"]
            raw = self.rfile.read(int(length)) if length else self._chunks()
            packed = self.headers["content-encoding"] == "gzip"
            kept.got.append((self.path, bytes(self.headers), gzip.decompress(raw) if packed else raw))
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def _chunks(self) -> bytes:
            found = b""
            while size := int(self.rfile.readline(), 16):
                found += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return found

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    kept = Collector(server.server_port)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
