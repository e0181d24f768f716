from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from affekt.corpora.speech_scenes import RATE, Utterance, emodb_utterances, ravdess_utterances, speech_scene
from affekt.errors import CorpusError

DATA = os.environ.get("AFFEKT_DATA")


def test_a_scene_says_where_its_utterances_lie() -> None:
    one = Utterance("a", "s", np.full(RATE, 0.5, np.float32), 0.25, 0.75)
    other = Utterance("b", "s", np.full(2 * RATE, 0.25, np.float32), 0.0, 2.0)
    scene = speech_scene([one, other], np.random.default_rng(0), pause_s=(0.5, 1.0))
    first, second = scene.speech
    assert first.end - first.start == pytest.approx(0.5) and second.end - second.start == pytest.approx(2.0)
    begin = round((first.start - 0.25) * RATE)
    assert 0.5 * RATE <= begin <= RATE
    assert not scene.samples[:begin].any() and (scene.samples[begin : begin + RATE] == 0.5).all()
    there = scene.samples[round(second.start * RATE) : round(second.end * RATE)]
    assert (there == 0.25).all() and len(there) == 2 * RATE
    assert 0.5 <= second.start - (first.start + 0.75) <= 1.0
    noisy = speech_scene([one, other], np.random.default_rng(0), pause_s=(0.5, 1.0), how="white:10")
    assert noisy.speech == scene.speech and noisy.samples[:begin].any()


def test_without_labels_there_are_no_utterances(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="alignments"):
        emodb_utterances(tmp_path)


@pytest.mark.slow
@pytest.mark.skipif(DATA is None, reason="AFFEKT_DATA is not set, so the corpora cannot be read")
def test_real_utterances_have_their_ends() -> None:
    assert DATA is not None
    german = emodb_utterances(Path(DATA) / "speech" / "emodb")
    assert len(german) == 339 and len({u.speaker for u in german}) == 10
    english = ravdess_utterances(Path(DATA) / "speech" / "ravdess", every=144)
    assert len(english) == 10
    for utterance in (*german, *english):
        assert 0 <= utterance.begin < utterance.end <= len(utterance.samples) / RATE
        inside = utterance.samples[int(utterance.begin * RATE) : int(utterance.end * RATE)]
        assert np.sum(inside**2) > 0.9 * np.sum(utterance.samples**2)
