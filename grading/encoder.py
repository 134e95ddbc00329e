"""Sentence embeddings through onnxruntime: int8, one thread, no torch."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

BATCH = 16
Floats = NDArray[np.float64]


class Encoder:
    """An exported sentence-transformers model (see `grading.export`)."""

    def __init__(self, folder: Path) -> None:
        facts = json.loads((folder / "encoder.json").read_text("utf-8"))
        self.name: str = facts["name"]
        self.width: int = facts["width"]
        self._inputs: list[str] = facts["inputs"]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        providers = ["CPUExecutionProvider"]
        self._session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=providers)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(facts["tokens"])
        self._tokenizer.enable_padding()

    def encode(self, texts: list[str]) -> Floats:
        """Unit-length mean-pooled embeddings, shape (len(texts), width)."""
        found = np.zeros((len(texts), self.width))
        by_length = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        for start in range(0, len(texts), BATCH):
            places = by_length[start : start + BATCH]
            found[places] = self._batch([texts[place] for place in places])
        return found

    def _batch(self, texts: list[str]) -> Floats:
        encodings = self._tokenizer.encode_batch(texts)
        columns: dict[str, list[Any]] = {
            "input_ids": [one.ids for one in encodings],
            "attention_mask": [one.attention_mask for one in encodings],
            "token_type_ids": [one.type_ids for one in encodings],
        }
        feeds = {name: np.array(columns[name], dtype=np.int64) for name in self._inputs}
        hidden = self._session.run(None, feeds)[0].astype(np.float64)
        mask = feeds["attention_mask"][..., None]
        pooled = (hidden * mask).sum(axis=1) / mask.sum(axis=1)
        lengths = np.linalg.norm(pooled, axis=1, keepdims=True)
        unit: Floats = pooled / np.maximum(lengths, 1e-12)
        return unit


def fingerprint(folder: Path) -> str:
    """A hash of everything that an encoder computes with."""
    digest = hashlib.sha256()
    for name in ("model.onnx", "tokenizer.json", "encoder.json"):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()
