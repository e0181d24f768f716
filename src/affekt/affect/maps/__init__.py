"""What a map between two label spaces is: where each label goes, who says so, what is lost on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from affekt.affect.maps.roll_up import Rule
from affekt.errors import InputError
from affekt.types import LabelSpace

MapKind = Literal[
    "identity",
    "published roll-up",
    "hierarchy",
    "identity of names",
    "derived",
    "composed",
    "by terms",
    "nearest in VAD",
    "shared vocabulary",
    "learned",
]
Prior = Mapping[str, float] | Sequence[float]


@dataclass(frozen=True, slots=True)
class Placement:
    """Where one source label goes: its target labels, how, and who says so.

    Without `shares` it belongs to each target in full (love is joy and trust at once); with them it
    is shared out: each target gets that part of it, in [0, 1], and what is missing to 1 is lost.
    `distances` are those to the targets where the map is one of nearness.
    """

    label: str
    targets: tuple[str, ...]
    kind: MapKind
    citation: str
    shares: tuple[float, ...] = ()
    distances: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Loss:
    """A source label that has no place in the target space, and why."""

    label: str
    reason: str


@dataclass(frozen=True, slots=True)
class LabelMap:
    """A direct map between two named spaces. `kind` and `citation` are those of the map as a whole."""

    source: str
    target: str
    kind: MapKind
    citation: str
    placements: tuple[Placement, ...]
    loses: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True)
class Conversion:
    """How one label space becomes another, who says so, and what is lost on the way.

    `path` names the spaces passed through, ends included. Every label of `source` is in
    `placements` or in `loses`. `splits` are the source labels that the target tells apart more
    finely, with the labels that each may have meant; such a label goes to the one that bears its
    name, or nowhere. `rule` combines probabilities unless another is asked for.
    """

    source: LabelSpace
    target: LabelSpace
    kind: MapKind
    citation: str
    rule: Rule
    path: tuple[str, ...]
    placements: tuple[Placement, ...]
    loses: tuple[Loss, ...]
    splits: Mapping[str, tuple[str, ...]]

    def __hash__(self) -> int:
        return hash((self.source, self.target, self.kind, self.path, self.placements))

    @property
    def members(self) -> dict[str, tuple[str, ...]]:
        """The source labels placed in each target label, in the order of both spaces."""
        placed = {placement.label: placement.targets for placement in self.placements}
        return {
            target: tuple(label for label in self.source if target in placed.get(label, ())) for target in self.target
        }

    @property
    def merges(self) -> dict[str, tuple[str, ...]]:
        """The target labels that stand for several source labels, which they no longer tell apart."""
        return {target: labels for target, labels in self.members.items() if len(labels) > 1}

    @property
    def shared(self) -> bool:
        """Whether labels are shared out among targets by weights, instead of belonging to each in full."""
        return any(placement.shares for placement in self.placements)

    @property
    def neutral_by_absence(self) -> bool:
        """Whether the target's neutral is worked out as "none of the others"."""
        return self.target.neutral is not None and self.source.neutral is None

    @property
    def lost_is_neutral(self) -> bool:
        """Whether what has no place in the target speaks for its neutral."""
        return self.target.neutral is not None and (self.target.kind == "exclusive" or self.neutral_by_absence)

    @property
    def unreached(self) -> tuple[str, ...]:
        """The target labels that nothing in the source speaks for: always 0."""
        absent = self.target.neutral if self.neutral_by_absence else None
        return tuple(target for target, labels in self.members.items() if not labels and target != absent)

    @property
    def weights(self) -> NDArray[np.float64]:
        """The part of each source label that each target label gets: float64 (source label, target label), in [0, 1].

        A label placed whole in several targets counts 1 in each, or an even part where both spaces
        are exclusive, so that mass is kept.
        """
        divided = self.source.kind == self.target.kind == "exclusive"
        table = np.zeros((len(self.source), len(self.target)))
        for placement in self.placements:
            whole = 1.0 / len(placement.targets) if divided else 1.0
            shares = placement.shares or (whole,) * len(placement.targets)
            table[self.source.index(placement.label), [self.target.index(target) for target in placement.targets]] = (
                shares
            )
        return table

    def bits_lost(self, prior: Prior | None = None) -> float:
        """Return the conditional entropy H(S|T) in bits, in [0, log2 of the number of source labels].

        S is a source label drawn from `prior` (label to weight, or weights in the order of the
        source; uniform if None), T what it becomes: the set of its targets, or, where labels are
        shared out, one target drawn by the shares. What has no place says nothing of S: it counts as
        if T were drawn from what the rest becomes. 0 means that the source can be recovered.

        H(S|T) = −Σ p(s) c(t|s) log2( p(s) c(t|s) / Σ_s' p(s') c(t|s') ): Cover & Thomas (2006),
        Elements of Information Theory, 2.2. Following a map by another never lowers it (the
        data-processing inequality, 2.8). It measures what can be told apart, not whether it is true.

        Raises `InputError` for a prior with unknown labels, negative weights or no weight at all.
        """
        chance = _prior(self.source, prior)[:, None]
        joint = chance * (self._drawn() if self.shared else self._sets())
        rest = np.maximum(chance - joint.sum(axis=1, keepdims=True), 0.0)
        placed = joint.sum()
        # Where nothing at all is placed, T is always the same.
        joint = joint + rest * (joint.sum(axis=0) / placed) if placed > 0 else rest
        seen = joint.sum(axis=0, keepdims=True)
        held = joint > 0
        posterior = joint[held] / np.broadcast_to(seen, joint.shape)[held]
        return max(0.0, float(-(joint[held] * np.log2(posterior)).sum()))

    def _sets(self) -> NDArray[np.float64]:
        """Return (source label, outcome), 1 where the label's set of targets is that outcome; lost labels have none."""
        placed = {placement.label: tuple(sorted(placement.targets)) for placement in self.placements}
        distinct = list(dict.fromkeys(placed.values()))
        return np.array([[float(placed.get(label) == outcome) for outcome in distinct] for label in self.source])

    def _drawn(self) -> NDArray[np.float64]:
        """Return (source label, target label), rows adding up to 1 at most; what is missing is lost."""
        shares = self.weights
        shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1.0)
        return shares


def own_rule(source: LabelSpace) -> Rule:
    """Return the rule that suits a source: alternatives add up, independent labels do not."""
    return "sum" if source.kind == "exclusive" else "noisy-or"


def _prior(space: LabelSpace, prior: Prior | None) -> NDArray[np.float64]:
    """Return the chance of every label, adding up to 1."""
    if prior is None:
        return np.full(len(space), 1.0 / len(space))
    if isinstance(prior, Mapping):
        for label in prior:
            space.index(label)
        prior = [prior.get(label, 0.0) for label in space]
    chances = np.asarray(prior, dtype=np.float64)
    if chances.shape != (len(space),):
        raise InputError(f"A prior over {space.name} has {len(space)} weights, got the shape {chances.shape}.")
    if not np.isfinite(chances).all() or (chances < 0).any() or chances.sum() <= 0:
        raise InputError(
            f"The weights of a prior are finite, at least 0 and not all 0; got {chances.tolist()}. "
            "Pass counts or shares."
        )
    weights: NDArray[np.float64] = chances / chances.sum()
    return weights
