"""speech-text-balanced: several corpora in one space, classes filled up with changed copies, against leaving them.

    AFFEKT_DATA=… python recipes/speech_text_balanced/run.py

Arms, three seeds each: classes balanced by copies with noise, another pitch and another speed; the same by copies that
are not changed; none of it. README.md says more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from affekt.corpora.clips import Clips, read_clips
from affekt.corpora.joint_clips import joint_clips
from affekt.corpora.sound_views import Change, JoinedViews, Samples
from affekt.evaluation.experiment import run_experiment
from affekt.evaluation.records import write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.speech_arms import SpeechSplit, few, print_rows, speech_arm, speech_experiment
from affekt.metrics.classification import accuracy, unweighted_average_recall
from affekt.signals.degrade import Chance
from affekt.training.speech import functionals_svm
from affekt.training.speech.changes import everyday
from affekt.training.speech.lesson import Lesson, Taught

# What the paper changes copies by.
PLAN = (Chance("speed", 0.5, 0.9, 1.1), Chance("pitch", 0.5, -2.0, 2.0), Chance("white", 0.5, 10.0, 30.0))


@dataclass(frozen=True)
class Config:
    corpora: str = "ravdess,emodb,turev_db,emogator"
    space: str = "ekman-neutral"
    view: str = "functionals"
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/ser.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    config = replace(config, corpora="ravdess,emodb") if config.smoke else config
    split = joint_split(config)
    method = functionals_svm.Config(view="mfcc" if config.smoke else config.view, balanced=False)
    learners: dict[str, Callable[[Lesson], Taught]] = {
        "changed-copies": partial(teach_balanced, method=method, change=everyday(plan=PLAN)),
        "copies": partial(teach_balanced, method=method, change=None),
        "unbalanced": partial(functionals_svm.teach, config=method),
    }
    arms = [
        speech_arm(name, learner, split, settings=(method, config.corpora, config.space), smoke=bool(config.smoke))
        for name, learner in learners.items()
    ]
    experiment = speech_experiment("speech-text-balanced", split, arms, corpus=config.corpora.replace(",", "+"))
    metrics = {**experiment.metrics, "ua+wa": (both, "decided")}
    rows = run_experiment(
        replace(experiment, metrics=metrics),
        runs=Path("runs/ser"),
        seeds=range(config.seeds),
        resamples=config.resamples,
    )
    print_rows(rows)
    write_results(Path(config.results), rows)


def both(truth: np.ndarray, decided: np.ndarray) -> float:
    """The paper's score: unweighted and weighted accuracy added up."""
    return unweighted_average_recall(truth, decided) + accuracy(truth, decided)


def joint_split(config: Config) -> SpeechSplit:
    """All corpora in one space: of each the last fold is scored, the one before stops. No speaker is on two sides."""
    parts: dict[str, list[Clips]] = {"train": [], "valid": [], "test": []}
    read = {name: read_clips(name) for name in config.corpora.split(",")}
    joint = joint_clips(read, config.space)
    corpora = np.array([speaker.split("/")[0] for speaker in joint.speakers])
    for name in read:
        own = joint.take(corpora == name)
        last = int(own.folds.max())
        parts["test"].append(own.take(own.folds == last))
        parts["valid"].append(own.take(own.folds == last - 1))
        parts["train"].append(own.take(own.folds < last - 1))
    ids = {part: {each for clips in found for each in clips.ids} for part, found in parts.items()}
    joined = {part: joint.take([place for place, each in enumerate(joint.ids) if each in ids[part]]) for part in parts}
    speakers = {part: set(clips.speakers) for part, clips in joined.items()}
    assert not speakers["train"] & speakers["test"] and not speakers["valid"] & speakers["test"]
    if config.smoke:
        joined = {part: few(clips) for part, clips in joined.items()}
    return SpeechSplit(joined["train"], joined["valid"], joined["test"])


def teach_balanced(lesson: Lesson, method: functionals_svm.Config, change: Change | None) -> Taught:
    """Learn from the training clips and copies of the rarer classes, until each has as many as the commonest."""
    return functionals_svm.teach(replace(lesson, train=filled(lesson.train, lesson.seed, change)), method)


def filled(clips: Clips, seed: int, change: Change | None) -> Clips:
    """The clips, and copies of the rarer classes behind them, changed where a change is given."""
    random = np.random.default_rng(seed)
    counts = np.bincount(clips.labels, minlength=len(clips.space))
    drawn = [
        random.choice(np.flatnonzero(clips.labels == label), counts.max() - counts[label])
        for label in np.flatnonzero(counts)
    ]
    copies = np.concatenate(drawn)
    both_parts = clips.take(np.concatenate([np.arange(len(clips)), copies]))
    views = JoinedViews([Taken(clips, None), Taken(clips.take(copies), change)])
    return replace(both_parts, views=views, rows=np.arange(len(both_parts)))


@dataclass(frozen=True)
class Taken:
    """Views of some clips, of their changed sounds where a change is given; only of these, not of the corpus."""

    clips: Clips
    change: Change | None

    def view(self, name: str, change: Change | None = None, draw: int = 0) -> list[Samples]:
        """Return float32 (frame, feature) for each clip."""
        if self.change is None:
            return list(self.clips.view(name, change, draw=draw))
        from affekt.corpora.sound_views import take_views

        waves = (wave[:, 0] for wave in self.clips.view("wave"))
        return list(take_views(waves, name, self.change, draw))


if __name__ == "__main__":
    main()
