"""Score `text`, `text-nano` and their baselines on GoEmotions test and EmoBank dev, in one run.

    python recipes/text/evaluate.py [--systems text,text-nano,tfidf,vader]

Writes `results/goemotions.csv` and `results/emobank.csv`, and per-item predictions under `runs/`.
Calibration, thresholds and interval widths are those on the cards, fitted on GoEmotions dev and on
EmoBank train documents that training left out; the baseline's thresholds are fitted on dev the
same way. With `evidence.py` and `behaviour.py` this is what opens the test split, after training.
"""

from __future__ import annotations

import argparse
import os
from importlib.metadata import version
from pathlib import Path

import numpy as np
from data import label_matrix, vad_matrix

from affekt.affect.convert import convert_probabilities
from affekt.affect.spaces import find_space
from affekt.corpora.read import read_corpus
from affekt.evaluation.baselines import LabelledTexts, tfidf_goemotions, vader_scores
from affekt.evaluation.emobank import score_emobank
from affekt.evaluation.goemotions import FittedOnDev, score_goemotions
from affekt.evaluation.predictions import Predictions, write_predictions
from affekt.evaluation.records import ResultRow, Scored, run_info, write_results
from affekt.inference.text import open_reader
from affekt.metrics.regression import pearson
from affekt.metrics.resampling import bootstrap_interval
from affekt.models.index import find_model
from affekt.training.thresholds import choose_smoothing, fit_global_threshold, fit_thresholds
from affekt.types import Record

RESULTS = Path("results")
# The seed the shipped weights were trained with; their cards name the recipe that used it.
SEED = 0
ROLLED = ("ekman", "goemotions-sentiment")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--systems", default="text,text-nano,tfidf,vader")
    emotions = {split: read_corpus("goemotions", split=split) for split in ("train", "dev", "test")}
    sentences = read_corpus("emobank", split="dev")
    labelled, dimensional = [], []
    for name in parser.parse_args().systems.split(","):
        if name == "tfidf":
            labelled += score_tfidf(emotions)
        elif name == "vader":
            dimensional += score_vader(sentences)
        else:
            labelled += score_labels(name, emotions)
            dimensional += score_dimensions(name, sentences)
    for path, found in ((RESULTS / "goemotions.csv", labelled), (RESULTS / "emobank.csv", dimensional)):
        # Every system brings the row of the train-prior predictor, the same each time.
        rows = list({row.key: row for row in found}.values())
        if rows:
            write_results(path, rows)
            show(path, rows)


def score_labels(name: str, emotions: dict[str, list[Record]]) -> list[ResultRow]:
    """A shipped model on GoEmotions test, and rolled up into coarser spaces."""
    reader = open_reader(find_model(name), threads=os.cpu_count())
    said = {s: reader.estimate(texts(emotions[s]), language="en").probabilities for s in ("dev", "test")}
    truth = {split: label_matrix(records) for split, records in emotions.items()}
    run, rows = run_info(name, reader.card.version, seed=SEED), []
    for space in ("goemotions", *ROLLED):
        rolled = {s: rolled_up(said[s], space) for s in said}
        happened = {s: rolled_up(truth[s], space) >= 0.5 for s in truth}
        fitted = FittedOnDev(
            reader.thresholds[space], fit_global_threshold(happened["dev"], rolled["dev"]), happened["train"].mean(0)
        )
        rows += score_goemotions(happened["test"], rolled["test"], fitted, run=run, space=find_space(space))
    keep(
        "goemotions", "test", name, reader.card.version, emotions["test"], truth=truth["test"], probability=said["test"]
    )
    return rows


def score_dimensions(name: str, sentences: list[Record]) -> list[ResultRow]:
    """A shipped model on EmoBank dev, whole documents resampled."""
    reader = open_reader(find_model(name), threads=os.cpu_count())
    found = reader.estimate(texts(sentences), language="en")
    groups, truth = np.array([record.group for record in sentences]), vad_matrix(sentences)
    keep("emobank", "dev", name, reader.card.version, sentences, truth=truth, mean=found.vad, sd=found.vad_sd)
    run = run_info(name, reader.card.version, seed=SEED)
    return score_emobank(truth, found.vad, found.vad_sd, run=run, groups=groups)


def score_tfidf(emotions: dict[str, list[Record]]) -> list[ResultRow]:
    """TF-IDF with logistic regression, its thresholds fitted on dev."""
    truth = {split: label_matrix(records) for split, records in emotions.items()}
    train, dev = (LabelledTexts(texts(emotions[split]), truth[split]) for split in ("train", "dev"))
    said = tfidf_goemotions(train, dev, texts(emotions["test"]))
    smoothing = choose_smoothing(truth["dev"], said.dev)
    thresholds = fit_thresholds(truth["dev"], said.dev, **smoothing._asdict())
    fitted = FittedOnDev(thresholds, fit_global_threshold(truth["dev"], said.dev), truth["train"].mean(0))
    released = f"scikit-learn-{version('scikit-learn')}"
    keep("goemotions", "test", "tfidf", released, emotions["test"], truth=truth["test"], probability=said.test)
    return score_goemotions(truth["test"], said.test, fitted, run=run_info("tfidf", released, seed=0))


def score_vader(sentences: list[Record]) -> list[ResultRow]:
    """VADER's compound score against valence; it says nothing of arousal and dominance."""
    released, valence = version("vaderSentiment"), vad_matrix(sentences)[:, 0]
    compound = np.asarray(vader_scores(texts(sentences)).compound)
    groups = np.array([record.group for record in sentences])
    place = Scored("emobank", "dev", "compound-as-valence", len(sentences), run_info("vader", released, seed=None))
    return [place.row("pearson:valence", bootstrap_interval(pearson, valence, compound, groups=groups))]


def rolled_up(values: np.ndarray, space: str) -> np.ndarray:
    return values if space == "goemotions" else convert_probabilities(values, "goemotions", space)


def texts(records: list[Record]) -> list[str]:
    return [record.signal.text for record in records]


def keep(corpus: str, split: str, name: str, released: str, records: list[Record], **arrays: np.ndarray) -> None:
    """Per-item predictions, so that two runs can be compared in pairs."""
    ids = [record.id for record in records]
    write_predictions(Predictions(corpus, split, name, released, SEED, ids, arrays))


def show(path: Path, rows: list[ResultRow]) -> None:
    print(f"{path}: {len(rows)} rows")
    for row in rows:
        if ":" not in row.metric or row.corpus == "emobank":
            interval = "" if row.low is None else f"  [{row.low:.3f}, {row.high:.3f}]"
            print(f"  {row.model:10} {row.corpus:32} {row.protocol:22} {row.metric:24} {row.value:.4f}{interval}")


if __name__ == "__main__":
    main()
