"""`python -m wederhoor_bot.serve`: Rasa on loopback, quiet, without telemetry, with memory that is nobody else's."""

from __future__ import annotations

import ctypes
import os
import resource
import sys
import tempfile
import warnings

from wederhoor_bot import command
from wederhoor_bot.train import FOLDER, model

PR_SET_DUMPABLE = 4
ENVIRONMENT = {
    "LOG_LEVEL": "WARNING",
    "LOG_LEVEL_LIBRARIES": "ERROR",
    "OMP_NUM_THREADS": "1",
    "SANIC_BACKLOG": "1000",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
}


def main() -> None:
    """Becomes `rasa run`. The API, debug mode and CORS of Rasa stay off: only our channel answers."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    os.environ["HOME"] = tempfile.mkdtemp(prefix="wederhoor-bot-")  # Rasa writes a settings file to HOME
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if os.environ.get("WEDERHOOR_READABLE_MEMORY", "") in ("", "0", "false"):
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0)
    os.chdir(FOLDER)
    port = os.environ.get("WEDERHOOR_BOT_PORT", "5105")
    sys.argv = ["rasa", "run", "-i", "127.0.0.1", "-p", port, "-m", str(model())]
    sys.argv += ["--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
    warnings.simplefilter("ignore")  # hundreds of lines about the future of its dependencies
    command.main()


if __name__ == "__main__":
    main()
