"""Python imports this by itself when the folder is on its path: nothing leaves this machine, and each try is noted.

The tests of B05 start the product's own processes with it. It uses nothing but the standard library, for the bot's
Python is another one.
"""

import ipaddress
import os
import socket
import sys

NOTES = os.environ["WEDERHOOR_GUARD"]


def _note(*words):
    line = " ".join(str(word) for word in words) + "\n"
    notes = os.open(NOTES, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(notes, line.encode())
    os.close(notes)


def _inside(host):
    if host in (None, "", b"", "localhost", b"localhost", socket.gethostname()):
        return True
    name = host.decode() if isinstance(host, bytes) else host
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _look(event, arguments):
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        host = arguments[1][0] if isinstance(arguments[1], tuple) else None
    else:
        return
    if not _inside(host):
        _note("tried", host.decode() if isinstance(host, bytes) else host)
        raise PermissionError("nothing leaves this machine")


sys.addaudithook(_look)
_note("watched", os.getpid(), *sys.orig_argv[-2:])
