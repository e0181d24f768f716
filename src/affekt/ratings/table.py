"""The columnar table of judgements that everything in this room reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from affekt.types import LabelSpace

RatingKind = Literal["exclusive", "multi-label", "ordinal", "interval"]


class Scale(NamedTuple):
    """The lowest and the highest answer a rater may give."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Ratings:
    """Every judgement of every rater; none is ever dropped.

    A judgement is one rater's answer on one item, a row. `item` and `rater`: int32 (judgement,),
    places in `items` and `raters`; a rater of -1 is anonymous. `items` may hold items nobody judged.
    `values`: float32 (judgement, column), what was said of each of `columns`; NaN where a rater was
    not asked or did not answer. `kind` says how to read them: ``"exclusive"``, one 1 per row among
    zeros; ``"multi-label"``, 0 or 1 each (a row of zeros: none of these); ``"ordinal"``, levels on
    `scale`; ``"interval"``, numbers on `scale` (valence, sliders, traces). `space` is the label space
    where the columns are labels. `time`: float64 (judgement,), seconds, or None. `attributes` maps
    the name of a rater attribute to its value for each of `raters`.
    """

    items: tuple[str, ...]
    raters: tuple[str, ...]
    columns: tuple[str, ...]
    kind: RatingKind
    item: NDArray[np.int32]
    rater: NDArray[np.int32]
    values: NDArray[np.float32]
    scale: Scale | None = None
    space: LabelSpace | None = None
    time: NDArray[np.float64] | None = None
    attributes: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of judgements."""
        return len(self.item)
