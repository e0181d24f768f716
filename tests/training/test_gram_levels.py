"""Labels and levels from n-grams: all heads learn planted words, unjudged columns stay out, sets are joined."""

from __future__ import annotations

import numpy as np
import pytest

from affekt.errors import InputError, UnknownNameError
from affekt.metrics.classification import macro_f1
from affekt.metrics.regression import pearson
from affekt.training.gram_levels import HEADS, GramOptions, KnownLevels, join_levels, know_levels, teach_levels

WORDS = {0: "ነገር", 1: "ቅር", 2: "ተናድጄ", 3: "ቁጣዬ ነደደ"}
FILLER = ("ዛሬ", "ትናንት", "ነገ", "ሁሌ")


def texts(count: int, seed: int) -> tuple[list[str], np.ndarray]:
    """Texts with a word for the level of the first emotion, and one for whether the second is there."""
    rng = np.random.default_rng(seed)
    levels = np.column_stack([rng.choice(4, size=count, p=[0.4, 0.3, 0.2, 0.1]), 2 * (rng.random(count) < 0.4)])
    said = [f"{rng.choice(FILLER)} {WORDS[int(a)]} {'ደስታ' if b else 'ጠዋት'} {rng.choice(FILLER)}" for a, b in levels]
    return said, levels


def known(count: int, seed: int) -> KnownLevels:
    said, levels = texts(count, seed)
    return know_levels(said, levels, levels)


TRAIN, HELD, ASKED = known(240, 0), known(80, 1), known(80, 2)


@pytest.mark.parametrize("head", HEADS)
def test_every_head_learns_presence_and_level(head):
    model = teach_levels(TRAIN, HELD, options=GramOptions(head, penalties=(0.5, 0.1)))
    said = model.answer(ASKED.counts)
    assert said.level.shape == said.probability.shape == said.decided.shape == (80, 2)
    assert macro_f1(ASKED.low > 0, said.decided) > 0.95
    assert min(pearson(ASKED.low[:, e], said.level[:, e]) for e in range(2)) > 0.9
    assert said.level.min() >= 0 and said.level.max() <= 3
    assert model.parameters > len(model.columns) and model.penalty in (0.5, 0.1)


def test_labels_alone_teach_presence_and_an_order():
    low, high = np.minimum(TRAIN.low, 1), np.where(TRAIN.low > 0, 3, 0)
    model = teach_levels(KnownLevels(TRAIN.counts, low, high), HELD)
    assert macro_f1(ASKED.low > 0, model.answer(ASKED.counts).decided) > 0.95


def test_an_emotion_that_nobody_judged_is_left_alone():
    low, high = TRAIN.low.copy(), TRAIN.high.copy()
    low[:, 1], high[:, 1] = 0, 3
    held = KnownLevels(HELD.counts, np.column_stack([HELD.low[:, 0], 0 * HELD.low[:, 0]]), high[:80].clip(3, 3))
    held.high[:, 0] = HELD.high[:, 0]
    for head in HEADS:
        model = teach_levels(KnownLevels(TRAIN.counts, low, high), held, options=GramOptions(head))
        assert model.limits[1] == 0.5
        assert macro_f1(ASKED.low[:, :1] > 0, model.answer(ASKED.counts).decided[:, :1]) > 0.95


def test_sets_are_joined_as_much_of_each():
    joined = join_levels([TRAIN, HELD, know_levels([], TRAIN.low[:0], TRAIN.high[:0])], each=50, seed=3)
    assert joined.counts.shape[0] == len(joined.low) == len(joined.high) == 100
    places = np.sort(np.random.default_rng(3).permutation(240)[:50])
    assert (joined.low[:50] == TRAIN.low[places]).all()
    assert abs(joined.counts[:50] - TRAIN.counts[places]).nnz == 0


def test_what_is_refused():
    with pytest.raises(UnknownNameError, match="'probit'"):
        teach_levels(TRAIN, HELD, options=GramOptions("probit"))  # type: ignore[arg-type]
    with pytest.raises(InputError, match="no n-gram stands in two"):
        teach_levels(
            know_levels(["ab", "cd"], np.eye(2, dtype=int), np.eye(2, dtype=int)), HELD, options=GramOptions(least=5)
        )
    with pytest.raises(InputError, match="at least one penalty"):
        teach_levels(TRAIN, HELD, options=GramOptions(penalties=()))
    with pytest.raises(InputError, match="nothing to join"):
        join_levels([], each=5)
