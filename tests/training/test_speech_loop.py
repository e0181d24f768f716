"""The loop that teaches networks speech: on planted sounds, whose labels are how they sound."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from affekt.corpora.clips import Clips, make_clips
from affekt.errors import InputError, UnknownNameError
from affekt.metrics.classification import unweighted_average_recall
from affekt.training.checkpoints import Checkpoint
from affekt.training.speech.index import METHODS, find_method
from affekt.training.speech.lesson import Lesson
from affekt.training.speech.loop import Batch, SpeechPlan, cross_entropy, fit_temperature, train_network
from affekt.training.speech.windows import Frames, Variation, cut, spoken, vary, warping
from affekt.types import LabelSpace

RATE = 16_000
SPACE = LabelSpace("planted", ("low", "middle", "high"), "exclusive", "made for a test")


def planted(speakers: int = 6, each: int = 6, seed: int = 0) -> Clips:
    """Tones in noise between silences; the label is the tone's height, which each speaker has at another level."""
    random, sounds, labels, who = np.random.default_rng(seed), [], [], []
    for speaker in range(speakers):
        for i in range(each):
            label = i % 3
            time = np.arange(int(RATE * random.uniform(0.3, 0.6))) / RATE
            tone = np.sin(2 * np.pi * (300, 900, 2700)[label] * (1 + 0.02 * speaker) * time)
            tone = (1 + speaker) * 0.1 * (tone + 0.05 * random.standard_normal(len(time)))
            silence = 1e-5 * random.standard_normal(RATE // 5)
            sounds.append(np.concatenate([silence, tone, silence]).astype(np.float32))
            labels.append(label)
            who.append(f"s{speaker}")
    return make_clips(sounds, labels, SPACE, speakers=who)


class Plain(nn.Module):
    def __init__(self, features: int, labels: int) -> None:
        super().__init__()
        self.hidden, self.out = nn.Linear(features, 16), nn.Linear(16, labels)

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        weight = present.unsqueeze(-1).float()
        return self.out(((torch.relu(self.hidden(x))) * weight).sum(1) / weight.sum(1).clamp_min(1))


def lesson_of(clips: Clips, **more: object) -> Lesson:
    return Lesson(clips.take(clips.folds < 4), clips.take(clips.folds == 4), **more)  # type: ignore[arg-type]


PLAN = SpeechPlan(epochs=12, batch=8, learning_rate=0.03, seconds=0.4, norm="clip-mean", patience=12)


@pytest.mark.parametrize("norm", ["clip-mean", "level", "train", "speaker", "clip"])
def test_a_network_learns_what_was_planted_for_unseen_speakers(norm: str) -> None:
    clips = planted()
    torch.manual_seed(0)
    # A clip's own mean per feature hides which feature a steady tone is in: its onsets are what is left.
    trim = norm not in ("clip", "clip-mean")
    taught = train_network(Plain(64, 3), lesson_of(clips), replace(PLAN, norm=norm, trim=trim, averaging=0.9))  # type: ignore[arg-type]
    test = clips.take(clips.folds == 5)
    answers = taught.answer(test)
    assert answers.shape == (6, 3)
    assert np.allclose(answers.sum(1), 1)
    if norm not in ("clip", "clip-mean"):
        assert unweighted_average_recall(test.labels, answers.argmax(1)) == 1.0
        assert taught.measured["valid-uar"] == 1.0
    assert taught.parameters == 64 * 16 + 16 + 16 * 3 + 3
    assert (taught.answer_knowing is not None) == (norm == "speaker")


def test_speakers_are_normalised_by_other_clips_of_theirs() -> None:
    clips = planted()
    torch.manual_seed(0)
    taught = train_network(Plain(64, 3), lesson_of(clips), replace(PLAN, norm="speaker"))
    test = clips.take(clips.folds == 5)
    assert taught.answer_knowing is not None
    said = taught.answer_knowing(test.take([0, 1, 2]), test.take([3, 4, 5]))
    assert said.argmax(1).tolist() == [0, 1, 2]
    with pytest.raises(InputError, match="s5"):
        taught.answer_knowing(test, clips.take(clips.folds == 0))


def test_the_same_seed_learns_the_same() -> None:
    clips, answers = planted(), []
    for _ in range(2):
        torch.manual_seed(0)
        plan = replace(PLAN, epochs=3, mixup=0.4, vary=Variation(speed=0.1, warp=0.1, gain=0.2, time_masks=1))
        answers.append(train_network(Plain(64, 3), lesson_of(clips), plan).answer(clips))
    assert np.array_equal(*answers)


def test_a_killed_run_goes_on_and_ends_as_it_would_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clips = planted()
    plan = replace(PLAN, epochs=4, averaging=0.9, mixup=0.3, vary=Variation(time_masks=1, noise=0.1))

    def run(checkpoint: Path | None, stop: int | None = None) -> np.ndarray:
        torch.manual_seed(0)
        done = 0

        def loss(net: nn.Module, batch: Batch) -> Tensor:
            nonlocal done
            done += 1
            if stop is not None and done > stop:
                raise KeyboardInterrupt
            return cross_entropy(net, batch)

        lesson = lesson_of(clips, checkpoint=checkpoint)
        return train_network(Plain(64, 3), lesson, plan, batch_loss=loss).answer(clips)

    whole = run(None)
    monkeypatch.setattr(Checkpoint, "due", lambda self: True)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "run.pt", stop=5)
    assert np.array_equal(run(tmp_path / "run.pt"), whole)


def test_several_views_come_in_turn_and_are_cut_alike() -> None:
    seen = []

    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one = Plain(64, 3)

        def forward(self, x: Tensor, present: Tensor, other: Tensor, there: Tensor) -> Tensor:
            seen.append((x.shape, other.shape, bool((present == there).all())))
            return self.one(x, present) + other.mean() * 0

    train_network(Two(), lesson_of(planted(), smoke=True), PLAN, views=("log-mel", "mfcc"))
    assert {shapes[0][2] for shapes in seen} == {64}
    assert {shapes[1][2] for shapes in seen} == {39}
    assert all(alike for *_, alike in seen)


def test_silence_at_the_ends_is_left_out() -> None:
    clips = planted(each=3)
    for (start, end), wave in zip(spoken(clips), clips.view("wave"), strict=True):
        assert start == pytest.approx(20, abs=3)
        assert end == pytest.approx(len(wave) / 160 - 20, abs=3)
    trimmed = Frames(clips, "log-mel", "none")
    assert len(trimmed.raw(0)) < len(clips.view("log-mel")[0]) - 30


def test_windows_are_cut_or_padded_and_say_which_frames_are_there() -> None:
    clips = [np.arange(1, 11, dtype=np.float32)[:, None], np.arange(1, 4, dtype=np.float32)[:, None]]
    x, present = cut(clips, 5)
    assert x[0, :, 0].tolist() == [4, 5, 6, 7, 8]
    assert x[1, :, 0].tolist() == [1, 2, 3, 0, 0]
    assert present.tolist() == [[True] * 5, [True] * 3 + [False] * 2]
    starts = {cut(clips, 5, generator=torch.Generator().manual_seed(i))[0][0, 0, 0].item() for i in range(200)}
    assert starts == {1, 2, 3, 4, 5, 6}


def test_at_another_speed_a_clip_has_other_frames() -> None:
    clip = [np.arange(100, dtype=np.float32)[:, None]]
    lengths = {int(cut(clip, 200, generator=torch.Generator().manual_seed(i), speed=0.2)[1].sum()) for i in range(100)}
    assert min(lengths) < 90
    assert max(lengths) > 115
    assert all(83 <= each <= 125 for each in lengths)


@settings(deadline=None, max_examples=30)
@given(st.floats(0.7, 1.3), st.integers(2, 64))
def test_warping_keeps_a_flat_spectrum_flat(factor: float, features: int) -> None:
    mixed = torch.ones(1, 1, features) @ warping(torch.tensor([factor]), features)[0]
    assert torch.allclose(mixed, torch.ones(1, 1, features), atol=1e-4)


def test_warping_moves_a_peak() -> None:
    peak = torch.zeros(1, 1, 64)
    peak[0, 0, 20] = 1
    assert int((peak @ warping(torch.tensor([0.8]), 64)).argmax()) == 25


def test_variation_leaves_padding_empty_and_blanks_stripes() -> None:
    x, present = torch.ones(4, 50, 16), torch.ones(4, 50, dtype=torch.bool)
    present[:, 30:] = False
    how = Variation(time_masks=2, frequency_masks=1, gain=0.1, noise=0.1, warp=0.1)
    out = vary(x, present, how, torch.Generator().manual_seed(0))
    assert (out[:, 30:] == 0).all()
    assert (out[:, :30] == 0).any()
    assert not torch.equal(out[0], out[1])
    assert torch.equal(vary(x, present, Variation(), torch.Generator().manual_seed(0))[:, :30], x[:, :30])


def test_a_temperature_takes_back_what_was_said_too_surely() -> None:
    random = np.random.default_rng(0)
    logits = random.normal(size=(4000, 4))
    odds = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    labels = (odds.cumsum(1) > random.random((4000, 1))).argmax(1)
    assert fit_temperature(3 * logits, labels) == pytest.approx(3, rel=0.1)


def test_a_lesson_says_what_is_wrong() -> None:
    clips = planted(each=3)
    with pytest.raises(InputError, match="0 to stop by"):
        Lesson(clips, clips.take([]))
    other = replace(clips, space=LabelSpace("other", ("a", "b", "c"), "exclusive", "made for a test"))
    with pytest.raises(InputError, match="one space"):
        Lesson(clips, other)
    with pytest.raises(UnknownNameError, match="functionals-svm"):
        find_method("functional-svm")


def test_every_method_opens() -> None:
    for name in METHODS:
        assert callable(find_method(name))


def test_others_talk_behind_a_clip_as_loud_as_asked() -> None:
    clips = planted()
    frames = Frames(clips, "log-mel", "none")
    own, far = np.exp(clips.view("log-mel")[0]), np.exp(frames.among(0, [5, 9], 40.0))
    near = np.exp(frames.among(0, [5, 9], 0.0))
    assert np.all(near >= own * 0.999) and np.all(far >= own * 0.999)
    level = own.sum(1)
    loud = own[level > level.max() * 1e-3].mean()
    for mixed, wanted in ((near, 0.0), (far, 40.0)):
        assert 10 * np.log10(loud / (mixed - own).mean()) == pytest.approx(wanted, abs=0.2)
    # What a network sees is normalised after the mixing, as a microphone has it.
    seen = Frames(clips, "log-mel", "clip").among(0, [5], 5.0)
    assert seen.mean(0) == pytest.approx(0, abs=1e-3) and len(seen) == len(own)


def test_babble_is_for_spectra_alone() -> None:
    plan = replace(PLAN, vary=Variation(babble=0.5))
    with pytest.raises(InputError, match="log-mel spectrum alone"):
        train_network(torch.nn.Linear(1, 2), lesson_of(planted()), plan, views=("mfcc",))
