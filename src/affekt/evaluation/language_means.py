"""Scores of several languages as one row each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from affekt.evaluation.records import ResultRow


def mean_over_languages(rows: Sequence[ResultRow], *, corpus: str = "brighter") -> list[ResultRow]:
    """Return the mean over languages of each protocol, model and metric that was scored in more than one.

    The protocol of a mean says how many there were; it has no interval, and `n` counts the items of all of them.
    """
    found: dict[tuple[str, str, str], list[ResultRow]] = {}
    for row in rows:
        found.setdefault((row.protocol, row.model, row.metric), []).append(row)
    return [
        replace(
            each[0],
            corpus=corpus,
            protocol=f"mean-of-{len(each)}-{protocol}",
            metric=f"mean_over_languages:{metric}",
            value=float(np.mean([row.value for row in each])),
            low=None,
            high=None,
            n=sum(row.n for row in each),
        )
        for (protocol, _, metric), each in found.items()
        if len(each) > 1
    ]
