"""Exports networks to int8 ONNX: a sentence-transformers model, or the tuned one. Training only: torch."""

import hashlib
import json
import logging
import shutil
import tempfile
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

from grading import e5

INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def export(name: str, encoders: Path) -> Path:
    """The folder of the exported encoder (model.onnx, tokenizer.json, encoder.json) under `encoders`; made once.

    `name` is a sentence-transformers name, which is fetched from a model hub, or a folder.
    """
    return _once(encoders / _address(name), lambda made: _write(name, made))


def export_tuned(tuned: Path, encoders: Path) -> Path:
    """As `export`, for the packaged model with the differences in a file of `data/tuned`."""
    code = [Path(__file__).with_name(name).read_bytes() for name in ("e5.py", "export.py", "pieces.py", "tuning.py")]
    address = _address(str(e5.packaged()), b"".join([tuned.read_bytes(), *code]))
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


def quiet() -> None:
    """No progress bars."""
    from transformers.utils import logging as progress

    progress.disable_progress_bar()  # type: ignore[no-untyped-call]  # it has no annotations


def content(source: str) -> str:
    """A hash of a model's file, or of all in its folder; the name itself where it is one on a model hub."""
    folder = Path(source)
    if not folder.exists():
        return source
    digest = hashlib.sha256()
    for path in [folder] if folder.is_file() else sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder)}\n".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _address(source: str, more: bytes = b"") -> str:
    """A name for what is exported from what, by what."""
    versions = [version(package) for package in ("torch", "onnxruntime", "sentence-transformers")]
    return hashlib.sha256("\n".join([content(source), *versions]).encode() + more).hexdigest()[:16]


def _write(source: str, folder: Path) -> None:
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

    axes = {key: {0: "batch", 1: "tokens"} for key in inputs} | {"hidden": {0: "batch", 1: "tokens"}}
    samples = {key: sample[key] for key in inputs}
    _save(Hidden(), samples, ["hidden"], axes, folder)
    _describe(folder, source, model.tokenizer.backend_tokenizer)


def _write_tuned(tuned: Path, folder: Path) -> None:
    import torch

    from grading.tuning import build

    network = build(tuned).eval()
    step = stepwise(network)
    tokens = torch.tensor([e5.BEGIN, e5.UNKNOWN, e5.END])
    _, present = step(tokens, step.nothing)
    axes = {"tokens": {0: "tokens"}, "past": {2: "before"}, "present": {2: "tokens"}}
    _save(step, {"tokens": tokens, "past": present}, ["logits", "present"], axes, folder)
    _describe(folder, f"{e5.NAME}, tuned ({tuned.stem})", network.base.tokenizer)


def stepwise(network: Any) -> Any:
    """The tuned network as it serves: one text at a time, a question first and then each of its answers.

    Tokens (n) and `past` (keys and values of each layer in turn, heads, tokens before, width of one) in; logits (4) and
    of these tokens what is `past` to the next out. The past is in half precision, as it is kept.

    Few and plain operations, for of short texts these take half of the time: queries, keys and values come from one
    product, and positions and the one kind of token from one table.
    """
    import torch

    class Step(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network
            embeddings, layers = network.bert.embeddings, network.bert.encoder.layer
            kind = embeddings.token_type_embeddings.weight[0]
            self.positions = torch.nn.Parameter(embeddings.position_embeddings.weight + kind)
            self.projections = torch.nn.ModuleList(_joined(layer.attention.self) for layer in layers)
            heads = network.bert.config.num_attention_heads
            self.shape = (heads, network.bert.config.hidden_size // heads)
            self.nothing = torch.zeros(2 * len(layers), heads, 0, self.shape[1], dtype=torch.float16)

        def forward(self, tokens: torch.Tensor, past: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            embeddings, (heads, width) = self.network.bert.embeddings, self.shape
            before, present = torch.split(past.float(), 2), []

            def attend(number: int, hidden: torch.Tensor) -> torch.Tensor:
                projected = self.projections[number](hidden).reshape(-1, 3, heads, width).permute(1, 2, 0, 3)
                query, both = torch.split(projected, [1, 2])
                present.append(both)
                key, value = torch.split(torch.cat([before[number], both], dim=2), 1)
                shares = torch.softmax(query @ key.transpose(-1, -2) / width**0.5, dim=-1)
                return (shares @ value).transpose(1, 2).reshape(-1, heads * width)

            places = past.shape[2] + torch.arange(tokens.shape[0])
            embedded = embeddings.LayerNorm(embeddings.word_embeddings(tokens) + self.positions[places])
            hidden = self.network.read(embedded, attend)
            logits = self.network.verdict(hidden[:1], hidden.mean(0, keepdim=True))
            return logits[0], torch.cat(present).half()

    return Step()


def _joined(own: Any) -> Any:
    """One layer that gives queries, keys and values, side by side."""
    import torch

    parts = (own.query, own.key, own.value)
    found = torch.nn.Linear(own.query.in_features, sum(part.out_features for part in parts))
    with torch.no_grad():
        found.weight.copy_(torch.cat([part.weight for part in parts]))
        found.bias.copy_(torch.cat([part.bias for part in parts]))
    return found


def _save(
    network: Any, samples: dict[str, Any], outputs: list[str], axes: dict[str, dict[int, str]], folder: Path
) -> None:
    """Writes model.onnx (int8)."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    full = folder / "full.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network, tuple(samples.values()), str(full),
            input_names=list(samples), output_names=outputs, dynamic_axes=axes, opset_version=17, dynamo=False,
        )  # fmt: skip
    logging.getLogger().setLevel(logging.ERROR)  # advice about preprocessing, which this graph does not need
    # 7 bits: with 8 a processor without VNNI clips some sums, and would read other than one with it.
    quantize_dynamic(full, folder / "model.onnx", weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
    full.unlink()


def _describe(folder: Path, name: str, tokenizer: Any) -> None:
    """Writes tokenizer.json and encoder.json, which is the last: an export is whole when it is there."""
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "encoder.json").write_text(json.dumps({"name": name}))
