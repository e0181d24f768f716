"""sed-zed: which emotion appears when, over utterances of unseen speakers joined across emotions (synthetic).

    AFFEKT_DATA=… python recipes/sed_zed/run.py

A frame classifier learns from joined recordings of training speakers; how its answers are smoothed is chosen on other
speakers; the emotion diarization error rate is of a third group. Wang, Ravanelli & Yacoubi 2023. README.md says more.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from affekt.analysis.smoothing import Smoothing
from affekt.analysis.timelines import write_timelines
from affekt.corpora.clips import Clips, read_clips
from affekt.corpora.joined_speech import JoinedSpeech, join_speech
from affekt.evaluation.emotion_diarization import (
    PARTS,
    SMOOTHINGS,
    ReadRecording,
    choose_smoothing,
    error_parts,
    pooled_rate,
    timeline,
)
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.records import ResultRow, write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.speech import in_shared
from affekt.evaluation.speech_arms import PROTOCOL, print_rows
from affekt.metrics.timeline import Segment
from affekt.training.speech.frame_classifier import (
    FrameClassifier,
    FrameConfig,
    drawn,
    drawn_clips,
    parameters,
    teach_frames,
)

LABELS = ("neutral", "happiness", "sadness", "anger")  # those of ZED
PAUSES = (0.1, 0.4)
ALL = ("none", "median", "exponential", "viterbi")


@dataclass(frozen=True)
class Config:
    corpora: str = "ravdess,emodb"
    clip_epochs: int = 25
    epochs: int = 15
    learned: int = 120  # recordings joined of each corpus's training speakers
    scored: int = 60  # recordings joined of each corpus's scored speakers, and of those to choose by
    parts: int = 5
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    rttm: str = ""
    results: str = "results/ser.csv"


@dataclass(frozen=True)
class Speakers:
    """Clips of three groups of speakers that share nobody: four emotions, one corpus."""

    train: Clips
    valid: Clips
    test: Clips


def main() -> None:
    config = read_settings(Config, __doc__)
    if config.smoke:
        config = replace(config, clip_epochs=2, epochs=1, learned=6, scored=3)
    corpora = {name: apart(read_clips(name), smoke=bool(config.smoke)) for name in config.corpora.split(",")}
    scored = {name: joined(each.test, config.scored, config, 2) for name, each in corpora.items()}
    arms = make_arms(corpora, scored, config)
    rows: list[ResultRow] = []
    for name, recordings in scored.items():
        experiment = Experiment(
            "sed-zed",
            f"{name}-joined",
            "test",
            PROTOCOL,
            np.zeros(len(recordings)),
            {"eder": (pooled_rate, "parts")} | {each: (_share(place), "parts") for place, each in enumerate(PARTS[:3])},
            [Arm(arm, partial(run, name), f"{replace(config, rttm='')} {FrameConfig()}") for arm, run in arms.items()],
            groups=np.array([each.parts[0].speaker for each in recordings]),
        )
        rows += run_experiment(experiment, runs=Path("runs/ser"), seeds=range(config.seeds), resamples=config.resamples)
    print_rows(row for row in rows if row.metric.startswith("eder"))
    write_results(Path(config.results), rows)


def apart(clips: Clips, *, smoke: bool) -> Speakers:
    """The clips of the four emotions; the last sixth of the speakers is scored (two at least), the one before it is
    chosen by. Of RAVDESS those are actors 21-24 and 17-20, of EMO-DB two speakers each."""
    four = in_shared(clips, LABELS)
    place = four.speaker_places()
    last = place.max() + 1
    each = max(2, int(last) // 6)
    test, valid = place >= last - each, (place >= last - 2 * each) & (place < last - each)
    train = four.take(place < 3 if smoke else ~test & ~valid)
    return Speakers(train, four.take(valid), four.take(test))


def joined(clips: Clips, count: int, config: Config, seed: int) -> list[JoinedSpeech]:
    return join_speech(clips, recordings=count, parts=config.parts, pauses=PAUSES, seed=seed)


def make_arms(
    corpora: dict[str, Speakers], scored: dict[str, list[JoinedSpeech]], config: Config
) -> dict[str, Callable[[str, int], Outcome]]:
    """By name, what takes a corpus and a seed, and answers that corpus's recordings."""
    told = FrameConfig()
    space = next(iter(corpora.values())).train.space
    chosen_by = {name: joined(each.valid, config.scored, config, 1) for name, each in corpora.items()}
    every = [each for recordings in chosen_by.values() for each in recordings]

    @lru_cache
    def learned(seed: int) -> tuple[FrameClassifier, FrameClassifier, float, float]:
        """The classifiers taught on clips, and then on joined recordings, with the seconds it took."""
        started = time.monotonic()
        clips = [each for part in corpora.values() for each in drawn_clips(part.train, told)]
        other = [each for part in corpora.values() for each in drawn_clips(part.valid, told)]
        first = replace(told, plan=replace(told.plan, epochs=config.clip_epochs))
        whole = teach_frames(clips, other, len(space), first, seed=seed)
        middle = time.monotonic()
        train = [
            each
            for part in corpora.values()
            for each in drawn(joined(part.train, config.learned, config, 10 + seed), space, told)
        ]
        then = replace(told, plan=replace(told.plan, epochs=config.epochs, learning_rate=1e-3))
        frames = teach_frames(train, drawn(every, space, told), len(space), then, seed=seed, start=whole)
        return whole, frames, middle - started, time.monotonic() - started

    @lru_cache
    def answered(seed: int, place: int, name: str, test: bool) -> list[ReadRecording]:
        classifier = learned(seed)[place]
        assert isinstance(classifier, FrameClassifier)
        return [read(each, classifier) for each in (scored[name] if test else chosen_by[name])]

    @lru_cache
    def chosen(seed: int, place: int, methods: tuple[str, ...]) -> Smoothing:
        by = [each for name in corpora for each in answered(seed, place, name, False)]
        return choose_smoothing(by, space.labels, tried=[each for each in SMOOTHINGS if each.method in methods])

    def arm(place: int, methods: tuple[str, ...]) -> Callable[[str, int], Outcome]:
        def run(name: str, seed: int) -> Outcome:
            smoothing = chosen(seed, place, methods)
            recordings = answered(seed, place, name, True)
            parts = error_parts(recordings, space.labels, smoothing)
            if config.rttm and methods == ALL and place == 1:
                folder = Path(config.rttm)
                folder.mkdir(parents=True, exist_ok=True)
                written = [timeline(each, space.labels, smoothing) for each in recordings]
                write_timelines(written, folder / f"{name}-{seed}.rttm")
            classifier = learned(seed)[place]
            assert isinstance(classifier, FrameClassifier)
            measured = {"smoothing-seconds": 0.0 if smoothing.method == "none" else smoothing.seconds}
            return Outcome({"parts": parts}, learned(seed)[2 + place], parameters(classifier), measured)

        return run

    def majority(name: str, seed: int) -> Outcome:
        """The label that most seconds of the recordings to choose by have, all the time."""
        seconds = dict.fromkeys(space.labels, 0.0)
        for each in every:
            for part in each.parts:
                seconds[part.label] += part.end - part.start
            seconds["neutral"] += each.seconds - sum(part.end - part.start for part in each.parts)
        row = np.eye(len(space))[space.index(max(seconds, key=lambda label: seconds[label]))]
        constant = [
            ReadRecording(each.name, each.seconds, truth(each), row[None], each.seconds) for each in scored[name]
        ]
        return Outcome({"parts": error_parts(constant, space.labels, Smoothing("none"))}, 0.0, 0, {})

    return {
        "chosen": arm(1, ALL),
        "unsmoothed": arm(1, ("none",)),
        "median": arm(1, ("median",)),
        "best-path": arm(1, ("viterbi",)),
        "clip-classifier": arm(0, ("none",)),
        "clip-classifier-median": arm(0, ("median",)),
        "clip-classifier-best-path": arm(0, ("viterbi",)),
        "majority": majority,
    }


def truth(recording: JoinedSpeech) -> tuple[Segment, ...]:
    return tuple(Segment(part.start, part.end, part.label) for part in recording.parts)


def read(recording: JoinedSpeech, classifier: FrameClassifier) -> ReadRecording:
    probabilities = classifier.read(recording.samples)
    hop_s = classifier.config.hop_s
    return ReadRecording(recording.name, recording.seconds, truth(recording), probabilities, hop_s)


def _share(place: int) -> Callable[..., float]:
    """The share of one part of the error in all seconds."""

    def share(_truth: object, parts: object) -> float:
        sums = np.asarray(parts, np.float64).sum(0)
        return float(sums[place] / sums[4])

    return share


if __name__ == "__main__":
    main()
