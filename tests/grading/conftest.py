"""What the tests of models share."""

import shutil
from pathlib import Path

import pytest

from api.settings import Settings
from grading import artifact


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A folder of models of its own, with a copy of the current one in it."""
    installed = Settings().models
    current = (installed / "current").resolve()
    shutil.copytree(current, tmp_path / current.name)
    (tmp_path / "encoders").symlink_to(installed / "encoders")
    artifact.publish(tmp_path, current.name)
    return tmp_path
