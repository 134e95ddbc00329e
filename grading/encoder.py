"""The networks that read text, through onnxruntime: int8, one thread, no torch."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from grading.rules import LONGEST

Floats = NDArray[np.float64]
Text = str | tuple[str, str]


class Network:
    """An exported network (see `grading.export`) with its tokenizer."""

    def __init__(self, folder: Path) -> None:
        facts = json.loads((folder / "encoder.json").read_text("utf-8"))
        self.name: str = facts["name"]
        self.width: int = facts["width"]
        self._inputs: list[str] = facts["inputs"]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        # Weights beside the arena, which grows in powers of two: 9 MB less.
        options.add_session_config_entry("session.use_device_allocator_for_initializers", "1")
        providers = ["CPUExecutionProvider"]
        self._session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=providers)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(facts["tokens"])
        # Unigram and BPE remember up to 10,000 words that they took apart: words of answers that are long gone.
        if hasattr(self._tokenizer.model, "_resize_cache"):
            self._tokenizer.model._resize_cache(0)  # noqa: SLF001  it has no public name

    def _run(self, texts: Sequence[Text]) -> Iterator[Floats]:
        """The output for each text, one at a time.

        int8 takes its scale from everything that is in a batch, so that what an answer is read as would depend on
        its neighbours (measured: up to 0.07 of a probability), and a decision could not be repeated.
        """
        for text in texts:
            encoding = self._tokenizer.encode_batch([text])[0]
            columns = {
                "input_ids": encoding.ids,
                "attention_mask": encoding.attention_mask,
                "token_type_ids": encoding.type_ids,
            }
            feeds = {name: np.array([columns[name]], dtype=np.int64) for name in self._inputs}
            yield self._session.run(None, feeds)[0][0].astype(np.float64)


class Encoder(Network):
    """A sentence-transformers model."""

    def encode(self, texts: list[str]) -> Floats:
        """Unit-length mean-pooled embeddings, shape (len(texts), width)."""
        pooled = [hidden.mean(axis=0) for hidden in self._run(texts)]
        found: Floats = np.stack(pooled) if pooled else np.zeros((0, self.width))
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        unit: Floats = found / np.maximum(lengths, 1e-12)
        return unit


class Tuned(Network):
    """A cross-encoder that was tuned (see `grading.tuning`) to read an answer together with its question."""

    def logits(self, pairs: list[tuple[str, str]]) -> Floats:
        """Of question and answer, shape (len(pairs), 4), in the order of `INTENTS`. Reads 600 characters of it."""
        found = list(self._run([(question, answer[:LONGEST]) for question, answer in pairs]))
        return np.stack(found) if found else np.zeros((0, self.width))


def fingerprint(folder: Path) -> str:
    """A hash of everything that a network computes with."""
    digest = hashlib.sha256()
    for name in ("model.onnx", "tokenizer.json", "encoder.json"):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()
