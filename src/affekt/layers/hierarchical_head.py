"""One head for questions that hang together: emotional or not, how it shows, of which type, and which emotion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.errors import InputError

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """What may be answered: `modes` (any number, may be none at all in the scheme), and `categories`.

    `type_of` gives the type of each category by its place in `types`, or None for one that has no type ("other").
    """

    modes: tuple[str, ...]
    types: tuple[str, ...]
    categories: tuple[str, ...]
    type_of: tuple[int | None, ...]

    def __post_init__(self) -> None:
        if len(self.type_of) != len(self.categories) or not self.categories:
            raise InputError(f"{len(self.categories)} categories, but types for {len(self.type_of)}: give each one.")
        if any(place is not None and not 0 <= place < len(self.types) for place in self.type_of):
            raise InputError(f"A category's type is a place in {self.types} or None, got {self.type_of}.")

    def membership(self) -> Flags:
        """Return which category is of which type, (category, type)."""
        return np.array([[place == t for t in range(len(self.types))] for place in self.type_of], np.bool_).reshape(
            len(self.categories), len(self.types)
        )

    def types_of(self, categories: Flags) -> Flags:
        """Return the types of (item, category): those that one of an item's categories is of, (item, type)."""
        return categories.astype(np.int64) @ self.membership().astype(np.int64) > 0


@dataclass(frozen=True, slots=True)
class Answers:
    """What is said of items: `emotional` (item,), `modes` (item, mode), `types` (item, type), `categories`."""

    emotional: Flags
    modes: Flags
    types: Flags
    categories: Flags


@dataclass(frozen=True, slots=True)
class Logits:
    """`emotional` (item,); `modes` and `categories`, given that the item is emotional."""

    emotional: Tensor
    modes: Tensor
    categories: Tensor


@dataclass(frozen=True, slots=True)
class Limits:
    """From which probability on an item is emotional, and an emotional one has each mode and category."""

    emotional: float = 0.5
    modes: float | Floats = 0.5
    categories: float | Floats = 0.5


class HierarchicalHead(nn.Module):
    """States to logits of a hierarchy: one for A, one per mode (B) and per category (D); types (C) follow from D.

    The four tasks are those of Étienne, Battistelli & Lecorvé 2024, "Emotion Identification for French in Written
    Texts". Every probability below A is conditional on it, as in Silla & Freitas 2011, "A survey of hierarchical
    classification across different application domains", so that no part can contradict another.
    """

    def __init__(self, width: int, hierarchy: Hierarchy) -> None:
        super().__init__()
        self.hierarchy = hierarchy
        self.sizes = (1, len(hierarchy.modes), len(hierarchy.categories))
        self.outputs = nn.Linear(width, sum(self.sizes))

    def forward(self, states: Tensor) -> Logits:
        """states: (item, width)."""
        emotional, modes, categories = self.outputs(states).split(self.sizes, dim=1)
        return Logits(emotional.squeeze(1), modes, categories)


def hierarchical_loss(logits: Logits, truth: Answers, *, balance: tuple[float, float, float] = (1, 1, 1)) -> Tensor:
    """Return minus the log-likelihood of the truth per item: A over all, D over emotional items, B over typed ones.

    `balance` weighs A, B and D. A part that no item of the batch has adds 0.
    """
    told = [torch.as_tensor(part, dtype=torch.float32) for part in (truth.emotional, truth.modes, truth.categories)]
    emotional, modes, categories = told
    typed = torch.as_tensor(truth.types.any(1), dtype=torch.float32) if truth.types.shape[1] else emotional
    one = F.binary_cross_entropy_with_logits(logits.emotional, emotional)
    shown = _given(logits.modes, modes, typed)
    which = _given(logits.categories, categories, emotional)
    return balance[0] * one + balance[1] * shown + balance[2] * which


def _given(logits: Tensor, targets: Tensor, condition: Tensor) -> Tensor:
    """Cross-entropy summed over labels and averaged over all items, counting those that meet the condition."""
    each = F.binary_cross_entropy_with_logits(logits, targets, reduction="none").sum(1)
    return (each * condition).mean()


def marginals(logits: Logits, hierarchy: Hierarchy) -> dict[str, Floats]:
    """Return the probabilities of A, B, C and D as they add up: none below A is greater than A's.

    ``emotional`` (item,); ``modes`` = P(A) · P(some typed category | A) · P(mode | typed); ``types`` = P(A) · (1 - the
    product of what its categories lack); ``categories`` = P(A) · P(category | A).
    """
    emotional, modes, categories = (torch.sigmoid(part.detach().double()).numpy() for part in _parts(logits))
    member = hierarchy.membership()
    none_of = (
        np.stack([np.prod(1 - categories[:, member[:, t]], 1) for t in range(member.shape[1])], 1)
        if (member.shape[1])
        else np.ones((len(categories), 0))
    )
    typed = 1 - np.prod(1 - categories[:, member.any(1)], 1) if member.shape[1] else np.ones(len(categories))
    a = emotional[:, None]
    return {
        "emotional": emotional,
        "modes": a * typed[:, None] * modes,
        "types": a * (1 - none_of),
        "categories": a * categories,
    }


def decide(logits: Logits, hierarchy: Hierarchy, limits: Limits | None = None) -> Answers:
    """Return answers that cannot contradict each other.

    An item below the limit of A has nothing else. One above it has each category from its limit on, or else its
    likeliest; its types are its categories'; and, where it has a type (or the scheme has none), each mode from its
    limit on, or else its likeliest.
    """
    chosen = limits or Limits()
    emotional_p, modes_p, categories_p = (torch.sigmoid(part.detach().double()).numpy() for part in _parts(logits))
    emotional: Flags = np.asarray(emotional_p >= chosen.emotional)
    categories = _at_least_one(categories_p, np.asarray(chosen.categories)) & emotional[:, None]
    types = hierarchy.types_of(categories)
    typed = np.asarray(types.any(1)) if hierarchy.types else emotional
    modes = _at_least_one(modes_p, np.asarray(chosen.modes)) & typed[:, None]
    return Answers(emotional, modes, types, categories)


def contradictions(answers: Answers, hierarchy: Hierarchy) -> Flags:
    """Return which items' answers contradict themselves, (item,).

    That is: something said of an item that is not emotional, an emotional one without a category, types that are not
    those of its categories, a mode without a type, or a type without a mode (where the scheme has both).
    """
    below = answers.modes.any(1) | answers.types.any(1) | answers.categories.any(1)
    wrong = np.where(answers.emotional, ~answers.categories.any(1), below)
    wrong = wrong | (answers.types != hierarchy.types_of(answers.categories)).any(1)
    if hierarchy.modes:
        typed = answers.types.any(1) if hierarchy.types else answers.emotional
        wrong = wrong | (answers.modes.any(1) != typed)
    found: Flags = wrong.astype(np.bool_)
    return found


def _parts(logits: Logits) -> tuple[Tensor, Tensor, Tensor]:
    return logits.emotional, logits.modes, logits.categories


def _at_least_one(probabilities: Floats, limits: Floats) -> Flags:
    """Those from their limit on; where there is none, the one nearest above or below it."""
    if not probabilities.shape[1]:
        return np.zeros(probabilities.shape, np.bool_)
    found = probabilities >= limits
    likeliest = np.eye(probabilities.shape[1], dtype=np.bool_)[(probabilities - limits).argmax(1)]
    answered: Flags = np.where(found.any(1, keepdims=True), found, likeliest)
    return answered
