"""Factor analysis over aligned frames: the bound never falls, latents are right, and content does not confound them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from planted_speech import planted
from scipy.stats import multivariate_normal

from affekt.errors import InputError
from affekt.training.speech.factor_analysis import (
    FactorModel,
    align,
    bound_of_frames,
    fit_factors,
    infer,
)
from affekt.training.speech.lesson import Lesson
from affekt.training.speech.neural_factor_analysis import Config, teach
from affekt.training.speech.probe import fit_linear


def confounded(clips: int, *, seed: int = 0) -> tuple[list[np.ndarray], np.ndarray]:
    """Frames of ten sounds far apart, each clip with its own mixture of them; the label moves every sound a little, in
    a direction that depends on the sound, so that the mean over frames tells the mixture and not the label."""
    random = np.random.default_rng(seed)
    planted_ = np.random.default_rng(99)
    sounds = 8 * planted_.standard_normal((10, 12))
    moves = planted_.standard_normal((10, 12))
    labels = np.arange(clips) % 2
    frames = []
    for label in labels:
        mixture = random.dirichlet(np.full(10, 0.5))
        said = random.choice(10, 60, p=mixture)
        strength = (2 * label - 1) * 0.7 + 0.25 * random.standard_normal()
        noise = random.standard_normal((60, 12))
        frames.append((sounds[said] + strength * moves[said] + noise).astype(np.float32))
    return frames, labels


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1000), st.integers(2, 6), st.integers(1, 4))
def test_the_bound_never_falls(seed: int, units: int, latents: int) -> None:
    frames, _ = confounded(12, seed=seed)
    model = fit_factors(frames, units=units, latents=latents, rounds=8, seed=seed)
    assert len(model.bounds) == 9
    assert all(b >= a - 1e-8 * abs(a) for a, b in zip(model.bounds, model.bounds[1:], strict=False))
    assert model.bounds[-1] > model.bounds[0]


def test_the_bound_is_the_likelihood_and_its_tensor_form_is_the_same() -> None:
    frames, _ = confounded(6)
    model = fit_factors(frames, units=3, latents=2, rounds=3)
    total = 0.0
    for clip in frames:
        unit = align(clip, model.centres)
        # All frames of a clip together are one Gaussian.
        loading = model.loadings[unit].reshape(-1, 2)
        covariance = loading @ loading.T + np.diag(model.variances[unit].ravel())
        total += multivariate_normal.logpdf(clip.astype(np.float64).ravel(), model.means[unit].ravel(), covariance)
    count = sum(map(len, frames))
    assert abs(total / count - model.bounds[-1]) < 1e-6
    every = torch.from_numpy(np.concatenate(frames).astype(np.float64)).requires_grad_()
    units = torch.from_numpy(np.concatenate([align(clip, model.centres) for clip in frames]))
    owners = torch.from_numpy(np.repeat(np.arange(6), [len(clip) for clip in frames]))
    bound = bound_of_frames(every, units, model, owners=owners)
    assert abs(float(bound.detach()) - model.bounds[-1]) < 1e-6
    bound.backward()
    assert every.grad is not None and torch.isfinite(every.grad).all() and every.grad.abs().sum() > 0


def test_latents_are_the_mean_of_the_posterior() -> None:
    random = np.random.default_rng(0)
    model = FactorModel(np.zeros((1, 3)), np.ones((1, 3)), np.full((1, 3), 0.5), random.standard_normal((1, 3, 2)))
    clip = random.standard_normal((7, 3)).astype(np.float32)
    loading = model.loadings[0]
    precision = np.eye(2) + 7 * loading.T @ loading / 0.5
    expected = np.linalg.solve(precision, loading.T @ (clip.astype(np.float64) - 1).sum(0) / 0.5)
    assert np.allclose(infer(model, [clip])[0], expected)


def test_latents_beat_the_mean_of_frames_where_content_confounds_and_labels_are_few() -> None:
    frames, labels = confounded(240)
    model = fit_factors(frames[:160], units=10, latents=4, rounds=15)
    latents, means = infer(model, frames), np.stack([clip.mean(0) for clip in frames]).astype(np.float64)
    few, scored = np.arange(16), np.arange(160, 240)

    def right(x: np.ndarray) -> float:
        return float((fit_linear(x[few], labels[few], 2, cost=0.3)(x[scored]).argmax(1) == labels[scored]).mean())

    assert right(latents) > 0.9 and right(latents) > right(means) + 0.15


def test_too_few_frames_are_refused() -> None:
    with pytest.raises(InputError, match="too few for 16 units"):
        fit_factors([np.zeros((4, 2), np.float32), np.zeros((4, 2), np.float32)])


@pytest.mark.parametrize("joint", [0, 1])
def test_the_method_reads_an_upstream_and_trains_one(joint: int) -> None:
    clips = planted(24)
    lesson = Lesson(clips.take(clips.folds < 4), clips.take(clips.folds >= 4), smoke=True)
    upstream = "fresh:tiny" if joint else "log-mel"
    config = Config(upstream, units=4, latents=3, joint_epochs=joint, cache="")
    taught = teach(lesson, config)
    assert taught.measured["bound-last"] >= taught.measured["bound-first"]
    assert taught.answer(lesson.valid).shape == (len(lesson.valid), 2)
    assert teach(lesson, Config(upstream, pooled=True, cache="")).parameters > 0
