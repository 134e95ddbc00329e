"""`python -m wederhoor_bot.command …`: Rasa's own command line, without TensorFlow and telemetry."""

from __future__ import annotations

import importlib
import os

from wederhoor_bot import tensorflow_stub


def main() -> None:
    """Runs `rasa` with the arguments in `sys.argv`; it reports nothing to anybody."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    tensorflow_stub.install()
    # At import it looks through every loaded module for each of scikit-learn's types (4 s after Rasa, 1 s before).
    importlib.import_module("skops.io")
    from rasa.__main__ import main as rasa

    rasa()


if __name__ == "__main__":
    main()
