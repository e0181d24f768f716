"""speech-text-alignment: words that find their frames by attention, against concatenation and against decisions.

    AFFEKT_DATA=… python recipes/speech_text_alignment/run.py

Arms, three seeds each: aligned, concatenated, decisions, and aligned without recurrent frames. Xu et al. 2019.
README.md says more.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch

from affekt.corpora.paired import Floats, Ints, Paired, even, mosi_paired, speaker_fold
from affekt.corpora.toned_words import Toning, peaks_within, toned_words
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.records import ResultRow, write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.speech_arms import METRICS, outcome, print_rows
from affekt.inference.text import open_reader
from affekt.models.index import find_model
from affekt.models.speech_text_alignment.net import AlignmentNet
from affekt.training.fine_tuning import Plan
from affekt.training.paired import batch_pair, teach_paired

KINDS = {
    "aligned": ("aligned", True),
    "concatenated": ("concatenated", True),
    "decisions": ("decisions", True),
    "aligned-frames-alone": ("aligned", False),
}


@dataclass(frozen=True)
class Config:
    corpora: str = "toned-words,mosi_features"
    utterances: int = 1200
    text_model: str = "text-nano"
    epochs: int = 12
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/ser.csv"


@dataclass(frozen=True)
class Split:
    """What is learned from, stopped by and scored; `spans` of what is scored, where frames are known to be a word's."""

    train: Paired
    valid: Paired
    test: Paired
    spans: Sequence[Ints] = ()


def main() -> None:
    config = read_settings(Config, __doc__)
    rows = [row for corpus in config.corpora.split(",") for row in rows_of(corpus, config)]
    print_rows(rows)
    write_results(Path(config.results), rows)


def rows_of(corpus: str, config: Config) -> list[ResultRow]:
    """Every arm on one corpus."""
    split = toned(config) if corpus == "toned-words" else mosi(config)
    told = f"{config.utterances} {config.text_model} {config.epochs} {config.smoke}"
    arms = [Arm(name, partial(run_arm, name, split, config), f"{name} {told}") for name in KINDS]
    labels = split.test.labels
    matrix = np.eye(len(split.test.space), dtype=bool)[labels]
    truth = {"decided": labels, "matrix": matrix, "probabilities": labels}
    return run_experiment(
        Experiment("speech-text-alignment", corpus, "test", "speakers-apart", truth, METRICS, arms),
        runs=Path("runs/ser"),
        seeds=range(config.seeds),
        resamples=config.resamples,
    )


def toned(config: Config) -> Split:
    """Toned words, a synthetic set of which it is known where each word lies; voices of the test are not taught."""
    count = 60 if config.smoke else config.utterances
    made = toned_words(2 * count, Toning(words=3, vocabulary=12, noise=0.3))
    fold = speaker_fold(made.paired.speakers, 4)
    parts = [made.paired.take(where) for where in (fold < 2, fold == 2, fold == 3)]
    spans = [made.spans[place] for place in np.flatnonzero(fold == 3)]
    return Split(*parts, spans)


def mosi(config: Config) -> Split:
    """CMU-MOSI: each word encoded by a text model, and 73 numbers of the sound as a single frame."""
    reader = open_reader(find_model(config.text_model))
    whole = mosi_paired()
    train, test = whole.part("train"), whole.part("test")
    held = speaker_fold(train.speakers, 6) == 5
    parts = [train.take(~held), train.take(held), test]
    if config.smoke:
        parts = [part.take(np.arange(0, len(part), max(1, len(part) // 60))) for part in parts]

    def worded(part: Paired) -> Paired:
        words: list[Floats] = [reader.features(text.split() or [""]) for text in part.texts]
        return part.with_words(words, part.texts, [np.ones(len(each), np.float32) for each in words])

    return Split(*even(*(worded(part) for part in parts)))


def run_arm(name: str, split: Split, config: Config, seed: int) -> Outcome:
    """Teach one network and answer; where words lie is compared with where it looks."""
    started = time.monotonic()
    how, recurrent = KINDS[name]
    torch.manual_seed(seed)
    sizes = split.train.words[0].shape[1], split.train.sounds[0].shape[1], len(split.train.space)
    net = AlignmentNet(*sizes, width=24, dropout=0.0, how=how, recurrent=recurrent)  # type: ignore[arg-type]
    epochs = 2 if config.smoke else config.epochs
    plan = Plan(
        epochs=epochs,
        batch=16,
        learning_rate=5e-3,
        weight_decay=0.01,
        patience=6,
        seed=seed,
        bfloat16=False,
        cosine=True,
    )
    taught = teach_paired(net, split.train, split.valid, plan=plan)
    measured = {"epoch": taught.measured["epoch"]}
    if how == "aligned" and split.spans:
        with torch.no_grad():
            pairs = [batch_pair(split.test, np.array([place])) for place in range(len(split.test))]
            weights = [net.align(pair).weights[0].numpy() for pair in pairs]
        measured["peaks-within-words"] = peaks_within(weights, split.spans)
    return outcome(taught.answer(split.test), time.monotonic() - started, taught.parameters, measured)


if __name__ == "__main__":
    main()
