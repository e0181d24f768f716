"""What other packages add: their entry points, loaded when somebody asks, and what is wrong with those that fail."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.metadata import entry_points
from typing import Any, Literal, NamedTuple

Group = Literal["affekt.corpora", "affekt.models", "affekt.evaluations", "affekt.annotators"]


class Plugin(NamedTuple):
    """One thing another package adds: its name in the entry point, the package, what was loaded."""

    name: str
    package: str
    value: Any


class Loaded(NamedTuple):
    """The plugins of a group that could be loaded, and a sentence for each that could not."""

    plugins: tuple[Plugin, ...]
    problems: tuple[str, ...]


@cache
def load_plugins(group: Group) -> Loaded:
    """Return the plugins of a group, in the order of their packages; one that fails does not keep others from loading.

    A package declares them in its ``pyproject.toml``, as ``[project.entry-points."affekt.corpora"]`` with ``mine =
    "my_package.mine"``. Nothing is imported before this is called; it is called once.
    """
    plugins, problems = [], []
    for point in sorted(entry_points(group=group), key=lambda each: (each.dist.name if each.dist else "", each.name)):
        package = point.dist.name if point.dist else "an unknown package"
        try:
            plugins.append(Plugin(point.name, package, point.load()))
        except Exception as error:  # whatever a stranger's module raises as it is imported
            problems.append(f"{point.name} of {package} ({group}) cannot be loaded: {type(error).__name__}: {error}")
    return Loaded(tuple(plugins), tuple(problems))


def accept(
    loaded: Loaded, group: Group, *, taken: Callable[[str], str | None], wrong: Callable[[Any], str | None]
) -> Loaded:
    """Return the plugins that hold what they should and whose names are free.

    `wrong` says what is the matter with a value, or None. `taken` says who has a name already, or None. A name that two
    packages give goes to the first, by the package's name; the other is told among the problems.
    """
    kept: dict[str, Plugin] = {}
    problems = list(loaded.problems)
    for plugin in loaded.plugins:
        matter = wrong(plugin.value)
        card = None if matter else getattr(plugin.value, "CARD", plugin.value)
        name = plugin.name if card is None else str(card.name)
        owner = taken(name) or (f"package {kept[name].package}" if name in kept else None)
        if matter is not None:
            problems.append(f"{plugin.name} of {plugin.package} ({group}) is left out: {matter}")
        elif owner is not None:
            problems.append(
                f"{name} of {plugin.package} ({group}) is left out: {owner} has that name. Rename its card."
            )
        else:
            kept[name] = Plugin(name, plugin.package, plugin.value)
    return Loaded(tuple(kept.values()), tuple(problems))
