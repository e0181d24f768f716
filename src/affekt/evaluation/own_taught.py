"""What a teacher said of the items that a model of one's own learns from, in the place of labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from affekt.corpora.parts import Parts
from affekt.corpora.targets import Target


@dataclass(frozen=True, slots=True, eq=False)
class Taught:
    """The teacher, its licence and what it learned from; its `shares` of the labels by the id of an item (none: numbers
    were told), a digest of all it said, and how many seconds it took for an item, None where that is not known."""

    teacher: str
    version: str
    licence: str
    trained_on: tuple[str, ...]
    shares: Mapping[str, tuple[float, ...]] = field(repr=False)
    digest: str
    seconds_each: float | None = None

    def over(self, parts: Parts) -> Parts:
        """Return the parts with the teacher's probabilities in the place of raters' votes."""
        if not self.shares:
            return parts
        train, dev, test = (self._over(part) for part in parts)
        return Parts(train, dev, test, parts.notes)

    def _over(self, part: Target) -> Target:
        votes = np.array([self.shares[record.id] for record in part.records], np.float64)
        return replace(part, votes=votes.reshape(len(part), -1))

    def card(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the card says beside what was `told` of it."""
        trained_on = list(dict.fromkeys([*told.get("trained_on", ()), *self.trained_on]))
        licence = told.get("licence", "")
        if licence.startswith("not told"):
            licence = f"what {self.teacher} ({self.licence}) lets its answers be used for"
        return {
            "recipe": "affekt distill",
            "summary": f"{told['summary']}; learned from what {self.teacher} says",
            "trained_on": trained_on,
            "licence": licence,
            "teacher": {"name": self.teacher, "version": self.version, "licence": self.licence},
        }

    def facts(self) -> dict[str, Any]:
        """Return what the report lists of the teacher."""
        told = {"teacher": f"{self.teacher} {self.version}"}
        if self.seconds_each is not None:
            told["teacher_seconds_an_item"] = f"{self.seconds_each:.3g}"
        return told
