"""A hidden Markov model with Gaussian states for each class, learned by Baum and Welch, in plain NumPy.

Rabiner 1989, "A tutorial on hidden Markov models and selected applications in speech recognition", Proc. IEEE 77(2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class GaussianHmm:
    """One chain: where it begins (state,), where it goes (state, state), what it says: diagonal Gaussians.

    means, variances: (state, feature).
    """

    start: Floats
    moves: Floats
    means: Floats
    variances: Floats

    def log_likelihood(self, sequences: Sequence[Floats]) -> Floats:
        """Return log p(sequence) of each, (sequence,). A sequence is (frame, feature), one frame at least."""
        x, present = _padded(sequences)
        return _forward(self, _log_densities(self, x), present)[1]


def fit_hmm(
    sequences: Sequence[Floats], *, states: int = 4, rounds: int = 15, seed: int = 0, floor: float = 1e-3
) -> GaussianHmm:
    """Return the chain that makes the sequences likely: expectation and maximisation by turns, for `rounds`.

    The first guess cuts every sequence into as many equal parts as there are states, which then stay or go on to any
    other. floor: the least variance, as a share of a feature's own over all sequences. Raises `InputError` where there
    is no sequence or one of them is empty.

    >>> random = np.random.default_rng(0)
    >>> said = [np.concatenate([random.normal(0, 1, (9, 1)), random.normal(5, 1, (9, 1))]) for _ in range(8)]
    >>> sorted(fit_hmm(said, states=2).means.ravel().round().tolist())
    [0.0, 5.0]
    """
    x, present = _padded(sequences)
    everything = x[present]
    least = floor * everything.var(0) + 1e-8
    chain = _first_guess(sequences, states, least, np.random.default_rng(seed))
    for _ in range(rounds):
        chain = _improved(chain, x, present, least)
    return chain


def _first_guess(sequences: Sequence[Floats], states: int, least: Floats, random: np.random.Generator) -> GaussianHmm:
    parts: list[list[Floats]] = [[] for _ in range(states)]
    for sequence in sequences:
        for place, part in enumerate(np.array_split(np.asarray(sequence, np.float64), states)):
            parts[place].append(part)
    cut = [np.concatenate(part) for part in parts]
    whole = np.concatenate([np.asarray(sequence, np.float64) for sequence in sequences])
    means = np.stack([part.mean(0) if len(part) else whole.mean(0) for part in cut])
    # Parts may be alike; a touch of chance lets the states part ways.
    means = means + random.normal(0, 0.1, means.shape) * whole.std(0)
    variances = np.stack([np.maximum(part.var(0) if len(part) > 1 else whole.var(0), least) for part in cut])
    moves = np.full((states, states), 0.1 / max(1, states - 1))
    np.fill_diagonal(moves, 0.9 if states > 1 else 1.0)
    return GaussianHmm(np.full(states, 1 / states), moves, means, variances)


def _improved(chain: GaussianHmm, x: Floats, present: NDArray[np.bool_], least: Floats) -> GaussianHmm:
    said = _log_densities(chain, x)
    ahead, total = _forward(chain, said, present)
    back = _backward(chain, said, present)
    share = np.exp(ahead + back - total[:, None, None]) * present[..., None]
    with np.errstate(divide="ignore"):
        moves = np.log(chain.moves)
    both = present[:, 1:]
    crossed = (
        np.exp(ahead[:, :-1, :, None] + moves + (said + back)[:, 1:, None, :] - total[:, None, None, None])
        * both[..., None, None]
    )
    count = share.sum((0, 1)) + 1e-10
    means = np.einsum("nts,ntf->sf", share, x) / count[:, None]
    squares = np.einsum("nts,ntf->sf", share, x * x) / count[:, None]
    gone = crossed.sum((0, 1)) + 1e-6
    return GaussianHmm(
        (share[:, 0].sum(0) + 1e-6) / (share[:, 0].sum() + 1e-6 * len(count)),
        gone / gone.sum(1, keepdims=True),
        means,
        np.maximum(squares - means * means, least),
    )


def _padded(sequences: Sequence[Floats]) -> tuple[Floats, NDArray[np.bool_]]:
    lengths = np.array([len(sequence) for sequence in sequences])
    if not len(lengths) or not lengths.min():
        raise InputError(f"A hidden Markov model reads sequences of a frame at least, got lengths {lengths[:5]}.")
    x = np.zeros((len(lengths), lengths.max(), sequences[0].shape[1]))
    for row, sequence in enumerate(sequences):
        x[row, : len(sequence)] = sequence
    return x, np.arange(x.shape[1])[None] < lengths[:, None]


def _log_densities(chain: GaussianHmm, x: Floats) -> Floats:
    """Return log N(x | state), (sequence, frame, state), without a (…, state, feature) array between."""
    precise = 1 / chain.variances
    squares = x**2 @ precise.T - 2 * (x @ (chain.means * precise).T) + (chain.means**2 * precise).sum(1)
    found: Floats = -0.5 * (squares + np.log(2 * np.pi * chain.variances).sum(1))
    return found


def _forward(chain: GaussianHmm, said: Floats, present: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return log α, (sequence, frame, state), and log p, (sequence,); after a sequence's end α stays as it was."""
    ahead = np.empty_like(said)
    ahead[:, 0] = np.log(chain.start) + said[:, 0]
    for t in range(1, said.shape[1]):
        highest = ahead[:, t - 1].max(1, keepdims=True)
        moved = np.log(np.exp(ahead[:, t - 1] - highest) @ chain.moves + 1e-300) + highest + said[:, t]
        ahead[:, t] = np.where(present[:, t, None], moved, ahead[:, t - 1])
    highest = ahead[:, -1].max(1)
    return ahead, np.log(np.exp(ahead[:, -1] - highest[:, None]).sum(1)) + highest


def _backward(chain: GaussianHmm, said: Floats, present: NDArray[np.bool_]) -> Floats:
    back = np.zeros_like(said)
    for t in range(said.shape[1] - 2, -1, -1):
        coming = said[:, t + 1] + back[:, t + 1]
        highest = coming.max(1, keepdims=True)
        moved = np.log(np.exp(coming - highest) @ chain.moves.T + 1e-300) + highest
        back[:, t] = np.where(present[:, t + 1, None], moved, 0.0)
    return back
