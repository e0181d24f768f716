"""Evaluations that other packages add: entry points ``affekt.evaluations``, each an `EvaluationCard`."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from affekt.cards import EvaluationCard
from affekt.plugins import accept, load_plugins


class PluginEvaluations(NamedTuple):
    """The cards of other packages' evaluations by name, and what is wrong with those left out."""

    cards: dict[str, EvaluationCard]
    problems: tuple[str, ...]


@cache
def plugin_evaluations() -> PluginEvaluations:
    """Return the evaluations that installed packages add; ``affekt evaluate MODEL --suite NAME`` runs one."""
    from affekt.evaluation.suites import SUITES

    found = accept(
        load_plugins("affekt.evaluations"),
        "affekt.evaluations",
        taken=lambda name: "affekt" if name in SUITES else None,
        wrong=_wrong,
    )
    return PluginEvaluations(
        {each.name: getattr(each.value, "CARD", each.value) for each in found.plugins}, found.problems
    )


def _wrong(value: Any) -> str | None:
    """Return why a value is no evaluation, None where it is one."""
    right = isinstance(getattr(value, "CARD", value), EvaluationCard)
    return None if right else "it is no EvaluationCard and has no CARD"
