"""Fusions of modalities beside their ablations: the same utterances for every arm, speakers apart."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from affekt.corpora.clips import Clips
from affekt.corpora.utterances import Utterances, read_utterances
from affekt.evaluation.experiment import Arm, Outcome
from affekt.evaluation.speech_arms import outcome
from affekt.training.fused import Fused, FusedLesson


@dataclass(frozen=True, slots=True, eq=False)
class FusedSplit:
    """Utterances to learn from, to stop by and to score on: three sets of speakers that share nobody."""

    train: Utterances
    valid: Utterances
    test: Utterances

    def only(self, *modalities: str) -> FusedSplit:
        """Return the same with these modalities alone."""
        return FusedSplit(*(each.only(*modalities) for each in (self.train, self.valid, self.test)))


def mosi_split(*, smoke: bool = False) -> FusedSplit:
    """Return CMU-MOSI's official test, and of its train videos every sixth to stop by."""
    whole = read_utterances("mosi_features")
    train = whole.take(np.asarray(whole.parts) == "train")
    videos = np.unique(np.asarray(train.speakers), return_inverse=True)[1]
    held = videos % 6 == 5
    found = [train.take(~held), train.take(held), whole.take(np.asarray(whole.parts) == "test")]
    return FusedSplit(*(few(each) if smoke else each for each in found))


def folds_split(utterances: Utterances, *, smoke: bool = False) -> FusedSplit:
    """Return utterances parted by their folds: the last is scored, the one before it stops, the others teach."""
    last = int(utterances.folds.max())
    places = [utterances.folds < last - 1, utterances.folds == last - 1, utterances.folds == last]
    found = [utterances.take(where) for where in places]
    return FusedSplit(*(few(each) if smoke else each for each in found))


def few(utterances: Utterances, most: int = 60) -> Utterances:
    """Return at most so many, of every label and speaker in turn."""
    order = np.lexsort((np.arange(len(utterances)), utterances.labels))
    return utterances.take(np.sort(order[:: max(1, len(utterances) // most)]))


def some_clips(clips: Clips, each: int = 8) -> Clips:
    """Return at most so many clips of every speaker, spread over the labels, for a run of seconds."""
    kept = []
    for speaker in sorted(set(clips.speakers)):
        own = np.flatnonzero(np.asarray(clips.speakers) == speaker)
        own = own[np.argsort(clips.labels[own], kind="stable")]
        kept.append(own[np.unique(np.linspace(0, len(own) - 1, min(each, len(own))).astype(np.int64))])
    return clips.take(np.sort(np.concatenate(kept)))


def fused_arm(
    name: str, teach: Callable[[FusedLesson], Fused], split: FusedSplit, *, settings: object = "", smoke: bool = False
) -> Arm:
    """Return an arm that learns by `teach` from the split and answers its test utterances."""

    def run(seed: int) -> Outcome:
        started = time.monotonic()
        taught = teach(FusedLesson(split.train, split.valid, seed=seed, smoke=smoke))
        probabilities = taught.answer(split.test)
        return outcome(probabilities, time.monotonic() - started, taught.parameters, taught.measured)

    return Arm(name, run, f"{settings} {smoke}")
