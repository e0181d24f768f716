"""Converters undo each other, and what they make of neutral speech teaches a verifier to stand emotion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from affekt.errors import InputError
from affekt.metrics.verification import equal_error_rate
from affekt.models.sv_cyclegan_emotion.net import Converter, Cycle, Verifier, end_to_end_loss
from affekt.training.speech.sv_cyclegan_emotion import (
    Config,
    Converting,
    all_trials,
    embed,
    enrol,
    teach_cycle,
    teach_verifier,
)

BANDS, LENGTH = 12, 40
SMALL = Config(
    steps=200, batch=8, frames=16, width=16, blocks=1, cycle=2.0, identity=0.5, learning_rate=2e-3,
    verifier_steps=50, verifier_rate=1e-2, speakers=6, utterances=4, only_head=False,
)  # fmt: skip


def clips(
    generator: np.random.Generator, voices: np.ndarray, count: int, *, emotional: bool
) -> tuple[list[np.ndarray], list[str]]:
    """Return made-up utterances: a voice is a level per band; emotion tilts the bands and makes what moves livelier."""
    tilt = np.linspace(-1.5, 1.5, BANDS)
    made, names = [], []
    for who, voice in enumerate(voices):
        for _ in range(count):
            moves = np.cumsum(generator.normal(0, 0.3, (LENGTH, BANDS)), axis=0)
            moves -= moves.mean(0)
            strength = generator.uniform(0.7, 1.3)
            sound = voice + (1.8 * moves + strength * tilt if emotional else moves)
            made.append((sound + generator.normal(0, 0.1, sound.shape)).astype(np.float32))
            names.append(f"s{who}")
    return made, names


def voices(generator: np.random.Generator, count: int) -> np.ndarray:
    """Return smooth spectra, some of which differ by a tilt, as emotions do."""
    rough = generator.normal(0, 1, (count, 4))
    return rough @ np.array([np.cos(np.arange(BANDS) * k * np.pi / BANDS) for k in range(1, 5)])


def planted() -> tuple[list[np.ndarray], list[np.ndarray]]:
    generator = np.random.default_rng(1)
    heard = voices(generator, 8)
    return clips(generator, heard, 6, emotional=False)[0], clips(generator, heard, 6, emotional=True)[0]


@pytest.fixture(scope="module")
def taught() -> Converting:
    return teach_cycle(*planted(), SMALL)


def test_emotion_is_put_in_and_taken_out_again(taught: Converting) -> None:
    cycle, identity = taught.history[:, 1], taught.history[:, 2]
    # Converters begin by changing nothing: the way there and back is lost, then found.
    running = np.convolve(cycle, np.ones(10) / 10, "valid")
    assert running[-1] < 0.75 * running.max()
    assert identity[80:100].mean() < 0.8 * identity[-20:].mean()  # while it counts, and when it does no more
    generator = np.random.default_rng(2)
    neutral, _ = clips(generator, voices(generator, 6), 2, emotional=False)
    made = [taught.convert(each) for each in neutral]
    tilt = np.linspace(-1.5, 1.5, BANDS)
    slopes = [np.polyfit(tilt, (one - other).mean(0), 1)[0] for one, other in zip(made, neutral, strict=True)]
    assert np.mean(slopes) > 0.5  # of 1 that was planted
    assert taught.reconstruction(neutral) < 0.1


def test_without_the_cycle_loss_the_way_back_is_lost(taught: Converting) -> None:
    generator = np.random.default_rng(2)
    neutral, _ = clips(generator, voices(generator, 6), 2, emotional=False)
    without = teach_cycle(*planted(), replace(SMALL, steps=100, cycle=0.0))
    assert without.reconstruction(neutral) > 1.5 * taught.reconstruction(neutral)


def test_the_losses_are_what_the_paper_says() -> None:
    torch.manual_seed(0)
    cycle = Cycle(5, width=8)
    neutral, emotional = torch.randn(3, 16, 5), torch.randn(3, 16, 5)
    losses = cycle.converter_losses(neutral, emotional)
    # Untaught converters return what they are given: nothing to undo, nothing changed.
    assert losses.cycle.item() == 0 == losses.identity.item()
    wanted = (cycle.emotional(neutral) - 1).square().mean() + (cycle.neutral(emotional) - 1).square().mean()
    assert losses.adversarial.item() == pytest.approx(wanted.item())
    for values in cycle.there.leave.parameters():
        torch.nn.init.constant_(values, 0.01)
    losses = cycle.converter_losses(neutral, emotional)
    changed = [(cycle.there(each) - each).abs().mean().item() for each in (neutral, emotional)]
    assert losses.cycle.item() == pytest.approx(sum(changed), rel=1e-5)
    assert losses.identity.item() == pytest.approx(changed[1], rel=1e-5)
    cycle.critic_loss(neutral, emotional).backward()
    assert all(values.grad is None for values in cycle.there.parameters())
    assert any(values.grad is not None for values in cycle.emotional.parameters())
    assert Converter(5)(torch.zeros(1, 7, 5)).shape == (1, 7, 5)


def test_the_end_to_end_loss_equals_its_formula() -> None:
    generator = np.random.default_rng(0)
    vectors = generator.normal(size=(3, 4, 6))
    vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
    total = 0.0
    for speaker in range(3):
        for utterance in range(4):
            logits = []
            for other in range(3):
                held = np.delete(vectors[other], utterance, 0) if other == speaker else vectors[other]
                mean = held.mean(0)
                logits.append(7 * float(vectors[speaker, utterance] @ mean / np.linalg.norm(mean)) - 2)
            total += np.log(np.exp(logits).sum()) - logits[speaker]
    found = end_to_end_loss(torch.tensor(vectors), torch.tensor(7.0), torch.tensor(-2.0))
    assert float(found) == pytest.approx(total / 12)


def error(augmented: Converting | None, seed: int) -> float:
    """Return the equal error rate on emotional trials of unseen speakers, verified against neutral speech."""
    generator = np.random.default_rng(10 + seed)
    sounds, names = clips(generator, voices(generator, 12), 6, emotional=False)
    if augmented is not None:
        sounds, names = sounds + [augmented.convert(each) for each in sounds], names * 2
    net = teach_verifier(sounds, names, SMALL, seed=seed, width=24, layers=1)
    unseen = voices(generator, 10)
    neutral, owners = clips(generator, unseen, 4, emotional=False)
    emotional, speakers = clips(generator, unseen, 8, emotional=True)
    order = list(dict.fromkeys(owners))
    trials = all_trials(order, speakers)
    scores = trials.scores(enrol(embed(net, neutral), owners, order), embed(net, emotional))
    return equal_error_rate(trials.same, scores)


def test_synthetic_emotion_lowers_the_equal_error_rate(taught: Converting) -> None:
    plain = [error(None, seed) for seed in range(2)]
    augmented = [error(taught, seed) for seed in range(2)]
    assert np.mean(augmented) < 0.9 * np.mean(plain)
    assert np.mean(augmented) < 0.25


def test_the_equal_error_rate_equals_a_sweep_of_all_thresholds() -> None:
    generator = np.random.default_rng(4)
    for _ in range(20):
        trials = all_trials(["a", "b", "c"], ["a", "b", "c", "a"])
        scores = generator.normal(size=12).round(1) + trials.same
        missed, alarmed = [1.0], [0.0]
        for threshold in sorted(set(scores), reverse=True):
            accepted = scores >= threshold
            missed.append(float(np.mean(~accepted[trials.same])))
            alarmed.append(float(np.mean(accepted[~trials.same])))
        gap = np.array(alarmed) - np.array(missed)
        after = int(np.argmax(gap >= 0))
        part = 0 if gap[after] == 0 else -gap[after - 1] / (gap[after] - gap[after - 1])
        wanted = missed[after] if gap[after] == 0 else missed[after - 1] + part * (missed[after] - missed[after - 1])
        assert equal_error_rate(trials.same, scores) == pytest.approx(wanted)


def test_states_of_clips_do_not_depend_on_their_neighbours_and_too_little_is_said() -> None:
    generator = np.random.default_rng(5)
    sounds, names = clips(generator, voices(generator, 2), 3, emotional=False)
    net = teach_verifier(sounds, names, Config(verifier_steps=2, only_head=True), width=8, layers=1)
    assert np.allclose(embed(net, sounds)[2:3], embed(net, sounds[2:3]), atol=1e-6)
    assert np.allclose(np.linalg.norm(embed(net, sounds), axis=1), 1)
    with pytest.raises(InputError, match="two with two clips"):
        teach_verifier(sounds[:3], names[:3], Config())
    with pytest.raises(InputError, match="0 emotional"):
        teach_cycle(sounds, [], Config())
    assert sum(values.numel() for values in Verifier().parameters()) > 1_400_000  # that of Resemblyzer
