"""Per-item predictions under `runs/`, so that two runs can be compared item by item.

They are `.npz` files: a prediction is a handful of arrays, NumPy is installed wherever affekt is,
floats come back bit for bit, and a matrix (item, label) stays one array where a Parquet file would
need a column per label and the table engine. They are read without pickle.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError
from affekt.evaluation.records import replace_file
from affekt.metrics.resampling import PairedDifference, paired_difference
from affekt.metrics.weighing import Metric

Array = NDArray[np.generic]

_NAMES = ("corpus", "split", "model", "version", "seed")


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """What one model said of one split, item by item.

    `ids` are the corpus's own, one per item, each once. `arrays` have the item first:
    ``truth``, and what was predicted (``probability``, ``decision``, ``mean``, ``sd`` …).
    """

    corpus: str
    split: str
    model: str
    version: str
    seed: int | None
    ids: Sequence[str]
    arrays: Mapping[str, Array]

    def __post_init__(self) -> None:
        if len(set(self.ids)) != len(self.ids):
            twice = next(name for place, name in enumerate(self.ids) if name in self.ids[:place])
            raise InputError(f"Item {twice!r} occurs more than once. Predictions are kept by item id.")
        for name, array in self.arrays.items():
            if np.ndim(array) == 0 or len(array) != len(self.ids):
                raise InputError(f"{name!r} has shape {np.shape(array)}, but there are {len(self.ids)} items.")
            if array.dtype.hasobject:
                raise InputError(f"{name!r} holds Python objects. Give numbers, booleans or strings.")

    def path(self, folder: Path = Path("runs")) -> Path:
        """Return where the predictions lie: ``<folder>/<corpus>/<split>/<model>-<version>-<seed>.npz``."""
        seed = "none" if self.seed is None else self.seed
        return folder / self.corpus / self.split / f"{self.model}-{self.version}-{seed}.npz"


def write_predictions(predictions: Predictions, *, folder: Path = Path("runs")) -> Path:
    """Write the predictions to their place below `folder`, replacing an earlier run of the same; return the path.

    Raises `OutputError` where that cannot be written.
    """
    members: dict[str, Any] = {f"array/{name}": array for name, array in predictions.arrays.items()}
    for name in _NAMES:
        value = getattr(predictions, name)
        members[f"run/{name}"] = np.array("" if value is None else str(value))
    packed = io.BytesIO()
    np.savez_compressed(packed, ids=np.array(predictions.ids, dtype=np.str_), **members)
    path = predictions.path(folder)
    replace_file(path, packed.getvalue())
    return path


def read_predictions(path: Path) -> Predictions:
    """Return the predictions in the file at `path`. Raises `InputError` where it holds none."""
    try:
        # Opened here, because np.load leaves a file open that turns out broken.
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            named = {name: str(file[f"run/{name}"]) for name in _NAMES}
            arrays = {name.removeprefix("array/"): file[name] for name in file.files if name.startswith("array/")}
            ids = file["ids"].tolist()
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(f"Cannot read predictions from {path}: {error}. Write them with write_predictions.") from error
    seed = int(named["seed"]) if named["seed"] else None
    return Predictions(named["corpus"], named["split"], named["model"], named["version"], seed, ids, arrays)


def compare_runs(
    a: Predictions,
    b: Predictions,
    metric: Metric,
    *,
    prediction: str = "decision",
    resamples: int = 1000,
    seed: int = 0,
) -> PairedDifference:
    """Return how much better `a` scores than `b` on the same items; see `paired_difference`.

    `prediction` names the array that `metric` takes beside ``truth``. The two runs are joined by item
    id, whatever their order. Raises `InputError` where they are of different corpora, splits or items,
    or disagree about the truth.
    """
    if (a.corpus, a.split) != (b.corpus, b.split):
        raise InputError(f"The runs are of {a.corpus} {a.split} and {b.corpus} {b.split}. Compare runs of one split.")
    alone = set(a.ids) ^ set(b.ids)
    if alone:
        raise InputError(
            f"{len(alone)} items are in one run only, such as {min(alone)!r}. Score both runs on the same items."
        )
    for run in (a, b):
        for name in ("truth", prediction):
            if name not in run.arrays:
                held = ", ".join(sorted(run.arrays))
                raise InputError(f"The run of {run.model} has no array {name!r}; it has {held}.")
    places = {item: place for place, item in enumerate(b.ids)}
    order = np.array([places[item] for item in a.ids])
    if not np.array_equal(a.arrays["truth"], b.arrays["truth"][order]):
        raise InputError("The runs disagree about the truth. Were they scored on different releases of the corpus?")
    said = b.arrays[prediction][order]
    return paired_difference(metric, a.arrays["truth"], a.arrays[prediction], said, resamples=resamples, seed=seed)
