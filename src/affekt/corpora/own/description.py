"""What somebody says of their own table: which column is what, the labels, the scale. Kept in a file beside it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, cast, get_args

from affekt.affect.spaces import find_space
from affekt.errors import InputError, OutputError
from affekt.types import Kind, LabelSpace

SplitBy = Literal["speaker", "group", "random"]
ROLES = (
    *("text", "path", "id", "labels", "votes", "rater", "valence", "arousal", "dominance", "intensities"),
    *("speaker", "group", "turn", "split", "language", "start", "end"),
)
_SEVERAL = ("labels", "intensities", "votes")
_DIMENSIONS = ("valence", "arousal", "dominance")
OWN = "the labels of the table itself"
ENDINGS = (".corpus.json", ".corpus.toml")


@dataclass(frozen=True, slots=True)
class Description:
    """What is said of a table; whatever is left out is found by the names of its columns.

    `columns` says by role (`ROLES`) which column it is; labels, votes (a rater each) and intensities may be several.
    `space` is what the labels are in, `mapping` what each own label becomes there (``()``: it is dropped), `separator`
    what parts the labels of a cell, `scale` the lowest and highest answer of each dimension. `language` holds for all
    rows where no column says. `split_by` draws train, dev and test by `seed`; no speaker (group) is in two.
    """

    name: str = ""
    summary: str = ""
    licence: str = ""
    homepage: str = ""
    citation: str = ""
    language: str | None = None
    space: LabelSpace | None = None
    mapping: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    separator: str | None = None
    scale: Mapping[str, tuple[float, float]] = field(default_factory=dict, hash=False)
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    split_by: SplitBy | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        for role, names in self.columns.items():
            if role not in ROLES:
                raise InputError(
                    f"Unknown role of a column {role!r}.{_nearest(role, ROLES)} Allowed: {', '.join(ROLES)}."
                )
            if len(names) > 1 and role not in _SEVERAL:
                raise InputError(
                    f"The {role} is one column, got {', '.join(names)}. Only labels, votes and intensities may be "
                    "several."
                )
        for name, (low, high) in self.scale.items():
            if name not in _DIMENSIONS or not low < high:
                raise InputError(
                    f"A scale is a lowest and a highest answer of {', '.join(_DIMENSIONS)}; got {name} {low:g} to "
                    f"{high:g}."
                )
        if self.split_by is not None and self.split_by not in get_args(SplitBy):
            raise InputError(f"Unknown way to split {self.split_by!r}. Allowed: {', '.join(get_args(SplitBy))}.")

    def over(self, other: Description) -> Description:
        """Return this description, with what `other` says where this one is silent; columns role by role."""
        blank = Description()
        told = {
            each.name: getattr(self, each.name)
            for each in fields(self)
            if each.name not in ("columns", "scale") and getattr(self, each.name) != getattr(blank, each.name)
        }
        columns, scale = {**other.columns, **self.columns}, {**other.scale, **self.scale}
        return replace(other, **told, columns=columns, scale=scale)


def sidecar_of(path: Path) -> Path | None:
    """Return the description that lies beside a table (``mine.corpus.json`` or ``.toml``) or in a folder, or None."""
    stem = path.name if path.is_dir() else path.name.partition(".")[0]
    places = [path, path.parent] if path.is_dir() else [path.parent]
    for place in places:
        names = [f"{stem}{ending}" for ending in ENDINGS]
        if place == path:
            names = [*(ending[1:] for ending in ENDINGS), *names]
        for name in names:
            if (place / name).is_file():
                return place / name
    return None


def sidecar_for(path: Path) -> Path:
    """Return where the description of a table or folder is kept.

    >>> sidecar_for(Path("data/mine.csv")).as_posix()
    'data/mine.corpus.json'
    """
    return path / ENDINGS[0][1:] if path.is_dir() else path.parent / f"{path.name.partition('.')[0]}{ENDINGS[0]}"


def read_description(path: Path) -> Description:
    """Return the description in a ``.json`` or ``.toml`` file. Raises `InputError` that names what is wrong in it.

    Keys are those of `Description`. ``space`` is a name, or a table of ``name``, ``labels``, ``kind`` and ``neutral``;
    ``map`` a table of own label to label, or the name of a file; ``scale`` a pair, or a table of pairs by dimension.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        said = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path} cannot be read: {error}. Correct it, or write it anew with `affekt corpora describe`."
        ) from error
    if not isinstance(said, dict):
        raise InputError(f"{path} holds {type(said).__name__}; a description is a table of names and values.")
    known = ["map" if each.name == "mapping" else each.name for each in fields(Description)]
    for key in said:
        if key not in known:
            raise InputError(f"{path}: unknown key {key!r}.{_nearest(key, known)} Allowed: {', '.join(known)}.")
    try:
        return _described(said, path)
    except (TypeError, ValueError, AttributeError) as error:
        if isinstance(error, InputError):
            raise InputError(f"{path}: {error}") from error
        raise InputError(f"{path} says something of another kind than is allowed there: {error}.") from error


def write_description(description: Description, path: Path) -> None:
    """Write a description as JSON, as `read_description` reads it. Raises `OutputError`."""
    space = description.space
    told: dict[str, Any] = {}
    for each in fields(description):
        value = getattr(description, each.name)
        if value not in (None, "", {}) and (each.name != "seed" or description.split_by):
            told["map" if each.name == "mapping" else each.name] = value
    if space is not None:
        from affekt.affect.spaces import SPACES

        whole = {"name": space.name, "labels": list(space.labels), "kind": space.kind, "neutral": space.neutral}
        told["space"] = space.name if SPACES.get(space.name) == space else whole
    if description.columns:
        told["columns"] = {
            role: names[0] if len(names) == 1 else list(names) for role, names in description.columns.items()
        }
    try:
        path.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(f"Cannot write {path}: {error.strerror or error}.") from error


def read_mapping(path: Path) -> dict[str, tuple[str, ...]]:
    """Return own label → labels, from a file of two columns parted by a tab or a comma; a first line ``own label`` is
    skipped.

    Several labels are parted by ``|``; an empty second cell drops the label. Raises `InputError`.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeError) as error:
        raise InputError(f"{path} cannot be read: {error}. A map is a UTF-8 file: own label, tab, label.") from error
    found: dict[str, tuple[str, ...]] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        cells = [cell.strip() for cell in line.split("\t" if "\t" in line else ",")]
        if len(cells) != 2 or not cells[0]:
            raise InputError(f"{path}, line {number}: {line!r} is not an own label, a tab and a label.")
        if (
            number == 1
            and cells[0].lower() in ("own", "from", "mine")
            and cells[1].lower() in ("label", "to", "labels")
        ):
            continue
        if cells[0] in found:
            raise InputError(
                f"{path}, line {number}: {cells[0]!r} stands in the map twice. Keep one line per own label."
            )
        found[cells[0]] = tuple(part.strip() for part in cells[1].split("|") if part.strip())
    return found


def _described(said: dict[str, Any], path: Path) -> Description:
    told = dict(said)
    if "space" in told:
        told["space"] = _space(told["space"])
    if "map" in told:
        given = told.pop("map")
        mapped = given if isinstance(given, dict) else read_mapping(path.parent / str(given))
        told["mapping"] = {
            str(own): tuple(part.strip() for part in to.split("|") if part.strip())
            if isinstance(to, str)
            else tuple(to)
            for own, to in mapped.items()
        }
    if "scale" in told:
        scale = told["scale"]
        by_name = scale if isinstance(scale, dict) else dict.fromkeys(_DIMENSIONS, scale)
        told["scale"] = {name: (float(low), float(high)) for name, (low, high) in by_name.items()}
    if "columns" in told:
        told["columns"] = {
            role: (names,) if isinstance(names, str) else tuple(names) for role, names in told["columns"].items()
        }
    return Description(**told)


def _space(given: Any) -> LabelSpace:
    if isinstance(given, str):
        return find_space(given)
    if not isinstance(given, dict) or not {"name", "labels"} <= set(given):
        raise InputError("space is the name of one (`affekt spaces`), or a table with name, labels, kind and neutral.")
    kind = given.get("kind", "exclusive")
    if kind not in get_args(Kind):
        raise InputError(f"Unknown kind of space {kind!r}. Allowed: {', '.join(get_args(Kind))}.")
    labels = tuple(str(label) for label in given["labels"])
    return LabelSpace(str(given["name"]), labels, cast(Kind, kind), OWN, given.get("neutral"))


def _nearest(name: str, known: Any) -> str:
    found = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f" Did you mean {found[0]!r}?" if found else ""
