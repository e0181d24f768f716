"""Views of a corpus's sounds, taken once: one file per corpus and view, memory-mapped."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, overload

import numpy as np
from numpy.typing import NDArray

from affekt.errors import CorpusError

Samples = NDArray[np.float32]
RATE = 16_000
# Half precision moves these by less than a thousandth of what they vary by.
_NARROW = frozenset({"log-mel"})


@dataclass(frozen=True, slots=True)
class Change:
    """A way to change sounds before a view is taken, to learn from more of them: noise, another pitch, a room.

    `make` takes samples float32 (time,), 16 kHz, and a generator. `version` is part of what files are called: count
    it up when the change sounds differently.
    """

    name: str
    make: Callable[[Samples, np.random.Generator], Samples]
    version: int = 1


class Views(Protocol):
    """What has the sounds of a corpus: a view of all of them, by name."""

    def view(self, name: str, change: Change | None = None, draw: int = 0) -> Sequence[Samples]:
        """Return float32 (frame, feature) for each sound."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Frames(Sequence[Samples]):
    """Arrays of several lengths, end to end: `values` (frame, feature), `starts` int64 (item + 1,)."""

    values: NDArray[np.generic]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    @overload
    def __getitem__(self, item: int) -> Samples: ...
    @overload
    def __getitem__(self, item: slice) -> Sequence[Samples]: ...
    def __getitem__(self, item: int | slice) -> Samples | Sequence[Samples]:
        if isinstance(item, slice):
            return [self[i] for i in range(*item.indices(len(self)))]
        place = range(len(self))[item]
        return np.asarray(self.values[self.starts[place] : self.starts[place + 1]], np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Rows(Sequence[Samples]):
    """Some items of a sequence, by their places int64 (item,)."""

    whole: Sequence[Samples]
    places: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, item: int) -> Samples: ...
    @overload
    def __getitem__(self, item: slice) -> Sequence[Samples]: ...
    def __getitem__(self, item: int | slice) -> Samples | Sequence[Samples]:
        if isinstance(item, slice):
            return Rows(self.whole, self.places[item])
        return self.whole[int(self.places[item])]


class MemoryViews:
    """Sounds that `waves` yields, float32 (time,) at 16 kHz, and views of them in memory."""

    def __init__(self, waves: Callable[[], Iterator[Samples]], count: int) -> None:
        self.waves, self.count = waves, count
        self._kept: dict[tuple[str, str, int], Frames] = {}

    def view(self, name: str, change: Change | None = None, draw: int = 0) -> Frames:
        """Return float32 (frame, feature) for each sound."""
        key = (name, "" if change is None else f"{change.name}{change.version}", draw)
        if key not in self._kept:
            self._kept[key] = frames_of(take_views(self.waves(), name, change, draw), self.count)
        return self._kept[key]


class FileViews:
    """Views of another's sounds, kept in `folder`: one file each, its name telling the corpus, the view and `key`."""

    def __init__(self, sounds: MemoryViews, folder: Path, corpus: str, key: str) -> None:
        self.sounds, self.folder, self.corpus, self.key = sounds, folder, corpus, key
        self._open: dict[Path, Frames] = {}

    def view(self, name: str, change: Change | None = None, draw: int = 0) -> Frames:
        """Return float32 (frame, feature) for each sound; what no file has is taken and written first."""
        path = self.path(name, change, draw)
        if path not in self._open:
            if not path.exists():
                waves = self.sounds.waves() if name == "wave" and change is None else self._waves()
                found = frames_of(take_views(waves, name, change, draw), self.sounds.count)
                write_frames(path, found, np.float16 if name in _NARROW else np.float32)
            self._open[path] = read_frames(path)
        return self._open[path]

    def path(self, name: str, change: Change | None = None, draw: int = 0) -> Path:
        """Return the file of a view; the view's and the change's versions are in its name."""
        from affekt.signals.views import view_of

        changed = "" if change is None else f"-{change.name}{change.version}-{draw}"
        return self.folder / f"{self.corpus}-{name}{view_of(name).version}{changed}-{self.key}.frames"

    def _waves(self) -> Iterator[Samples]:
        return (wave[:, 0] for wave in self.view("wave"))


class JoinedViews:
    """The sounds of several, one after another."""

    def __init__(self, parts: Sequence[Views]) -> None:
        self.parts = parts

    def view(self, name: str, change: Change | None = None, draw: int = 0) -> Sequence[Samples]:
        """Return float32 (frame, feature) for each sound of each part."""
        return _Chain([part.view(name, change, draw) for part in self.parts])


class _Chain(Sequence[Samples]):
    def __init__(self, parts: Sequence[Sequence[Samples]]) -> None:
        self.parts = parts
        self.starts = np.concatenate([[0], np.cumsum([len(part) for part in parts])])

    def __len__(self) -> int:
        return int(self.starts[-1])

    @overload
    def __getitem__(self, item: int) -> Samples: ...
    @overload
    def __getitem__(self, item: slice) -> Sequence[Samples]: ...
    def __getitem__(self, item: int | slice) -> Samples | Sequence[Samples]:
        if isinstance(item, slice):
            return [self[i] for i in range(*item.indices(len(self)))]
        place = range(len(self))[item]
        part = int(np.searchsorted(self.starts, place, "right")) - 1
        return self.parts[part][place - int(self.starts[part])]


def take_views(waves: Iterator[Samples], name: str, change: Change | None, draw: int) -> Iterator[Samples]:
    """Yield the view of each sound, changed by a generator of its own: the same whatever other sounds there are."""
    from affekt.signals.views import view_of

    view = view_of(name)
    for place, wave in enumerate(waves):
        samples = np.asarray(wave, np.float32)
        if change is not None:
            samples = change.make(samples, np.random.default_rng([place, draw, 7]))
        found: Any = view(samples, RATE)
        yield np.asarray(found, np.float32)


def frames_of(items: Iterator[Samples], count: int) -> Frames:
    """Return arrays (frame, feature) end to end. Raises `CorpusError` where there are not `count`."""
    kept = list(items)
    if len(kept) != count:
        raise CorpusError(f"{len(kept)} sounds were read of {count}. Fetch the corpus again.")
    starts = np.concatenate([[0], np.cumsum([len(each) for each in kept])]).astype(np.int64)
    return Frames(np.concatenate(kept) if kept else np.zeros((0, 1), np.float32), starts)


def write_frames(path: Path, frames: Frames, kind: type[np.generic]) -> None:
    """Write `starts` and `values`, two arrays of NumPy's format in one file, in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            np.save(file, frames.starts)
            np.save(file, frames.values.astype(kind, copy=False))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def read_frames(path: Path) -> Frames:
    """Return what `write_frames` wrote, its values memory-mapped. Raises `CorpusError` where the file is broken."""
    try:
        with path.open("rb") as file:
            starts = np.load(file, allow_pickle=False)
            np.lib.format.read_magic(file)
            shape, _, kind = np.lib.format.read_array_header_1_0(file)
            at = file.tell()
        values = np.memmap(path, kind, "r", at, shape) if shape[0] else np.zeros(shape, kind)
    except (OSError, ValueError, EOFError) as error:
        raise CorpusError(f"{path} cannot be read ({error}). Delete it: it is written again.") from error
    return Frames(values, starts)
