"""The reader of a model of speech, against the same model written out in NumPy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from affekt.errors import InputError
from affekt.inference.speech import open_speech_reader
from affekt.signals.mel import log_mel
from toy_speech import SPACE, write_toy_speech


def sounds(*seconds: float) -> list[np.ndarray]:
    random = np.random.default_rng(1)
    return [(0.1 * random.standard_normal(round(each * 16_000))).astype(np.float32) for each in seconds]


def by_hand(folder: Path, mel: np.ndarray) -> np.ndarray:
    logits = mel.mean(0) @ np.load(folder / "weights.npy")
    powers = np.exp(logits * np.array([2.0, 1.0, 1.0]) + np.array([0.1, 0.0, -0.1]))
    return powers / powers.sum()


@pytest.mark.parametrize("takes_length", [True, False])
def test_estimates_by_hand_whatever_is_read_beside(tmp_path: Path, takes_length: bool) -> None:
    reader = open_speech_reader(write_toy_speech(tmp_path, takes_length=takes_length))
    given = sounds(2.0, 0.02, 3.3, 2.0, 0.61)
    found = reader.estimate(given)
    assert found.probabilities.shape == (5, 3)
    assert found.seconds.tolist() == pytest.approx([2.0, 0.02, 3.3, 2.0, 0.61])
    assert [len(frames) for frames in found.frames] == [4, 1, 7, 4, 2]
    for place, sound in enumerate(given):
        mel = log_mel(sound)
        np.testing.assert_allclose(found.probabilities[place], by_hand(tmp_path, mel), atol=1e-5)
        for window, frame in enumerate(found.frames[place]):
            np.testing.assert_allclose(frame, by_hand(tmp_path, mel[50 * window : 50 * window + 50]), atol=1e-5)
        alone = reader.estimate([sound], batch_size=1)
        np.testing.assert_allclose(alone.probabilities[0], found.probabilities[place], atol=1e-6)


def test_long_sounds_are_read_in_stretches_and_blocks_are_the_whole(tmp_path: Path) -> None:
    reader = open_speech_reader(write_toy_speech(tmp_path))
    (sound,) = sounds(18.7)  # 6 + 6 + 6.7: a rest under a second is not read alone
    found = reader.estimate([sound])
    parts = [sound[:96_000], sound[96_000:192_000], sound[192_000:]]
    expected = np.average([by_hand(tmp_path, log_mel(part)) for part in parts], axis=0, weights=[6, 6, 6.7])
    np.testing.assert_allclose(found.probabilities[0], expected, atol=1e-5)
    assert len(found.frames[0]) == 38
    for size in (1_000, 50_000, 400_000):
        blocks = np.split(sound, range(size, len(sound), size))
        np.testing.assert_array_equal(np.concatenate(list(reader.estimate_blocks(blocks))), found.frames[0])


def test_nothing_and_wrong_things(tmp_path: Path) -> None:
    card = write_toy_speech(tmp_path)
    reader = open_speech_reader(card)
    assert open_speech_reader(card) is reader
    empty = reader.estimate([np.zeros(0, np.float32), np.zeros(8000, np.float32)])
    assert np.isnan(empty.probabilities[0]).all()
    assert len(empty.frames[0]) == 0
    assert empty.probabilities[1].sum() == pytest.approx(1)
    assert reader.estimate([]).probabilities.shape == (0, 3)
    assert list(reader.estimate_blocks([])) == []
    with pytest.raises(InputError, match="one channel"):
        reader.estimate([np.zeros((2, 10), np.float32)])
    with pytest.raises(InputError, match="reads text, not speech"):
        open_speech_reader(replace(card, modality="text"))
    with pytest.raises(InputError, match="are missing"):
        open_speech_reader(replace(card, folder=tmp_path / "none"))
    several = replace(card, name="several", space=replace(SPACE, kind="multi-label"))
    assert open_speech_reader(several).estimate(sounds(1.0)).probabilities.sum() != pytest.approx(1)


def test_a_network_of_other_names_is_refused(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    card = write_toy_speech(tmp_path)
    model = onnx.load(tmp_path / "model.onnx")
    for each in model.graph.node:
        each.output[:] = ["other" if name == "frame_logits" else name for name in each.output]
    model.graph.output[1].name = "other"
    onnx.save(model, tmp_path / "model.onnx")
    with pytest.raises(InputError, match="gives logits, other"):
        open_speech_reader(replace(card, name="renamed"))


def test_spectra_that_are_there_already_are_read_as_their_sounds(tmp_path: Path) -> None:
    reader = open_speech_reader(write_toy_speech(tmp_path))
    given = sounds(2.0, 0.4, 3.3)
    whole, found = reader.estimate(given), reader.estimate_spectra([log_mel(sound) for sound in given])
    np.testing.assert_array_equal(found.probabilities, whole.probabilities)
    for one, other in zip(found.frames, whole.frames, strict=True):
        np.testing.assert_array_equal(one, other)
    assert found.seconds.tolist() == pytest.approx([1.98, 0.38, 3.28])
    assert reader.takes_spectra
    assert reader.estimate_spectra([]).probabilities.shape == (0, 3)
    with pytest.raises(InputError, match="of shape"):
        reader.estimate_spectra([np.zeros((10, 40), np.float32)])
