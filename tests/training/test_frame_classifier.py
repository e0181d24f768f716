"""The frame classifier: what it is told of joined recordings, and that it draws planted ones better than a guess."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
import torch
from planted_speech import RATE

from affekt.corpora.clips import Clips, make_clips
from affekt.corpora.joined_speech import JoinedPart, join_speech
from affekt.errors import InputError
from affekt.metrics.classification import unweighted_average_recall
from affekt.models.speech.net import SpeechConfig
from affekt.training.fine_tuning import Plan
from affekt.training.speech.frame_classifier import (
    FrameClassifier,
    FrameConfig,
    drawn,
    drawn_clips,
    parameters,
    teach_frames,
    window_labels,
)
from affekt.training.speech.windows import Variation
from affekt.types import LabelSpace

SPACE = LabelSpace("planted", ("neutral", "happy", "angry"), "exclusive", "planted")
SMALL = FrameConfig(
    net=SpeechConfig(widths=(8, 12, 16), strides=(2, 2, 1), hidden=12, dropout=0.0),
    reach=25,
    seconds=3.0,
    vary=Variation(),
    plan=Plan(epochs=12, batch=8, learning_rate=5e-3, patience=12, cosine=True),
)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Networks as small as these only wait for a second thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def planted(speakers: int, seed: int) -> Clips:
    """Clips of 0.6 to 1 s (synthetic): dull tones are neutral, bright ones happy, trembling ones angry."""
    random = np.random.default_rng(seed)
    labels, who, sounds = [], [], []
    for speaker in range(speakers):
        for label in (0, 1, 2) * 3:
            time = np.arange(round(random.uniform(0.6, 1.0) * RATE)) / RATE
            tone = np.sin(2 * np.pi * (140 + 30 * speaker + random.normal(0, 4)) * time)
            tone = np.sign(tone) if label else tone
            if label == 2:
                tone = tone * (1 + 0.9 * np.sin(2 * np.pi * 9 * time + random.uniform(0, 6)))
            sounds.append((0.1 * tone + 0.003 * random.standard_normal(len(time))).astype(np.float32))
            labels.append(label)
            who.append(f"speaker-{seed}-{speaker}")
    return make_clips(sounds, labels, SPACE, speakers=who, corpus="planted")


def test_labels_are_those_in_the_middle_of_each_window() -> None:
    parts = [JoinedPart(0.3, 1.0, "happy", "a", "1"), JoinedPart(1.5, 2.01, "angry", "a", "2")]
    found = window_labels(parts, SPACE, windows=9, hop_s=0.25)
    # Middles: .125 .375 .625 .875 | 1.125 1.375 | 1.625 1.875 | 2.125
    assert found.tolist() == [0, 1, 1, 1, 0, 0, 2, 2, 0]


def test_recordings_and_clips_become_spectra_with_a_label_per_window() -> None:
    clips = planted(2, 0)
    recordings = join_speech(clips, recordings=3, parts=4, seed=1)
    for each, recording in zip(drawn(recordings, SPACE, SMALL), recordings, strict=True):
        assert len(each.truth) == int(np.ceil(len(each.spectrum) / SMALL.hop))
        seconds = {label: float((each.truth == place).sum()) * SMALL.hop_s for place, label in enumerate(SPACE)}
        spoken = sum(part.end - part.start for part in recording.parts if part.label != "neutral")
        assert abs(seconds["happy"] + seconds["angry"] - spoken) < 4 * SMALL.hop_s
    for one, label in zip(drawn_clips(clips, SMALL), clips.labels.tolist(), strict=True):
        assert set(one.truth.tolist()) == {label}


@lru_cache
def taught() -> FrameClassifier:
    train, valid = (
        drawn(join_speech(planted(count, seed), recordings=size, parts=4, pauses=(0.1, 0.3), seed=seed), SPACE, SMALL)
        for count, seed, size in ((4, 1, 20), (2, 2, 5))
    )
    return teach_frames(train, valid, len(SPACE), SMALL)


def test_it_hears_what_is_planted_in_speakers_it_has_not_heard() -> None:
    test = join_speech(planted(2, 3), recordings=8, parts=4, pauses=(0.1, 0.3), seed=3)
    truth = np.concatenate([each.truth for each in drawn(test, SPACE, SMALL)])
    said = np.concatenate([taught().read(each.samples) for each in test])
    assert np.allclose(said.sum(1), 1)
    assert unweighted_average_recall(truth, said.argmax(1)) > 0.7
    # The same answers at other times are no better than chance, a third.
    assert unweighted_average_recall(truth, np.random.default_rng(0).permutation(said.argmax(1))) < 0.45


def test_going_on_from_another_leaves_it_as_it_is() -> None:
    before = {name: value.clone() for name, value in taught().net.state_dict().items()}
    train = drawn_clips(planted(2, 5), SMALL)
    more = teach_frames(train, train, len(SPACE), replace(SMALL, plan=replace(SMALL.plan, epochs=1)), start=taught())
    assert all(torch.equal(value, before[name]) for name, value in taught().net.state_dict().items())
    assert any(not torch.equal(value, before[name]) for name, value in more.net.state_dict().items())
    assert parameters(more) == parameters(taught()) > 1000


def test_nothing_to_learn_from_is_said() -> None:
    with pytest.raises(InputError, match="0 recordings to learn from and 1 to stop by"):
        teach_frames([], drawn_clips(planted(1, 0), SMALL)[:1], 3, SMALL)
