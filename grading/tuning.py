"""Tunes multilingual-e5-small to read an answer with its question at hand, and keeps what changed as a small file.

One network reads both languages. Tuning takes an hour and more, so it is not a part of `train`: the result lies in
`data/tuned`, and a head for each language is trained on top of it. What changed is kept in 3 bits a weight.
Training only: torch.
"""

import hashlib
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from grading import e5, examples, pieces
from grading.examples import Labelled
from grading.grade import INTENTS
from grading.pieces import Tokens

FILE = "pairs.npz"
EPOCHS = 2
BATCH = 64
RATE = 2e-4
"""Of learning, in the topmost layer."""
FURTHER_RATE = 1.4e-4
"""The same, going on from a tuning; the file that is there was made with it."""
DECAY = 0.92
"""Of that, per layer downwards: what is near the words changes least."""
WARM = 0.1
"""Share of the steps in which the learning rate rises."""
BLOCK, STEPS = 32, 3
"""What changed in so many weights is kept as whole steps of one size, so many up or down: 3 bits a weight."""
SIBLINGS = 4
"""Answers to one question that are learned from together."""
COMMON = 300
"""So often do three letters stand together in the answers for a piece with them to be Dutch or English."""
SIGN = re.compile(r"▁?[^\w]")
Attend = Callable[..., Any]
"""Number of a layer, and what its tokens are so far, (n, width): what each of them takes in, of that shape."""


@dataclass(frozen=True)
class Texts:
    """Answers taken apart, each with the place of its question."""

    questions: list[Tokens]
    answers: list[Tokens]
    asked: list[int]


@dataclass(frozen=True)
class Packed:
    """Texts in one row, without padding: all but the attention is done once for each token."""

    tokens: Any
    """Shape (n), as `positions`: an answer goes on where its question ended."""
    positions: Any
    sights: list[tuple[Any, Any]]
    """Of questions and then of answers, row by row: where their tokens are, and those that they see; -1 is none."""


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
    digest = hashlib.sha256(b"".join(one.read_bytes() for one in (path, path.with_suffix(".json"))))
    return Tuning(path, tuple(facts["sources"]), digest.hexdigest())


def tune(training: Path, folder: Path, sources: list[str] | None = None, *, further: bool = False) -> Path:
    """Tunes on the files with these names (those of the tuning that is there, when none are named); returns the file.

    `further` goes on from the tuning that is there, which takes less than beginning anew: once over these
    files and as many answers of the earlier ones, lest those be forgotten. Raises `ExamplesInvalid` when there are no
    such answers or no such file, or nothing to go on from.
    """
    import torch

    known, all_rows = find(folder), examples.read(training)
    earlier = known.sources if known else ()
    wanted = [one for one in sources or earlier if not (further and one in earlier)]
    rows = [row for row in all_rows if row.source in wanted]
    if missing := set(sources or ()) - {row.source for row in all_rows}:
        raise examples.ExamplesInvalid(f"{training}: no answers in {', '.join(sorted(missing))}")
    if not rows:
        raise examples.ExamplesInvalid(f"{training}: no answers to tune on; name files with --source")
    if further and not known:
        raise examples.ExamplesInvalid(f"{folder}: nothing to go on from")
    torch.manual_seed(0)
    random.seed(0)
    network = build(known.path) if known and further else pairs(packaged(rows))
    learned = rows
    if further:
        before = [row for row in all_rows if row.source in earlier]
        learned = rows + random.sample(before, min(len(before), len(rows)))
    labels = [INTENTS.index(row.label) for row in learned]
    fit(network, encoded(network.base, learned), labels, *((1, FURTHER_RATE) if further else ()))
    # A file that was learned from earlier has been seen for good, wherever it is now.
    return keep(network, {row.source for row in rows} | set(earlier if further else ()), folder)


def keep(network: Any, sources: Collection[str], folder: Path) -> Path:
    """Writes what changed, and the files that it was learned from."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    before = pairs(network.base).state_dict()
    np.savez_compressed(path, pieces=np.array(network.base.kept), **_difference(before, network.state_dict()))
    facts = {"sources": sorted(sources)}
    path.with_suffix(".json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    return path


def packaged(rows: list[Labelled]) -> e5.Model:
    """The model as it is packaged, with those of its 250,000 pieces that Dutch and English need: a tenth.

    They are in these answers, are made of letters that are common there, three by three, or are signs such as emoji.
    The others would take 150 MB of memory. A word that has no piece of its own is read in smaller ones.
    """
    whole = e5.Model(e5.packaged())
    texts = {text for row in rows for text in (row.question, row.answer)}
    seen = {place for one in whole.tokenizer.encode_batch(sorted(texts)) for place in one.ids}
    counts = Counter(part for text in texts for word in text.split() for part in _threes(f"▁{word}"))
    common = {part for part, count in counts.items() if count >= COMMON}
    kept = [
        place
        for place, (piece, _) in enumerate(whole.pieces)
        if place <= e5.UNKNOWN or place in seen or SIGN.fullmatch(piece) or all(one in common for one in _threes(piece))
    ]
    return e5.Model(e5.packaged(), kept)


def _threes(word: str) -> list[str]:
    plain = word.casefold()
    return [plain[at : at + 3] for at in range(len(plain) - 2)] or [plain]


def build(path: Path) -> Any:
    """The network with the differences in `path`."""
    with np.load(path, allow_pickle=False) as kept:
        network = pairs(e5.Model(e5.packaged(), kept["pieces"].tolist()))
        network.load_state_dict(_changed(network.state_dict(), {key: kept[key] for key in kept if key != "pieces"}))
    return network


def pairs(base: e5.Model) -> Any:
    """A reader of pairs on top of it, not tuned yet. `base` is kept as an attribute."""
    network = on_top(base.bert())
    network.base = base
    return network


def on_top(bert: Any) -> Any:
    """A network on top of a transformers model: of each answer its first token and the mean of all, one hidden layer.

    A question is read by itself, an answer with the question at hand, layer by layer: so what a question comes to is
    the same for all its answers, and is computed once. Takes what `packed` gives; four logits for each answer.
    """
    import torch

    class Pair(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.bert = bert
            width = bert.config.hidden_size
            self.drop = torch.nn.Dropout(0.1)
            self.pool = torch.nn.Linear(2 * width, width)
            self.out = torch.nn.Linear(width, len(INTENTS))

        def forward(self, texts: Packed) -> torch.Tensor:
            embedded = self.bert.embeddings(input_ids=texts.tokens[None], position_ids=texts.positions[None])[0]

            def attend(number: int, hidden: torch.Tensor) -> torch.Tensor:
                own = self.bert.encoder.layer[number].attention.self
                projected = own.query(hidden), own.key(hidden), own.value(hidden)
                return torch.cat([self._seen(mine, sight, *projected) for mine, sight in texts.sights])

            hidden = self.read(embedded, attend)
            mine, _ = texts.sights[-1]
            own, real = hidden[mine.clamp(min=0)], (mine >= 0)[..., None].float()
            return self.verdict(own[:, 0], (own * real).sum(1) / real.sum(1))

        def read(self, hidden: torch.Tensor, attend: Attend) -> torch.Tensor:
            """The last hidden state of embedded tokens in a row, (n, width)."""
            for number, layer in enumerate(self.bert.encoder.layer):
                hidden = layer.attention.output(attend(number, hidden), hidden)
                hidden = layer.output(layer.intermediate(hidden), hidden)
            return hidden

        def verdict(self, first: torch.Tensor, mean: torch.Tensor) -> torch.Tensor:
            """The logits of answers, from (n, width) each."""
            seen = torch.cat([first, mean], dim=1)
            logits: torch.Tensor = self.out(self.drop(torch.tanh(self.pool(self.drop(seen)))))
            return logits

        def _heads(self, projected: torch.Tensor) -> torch.Tensor:
            """(..., n, width) as (..., heads, n, width of one)."""
            parts = projected.reshape(*projected.shape[:-1], self.bert.config.num_attention_heads, -1)
            return parts.transpose(-3, -2)

        def _seen(self, mine: torch.Tensor, sight: torch.Tensor, *projected: torch.Tensor) -> torch.Tensor:
            # An embedding rather than indexing: what flows back is summed on all cores, a quarter of the time less.
            query, key, value = (
                self._heads(torch.nn.functional.embedding(places.clamp(min=0), one))
                for one, places in zip(projected, (mine, sight, sight), strict=True)
            )
            there = (sight >= 0)[:, None, None]
            found = torch.nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=there)
            return found.transpose(1, 2).flatten(2)[mine >= 0]

    return Pair()


def encoded(base: e5.Model, rows: list[Labelled]) -> Texts:
    """Question and answer of each, taken apart."""
    places = {question: place for place, question in enumerate(dict.fromkeys(row.question for row in rows))}
    return Texts(
        [pieces.asked(base.tokenizer, question) for question in places],
        [pieces.said(base.tokenizer, row.answer) for row in rows],
        [places[row.question] for row in rows],
    )


def packed(texts: Texts, places: list[int]) -> Packed:
    """The answers in these places with their questions, as tensors."""
    import torch

    at = {one: number for number, one in enumerate(dict.fromkeys(texts.asked[place] for place in places))}
    row: list[int] = []
    positions: list[int] = []

    def put(tokens: Tokens, start: int) -> list[int]:
        found = list(range(len(row), len(row) + len(tokens)))
        row.extend(tokens)
        positions.extend(range(start, start + len(tokens)))
        return found

    def padded(some: list[list[int]]) -> torch.Tensor:
        most = max(map(len, some))
        return torch.tensor([one + [-1] * (most - len(one)) for one in some])

    questions = [put(texts.questions[one], 0) for one in at]
    before = [questions[at[texts.asked[place]]] for place in places]
    answers = [put(texts.answers[place], len(one)) for place, one in zip(places, before, strict=True)]
    sights = [(padded(answers), padded([one + own for one, own in zip(before, answers, strict=True)]))]
    if any(questions):
        sights.insert(0, (padded(questions), padded(questions)))
    return Packed(torch.tensor(row), torch.tensor(positions), sights)


def fit(network: Any, texts: Texts, labels: list[int], epochs: int = EPOCHS, rate: float = RATE) -> None:
    """Tunes it in place. Word embeddings stay: they are most of all weights, and no gain was measured."""
    import torch

    network.bert.embeddings.word_embeddings.weight.requires_grad_(False)
    optimiser = torch.optim.AdamW(_rates(network, rate))
    steps = epochs * -(-len(texts.asked) // BATCH)
    warm = max(1, int(WARM * steps))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / warm, (steps - step) / max(1, steps - warm))
    )
    network.train()
    for epoch in range(epochs):
        for places in _batches(texts.asked):
            meant = torch.tensor([labels[place] for place in places])
            loss = torch.nn.functional.cross_entropy(network(packed(texts, places)), meant)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]  # it has none
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
        print(f"epoch {epoch + 1} of {epochs}: loss {loss.item():.2f}", flush=True)


def _rates(network: Any, top: float) -> list[dict[str, Any]]:
    """Each parameter with its learning rate; what is new learns twice as fast as the topmost layer."""
    layers, groups = network.bert.config.num_hidden_layers, []
    for name, parameter in network.named_parameters():
        if not parameter.requires_grad:
            continue
        depth = layers if "embeddings" in name else layers - 1 - int(name.split(".")[3]) if ".layer." in name else 0
        rate = top * DECAY**depth if name.startswith("bert.") else 2 * top
        groups.append({"params": [parameter], "lr": rate, "weight_decay": 0.01 if parameter.ndim > 1 else 0.0})
    return groups


def _batches(asked: list[int]) -> Iterator[list[int]]:
    """Places of answers, in any order, up to SIBLINGS of a question together: it is read once for them."""
    order, found = list(range(len(asked))), dict[int, list[int]]()
    random.shuffle(order)
    for place in order:
        found.setdefault(asked[place], []).append(place)
    together = [some[at : at + SIBLINGS] for some in found.values() for at in range(0, len(some), SIBLINGS)]
    random.shuffle(together)
    flat = [place for some in together for place in some]
    yield from (flat[at : at + BATCH] for at in range(0, len(flat), BATCH))


def _difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What changed, in blocks of small whole numbers with a scale. The new layers began at random: kept whole."""
    kept: dict[str, Any] = {}
    for name, value in after.items():
        whole = not name.startswith("bert.")
        change = (value if whole else value - before[name]).numpy()
        if not change.any():
            continue
        if whole or change.ndim != 2:
            kept[name] = change.astype(np.float16)
            continue
        blocks = change.reshape(-1, BLOCK)
        scales = (np.abs(blocks).max(axis=1, keepdims=True) / STEPS).astype(np.float16)
        steps = blocks / np.maximum(scales.astype(np.float32), np.finfo(np.float16).tiny)
        kept[f"{name}|scales"] = scales
        kept[f"{name}|steps"] = np.clip(np.round(steps), -STEPS, STEPS).astype(np.int8)
    return kept


def _changed(state: dict[str, Any], kept: dict[str, Any]) -> dict[str, Any]:
    import torch

    changed = dict(state)
    for name in {key.split("|")[0] for key in kept}:
        if name in kept:
            change = kept[name].astype(np.float32)
        else:
            change = kept[f"{name}|scales"].astype(np.float32) * kept[f"{name}|steps"]
        value = torch.from_numpy(change.reshape(state[name].shape))
        changed[name] = state[name] + value if name.startswith("bert.") else value
    return changed
