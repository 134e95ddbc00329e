"""Rasa runs without TensorFlow; who configures a component that needs it is told so."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

FOLDER = Path(__file__).parent.parent
NEEDS_TENSORFLOW = """
recipe: default.v1
assistant_id: test
language: nl
pipeline:
  - name: WhitespaceTokenizer
  - name: CountVectorsFeaturizer
  - name: DIETClassifier
    epochs: 1
policies:
  - name: RulePolicy
"""


def test_it_is_not_installed() -> None:
    assert find_spec("tensorflow") is None


def test_a_component_that_needs_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "config.yml").write_text(NEEDS_TENSORFLOW)
    shutil.copy(FOLDER / "domain.yml", tmp_path)
    shutil.copytree(FOLDER / "data", tmp_path / "data")
    environment = {**os.environ, "PYTHONPATH": str(FOLDER), "PYTHONWARNINGS": "ignore", "HOME": str(tmp_path)}
    command = [sys.executable, "-m", "wederhoor_bot.command", "train", "nlu"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, text=True, capture_output=True)
    assert done.returncode != 0
    assert "this needs DIET of TensorFlow, which the bot does without" in done.stderr + done.stdout
