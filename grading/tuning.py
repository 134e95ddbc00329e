"""Tunes MiniLM to read an answer together with its question, and keeps what changed as a small file.

One network reads both languages: English answers as they are written, Dutch ones word by word in English (`gloss`),
because MiniLM knows English only. It takes forty minutes and more, so it is not a part of `train`: the result lies in
`data/tuned`, and a head for each language is trained on top of it. What changed is kept as low-rank
factors (singular value decomposition of the difference, as in LoRA: Hu et al. 2021, but after the tuning): 3 MB
instead of 90. Training only: torch.
"""

import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from grading import examples, gloss
from grading.examples import Labelled
from grading.grade import INTENTS

FILE = "pairs.npz"
TOKENS = 80
EPOCHS = 2
BATCH = 64
RATE = 2e-4
DECAY = 0.9
"""Of the learning rate, per layer downwards: what is near the words changes least."""
WARM = 0.1
"""Share of the steps in which the learning rate rises."""
RANK = 128
CHUNK = 50
"""Batches that are sorted by length together: short answers need not be padded to long ones."""


@dataclass(frozen=True)
class Tuning:
    """What `data/tuned` holds."""

    path: Path
    sources: tuple[str, ...]
    """Files that it was tuned on: their answers say nothing about how well it reads new ones."""
    digest: str
    """A hash of all of it."""


def find(folder: Path) -> Tuning | None:
    """The tuning in this folder, if there is one."""
    path = folder / FILE
    if not path.exists():
        return None
    facts = json.loads(path.with_suffix(".json").read_text("utf-8"))
    return Tuning(path, tuple(facts["sources"]), hashlib.sha256(path.read_bytes()).hexdigest())


def tune(training: Path, folder: Path, sources: list[str] | None = None) -> Path:
    """Tunes on the files with these names (those of the tuning that is there, when none are named); returns the file.

    Raises `ExamplesInvalid` when there are no such answers.
    """
    import torch

    known = find(folder)
    wanted = sources or (list(known.sources) if known else [])
    rows = [row for row in examples.read(training) if row.source in wanted]
    if not rows:
        raise examples.ExamplesInvalid(f"{training}: no answers to tune on; name files with --source")
    torch.manual_seed(0)
    random.seed(0)
    network = build()
    fit(network, rows)
    return keep(network, rows, folder)


def keep(network: Any, rows: list[Labelled], folder: Path) -> Path:
    """Writes what changed, and what it was made from."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    np.savez_compressed(path, **_difference(build().state_dict(), network.state_dict()))
    sources = sorted({row.source for row in rows})
    facts = {"sources": sources, "data": digest(rows), "epochs": EPOCHS, "rate": RATE, "rank": RANK}
    path.with_suffix(".json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    return path


def digest(rows: list[Labelled]) -> str:
    """A hash of labelled answers, whatever files they are in."""
    lines = sorted("\t".join((row.question, row.answer, row.label)) for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def build(path: Path | None = None) -> Any:
    """MiniLM, its first token and the mean of all, one hidden layer, four logits; with the differences in `path`."""
    import torch
    from transformers import AutoModel

    from grading.export import packaged, quiet

    quiet()

    class Pair(torch.nn.Module):
        """Shapes: tokens (n, m) in, logits (n, 4) out."""

        def __init__(self) -> None:
            super().__init__()
            self.bert = AutoModel.from_pretrained(str(packaged()))
            width = self.bert.config.hidden_size
            self.drop = torch.nn.Dropout(0.1)
            self.pool = torch.nn.Linear(2 * width, width)
            self.out = torch.nn.Linear(width, len(INTENTS))

        def forward(
            self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
        ) -> torch.Tensor:
            hidden = self.bert(
                input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
            ).last_hidden_state
            mask = attention_mask[..., None].float()
            seen = torch.cat([hidden[:, 0], (hidden * mask).sum(1) / mask.sum(1)], dim=1)
            logits: torch.Tensor = self.out(self.drop(torch.tanh(self.pool(self.drop(seen)))))
            return logits

    network = Pair()
    if path is not None:
        with np.load(path, allow_pickle=False) as kept:
            network.load_state_dict(_changed(network.state_dict(), kept))
    return network


def fit(network: Any, rows: list[Labelled], epochs: int = EPOCHS) -> None:
    """Tunes it in place. Word embeddings stay: they are half of all weights, and no gain was measured."""
    import torch
    from transformers import AutoTokenizer

    from grading.export import packaged

    tokenizer: Any = AutoTokenizer.from_pretrained(str(packaged()))
    encoded = [
        (
            tokenizer(*gloss.pair(row), truncation="longest_first", max_length=TOKENS),
            INTENTS.index(row.label),
        )
        for row in rows
    ]
    network.bert.embeddings.word_embeddings.weight.requires_grad_(False)
    optimiser = torch.optim.AdamW(_rates(network))
    steps = epochs * -(-len(rows) // BATCH)
    warm = int(WARM * steps)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / warm, (steps - step) / (steps - warm))
    )
    network.train()
    for epoch in range(epochs):
        for places in _batches([len(one["input_ids"]) for one, _ in encoded]):
            inputs = tokenizer.pad([encoded[place][0] for place in places], return_tensors="pt")
            labels = torch.tensor([encoded[place][1] for place in places])
            loss = torch.nn.functional.cross_entropy(network(**inputs), labels)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]  # it has none
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
        print(f"epoch {epoch + 1} of {epochs}: loss {loss.item():.2f}", flush=True)


def _rates(network: Any) -> list[dict[str, Any]]:
    """Each parameter with its learning rate; what is new learns twice as fast as the topmost layer."""
    layers, groups = network.bert.config.num_hidden_layers, []
    for name, parameter in network.named_parameters():
        if not parameter.requires_grad:
            continue
        depth = layers if "embeddings" in name else layers - 1 - int(name.split(".")[3]) if ".layer." in name else 0
        rate = RATE * DECAY**depth if name.startswith("bert.") else 2 * RATE
        groups.append({"params": [parameter], "lr": rate, "weight_decay": 0.01 if parameter.ndim > 1 else 0.0})
    return groups


def _batches(lengths: list[int]) -> Iterator[list[int]]:
    order = list(range(len(lengths)))
    random.shuffle(order)
    batches = []
    for start in range(0, len(order), BATCH * CHUNK):
        chunk = sorted(order[start : start + BATCH * CHUNK], key=lengths.__getitem__)
        batches += [chunk[at : at + BATCH] for at in range(0, len(chunk), BATCH)]
    random.shuffle(batches)
    yield from batches


def _difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What changed, matrices as two factors of `RANK`. The new layers, which began at random, are kept whole."""
    kept: dict[str, Any] = {}
    for name, value in after.items():
        if not value.is_floating_point():
            continue
        whole = not name.startswith("bert.")
        change = (value if whole else value - before[name]).numpy()
        if not whole and not change.any():
            continue
        if whole or change.ndim != 2 or min(change.shape) <= RANK:
            kept[name] = change.astype(np.float16)
            continue
        left, sizes, right = np.linalg.svd(change, full_matrices=False)
        root = np.sqrt(sizes[:RANK])
        kept[f"{name}|left"] = (left[:, :RANK] * root).astype(np.float16)
        kept[f"{name}|right"] = (root[:, None] * right[:RANK]).astype(np.float16)
    return kept


def _changed(state: dict[str, Any], kept: Any) -> dict[str, Any]:
    import torch

    changed = dict(state)
    for name in {key.split("|")[0] for key in kept}:
        if name in kept:
            change = kept[name].astype(np.float32)
        else:
            # In double precision, so that the order of summing, which threads change, is rounded away.
            change = kept[f"{name}|left"].astype(np.float64) @ kept[f"{name}|right"].astype(np.float64)
        value = torch.from_numpy(np.ascontiguousarray(change, dtype=np.float32))
        changed[name] = state[name] + value if name.startswith("bert.") else value
    return changed
