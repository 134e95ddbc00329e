"""What a process holds in memory stays there: it may be an answer being read."""

import ctypes
import resource
from typing import Any

PR_SET_DUMPABLE = 4


def no_core_dumps() -> None:
    """When this process or a child of it breaks, its memory is not written to the disk."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def keep_private() -> None:
    """No core dumps, and no reading of this process's memory by others of the same user."""
    no_core_dumps()
    libc: Any = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):
        libc.prctl(PR_SET_DUMPABLE, 0)
