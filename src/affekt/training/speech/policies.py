"""What of a pretrained encoder is trained further, and how fast: policies that are configuration alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from torch import nn

from affekt.errors import InputError, unknown_name

Reach = Literal["frozen", "last", "layers", "all"]


@dataclass(frozen=True, slots=True)
class Policy:
    """What changes. What is no part of the encoder always does.

    reach: "frozen" trains nothing of the encoder, "last" its uppermost `last` layers, "layers" all transformer layers,
    "all" also the convolutions before them, which are mostly left as they are. layer_decay: how much slower each lower
    layer learns, 1 for alike (Howard & Ruder 2018, "Universal Language Model Fine-tuning", discriminative fine-tuning).
    head_factor: how much faster than the encoder's top the heads learn. sex: an auxiliary head learns the speaker's
    sex, its loss weighed by `sex_weight`. text: what is said conditions the answer.
    """

    reach: Reach = "layers"
    last: int = 2
    layer_decay: float = 1.0
    head_factor: float = 10.0
    sex: bool = False
    sex_weight: float = 0.2
    text: bool = False

    def __post_init__(self) -> None:
        if self.reach not in ("frozen", "last", "layers", "all"):
            raise InputError(f"Unknown reach {self.reach!r}. Use frozen, last, layers or all.")
        if not 0 < self.layer_decay <= 1:
            raise InputError(f"layer_decay lies in (0, 1], got {self.layer_decay:g}.")


POLICIES: Mapping[str, Policy] = {
    "frozen": Policy("frozen"),
    "last-2": Policy("last", last=2),
    "full": Policy("layers"),
    "everything": Policy("all"),
    "layer-wise": Policy("layers", layer_decay=0.7),
    "sex": Policy("layers", sex=True),
    "text": Policy("layers", text=True),
    "sex+text": Policy("layers", sex=True, text=True),
}
"""Policies by name."""


def find_policy(name: str) -> Policy:
    """Return the policy called `name`; ``last-K`` is any K. Raises `UnknownNameError`."""
    kind, _, count = name.partition("-")
    if kind == "last" and count.isdigit():
        return Policy("last", last=int(count))
    if name not in POLICIES:
        raise unknown_name("policy", name, POLICIES, "affekt.training.speech.policies.POLICIES")
    return POLICIES[name]


def apply_policy(trunk: nn.Module, policy: Policy) -> set[str]:
    """Set which parameters of an encoder are trained, and return their names. Raises `InputError` for more layers than
    there are."""
    made: Any = trunk
    if policy.reach == "last" and not 0 < policy.last <= made.depth:
        raise InputError(f"The encoder has {made.depth} layers, so its last {policy.last} cannot be trained.")
    trunk.requires_grad_(policy.reach == "all")
    if policy.reach in ("last", "layers"):
        for block in made.blocks[-policy.last if policy.reach == "last" else 0 :]:
            block.requires_grad_(True)
    return {name for name, parameter in trunk.named_parameters() if parameter.requires_grad}


def layer_of(name: str) -> int | None:
    """Return which layer a parameter is of, by its name, or None where it is of none.

    >>> layer_of("trunk.model.encoder.layers.3.attention.q_proj.weight"), layer_of("head.weight")
    (3, None)
    """
    parts = name.split(".")
    return next((int(b) for a, b in pairwise(parts) if a in ("layers", "layer") and b.isdigit()), None)
