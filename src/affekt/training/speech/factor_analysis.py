"""neural-factor-analysis: what stays the same through a clip, apart from what is said: a latent, found by EM.

Lin, He, Mak & Tu 2023, "Self-supervised Neural Factor Analysis for Disentangling Utterance-level Speech
Representations", ICML. The model of frame x of clip i in acoustic unit k is x = m_k + T_k w_i + e, with w ~ N(0, I) and
e ~ N(0, diag(s_k)): that of i-vectors (Dehak et al. 2011), its units those of k-means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from affekt.errors import InputError, MissingDependencyError

Floats = NDArray[np.float64]
_LEAST = 1e-4  # no variance falls below this share of the frames' variance


@dataclass(frozen=True, slots=True, eq=False)
class FactorModel:
    """centres: (unit, width) of k-means, which align frames; means m and variances s: (unit, width); loadings T: (unit,
    width, latent); bounds: the lower bound of the log-likelihood per frame before each round of EM."""

    centres: Floats
    means: Floats
    variances: Floats
    loadings: Floats
    bounds: tuple[float, ...] = ()

    @property
    def latents(self) -> int:
        """How many numbers a latent has."""
        return self.loadings.shape[2]


@dataclass(frozen=True, slots=True, eq=False)
class _Statistics:
    """Per clip: frames in each unit (clip, unit), and their sum (clip, unit, width); over clips the sum of squares."""

    counts: Floats
    sums: Floats
    squares: Floats


def fit_factors(
    frames: Sequence[NDArray[np.float32]], *, units: int = 16, latents: int = 16, rounds: int = 20, seed: int = 0
) -> FactorModel:
    """Return the model fitted to clips, float (frame, width) each, by k-means and then `rounds` of EM.

    Alignment is fixed by k-means, so that each round can only raise the bound, which is the log-likelihood itself.
    Raises `InputError` where there are fewer frames than units.
    """
    try:
        from sklearn.cluster import KMeans
    except ImportError as error:
        raise MissingDependencyError("Acoustic units need scikit-learn: pip install 'affekt[train]'") from error
    every = np.concatenate([np.asarray(clip, np.float64) for clip in frames])
    if len(every) < units or len(frames) < 2:
        raise InputError(f"{len(frames)} clips with {len(every)} frames are too few for {units} units.")
    random = np.random.default_rng(seed)
    drawn = every[random.permutation(len(every))[:20_000]]
    centres = KMeans(units, n_init=2, max_iter=50, random_state=seed).fit(drawn).cluster_centers_
    found = _gather(frames, centres)
    total = found.counts.sum(0)
    means = found.sums.sum(0) / np.maximum(total, 1)[:, None]
    floor = _LEAST * every.var(0) + 1e-10
    variances = np.maximum(found.squares / np.maximum(total, 1)[:, None] - means**2, floor)
    spread = np.sqrt(variances)[..., None]
    model = FactorModel(centres, means, variances, 0.1 * spread * random.standard_normal((*means.shape, latents)))
    bounds = []
    for _ in range(rounds):
        bounds.append(lower_bound(model, found))
        model = _round(model, found, floor)
    bounds.append(lower_bound(model, found))
    return FactorModel(model.centres, model.means, model.variances, model.loadings, tuple(bounds))


def align(frames: NDArray[np.float32], centres: Floats) -> NDArray[np.int64]:
    """Return which unit each frame is of, int64 (frame,): the nearest centre."""
    x = np.asarray(frames, np.float64)
    far = (centres**2).sum(1) - 2 * x @ centres.T
    return far.argmin(1).astype(np.int64)


def infer(model: FactorModel, frames: Sequence[NDArray[np.float32]]) -> Floats:
    """Return the mean of each clip's latent given its frames, float64 (clip, latent)."""
    found: Floats = _posterior(model, _gather(frames, model.centres))[0]
    return found


def lower_bound(model: FactorModel, found: _Statistics) -> float:
    """Return the bound per frame. At the exact posterior over the latents it equals the log-likelihood.

    With L_i = I + Σ_k n_ik T_kᵀ s_k⁻¹ T_k and b_i = Σ_k T_kᵀ s_k⁻¹ (f_ik - n_ik m_k):
    log p = Σ_k n_k log N(·; m_k, s_k) of the frames + Σ_i ½ (b_iᵀ L_i⁻¹ b_i - log |L_i|).
    """
    mean, precision, told = _posterior(model, found)
    total = found.counts.sum(0)
    width = model.means.shape[1]
    centred = found.squares - 2 * model.means * found.sums.sum(0) + total[:, None] * model.means**2
    noise = -0.5 * (
        (centred / model.variances).sum()
        + (total * np.log(model.variances).sum(1)).sum()
        + total.sum() * width * np.log(2 * np.pi)
    )
    gained = 0.5 * ((told * mean).sum() - np.linalg.slogdet(precision)[1].sum())
    return float((noise + gained) / total.sum())


def bound_of_frames(frames: Tensor, units: Tensor, model: FactorModel, *, owners: Tensor | None = None) -> Tensor:
    """Return the same bound per frame as a tensor, so that its gradient reaches what made the frames: the utterance
    objective that the paper trains its transformer by, beside the masked prediction of units.

    frames: float (frame, width); units: int64 (frame,); owners: int64 (frame,), the clip of each, one clip if None.
    """
    owner = torch.zeros(len(frames), dtype=torch.int64) if owners is None else owners
    clips = int(owner.max()) + 1
    means, variances, loadings = (
        torch.as_tensor(x, dtype=frames.dtype) for x in (model.means, model.variances, model.loadings)
    )
    centred = frames - means[units]
    scaled = loadings / variances[..., None]
    told = torch.einsum("fw,fwl->fl", centred, scaled[units])
    b = told.new_zeros(clips, told.shape[1]).index_add(0, owner, told)
    each = torch.einsum("uwl,uwm->ulm", scaled, loadings)
    precision = torch.eye(b.shape[1], dtype=b.dtype).expand(clips, -1, -1)
    precision = precision.index_add(0, owner, each[units]) if len(units) else precision
    noise = -0.5 * (centred.square() / variances[units] + variances[units].log() + float(np.log(2 * np.pi))).sum()
    gained = 0.5 * ((b * torch.linalg.solve(precision, b[..., None])[..., 0]).sum() - torch.logdet(precision).sum())
    return (noise + gained) / len(frames)


def _gather(frames: Sequence[NDArray[np.float32]], centres: Floats) -> _Statistics:
    units, width = centres.shape
    counts, sums, squares = (
        np.zeros((len(frames), units)),
        np.zeros((len(frames), units, width)),
        np.zeros((units, width)),
    )
    for row, clip in enumerate(frames):
        x = np.asarray(clip, np.float64)
        unit = align(clip, centres)
        counts[row] = np.bincount(unit, minlength=units)
        np.add.at(sums[row], unit, x)
        np.add.at(squares, unit, x**2)
    return _Statistics(counts, sums, squares)


def _posterior(model: FactorModel, found: _Statistics) -> tuple[Floats, Floats, Floats]:
    """Means (clip, latent), precisions (clip, latent, latent), and what the frames told, b (clip, latent)."""
    scaled = model.loadings / model.variances[..., None]
    each = np.einsum("uwl,uwm->ulm", scaled, model.loadings)
    precision = np.eye(model.latents) + np.einsum("cu,ulm->clm", found.counts, each)
    told = np.einsum("cuw,uwl->cl", found.sums - found.counts[..., None] * model.means, scaled)
    return np.linalg.solve(precision, told[..., None])[..., 0], precision, told


def _round(model: FactorModel, found: _Statistics, floor: Floats) -> FactorModel:
    """One round of EM over loadings and means together, [T m], then variances: each maximises what is expected."""
    mean, precision, _ = _posterior(model, found)
    second = np.linalg.inv(precision) + mean[:, :, None] * mean[:, None, :]
    # The latent with a 1 behind it, so that the mean is one more column.
    clips, latents = mean.shape
    longer = np.concatenate([mean, np.ones((clips, 1))], 1)
    moments = np.zeros((clips, latents + 1, latents + 1))
    moments[:, :latents, :latents] = second
    moments[:, latents, :], moments[:, :, latents] = longer, longer
    a = np.einsum("cu,clm->ulm", found.counts, moments)
    c = np.einsum("cuw,cl->uwl", found.sums, longer)
    total = found.counts.sum(0)
    both = np.concatenate([model.loadings, model.means[..., None]], 2)
    variances = model.variances.copy()
    for unit in range(len(total)):
        if total[unit] < 2:
            continue
        # What few frames tell is held by a ridge too small to matter otherwise.
        ridge = 1e-9 * np.trace(a[unit]) / (latents + 1) * np.eye(latents + 1)
        both[unit] = np.linalg.solve(a[unit] + ridge, c[unit].T).T
        left = (
            found.squares[unit]
            - 2 * (both[unit] * c[unit]).sum(1)
            + np.einsum("wl,lm,wm->w", both[unit], a[unit], both[unit])
        )
        variances[unit] = np.maximum(left / total[unit], floor)
    return FactorModel(model.centres, both[..., -1], variances, both[..., :-1])
