from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from affekt.corpora.check import check_records
from affekt.corpora.dimension_drift import dimension_drift, dimension_drifts
from affekt.corpora.index import CORPORA
from affekt.errors import InputError
from affekt.types import VAD, Record, Signal


def records(values, split="train", *, groups=None, arousal=None):
    arousal = values if arousal is None else arousal
    return [
        Record(
            f"{split}{n}",
            Signal(f"{split} number {n}", language="en"),
            split,
            vad=VAD(float(v), float(a), float("nan")),
            group=None if groups is None else f"{split}{groups[n]}",
        )
        for n, (v, a) in enumerate(zip(values, arousal, strict=True))
    ]


def test_effect_and_distance_are_those_of_scipy() -> None:
    generator = np.random.default_rng(0)
    one, other = generator.uniform(-0.5, 0.5, 60).round(1), generator.uniform(-0.3, 0.7, 50).round(1)
    found = dimension_drift(records(one), records(other, "test"), "valence")
    assert found.change == pytest.approx(other.mean() - one.mean())
    t = stats.ttest_ind(other, one).statistic
    assert found.effect == pytest.approx(t * np.sqrt(1 / 60 + 1 / 50) * (1 - 3 / (4 * 110 - 9)))
    assert found.distance == pytest.approx(stats.ks_2samp(one, other).statistic)
    assert found.p == pytest.approx(stats.ttest_ind(one, other).pvalue, abs=0.02)
    low, high = stats.ttest_ind(other, one).confidence_interval()
    assert (found.low, found.high) == (pytest.approx(low, abs=0.03), pytest.approx(high, abs=0.03))


def test_a_spread_that_differs_shows_in_the_distance_alone() -> None:
    generator = np.random.default_rng(1)
    one, other = generator.uniform(-0.1, 0.1, 80), generator.uniform(-0.9, 0.9, 80)
    found = dimension_drift(records(one), records(other - other.mean() + one.mean(), "test"), "valence")
    assert found.p > 0.5 and found.p_distance == 0.001


def test_groups_that_are_alike_count_once() -> None:
    generator = np.random.default_rng(2)
    of_group = np.repeat(generator.uniform(-0.5, 0.5, 8), 20)
    of_other = np.repeat(generator.uniform(-0.4, 0.6, 8), 20)
    groups = np.repeat(np.arange(8), 20)
    alone = dimension_drift(records(of_group), records(of_other, "test"), "valence")
    kept = dimension_drift(records(of_group, groups=groups), records(of_other, "test", groups=groups), "valence")
    assert kept.change == alone.change and kept.p > 5 * alone.p
    assert kept.high - kept.low > 2 * (alone.high - alone.low)


def test_chance_is_wrong_as_often_as_it_says() -> None:
    generator = np.random.default_rng(3)
    found = [
        dimension_drift(
            records(generator.uniform(-1, 1, 20)), records(generator.uniform(-1, 1, 15), "test"), "valence", draws=99
        )
        for _ in range(200)
    ]
    assert 0.01 <= np.mean([one.p <= 0.05 for one in found]) <= 0.1
    assert 0.005 <= np.mean([one.p_distance <= 0.05 for one in found]) <= 0.1
    assert 0.88 <= np.mean([one.low <= 0 <= one.high for one in found]) <= 0.99


def test_p_values_are_corrected_for_all_that_is_looked_at() -> None:
    generator = np.random.default_rng(4)
    splits = {
        "train": records(generator.uniform(-0.5, 0.5, 60), arousal=generator.uniform(-0.5, 0.5, 60)),
        "test": records(generator.uniform(0, 1, 60), "test", arousal=generator.uniform(-0.5, 0.5, 60)),
    }
    valence, arousal = dimension_drifts(splits)
    assert (valence.dimension, arousal.dimension) == ("valence", "arousal")
    raw = [dimension_drift(splits["train"], splits["test"], name) for name in ("valence", "arousal")]
    values = [p for one in raw for p in (one.p, one.p_distance)]
    expected, highest = {}, 0.0
    for rank, place in enumerate(sorted(range(4), key=lambda place: values[place])):
        highest = max(highest, min(1.0, values[place] * (4 - rank)))
        expected[place] = highest
    assert [valence.p, valence.p_distance, arousal.p, arousal.p_distance] == pytest.approx(
        [expected[place] for place in range(4)]
    )
    findings = list(check_records(CORPORA["emobank"], [r for s in splits.values() for r in s]).findings)
    (told,) = [f for f in findings if f.what == "dimensions drift"]
    assert told.level == "warning" and told.message.startswith("Valence of test lies +")


def test_refusals() -> None:
    with pytest.raises(InputError, match="Allowed: valence, arousal, dominance"):
        dimension_drift(records([0, 1]), records([0, 1]), "joy")
    with pytest.raises(InputError, match="two values in two groups"):
        dimension_drift(records([0, 1]), records([0, 1], groups=[0, 0]), "valence")
    assert dimension_drifts({"a": records([0.1])}) == ()
    flat = dimension_drift(records([0.5, 0.5]), records([0.5, 0.5], "test"), "valence")
    assert (flat.change, flat.effect, flat.distance, flat.p) == (0, 0, 0, 1)
