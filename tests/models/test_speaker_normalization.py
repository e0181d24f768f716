"""speaker-normalization: the gradient turns round, the speaker is forgotten, and unseen speakers gain by it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch.nn import functional

from affekt.layers.adversary import reverse_gradient, rising_scale
from affekt.metrics.classification import unweighted_average_recall
from affekt.models.speaker_normalization.net import SpeakerNormalized
from affekt.training.speech.speaker_normalization import Adversary, probe_accuracy

SPEAKERS, LABELS, FRAMES, FEATURES = 12, 3, 6, 12


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Networks as small as these only wait for a second thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("scale", [0.0, 0.5, 3.0])
def test_the_gradient_is_turned_round_and_scaled(scale: float) -> None:
    x = torch.randn(4, 3, requires_grad=True)
    weight = torch.randn(4, 3)
    reversed_ = reverse_gradient(x, scale)
    assert torch.equal(reversed_, x)
    (reversed_ * weight).sum().backward()
    assert torch.allclose(x.grad, -scale * weight)


def test_the_scale_rises_from_nothing() -> None:
    scales = [rising_scale(step / 10, highest=0.3) for step in range(11)]
    assert scales[0] == 0 and scales == sorted(scales) and scales[-1] == pytest.approx(0.3, abs=1e-3)


def test_the_encoder_gets_minus_lambda_of_what_the_speaker_head_asks_for() -> None:
    """With the reversal: the emotion head's gradient less λ times the speaker head's."""
    torch.manual_seed(0)
    net = SpeakerNormalized(5, 3, 4, width=8, scale=0.7).eval()
    x, emotion, speaker = torch.randn(6, 9, 5), torch.tensor([0, 1, 2, 0, 1, 2]), torch.tensor([0, 1, 2, 3, 0, 1])
    weight = net.represent[0].weight
    state = net.embed(x)
    (by_emotion,) = torch.autograd.grad(
        functional.cross_entropy(net.emotion(state), emotion), weight, retain_graph=True
    )
    (by_speaker,) = torch.autograd.grad(functional.cross_entropy(net.speaker(state), speaker), weight)
    (both,) = torch.autograd.grad(net.loss(x, emotion, speaker), weight)
    assert torch.allclose(both, by_emotion - 0.7 * by_speaker, atol=1e-6)


def test_unknown_labels_teach_nothing() -> None:
    net = SpeakerNormalized(5, 3, 4, width=8).eval()
    x, unknown = torch.randn(2, 9, 5), torch.tensor([-1, -1])
    assert net.loss(x, unknown, unknown).item() == 0
    known = functional.cross_entropy(net(x), torch.tensor([1, 2]))
    assert torch.allclose(net.loss(x, torch.tensor([1, 2]), unknown), known)


def test_padding_changes_no_answer() -> None:
    torch.manual_seed(0)
    net, x = SpeakerNormalized(5, 3, 4, width=8).eval(), torch.randn(1, 8, 5)
    padded, present = torch.cat([x, torch.randn(1, 8, 5)], 1), torch.arange(16)[None] < 8
    assert torch.allclose(net(x), net(padded, present), atol=1e-5)


def planted(seed: int) -> dict[str, tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    """Speakers who are mostly one emotion each (synthetic), for learning; new ones, of all emotions alike, to score on.

    A speaker's own offset is three times as strong as what emotion adds, so that knowing the speaker is the short cut.
    """
    random = np.random.default_rng(seed)
    emotions = random.normal(0, 1.0, (LABELS, FEATURES))

    def say(speakers: int, *, confounded: bool) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        offsets = random.normal(0, 1.0, (speakers, FEATURES))
        # A voice lies in a few dimensions, as real ones do.
        offsets[:, FEATURES // 2 :] = 0
        who = np.repeat(np.arange(speakers), 30)
        mostly = who % LABELS
        drawn = random.integers(0, LABELS, len(who))
        truth = np.where(random.random(len(who)) < (0.85 if confounded else 0.0), mostly, drawn)
        x = 3 * offsets[who][:, None] + emotions[truth][:, None] + random.normal(0, 2.0, (len(who), FRAMES, FEATURES))
        return torch.from_numpy(x.astype(np.float32)), torch.from_numpy(truth), torch.from_numpy(who)

    return {"learn": say(SPEAKERS, confounded=True), "unseen": say(SPEAKERS, confounded=False)}


def run(scale: float, seed: int) -> tuple[float, float]:
    """Return unweighted average recall for unseen speakers, and a linear probe's accuracy for the speakers learned."""
    parts = planted(seed)
    torch.manual_seed(seed)
    net = SpeakerNormalized(FEATURES, LABELS, SPEAKERS, width=16, dropout=0.0)
    adversary = Adversary(net, steps=12)
    x, emotion, speaker = parts["learn"]
    encoder = [value for name, value in net.named_parameters() if not name.startswith("speaker")]
    optimizer = torch.optim.Adam(encoder, 2e-3)
    steps = 150
    for step in range(steps):
        net.scale = rising_scale(step / steps, highest=scale)
        adversary.settle(x, speaker)
        net.zero_grad()
        net.loss(x, emotion, speaker).backward()
        optimizer.step()
    net.eval()
    with torch.no_grad():
        unseen, truth, _ = parts["unseen"]
        reached = unweighted_average_recall(truth.numpy(), net(unseen).argmax(1).numpy())
        state = net.embed(x)
    return reached, probe_accuracy(state, speaker)


@pytest.mark.slow
def test_the_speaker_is_forgotten_and_unseen_speakers_gain() -> None:
    plain = np.mean([run(0.0, seed) for seed in range(2)], 0)
    normalized = np.mean([run(0.3, seed) for seed in range(2)], 0)
    assert normalized[1] < plain[1] - 0.15, "a probe still finds the speaker"
    assert normalized[0] > plain[0] + 0.02, "unseen speakers gain nothing"
