"""Models that other packages add: entry points ``affekt.models``, each a `ModelCard` (or a module with ``CARD``)."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from affekt.cards import ModelCard
from affekt.plugins import accept, load_plugins


class PluginModels(NamedTuple):
    """The cards of other packages' models by name, the package of each, and what is wrong with those left out."""

    cards: dict[str, ModelCard]
    packages: dict[str, str]
    problems: tuple[str, ...]


@cache
def plugin_models() -> PluginModels:
    """Return the models that installed packages add. They are imported now, and once; broken ones are told.

    Their weights lie in the package, in the layout of one of ours: the card's `runtime` says which.
    """
    from affekt.models.index import AUTO, MODELS

    found = accept(
        load_plugins("affekt.models"),
        "affekt.models",
        taken=lambda name: "affekt" if name in MODELS or name == AUTO.name else None,
        wrong=_wrong,
    )
    return PluginModels(
        {each.name: getattr(each.value, "CARD", each.value) for each in found.plugins},
        {each.name: each.package for each in found.plugins},
        found.problems,
    )


def _wrong(value: Any) -> str | None:
    """Return why a value is no model, None where it is one."""
    return None if isinstance(getattr(value, "CARD", value), ModelCard) else "it is no ModelCard and has no CARD"
