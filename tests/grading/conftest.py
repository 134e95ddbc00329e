"""What the tests of models share."""

import json
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


def another(models: Path, without: str = "files") -> str:
    """The same model under another id, and if wanted without some of what its card says."""
    with artifact.making(models) as made:
        shutil.copytree((models / "current").resolve(), made, dirs_exist_ok=True)
        card = json.loads((made / artifact.CARD).read_text())
        (made / artifact.CARD).unlink()
        card = {name: value for name, value in card.items() if name not in ("files", without)}
        model_id = artifact.seal(made, card | {"trained_on": "another day"})
        made.rename(models / model_id)
    return model_id
