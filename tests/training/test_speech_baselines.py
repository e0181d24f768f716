"""The baselines of speech, and the network that ships: on planted sounds, and a slice of real ones."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from affekt.corpora.clips import Clips, make_clips, read_clips
from affekt.evaluation.speech import slice_places
from affekt.inference.speech import open_speech_reader
from affekt.metrics.classification import unweighted_average_recall
from affekt.models.index import find_model
from affekt.models.speech.net import SpeechConfig, SpeechNet
from affekt.training.speech import functionals_svm, log_mel_cnn
from affekt.training.speech.export import answer_onnx, export_speech
from affekt.training.speech.lesson import Lesson
from affekt.training.speech.loop import SpeechPlan
from affekt.types import LabelSpace

RATE = 16_000
SPACE = LabelSpace("planted", ("rising", "falling"), "exclusive", "made for a test")


def glides(speakers: int = 5, each: int = 6) -> Clips:
    """Voices like buzzes that glide up or down: what they are is told by time alone, not by any mean."""
    random, sounds, labels, who = np.random.default_rng(0), [], [], []
    for speaker in range(speakers):
        for i in range(each):
            time = np.arange(RATE // 2) / RATE
            hertz = 150 * (1 + 0.1 * speaker) * (1 + (time if i % 2 == 0 else time[::-1]) * 3)
            sound = sum(np.sin(k * 2 * np.pi * np.cumsum(hertz) / RATE) / k for k in range(1, 8))
            sounds.append((0.1 * sound + 0.003 * random.standard_normal(len(time))).astype(np.float32))
            labels.append(i % 2)
            who.append(f"s{speaker}")
    return make_clips(sounds, labels, SPACE, speakers=who)


def lesson_of(clips: Clips) -> Lesson:
    return Lesson(clips.take(clips.folds < 3), clips.take(clips.folds == 3))


def test_the_network_hears_which_way_a_voice_glides() -> None:
    clips = glides(5, 8)
    plan = SpeechPlan(epochs=15, batch=8, learning_rate=3e-3, seconds=0.5, patience=15)
    config = log_mel_cnn.Config(SpeechConfig(widths=(8, 8, 16, 16), hidden=16, dropout=0.0), plan)
    taught = log_mel_cnn.teach(lesson_of(clips), config)
    test = clips.take(clips.folds == 4)
    assert unweighted_average_recall(test.labels, taught.answer(test).argmax(1)) == 1.0


def test_the_machine_learns_functionals_of_planted_voices() -> None:
    clips = glides(5, 4)
    taught = functionals_svm.teach(lesson_of(clips))
    answers = taught.answer(clips.take(clips.folds == 4))
    assert answers.shape == (4, 2)
    assert np.allclose(answers.sum(1), 1)
    assert functionals_svm.functionals(clips).shape == (20, 88)
    assert taught.answer_knowing is None


def test_labels_that_were_not_learned_are_never_the_answer() -> None:
    clips = glides(5, 4)
    wide = LabelSpace("three", ("rising", "falling", "level"), "exclusive", "made for a test")
    taught = functionals_svm.teach(lesson_of(replace(clips, space=wide)), functionals_svm.Config(view="log-mel"))
    assert (taught.answer(replace(clips, space=wide))[:, 2] < 0.01).all()


def test_few_clips_of_a_speaker_tell_less_than_many() -> None:
    own = np.random.default_rng(0).normal(3, 0.5, (60, 4))
    few, many = functionals_svm.speaker_scale(own[:2], 2.0), functionals_svm.speaker_scale(own, 2.0)
    assert np.allclose(few.mean, own[:2].mean(0) / 2)
    assert np.allclose(many.mean, own.mean(0), atol=0.15)
    assert (many.deviation < few.deviation).all()
    assert np.allclose(functionals_svm.speaker_scale(own, 0.0)(own).mean(0), 0)


@pytest.mark.parametrize("separable", [False, True])
def test_padding_says_nothing_and_one_window_over_all_is_the_clip(separable: bool) -> None:
    torch.manual_seed(0)
    net = SpeechNet(5, SpeechConfig(separable=separable))
    with torch.no_grad():
        net(torch.randn(8, 100, 64) + 1)  # what normalises between layers is then no longer zero and one
    net.eval()
    x = torch.randn(2, 160, 64)
    present = torch.ones(2, 160, dtype=torch.bool)
    present[1, 80:] = False
    x[1, 80:] = 0
    with torch.no_grad():
        whole, alone = net(x, present), net(x[1:, :80], present[1:, :80])
        assert torch.allclose(whole[1:], alone, atol=1e-5)
        assert torch.allclose(net(x), net(x, torch.ones(2, 160, dtype=torch.bool)))
        trace = net.trace(x[:1], present[:1], hop=160, reach=160)
        assert torch.allclose(trace[:, 0], whole[:1], atol=1e-4)
        assert net.trace(x, present, hop=50, reach=50).shape == (2, 4, 5)


def test_a_window_of_the_trace_hears_what_is_near_it() -> None:
    torch.manual_seed(0)
    net = SpeechNet(3).eval()
    x, present = torch.randn(1, 640, 64), torch.ones(1, 640, dtype=torch.bool)
    changed = x.clone()
    changed[:, 560:] += 1
    with torch.no_grad():
        before, after = (net.trace(each, present, hop=80, reach=40)[0] for each in (x, changed))
    moved = (before - after).abs().amax(1) > 1e-6
    assert not moved[:5].any()
    assert moved[-1]


@pytest.mark.slow
@pytest.mark.skipif("AFFEKT_DATA" not in os.environ, reason="AFFEKT_DATA names no data folder")
def test_both_learn_from_a_slice_of_real_speech() -> None:
    clips = read_clips("emodb", cache=None)
    parts = (clips.take(np.isin(clips.folds, speakers)) for speakers in ((0, 1), (2, 3)))
    lesson = Lesson(*(part.take(slice_places(part, 12)) for part in parts), smoke=True)
    for teach in (functionals_svm.teach, log_mel_cnn.teach):
        answers = teach(lesson).answer(lesson.valid)
        assert np.isfinite(answers).all()
        assert answers.shape == (len(lesson.valid), 4)


def test_the_file_that_ships_answers_as_the_network_does(tmp_path: Path) -> None:
    clips = glides(5, 8)
    plan = SpeechPlan(epochs=6, batch=8, learning_rate=3e-3, seconds=0.5, temperature=False)
    config = log_mel_cnn.Config(SpeechConfig(widths=(8, 8, 16, 16), hidden=16), plan)
    taught = log_mel_cnn.teach(lesson_of(clips), config)
    test = clips.take(clips.folds == 4)
    assert isinstance(taught.net, SpeechNet)
    export_speech(taught.net, tmp_path / "whole.onnx")
    export_speech(taught.net, tmp_path / "small.onnx", spectra=list(clips.take(clips.folds < 3).view("log-mel")))
    expected = taught.answer(test)
    assert np.abs(answer_onnx(tmp_path / "whole.onnx", test) - expected).max() < 0.01
    assert np.abs(answer_onnx(tmp_path / "small.onnx", test) - expected).max() < 0.15
    small, whole = ((tmp_path / f"{name}.onnx").stat().st_size for name in ("small", "whole"))
    assert small < whole + 30_000


def test_the_file_that_ships_does_not_mind_padding_and_answers_over_time(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = SpeechNet(4)
    export_speech(net, tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"), providers=["CPUExecutionProvider"])
    spectrum = np.random.default_rng(0).normal(size=(1, 240, 64)).astype(np.float32)
    alone = session.run(None, {"features": spectrum, "length": np.array([240])})
    padded = np.pad(spectrum, ((0, 0), (0, 160), (0, 0)))
    both = session.run(None, {"features": padded, "length": np.array([240])})
    assert np.allclose(alone[0], both[0], atol=1e-4)
    assert np.allclose(alone[1], both[1][:, :5], atol=1e-4)
    assert alone[1].shape == (1, 5, 4)
    assert both[1].shape == (1, 8, 4)


def test_the_reader_of_speech_opens_the_file_that_ships(tmp_path: Path) -> None:
    torch.manual_seed(0)
    export_speech(SpeechNet(2, SpeechConfig(widths=(8, 8, 16, 16), hidden=16)), tmp_path / "model.onnx")
    fit = {"scale": [1.0, 1.0], "shift": [0.0, 0.0], "sd_factor": [1.0, 1.0, 1.0], "thresholds": {}}
    (tmp_path / "fit.json").write_text(json.dumps(fit), encoding="utf-8")
    card = replace(find_model("text"), name="planted", modality="speech", space=SPACE, folder=tmp_path, window=30)
    clips = glides(3, 2)
    sounds = [wave[:, 0] for wave in clips.view("wave")]
    read = open_speech_reader(card).estimate(sounds)
    assert np.abs(read.probabilities - answer_onnx(tmp_path / "model.onnx", clips)).max() < 1e-3
    assert [len(frames) for frames in read.frames] == [1] * 6
