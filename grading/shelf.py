"""The models of an installation: the one that grades now, an organisation's own, and older ones to repeat decisions.

A newly published model is taken up while the old one serves: loading happens beside the turns, never within one.
"""

import logging
import threading
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from grading import artifact
from grading.artifact import ModelInvalid
from grading.grade import BASE, Grader
from grading.grader import ModelGrader, load

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds between looks at what is published."""
REPEATING = 2
"""So many models that no longer grade are kept in memory to explain their decisions."""


class Shelf:
    """Models by organisation. Raises `ModelInvalid` when there is none to begin with."""

    def __init__(self, models: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._models, self._clock = models, clock
        self._lock = threading.Lock()
        self._serving: dict[str, ModelGrader] = {BASE: load(models / "current")}
        self._looked: dict[str, float] = {BASE: clock()}
        self._loading: set[str] = set()
        self._older = lru_cache(REPEATING)(load)

    def of(self, organisation: str) -> Grader:
        """The model that grades for this organisation: its own if it has one, else the base one."""
        return self._served(organisation) or self._served(BASE) or self._serving[BASE]

    def named(self, model_id: str, organisation: str) -> Grader | None:
        """The model with this id, to repeat its decision; None when it is gone, or another organisation's."""
        if not artifact.names_model(model_id):
            return None
        base = self._serving[BASE]
        for serving in (self._served(organisation), base):
            if serving is not None and serving.model_id == model_id:
                return serving
        for folder, owner in ((artifact.own(self._models, organisation), organisation), (self._models, BASE)):
            try:
                return self._older(folder / model_id, owner, base)
            except ModelInvalid:
                continue
        return None

    def _served(self, owner: str) -> ModelGrader | None:
        """What is in memory for this owner; looks from time to time whether something else was published."""
        with self._lock:
            due = self._clock() - self._looked.get(owner, -LOOK_EVERY) >= LOOK_EVERY
            if due:
                self._looked[owner] = self._clock()
        if due:
            self._look(owner)
        return self._serving.get(owner)

    def _look(self, owner: str) -> None:
        link = (self._models if owner == BASE else artifact.own(self._models, owner)) / "current"
        name = link.resolve().name if link.is_symlink() else None
        serving = self._serving.get(owner)
        if name is None:
            if owner != BASE:  # withdrawn: an example went, and with it what was learned from it
                self._serving.pop(owner, None)
                self._older.cache_clear()
        elif (serving is None or serving.model_id != name) and owner not in self._loading:
            self._loading.add(owner)
            threading.Thread(target=self._take_up, args=(owner, link), name="model", daemon=True).start()

    def _take_up(self, owner: str, link: Path) -> None:
        try:
            self._serving[owner] = load(link, owner, self._serving[BASE])
        except ModelInvalid as error:
            log.error("a published model cannot be used, the one before it goes on: %s", error)
        else:
            log.info("grading with model %s", self._serving[owner].model_id)
            self._older.cache_clear()
        finally:
            self._loading.discard(owner)
