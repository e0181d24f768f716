"""Fits the learned maps between label spaces, from items that carry labels of both, and scores them.

    AFFEKT_DATA=<corpora> python recipes/learned_maps/fit.py            # count, score, write tables and results
    AFFEKT_DATA=<corpora> python recipes/learned_maps/fit.py --smoke    # a slice of each corpus; writes nothing

Read from top to bottom: what was rated twice, counting, maps to compare, scores.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import os
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affekt.affect.convert import Conversion, conversion, convert_by
from affekt.affect.maps.learned import CountTable, count_pairs, learned_conversion, write_table
from affekt.affect.maps.published import CHEN_2022
from affekt.affect.spaces import SPACES
from affekt.corpora.read import read_corpus
from affekt.errors import AffektError, ConversionError
from affekt.evaluation.records import ResultRow, Scored, run_info, write_results
from affekt.metrics.resampling import Estimate, bootstrap_interval
from affekt.types import LabelSpace

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "src" / "affekt" / "affect" / "data" / "maps"
OWN = ROOT / "runs" / "maps"
RESULTS = ROOT / "results" / "maps.csv"


@dataclass(frozen=True)
class Config:
    """Everything that can be turned."""

    smoothing: float = 0.5  # added to every count: the mean under Jeffreys' prior
    x_envent_held_out: float = 0.2  # share of its texts, by a checksum of their ids; it has no split
    resamples: int = 1000
    seed: int = 7


class Pair(NamedTuple):
    """One item's label in each of two spaces, what it weighs, what a split must keep together, and its part."""

    row: str
    column: str
    weight: float
    group: str
    held_out: bool


@dataclass(frozen=True)
class Study:
    """Two spaces that one corpus rates, and what may be done with the table."""

    name: str
    split: str
    rows: LabelSpace
    columns: LabelSpace
    read: Callable[[Config], Iterator[Pair]]
    counted: str
    licence: str
    citation: str
    ships: bool


# ---------------------------------------------------------------- what was rated twice


def data_folder(*places: str) -> Path:
    """Return the first of these folders that is in $AFFEKT_DATA."""
    data = Path(os.environ["AFFEKT_DATA"])
    for place in places:
        if (data / place).is_dir():
            return data / place
    raise FileNotFoundError(f"None of {', '.join(places)} is in {data}.")


def table_rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a CSV file, which may be gzipped."""
    path = folder / name if (folder / name).exists() else folder / f"{name}.gz"
    with (
        gzip.open(path, "rt", encoding="utf-8-sig") if path.suffix == ".gz" else path.open(encoding="utf-8-sig") as file
    ):
        yield from csv.DictReader(file)


def read_cped(config: Config) -> Iterator[Pair]:
    """Every utterance with its emotion and its sentiment; the official test split is held out."""
    folder = data_folder("text/cped", "cped")
    for split in ("train", "valid", "test"):
        if split == "train" and not any((folder / f"train_split.csv{end}").exists() for end in ("", ".gz")):
            continue
        for row in table_rows(folder, f"{split}_split.csv"):
            yield Pair(row["Emotion"], row["Sentiment"], 1.0, f"{split}-{row['Dialogue_ID']}", split == "test")


def read_x_envent(config: Config) -> Iterator[Pair]:
    """What the writer was asked to tell of, and what each reader takes the writer to have felt."""
    for record in read_corpus("x_envent", complete=False):
        told = [label for r in record.ratings if r.perspective == "writer" for label in r.labels]
        if len(told) != 1 or told[0] not in SPACES["isear"]:
            continue
        held_out = zlib.crc32(record.id.encode()) % 1000 < 1000 * config.x_envent_held_out
        for rating in record.ratings:
            if rating.perspective == "reader":
                for label in rating.labels:
                    yield Pair(told[0], label, 1.0 / len(rating.labels), record.id, held_out)


def read_meld(config: Config) -> Iterator[Pair]:
    """Every utterance with its emotion and its sentiment; the official test split is held out."""
    folder = data_folder("text/meld", "meld")
    for split in ("train", "dev", "test"):
        for row in table_rows(folder, f"{split}_sent_emo.csv"):
            yield Pair(row["Emotion"], row["Sentiment"], 1.0, f"{split}-{row['Dialogue_ID']}", split == "test")


FER2013 = replace(SPACES["ekman-neutral"], name="fer2013", source="Goodfellow et al. (2013), arXiv:1307.0414")


def read_ferplus(config: Config) -> Iterator[Pair]:
    """Every face's ten votes, beside the one label it had before; a picture met twice counts once."""
    import duckdb

    folder = data_folder("face/fer2013-ferplus", "fer2013-ferplus")
    votes = SPACES["ferplus"].labels
    for split in ("train", "valid", "test"):
        cells = ", ".join(votes)
        query = (
            f"select row, fer2013_label, {cells} from read_parquet(?) "
            "where fer2013_label is not null and duplicate_of is null"
        )
        faces = duckdb.execute(query, [str(folder / f"{split}.parquet")]).fetchall()
        for number, label, *counts in faces:
            named = "joy" if label == "happiness" else label
            for vote, count in zip(votes, counts, strict=True):
                if count:
                    yield Pair(vote, named, float(count), str(number), split == "test")


STUDIES = (
    Study(
        name="cped",
        split="test",
        rows=SPACES["cped"],
        columns=SPACES["sentiment"],
        read=read_cped,
        counted="utterances of Chinese television dialogues with an emotion and a sentiment",
        licence="Apache-2.0",
        citation=CHEN_2022,
        ships=True,
    ),
    Study(
        name="x-envent",
        split="held-out texts",
        rows=SPACES["isear"],
        columns=SPACES["x-envent"],
        read=read_x_envent,
        counted="what a writer was asked to tell of, and what each of up to four readers took the writer to have felt",
        licence="annotations CC BY 4.0",
        citation="Troiano, Oberländer, Wegge & Klinger (2022), x-enVENT, LREC 2022",
        ships=True,
    ),
    Study(
        name="meld",
        split="test",
        rows=SPACES["meld"],
        columns=SPACES["sentiment"],
        read=read_meld,
        counted="utterances of a television series with an emotion and a sentiment",
        licence="GPL-3.0",
        citation="Poria, Hazarika, Majumder, Naik, Cambria & Mihalcea (2019), MELD, ACL 2019, 527-536",
        ships=False,
    ),
    Study(
        name="ferplus",
        split="PrivateTest",
        rows=SPACES["ferplus"],
        columns=FER2013,
        read=read_ferplus,
        counted="one of ten votes on a face, and the label the face had before",
        licence="votes MIT; the labels' makers state no licence",
        citation="Barsoum, Zhang, Canton Ferrer & Zhang (2016), ICMI 2016, 279-283; Goodfellow et al. (2013)",
        ships=False,
    ),
)

# ---------------------------------------------------------------- counting


def count(study: Study, pairs: list[Pair]) -> CountTable:
    seen = ((pair.row, pair.column, pair.weight) for pair in pairs)
    about = {"corpus": study.name, "counted": study.counted, "licence": study.licence, "citation": study.citation}
    return count_pairs(seen, study.rows, study.columns, **about)


# ---------------------------------------------------------------- maps to compare


def answers(found: Conversion) -> NDArray[np.float64]:
    """What a map answers to each label alone: (source label, target label), rows adding up to 1."""
    table = convert_by(found, np.eye(len(found.source)))
    totals = table.sum(axis=1, keepdims=True)
    return np.divide(table, totals, out=np.full_like(table, 1 / table.shape[1]), where=totals > 0)


def with_doubt(table: NDArray[np.float64], joint: NDArray[np.float64]) -> NDArray[np.float64]:
    """The map mixed with "anything goes", by the amount that suits the fitted part best.

    A map that is sure of itself is infinitely wrong at its first mistake, so each gets the doubt it needs.
    """
    amounts = np.geomspace(1e-4, 1.0, 60)
    mixed = [(1 - doubt) * table + doubt / table.shape[1] for doubt in amounts]
    losses = [-(joint * np.log(chances)).sum() for chances in mixed]
    return mixed[int(np.argmin(losses))]


def rivals(table: CountTable, source: LabelSpace, target: LabelSpace, config: Config) -> dict[str, NDArray[np.float64]]:
    """P(target | source) of every map, all fitted on the same part."""
    joint = table.counts if table.rows == source else table.counts.T
    base = (joint.sum(axis=0) + config.smoothing) / (joint.sum() + config.smoothing * joint.shape[1])
    learned = learned_conversion(source, target, table=table, smoothing=config.smoothing)
    found = {"base rate": np.tile(base, (len(source), 1)), "learned": with_doubt(answers(learned), joint)}
    for route in ("cited", "vad", "vocabulary"):
        try:
            found[route] = with_doubt(answers(conversion(source, target, via=route)), joint)
        except ConversionError as error:
            print(f"  no {route} map: {str(error)[:100]} …")
    return found


# ---------------------------------------------------------------- scores


def score(study: Study, pairs: list[Pair], table: CountTable, config: Config) -> Iterator[ResultRow]:
    """Cross-entropy and agreement on the held-out part, both ways round, with intervals over groups."""
    held = [pair for pair in pairs if pair.held_out]
    rows = np.array([study.rows.index(pair.row) for pair in held])
    columns = np.array([study.columns.index(pair.column) for pair in held])
    weights = np.array([pair.weight for pair in held])
    groups = np.unique([pair.group for pair in held], return_inverse=True)[1]
    run = run_info("", "1", seed=config.seed)
    ways = ((study.rows, study.columns, rows, columns), (study.columns, study.rows, columns, rows))
    for source, target, given, asked in ways:
        protocol = f"{source.name}-to-{target.name}"
        print(f"{study.name}: {protocol}, {len(held):,} pairs in {groups.max() + 1:,} groups held out")
        losses = {}
        for name, chances in rivals(table, source, target, config).items():
            losses[name] = -np.log(chances[given, asked])
            right = (chances.argmax(axis=1)[given] == asked).astype(np.float64)
            scored = Scored(study.name, study.split, protocol, len(held), replace(run, model=name))
            found = mean(losses[name], weights, groups, config)
            yield scored.row("cross_entropy", found)
            yield scored.row("accuracy", mean(right, weights, groups, config))
            print(f"  {name:11s} {found.value:.3f} nats [{found.low:.3f}, {found.high:.3f}]")
            if name not in ("base rate", "learned"):
                gap = mean(losses[name] - losses["learned"], weights, groups, config)
                yield scored.row("cross_entropy_minus_learned", gap)


def mean(
    values: NDArray[np.float64], weights: NDArray[np.float64], groups: NDArray[np.intp], config: Config
) -> Estimate:
    """The weighted mean, with its interval over groups."""

    def average(drawn: NDArray[np.float64], weight: NDArray[np.float64]) -> float:
        return float((drawn * weight).sum() / weight.sum())

    return bootstrap_interval(average, values, weights, resamples=config.resamples, seed=config.seed, groups=groups)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="a slice of each corpus; writes nothing")
    smoke = parser.parse_args().smoke
    config = Config(resamples=20) if smoke else Config()
    results: list[ResultRow] = []
    for study in STUDIES:
        try:
            pairs = list(study.read(config))
        except (AffektError, OSError) as error:
            print(f"{study.name}: left out, {error}")
            continue
        if smoke:
            groups = sorted({pair.group for pair in pairs})[::20]
            pairs = [pair for pair in pairs if pair.group in set(groups)]
        fitted = count(study, [pair for pair in pairs if not pair.held_out])
        results += score(study, pairs, fitted, config)
        if not smoke:
            write_table(fitted, (SHIPPED if study.ships else OWN) / f"{study.name}.tsv")
    if not smoke:
        write_results(RESULTS, results)
        print(f"{len(results)} rows in {RESULTS.name}")


if __name__ == "__main__":
    main()
