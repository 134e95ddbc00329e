"""The networks that read text, through onnxruntime: int8, one thread, no torch."""

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from grading import pieces
from grading.grade import INTENTS

LONGEST_TOKENS = 64
"""Of a text that is embedded."""
QUESTIONS = 16
"""So many are kept as they were read: a third of a megabyte each, 1.2 where they are long."""
Floats = NDArray[np.float64]
Past = NDArray[np.float16]


class Network:
    """An exported network (see `grading.export`) with its tokenizer.

    It reads one text at a time: int8 takes its scale from everything that is in a batch, so that what an answer is
    read as would depend on its neighbours (measured: up to 0.07 of a probability), and a decision could not be
    repeated.
    """

    def __init__(self, folder: Path) -> None:
        facts = json.loads((folder / "encoder.json").read_text("utf-8"))
        self.name: str = facts["name"]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        # Weights beside the arena, which grows in powers of two: 9 MB less.
        options.add_session_config_entry("session.use_device_allocator_for_initializers", "1")
        providers = ["CPUExecutionProvider"]
        self._session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=providers)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        # Unigram and BPE remember up to 10,000 words that they took apart: words of answers that are long gone.
        if hasattr(self._tokenizer.model, "_resize_cache"):
            self._tokenizer.model._resize_cache(0)  # noqa: SLF001  it has no public name


class Encoder(Network):
    """A sentence-transformers model."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._tokenizer.enable_truncation(LONGEST_TOKENS)
        self._inputs = [one.name for one in self._session.get_inputs()]
        self._width: int = self._session.get_outputs()[0].shape[-1]

    def encode(self, texts: list[str]) -> Floats:
        """Unit-length mean-pooled embeddings, shape (len(texts), width)."""
        pooled = [self._hidden(text).mean(axis=0) for text in texts]
        found: Floats = np.stack(pooled) if pooled else np.zeros((0, self._width))
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        unit: Floats = found / np.maximum(lengths, 1e-12)
        return unit

    def _hidden(self, text: str) -> Floats:
        encoding = self._tokenizer.encode_batch([text])[0]
        columns = {
            "input_ids": encoding.ids,
            "attention_mask": encoding.attention_mask,
            "token_type_ids": encoding.type_ids,
        }
        feeds = {name: np.array([columns[name]], dtype=np.int64) for name in self._inputs}
        found: Floats = self._session.run(None, feeds)[0][0].astype(np.float64)
        return found


class Tuned(Network):
    """A network that was tuned (see `grading.tuning`) to read an answer with its question at hand.

    What a question comes to is kept for the next answer to it: of the last questions, and of no answer.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        session, tokenizer = self._session, self._tokenizer
        past = session.get_inputs()[1]
        # Older networks, which may be asked again for their decisions, take it in single precision.
        self._taken = np.float16 if past.type == "tensor(float16)" else np.float32
        nothing = np.zeros([one if isinstance(one, int) else 0 for one in past.shape], dtype=self._taken)

        @lru_cache(QUESTIONS)
        def asked(question: str) -> Past:
            found: Past = _output(session, "present", pieces.asked(tokenizer, question), nothing).astype(np.float16)
            return found

        self._asked = asked

    def logits(self, pairs: list[tuple[str, str]]) -> Floats:
        """Of question and answer, shape (len(pairs), 4), in the order of `INTENTS`."""
        found = np.zeros((len(pairs), len(INTENTS)))
        for place in sorted(range(len(pairs)), key=lambda place: pairs[place][0]):
            question, answer = pairs[place]
            said, past = pieces.said(self._tokenizer, answer), self._asked(question).astype(self._taken, copy=False)
            found[place] = _output(self._session, "logits", said, past)
        return found


def _output(session: onnxruntime.InferenceSession, name: str, tokens: pieces.Tokens, past: NDArray[Any]) -> Any:
    return session.run([name], {"tokens": np.array(tokens, dtype=np.int64), "past": past})[0]


def fingerprint(folder: Path) -> str:
    """A hash of everything that a network computes with."""
    digest = hashlib.sha256()
    for name in ("model.onnx", "tokenizer.json", "encoder.json"):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()
