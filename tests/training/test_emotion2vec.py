"""emotion2vec: the teacher follows, killed runs go on, and a probe reads more off it than off the untrained."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from planted_speech import planted

from affekt.layers.speech_encoder import SpeechEncoder, speech_size
from affekt.models.emotion2vec.net import EmotionPretrainer
from affekt.training.speech.emotion2vec import Config, Pretraining, pretrain, teach
from affekt.training.speech.lesson import Lesson
from affekt.training.speech.probe import fit_linear, probe
from affekt.training.speech.upstreams import open_upstream, save_trunk

TINY = Pretraining(size="tiny", epochs=2, batch=8, tokens=3)


def test_the_teacher_is_a_moving_average_and_has_no_gradient() -> None:
    torch.manual_seed(0)
    net = EmotionPretrainer(SpeechEncoder(speech_size("tiny")), tokens=3)
    before = net.teacher.layers[0].expand.weight.clone()
    with torch.no_grad():
        net.student.layers[0].expand.weight.add_(1.0)
    net.follow(0.9)
    assert torch.allclose(net.teacher.layers[0].expand.weight, before + 0.1, atol=1e-6)
    found = net(torch.randn(4, 60, 64), torch.tensor([60, 50, 40, 30]))
    (found.frame + found.utterance).backward()
    assert all(parameter.grad is None for parameter in net.teacher.parameters())
    assert net.tokens.grad is not None and net.student.masked.grad is not None and net.tokens.grad.abs().sum() > 0


def test_targets_are_the_upper_layers_normalised_over_time() -> None:
    torch.manual_seed(0)
    net = EmotionPretrainer(SpeechEncoder(speech_size("tiny")), top=2)
    x = torch.randn(1, 80, 64)
    frames, clip, present = net.targets(x, torch.tensor([80]))
    with torch.no_grad():
        layers = net.teacher.eval()(x, torch.tensor([80])).layers[-2:]
    by_hand = sum((each[0] - each[0].mean(0)) / (each[0].var(0, unbiased=False) + 1e-5).sqrt() for each in layers) / 2
    assert torch.allclose(frames[0], by_hand, atol=1e-4) and present.all()
    whole = sum(torch.nn.functional.layer_norm(each[0], (32,)) for each in layers) / 2
    assert torch.allclose(clip[0], whole.mean(0), atol=1e-5)


def test_a_killed_run_ends_as_it_would_have_ended(tmp_path: Path) -> None:
    clips = planted(16)
    whole = pretrain(clips, TINY)

    class KilledError(Exception):
        pass

    def kill(progress: object) -> None:
        raise KilledError

    import affekt.training.speech.emotion2vec as module
    from affekt.training.checkpoints import Checkpoint

    class Always(Checkpoint):
        def due(self) -> bool:
            return True

    kept, module.Checkpoint = module.Checkpoint, Always  # type: ignore[misc]
    saved = Always.save
    seen: list[int] = []

    def save_and_die(self: Always, state: dict) -> None:  # type: ignore[type-arg]
        saved(self, state)
        seen.append(1)
        if len(seen) == 2:
            raise KilledError

    Always.save = save_and_die  # type: ignore[method-assign]
    try:
        with pytest.raises(KilledError):
            pretrain(clips, TINY, checkpoint=tmp_path / "run.pt")
        Always.save = saved  # type: ignore[method-assign]
        resumed = pretrain(clips, TINY, checkpoint=tmp_path / "run.pt")
    finally:
        module.Checkpoint = kept  # type: ignore[misc]
    for a, b in zip(whole.encoder.state_dict().values(), resumed.encoder.state_dict().values(), strict=True):
        assert torch.allclose(a, b, atol=1e-6)


@pytest.mark.slow
def test_a_probe_reads_more_off_the_pretrained_encoder_than_off_the_untrained() -> None:
    clips = planted(160, speakers=8)
    lesson = Lesson(clips.take(clips.folds < 5), clips.take(clips.folds == 5))
    scored = clips.take(clips.folds > 5)
    how = Pretraining(size="tiny", epochs=12, batch=16, tokens=3, learning_rate=2e-3, decay=(0.95, 0.99))
    right = []
    for untrained in (False, True):
        taught = teach(lesson, Config(how, untrained=untrained))
        right.append(float((taught.answer(scored).argmax(1) == scored.labels).mean()))
        if not untrained:
            assert taught.measured["variance"] > 1e-4
    assert right[0] > right[1]


def test_any_upstream_is_probed(tmp_path: Path) -> None:
    clips = planted(24)
    lesson = Lesson(clips.take(clips.folds < 4), clips.take(clips.folds >= 4), smoke=True)
    save_trunk(pretrain(clips, replace(TINY, epochs=1)).encoder, tmp_path)
    for name in ("log-mel", "fresh:tiny", str(tmp_path)):
        taught = probe(open_upstream(name), lesson)
        assert np.allclose(taught.answer(lesson.valid).sum(1), 1)


def test_the_linear_layer_of_two_and_of_three_labels() -> None:
    random = np.random.default_rng(0)
    for count in (2, 3):
        labels = np.arange(90) % count
        x = random.standard_normal((90, 4)) + 3 * np.eye(4)[labels]
        assert (fit_linear(x, labels, 4, cost=1.0)(x).argmax(1) == labels).mean() > 0.95
