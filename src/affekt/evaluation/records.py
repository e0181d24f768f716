"""Result records: the rows of `results/*.csv`, one measured number each."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from affekt.errors import InputError, OutputError
from affekt.metrics.resampling import Estimate

COLUMNS = (
    *("corpus", "split", "protocol", "model", "version", "metric"),
    *("value", "low", "high", "n", "seed", "commit", "date"),
)
_PACKAGE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What was scored, and when: the model with its version and seed, the code's commit, the ISO date.

    `seed` is the training seed, None for a model that has none or for the mean of several.
    """

    model: str
    version: str
    seed: int | None
    commit: str
    date: str


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One number: `metric` of `model` on `split` of `corpus` under `protocol`.

    `low` and `high` bound it (95 % unless the protocol says otherwise), None where no interval was
    taken. `n` counts what was scored. A protocol says how decisions were made, in lower case with
    hyphens, such as ``dev-label-thresholds``; a metric of one label or dimension is ``f1:joy``.
    """

    corpus: str
    split: str
    protocol: str
    model: str
    version: str
    metric: str
    value: float
    low: float | None
    high: float | None
    n: int
    seed: int | None
    commit: str
    date: str

    @property
    def key(self) -> tuple[str, ...]:
        """What makes a row the same measurement: corpus, split, protocol, model, version, metric, seed."""
        seed = "" if self.seed is None else f"{self.seed:020d}"
        return (self.corpus, self.split, self.protocol, self.model, self.version, self.metric, seed)


def run_info(model: str, version: str, *, seed: int | None) -> RunInfo:
    """Return a `RunInfo` at the current commit and date (UTC)."""
    return RunInfo(model, version, seed, current_commit(), datetime.now(UTC).date().isoformat())


@dataclass(frozen=True, slots=True)
class Scored:
    """Where a set of rows was measured: corpus, split, protocol, how many items, by which run."""

    corpus: str
    split: str
    protocol: str
    n: int
    run: RunInfo

    def row(self, metric: str, score: Estimate | float) -> ResultRow:
        """Return the row of one metric; a plain number has no interval."""
        value, low, high = score if isinstance(score, Estimate) else (float(score), None, None)
        run = self.run
        return ResultRow(
            *(self.corpus, self.split, self.protocol, run.model, run.version, metric, value, low, high),
            *(self.n, run.seed, run.commit, run.date),
        )


def read_results(path: Path) -> list[ResultRow]:
    """Return the rows of a results file, in its order.

    Raises `InputError` where there is no such file, or it is not one of ours.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"Cannot read results from {path}: {error}.") from error
    reader = csv.DictReader(io.StringIO(text), strict=True)
    rows = []
    try:
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise InputError(f"{path} is no results file. Its first line has to be: {','.join(COLUMNS)}")
        for cells in reader:
            if None in cells or None in cells.values():
                raise InputError(f"Line {reader.line_num} of {path} does not have {len(COLUMNS)} cells.")
            rows.append(_parse(cells))
    except (csv.Error, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"Line {reader.line_num} of {path} is no result: {error}.") from error
    return rows


def write_results(path: Path, rows: Iterable[ResultRow]) -> None:
    """Write `rows` into a results file: replace rows of the same key, keep the others, sort all.

    The file is replaced in one step, so a reader or a kill never meets half of it; numbers have
    seven significant digits, so a rerun that measures the same writes the same bytes. Raises
    `InputError` where two of `rows` have one key or the existing file is not one of ours, `OutputError`
    where it cannot be written.
    """
    new: dict[tuple[str, ...], ResultRow] = {}
    for row in rows:
        if row.key in new:
            raise InputError(f"Two rows measure the same: {', '.join(row.key)}. Give each its own metric or protocol.")
        new[row.key] = row
    kept = {row.key: row for row in read_results(path)} if path.exists() else {}
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(getattr(row, name)) for name in COLUMNS] for _, row in sorted((kept | new).items()))
    replace_file(path, lines.getvalue().encode())


def replace_file(path: Path, content: bytes) -> None:
    """Write `content` beside `path`, then put it in its place. Raises `OutputError` where that fails."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        partial = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            # mkstemp makes files that only their owner may read.
            partial.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(
            f"Cannot write {path}: {error.strerror or error}. Choose a folder you may write to."
        ) from error


def current_commit(folder: Path = _PACKAGE) -> str:
    """Return the git commit of the code in `folder`, 12 digits, or ``"unknown"``.

    A ``+`` follows where the folder holds changes that the commit does not. Unknown where git is
    absent, there is no commit, or git does not track the folder (an installed package may lie inside
    somebody else's repository).
    """
    commit = _git(folder, "rev-parse", "--short=12", "HEAD")
    if not commit or not _git(folder, "ls-tree", "--name-only", "HEAD", "."):
        return "unknown"
    return commit + ("+" if _git(folder, "status", "--porcelain", "--", ".") else "")


def _git(folder: Path, *command: str) -> str:
    """Return what git prints, nothing where it fails or is absent."""
    try:
        done = subprocess.run(["git", *command], cwd=folder, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _cell(value: str | float | int | None) -> str:
    if value is None:
        return ""
    return f"{value:.7g}" if isinstance(value, float) else str(value)


def _parse(cells: dict[str, str]) -> ResultRow:
    return ResultRow(
        corpus=cells["corpus"],
        split=cells["split"],
        protocol=cells["protocol"],
        model=cells["model"],
        version=cells["version"],
        metric=cells["metric"],
        value=float(cells["value"]),
        low=float(cells["low"]) if cells["low"] else None,
        high=float(cells["high"]) if cells["high"] else None,
        n=int(cells["n"]),
        seed=int(cells["seed"]) if cells["seed"] else None,
        commit=cells["commit"],
        date=cells["date"],
    )
