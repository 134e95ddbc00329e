"""What a reviewer is still writing: sealed with the case, so that it survives a lost session or a crashed browser.

It may quote the answer, so it stays nowhere else, and goes with the claim: with the ruling, with a release to
another person, and with the answer.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Final

from appeals.filing import place
from appeals.models import Appeal
from store.vault import Vault


@dataclass(frozen=True, slots=True)
class Draft:
    """The fields of the case's forms, as they were typed."""

    choice: str = ""
    text: str = field(default="", repr=False)
    question: str = field(default="", repr=False)
    why: str = field(default="", repr=False)

    def with_typed(self, typed: Mapping[str, str | None]) -> "Draft":
        """The draft with what was typed since; what is None was not on the form."""
        return replace(self, **{name: value for name, value in typed.items() if value is not None})


NOTHING: Final = Draft()


def keep(vault: Vault, appeal: Appeal, typed: Mapping[str, str | None]) -> None:
    """Keeps what was typed with a case that its reviewer holds (`access.held`)."""
    draft = of(vault, appeal).with_typed(typed)
    appeal.draft = vault.seal(place(appeal.id, "draft"), json.dumps(asdict(draft))) if draft != NOTHING else None


def of(vault: Vault, appeal: Appeal) -> Draft:
    """What was kept; empty when nothing was."""
    if appeal.draft is None:
        return NOTHING
    return Draft(**json.loads(vault.unseal(place(appeal.id, "draft"), appeal.draft)))
