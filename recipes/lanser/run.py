"""lanser: labels guessed from transcripts, learned first, then a few true ones, against those alone.

    AFFEKT_DATA=… python recipes/lanser/run.py
    python recipes/lanser/run.py --entailment FOLDER --corpus my_table.csv

The sentences of the acted corpora here tell nothing, so their transcripts are planted: texts of GoEmotions with the
clip's emotion, and, `--wrong` of the time, with any. A model of entailment reads them, or without one our reader of
labels by their names. Arms, three seeds each, at 1, 5 and 10 true labels in a hundred: weak labels first, true ones
alone. Gong et al. 2023. README.md says more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from affekt.affect.words.own_labels import own_labels
from affekt.corpora.clips import Clips, read_clips
from affekt.corpora.read import read_corpus
from affekt.evaluation.experiment import run_experiment
from affekt.evaluation.records import ResultRow, write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.speech_arms import print_rows, speech_arm, speech_experiment, split_of
from affekt.inference.entailment import Entails, open_entailment
from affekt.inference.text import open_reader
from affekt.models.text_open.card import card_of
from affekt.training.speech.lanser import TAXONOMY, WeakLabels, teach, weak_clips
from affekt.training.speech.lanser import Config as Method
from affekt.training.speech.lesson import Lesson, Taught

# What of GoEmotions is said by which label of RAVDESS and EMO-DB.
SAID = {
    **{"angry": "anger", "anger": "anger", "happy": "joy", "happiness": "joy", "sad": "sadness", "sadness": "sadness"},
    **{"fearful": "fear", "fear": "fear", "disgust": "disgust", "surprised": "surprise", "neutral": "neutral"},
    **{"calm": "neutral", "boredom": "disappointment"},
}


@dataclass(frozen=True)
class Config:
    corpus: str = "ravdess"
    entailment: str = ""
    wrong: float = 0.3
    upstream: str = "resnet"
    shares: str = "0.01,0.05,0.1"
    weak_epochs: int = 8
    epochs: int = 12
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/ser.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    clips = read_clips(config.corpus)
    planted = set(clips.space.labels) <= set(SAID)
    clips = with_planted_words(clips, wrong=config.wrong) if planted else clips
    split = split_of(clips, smoke=bool(config.smoke))
    entails = open_entailment(config.entailment) if config.entailment else named_labels(TAXONOMY)
    weak = weak_clips(split.train, entails, TAXONOMY)
    if planted:
        meant = [SAID[split.train.space.labels[label]] for label in split.train.labels]
        right = [weak.taxonomy[place] == label for place, label in zip(weak.places, meant, strict=True)]
        print(f"weak labels that are right: {np.mean(right):.3f}, their mean confidence {weak.confidence.mean():.3f}")
    rows: list[ResultRow] = []
    upstream = "resnet-nano" if config.smoke else config.upstream
    words = "planted-words" if planted else "own-words"
    for share in map(float, config.shares.split(",")):
        method = Method(upstream, share, config.weak_epochs, config.epochs)
        told = f"{method} {config.wrong} {config.entailment}"
        arms = [
            speech_arm(name, partial(taught, weak=given, config=method), split, settings=told, smoke=bool(config.smoke))
            for name, given in (("weak-first", weak), ("labels-alone", None))
        ]
        rows += run_experiment(
            speech_experiment("lanser", split, arms, protocol=f"speakers-apart-{words}-labelled-{share:g}"),
            runs=Path("runs/ser"),
            seeds=range(config.seeds),
            resamples=config.resamples,
        )
    print_rows(rows)
    write_results(Path(config.results), rows)


def taught(lesson: Lesson, *, weak: WeakLabels | None, config: Method) -> Taught:
    return teach(lesson, weak, config)


def with_planted_words(clips: Clips, *, wrong: float) -> Clips:
    """Clips with texts of GoEmotions as what is said in them: of their emotion, or, so often, of any."""
    texts: dict[str, list[str]] = {}
    for record in read_corpus("goemotions"):
        if record.split == "test" and len(record.labels) == 1:
            texts.setdefault(record.labels[0], []).append(record.signal.text)
    random, said = np.random.default_rng(0), []
    every = sorted({SAID[label] for label in clips.space.labels})
    for label in clips.labels:
        about = SAID[clips.space.labels[label]]
        if random.random() < wrong:
            about = every[random.integers(len(every))]
        said.append(texts[about][random.integers(len(texts[about]))])
    return replace(clips, sentences=tuple(said))


def named_labels(taxonomy: Sequence[str]) -> Entails:
    """A stand-in for a model of entailment: how likely our reader thinks the label that a hypothesis names."""
    reader = open_reader(card_of(own_labels(list(taxonomy))))

    def entails(premises: Sequence[str], hypotheses: Sequence[str]) -> NDArray[np.float64]:
        texts = sorted(set(premises))
        said, row = reader.estimate(texts).probabilities, {text: i for i, text in enumerate(texts)}
        place = [next(i for i, label in enumerate(taxonomy) if f" {label}." in asked) for asked in hypotheses]
        return np.array([said[row[text], i] for text, i in zip(premises, place, strict=True)])

    return entails


if __name__ == "__main__":
    main()
