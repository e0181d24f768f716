"""emonet-voice: intensities of the forty emotions from features that are computed once, by arousal group.

    AFFEKT_DATA=… python recipes/emonet_voice/run.py

Clips of RAVDESS and EmoGator with grades that follow from what was acted (a named synthetic set); speakers to score
have not been heard. Arms: a head with a layer between, a linear one, each emotion's mean. Schuhmann et al. 2025.
README.md says more.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from affekt.affect.spaces import find_space
from affekt.corpora.clips import Clips, read_clips
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.intensities import GROUPS, arousal_groups, intensity_lines, mean_metric
from affekt.evaluation.records import write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.speech_arms import PROTOCOL, print_rows
from affekt.metrics.intensity import intensity_report
from affekt.metrics.weighing import Metric
from affekt.training.speech.intensity_head import (
    HeadConfig,
    IntensityHead,
    Judged,
    mean_intensities,
    teach_intensities,
)

SPACE = find_space("emonet-voice")
# What an acted label is among the forty; one that is none of them (neutral, calm, guilt …) is judged 0 in all.
MEANS = {
    **{label: label for label in SPACE},
    **{"happy": "elation", "sad": "sadness", "angry": "anger", "fearful": "fear"},
    **{"surprised": "astonishment/surprise", "surprise (negative)": "astonishment/surprise"},
    **{"surprise (positive)": "astonishment/surprise", "ecstasy": "pleasure/ecstasy", "serenity": "contentment"},
    **{"adoration": "affection", "romantic love": "infatuation"},
}
STRENGTH = {"normal": 0.5, "strong": 1.0}


@dataclass(frozen=True)
class Config:
    corpora: str = "ravdess,emogator"
    view: str = "functionals"
    seeds: int = 3
    resamples: int = 200
    smoke: int = 0
    results: str = "results/ser.csv"


@dataclass(frozen=True)
class Split:
    """Three groups of speakers that share nobody, over all corpora."""

    train: Judged
    valid: Judged
    test: Judged
    speakers: NDArray[np.str_]  # of the clips scored


def main() -> None:
    config = read_settings(Config, __doc__)
    split = split_of([read_clips(name) for name in config.corpora.split(",")], config)
    groups = np.array(arousal_groups(SPACE))
    asked = ~np.isnan(split.train.intensities).all(0)
    metrics: dict[str, tuple[Metric, str]] = {}
    for score in ("pearson", "spearman", "rmse"):
        metrics[score] = (mean_metric(score, asked), "said")
        for group in GROUPS:
            metrics[f"{score}:{group}-arousal"] = (mean_metric(score, asked & (groups == group)), "said")
    arms = [arm(name, split, config) for name in ("head", "linear", "mean")]
    experiment = Experiment(
        *("emonet-voice", "+".join(config.corpora.split(",")) + ":graded", "test", PROTOCOL),
        *(split.test.intensities, metrics, arms, split.speakers),
    )
    rows = run_experiment(experiment, runs=Path("runs/ser"), seeds=range(config.seeds), resamples=config.resamples)
    print_rows(rows)
    said = arms[0].run(0).answers["said"]
    print(intensity_lines(_report(split.test.intensities, said, asked, groups)))
    write_results(Path(config.results), rows)


def intensities_of(clips: Clips) -> NDArray[np.float64]:
    """Grades that follow from what was acted: 1, or what `intensity` says, for the emotion of the clip; 0 for others of
    the corpus; nothing (NaN) for emotions it does not have."""
    has = {MEANS[label] for label in clips.space if label in MEANS}
    table = np.full((len(clips), len(SPACE)), np.nan)
    table[:, [place for place, label in enumerate(SPACE) if label in has]] = 0.0
    strengths = clips.conditions.get("intensity", ("",) * len(clips))
    for row, (label, strength) in enumerate(zip(clips.labels.tolist(), strengths, strict=True)):
        name = MEANS.get(clips.space.labels[label])
        if name is not None:
            table[row, SPACE.index(name)] = STRENGTH.get(strength, 1.0)
    return table


def split_of(corpora: list[Clips], config: Config) -> Split:
    """Of each corpus the last fold of speakers is scored and the one before it stops."""
    parts: list[list[tuple[Clips, NDArray[np.float64], NDArray[np.float64]]]] = [[], [], []]
    for whole in corpora:
        clips = whole.take(np.arange(0, len(whole), 6 if config.smoke else 1))
        last = clips.folds.max()
        features = np.stack([np.asarray(each, np.float64).reshape(-1) for each in clips.view(config.view)])
        graded = intensities_of(clips)
        for part, where in enumerate((clips.folds < last - 1, clips.folds == last - 1, clips.folds == last)):
            parts[part].append((clips.take(where), features[where], graded[where]))
    judged = [
        Judged(np.concatenate([features for _, features, _ in part]), np.concatenate([graded for *_, graded in part]))
        for part in parts
    ]
    speakers = np.array([f"{clips.corpus}/{name}" for clips, *_ in parts[2] for name in clips.speakers])
    return Split(*judged, speakers)


def arm(name: str, split: Split, config: Config) -> Arm:
    head = HeadConfig(hidden=64 if name == "head" else 0)
    if config.smoke:
        head = replace(head, plan=replace(head.plan, epochs=3))

    def run(seed: int) -> Outcome:
        started = time.monotonic()
        if name == "mean":
            said = np.tile(mean_intensities(split.train), (len(split.test.features), 1))
            return Outcome({"said": said}, time.monotonic() - started, 0)
        taught: IntensityHead = teach_intensities(split.train, split.valid, head, seed=seed)
        count = sum(each.numel() for each in taught.net.parameters())
        return Outcome({"said": taught.answer(split.test.features)}, time.monotonic() - started, count)

    return Arm(name, run, f"{head} {config.view} {config.corpora} {config.smoke}")


def _report(truth: NDArray[np.float64], said: NDArray[np.generic], asked: NDArray[np.bool_], groups: NDArray[np.str_]):  # type: ignore[no-untyped-def]
    """The report over clips of the corpora that have each emotion; what one does not have is not scored there."""
    from affekt.metrics.intensity import IntensityReport, IntensityScores

    told = np.asarray(said, np.float64)
    each = {}
    for place in np.flatnonzero(asked):
        known = ~np.isnan(truth[:, place])
        one = intensity_report(truth[known, place][:, None], told[known, place][:, None], ["one"])
        each[SPACE.labels[place]] = one.mean
    named = {name: [score for label, score in each.items() if groups[SPACE.index(label)] == name] for name in GROUPS}
    means = {name: IntensityScores(*np.nanmean(np.array(some), 0).tolist()) for name, some in named.items() if some}
    return IntensityReport(each, means, IntensityScores(*np.nanmean(np.array(list(each.values())), 0).tolist()))


if __name__ == "__main__":
    main()
