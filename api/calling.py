"""Calls a webhook as standardwebhooks.com asks: signed, by id, once, and only where it may go.

The address is an organisation's to choose, so it must not lead into our own network: the name is looked up once, every
address behind it must be a public one, and the connection goes to the address that was checked. Redirects are not
followed, and what the receiver says beyond its status is not read.
"""

import ipaddress
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from standardwebhooks import Webhook
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from people.webhooks import Endpoint

SECONDS: Final = 10.0
LONGEST: Final = 20.0
"""However slowly the receiver drips its answer."""
PORTS: Final = {"https": 443, "http": 80}
TRANSLATED: Final = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
"""IPv6 that leads to IPv4 addresses, private ones too."""


class NotPublic(Exception):
    """The name leads into a private network."""


class Gone(Exception):
    """The receiver says that it will never take anything again (410)."""


class NotTaken(Exception):
    """The receiver answered, and not with a 2xx."""


@dataclass(frozen=True, slots=True)
class Caller:
    """`private`: also calls addresses inside this network, and plain http."""

    private: bool = False

    def call(self, endpoint: Endpoint, name: str, body: str, now: datetime) -> None:
        """Posts the body under this id; returns once the receiver has taken it.

        Raises `Gone`, `NotTaken`, `NotPublic`; any other exception means that there was no (whole) answer.
        """
        parts = urlsplit(endpoint.url)
        headers = {
            "Host": parts.netloc,
            "Content-Type": "application/json",
            "User-Agent": "Wederhoor",
            "webhook-id": name,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(endpoint.secret).sign(name, now, body),
        }
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        status = _post(self._connected(endpoint.url), path, body.encode(), headers)
        if status == 410:
            raise Gone
        if not 200 <= status < 300:
            raise NotTaken(str(status))

    def _connected(self, url: str) -> HTTPConnection:
        """A connection to the first address behind the name that can be reached."""
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
        if parts.scheme == "http" and not self.private:
            raise NotPublic
        *others, last = self._addresses(host, port)
        for address in others:
            with suppress(OSError, HTTPError):
                return _connect(parts.scheme, address, port, host)
        return _connect(parts.scheme, last, port, host)

    def _addresses(self, host: str, port: int) -> list[str]:
        found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        if not self.private and not all(is_public(one) for one in found):
            raise NotPublic
        return found


def _connect(scheme: str, address: str, port: int, host: str) -> HTTPConnection:
    if scheme == "http":
        connection = HTTPConnection(address, port, timeout=SECONDS)
    else:
        tls = ssl.create_default_context()
        connection = HTTPSConnection(address, port, timeout=SECONDS, server_hostname=host, ssl_context=tls)
    try:
        connection.connect()
    except Exception:
        connection.close()
        raise
    return connection


def _post(connection: HTTPConnection, path: str, body: bytes, headers: dict[str, str]) -> int:
    """The status. The time limit of a socket is one of silence; the clock beside it is one of all."""
    cut = threading.Timer(LONGEST, connection.sock.shutdown, [socket.SHUT_RDWR])
    cut.daemon = True
    cut.start()
    try:
        connection.request("POST", path, body, headers)
        return connection.getresponse().status
    finally:
        cut.cancel()
        connection.close()


def is_public(address: str) -> bool:
    """Does this address lead to the internet, and nowhere else?"""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if any(ip in network for network in TRANSLATED) or ip.sixtofour or ip.teredo:
            return False
        ip = ip.ipv4_mapped or ip
    return ip.is_global and not ip.is_multicast and not ip.is_reserved
