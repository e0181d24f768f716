"""ctc-rnn-ser: connectionist temporal classification against cross entropy of the mean, and where the emotion is.

    AFFEKT_DATA=… python recipes/ctc_rnn_ser/run.py

Two tasks, three seeds each: the clips of RAVDESS as they are, and clips of the same actor joined, neutral, emotional,
neutral, of which the emotion is asked and the part in which it is. Chernykh & Prikhodko 2017. README.md says more.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch

from affekt.corpora.clips import Clips, read_clips
from affekt.corpora.sound_views import Change, Samples, Views
from affekt.evaluation.experiment import Arm, Outcome, run_experiment
from affekt.evaluation.records import write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.speech_arms import SpeechSplit, outcome, print_rows, speech_arm, speech_experiment, split_of
from affekt.metrics.verification import auroc
from affekt.training.speech.ctc_rnn_ser import Config as Method
from affekt.training.speech.ctc_rnn_ser import teach
from affekt.training.speech.lesson import Lesson
from affekt.training.speech.windows import Frames, cut
from affekt.types import LabelSpace

EMOTIONS = ("happy", "sad", "angry", "fearful", "disgust", "surprised")


@dataclass(frozen=True)
class Config:
    corpus: str = "ravdess"
    epochs: int = 40
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/ser.csv"


@dataclass(frozen=True, eq=False)
class Spliced(Sequence):  # type: ignore[type-arg]
    """The frames of clips joined: those of each one's parts, one after another, put together when asked for."""

    whole: Sequence[Samples]
    parts: Sequence[Sequence[int]]

    def __len__(self) -> int:
        return len(self.parts)

    def __getitem__(self, item: int) -> Samples:  # type: ignore[override]
        return np.concatenate([self.whole[place] for place in self.parts[item]])


@dataclass(frozen=True, eq=False)
class SplicedViews:
    """Views of clips joined."""

    views: Views
    parts: Sequence[Sequence[int]]

    def view(self, name: str, change: Change | None = None, draw: int = 0) -> Sequence[Samples]:
        return Spliced(self.views.view(name, change, draw), self.parts)


def main() -> None:
    config = read_settings(Config, __doc__)
    clips = read_clips(config.corpus)
    method = Method()
    method = replace(method, plan=replace(method.plan, epochs=config.epochs))
    split = split_of(clips, smoke=bool(config.smoke))
    kinds = {"ctc": method, "mean-pooled": replace(method, head="mean")}
    arms = [
        speech_arm(name, partial(teach, config=kind), split, settings=kind, smoke=bool(config.smoke))
        for name, kind in kinds.items()
    ]
    experiments = [speech_experiment("ctc-rnn-ser", split, arms)]
    joined = split_of(join(clips), smoke=bool(config.smoke))
    # A joined clip is three long; its silences are part of what is neutral.
    longer = replace(method.plan, seconds=11.0, longest=20.0, trim=False, batch=16)
    kinds = {name: replace(kind, plan=longer) for name, kind in kinds.items()}
    arms = [placing_arm(name, kind, joined, bool(config.smoke)) for name, kind in kinds.items()]
    experiments.append(speech_experiment("ctc-rnn-ser", joined, arms, corpus=f"{config.corpus}:joined"))
    rows = [
        row
        for experiment in experiments
        for row in run_experiment(
            experiment, runs=Path("runs/ser"), seeds=range(config.seeds), resamples=config.resamples
        )
    ]
    print_rows(rows)
    write_results(Path(config.results), rows)


def join(clips: Clips) -> Clips:
    """Every emotional clip between two neutral ones of the same actor; its label is the emotion.

    Conditions tell where the emotional part begins and ends, in frames of 10 ms.
    """
    random, frames = np.random.default_rng(0), clips.view("mfcc")
    who, names = np.asarray(clips.speakers), [clips.space.labels[label] for label in clips.labels.tolist()]
    neutral = {speaker: np.flatnonzero((who == speaker) & (np.asarray(names) == "neutral")) for speaker in set(who)}
    chosen = [place for place, name in enumerate(names) if name in EMOTIONS]
    parts = []
    for place in chosen:
        before, after = random.choice(neutral[who[place]], 2, replace=False).tolist()
        parts.append((before, place, after))
    begins = [len(frames[before]) for before, _, _ in parts]
    ends = [begin + len(frames[place]) for begin, (_, place, _) in zip(begins, parts, strict=True)]
    space = LabelSpace("ravdess-emotional", EMOTIONS, "exclusive", clips.space.source)
    taken = clips.take(chosen)
    return replace(
        taken,
        labels=np.array([EMOTIONS.index(names[place]) for place in chosen], np.int64),
        space=space,
        conditions={**taken.conditions, "begins": tuple(map(str, begins)), "ends": tuple(map(str, ends))},
        views=SplicedViews(clips.views, [[int(clips.rows[place]) for place in three] for three in parts]),
        rows=np.arange(len(chosen)),
    )


def placing_arm(name: str, method: Method, split: SpeechSplit, smoke: bool) -> Arm:
    """An arm that is also asked where the emotion is.

    pointing: how often the middle of the most emotional interval lies in the emotional part; frame-auroc: how well
    intervals in it are told from the others by how emotional they are said to be; pointing-chance: the part's share.
    """

    def run(seed: int) -> Outcome:
        started = time.monotonic()
        taught = teach(Lesson(split.train, split.valid, seed=seed, smoke=smoke), method)
        said = taught.answer(split.test)
        frames = Frames(split.test, "mfcc", method.plan.norm, trim=False)
        begins, ends = (split.test.condition(word).astype(int) for word in ("begins", "ends"))
        hits, told, truth = [], [], []
        for place in range(len(frames)):
            clip = frames.clip(place)
            with torch.no_grad():
                where = taught.net.where(*cut([clip], len(clip)))[0].numpy()  # type: ignore[attr-defined]
            middle = np.arange(len(where)) * method.step + method.size / 2
            inside = (middle >= begins[place]) & (middle < ends[place])
            hits.append(bool(inside[where.argmax()]))
            told.append(where)
            truth.append(inside)
        flags = np.concatenate(truth)
        measured = {
            "pointing": float(np.mean(hits)),
            "pointing-chance": float(flags.mean()),
            "frame-auroc": auroc(flags, np.concatenate(told)),
        }
        return outcome(said, time.monotonic() - started, taught.parameters, {**taught.measured, **measured})

    return Arm(name, run, f"joined {method} {smoke}")


if __name__ == "__main__":
    main()
