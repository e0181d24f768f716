"""Answers of a hierarchical head never contradict each other, whatever the logits and limits."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from affekt.errors import InputError
from affekt.layers.hierarchical_head import (
    Answers,
    HierarchicalHead,
    Hierarchy,
    Limits,
    Logits,
    contradictions,
    decide,
    hierarchical_loss,
    marginals,
)

FRENCH = Hierarchy(
    ("labeled", "behavioral", "displayed", "suggested"),
    ("basic", "complex"),
    ("anger", "fear", "pride", "guilt", "other"),
    (0, 0, 1, 1, None),
)
NO_MODES = Hierarchy((), ("basic",), ("anger", "hope"), (0, None))
NO_TYPES = Hierarchy(("shown", "told"), (), ("anger", "fear"), (None, None))
HIERARCHIES = st.sampled_from([FRENCH, NO_MODES, NO_TYPES])


def drawn(hierarchy: Hierarchy, seed: int, *, items: int = 40) -> Logits:
    torch.manual_seed(seed)
    return Logits(
        torch.randn(items) * 3,
        torch.randn(items, len(hierarchy.modes)) * 3,
        torch.randn(items, len(hierarchy.categories)) * 3,
    )


def truths(hierarchy: Hierarchy, seed: int, *, items: int = 40) -> Answers:
    return decide(drawn(hierarchy, seed, items=items), hierarchy)


@settings(max_examples=60, deadline=None)
@given(HIERARCHIES, st.integers(0, 10_000), st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_decisions_never_contradict_each_other(hierarchy: Hierarchy, seed: int, a: float, b: float, d: float) -> None:
    logits = drawn(hierarchy, seed)
    found = decide(logits, hierarchy, Limits(a, b, d))
    assert not contradictions(found, hierarchy).any()
    no = ~found.emotional
    assert not found.modes[no].any() and not found.types[no].any() and not found.categories[no].any()
    assert found.categories[found.emotional].any(1).all()
    assert (found.emotional == (torch.sigmoid(logits.emotional.double()).numpy() >= a)).all()


@settings(max_examples=40, deadline=None)
@given(HIERARCHIES, st.integers(0, 10_000))
def test_no_probability_below_a_is_greater_than_a(hierarchy: Hierarchy, seed: int) -> None:
    found = marginals(drawn(hierarchy, seed), hierarchy)
    for part in ("modes", "types", "categories"):
        assert (found[part] <= found["emotional"][:, None] + 1e-12).all() and (found[part] >= -1e-12).all()
    # A type is at least as likely as each of its categories.
    for category, place in enumerate(hierarchy.type_of):
        if place is not None:
            assert (found["types"][:, place] >= found["categories"][:, category] - 1e-12).all()


def test_types_add_up_as_by_hand() -> None:
    logits = Logits(torch.tensor([0.0]), torch.zeros(1, 4), torch.tensor([[0.0, 0.0, -50.0, -50.0, 0.0]]))
    found = marginals(logits, FRENCH)
    assert found["types"][0].tolist() == pytest.approx([0.5 * (1 - 0.25), 0.0])
    assert found["modes"][0, 0] == pytest.approx(0.5 * 0.75 * 0.5)


@pytest.mark.parametrize(
    ("emotional", "modes", "types", "categories"),
    [
        (False, [1, 0, 0, 0], [0, 0], [0, 0, 0, 0, 0]),
        (False, [0, 0, 0, 0], [0, 0], [1, 0, 0, 0, 0]),
        (True, [0, 0, 0, 0], [0, 0], [0, 0, 0, 0, 0]),
        (True, [1, 0, 0, 0], [0, 1], [1, 0, 0, 0, 0]),
        (True, [0, 0, 0, 0], [1, 0], [1, 0, 0, 0, 0]),
        (True, [1, 0, 0, 0], [0, 0], [0, 0, 0, 0, 1]),
    ],
)
def test_contradictions_are_found(emotional: bool, modes: list[int], types: list[int], categories: list[int]) -> None:
    said = Answers(np.array([emotional]), *(np.array([part], np.bool_) for part in (modes, types, categories)))
    assert contradictions(said, FRENCH).tolist() == [True]


def test_other_has_neither_type_nor_mode() -> None:
    only_other = torch.tensor([[-9.0, -9.0, -9.0, -9.0, 9.0]])
    found = decide(Logits(torch.tensor([9.0]), torch.full((1, 4), 9.0), only_other), FRENCH)
    assert found.emotional.all() and not found.types.any() and not found.modes.any()


@settings(max_examples=30, deadline=None)
@given(HIERARCHIES, st.integers(0, 10_000))
def test_the_loss_is_the_likelihood_of_the_factors(hierarchy: Hierarchy, seed: int) -> None:
    logits, truth = drawn(hierarchy, seed), truths(hierarchy, seed + 1)
    total = 0.0
    for item in range(len(truth.emotional)):
        a = float(truth.emotional[item])
        total += float(F.binary_cross_entropy_with_logits(logits.emotional[item], torch.tensor(a)))
        typed = bool(truth.types[item].any()) if hierarchy.types else bool(a)
        for given_, scores, wanted in ((a, logits.categories, truth.categories), (typed, logits.modes, truth.modes)):
            for place in range(scores.shape[1] if given_ else 0):
                target = torch.tensor(float(wanted[item, place]))
                total += float(F.binary_cross_entropy_with_logits(scores[item, place], target))
    assert float(hierarchical_loss(logits, truth)) == pytest.approx(total / len(truth.emotional), rel=1e-5)


def test_what_is_not_emotional_teaches_nothing_below_a() -> None:
    head = HierarchicalHead(6, FRENCH)
    none = np.zeros((3, 1), np.bool_)
    truth = Answers(none[:, 0], none.repeat(4, 1), none.repeat(2, 1), none.repeat(5, 1))
    hierarchical_loss(head(torch.randn(3, 6)), truth).backward()
    moved = head.outputs.weight.grad
    assert moved is not None and bool(moved[0].abs().sum() > 0) and float(moved[1:].abs().sum()) == 0


def test_a_hierarchy_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="give each one"):
        Hierarchy((), ("basic",), ("anger",), ())
    with pytest.raises(InputError, match="a place in"):
        Hierarchy((), ("basic",), ("anger",), (1,))
