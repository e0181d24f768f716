"""Agreement: references written from the definitions, published examples, other libraries, degenerate input."""

from __future__ import annotations

import math
from collections import Counter
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from affekt.errors import InputError
from affekt.metrics.agreement import (
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    item_agreement,
    krippendorff_alpha,
    krippendorff_interval,
    long_votes,
    masi_distance,
    multilabel_alpha,
    multilabel_interval,
    pairwise_agreement,
    rater_pairs,
    vote_entropy,
    vote_table,
)

LEVELS = ["nominal", "ordinal", "interval", "ratio"]
VOTES = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 4)), min_size=2, max_size=40)
ANSWERS = st.lists(
    st.tuples(st.integers(0, 5), st.lists(st.booleans(), min_size=3, max_size=3)), min_size=2, max_size=25
)


def paired(votes: list[tuple[int, object]]) -> dict[int, list[object]]:
    units: dict[int, list[object]] = {}
    for item, value in votes:
        units.setdefault(item, []).append(value)
    return {item: values for item, values in units.items() if len(values) > 1}


def alpha_by_pairs(units: dict[int, list[object]], distance) -> float:
    """Alpha by its definition: distances over every ordered pair of votes."""
    every = [value for values in units.values() for value in values]
    n = len(every)
    observed = sum(
        sum(distance(a, b) for a, b in permutations(values, 2)) / (len(values) - 1) for values in units.values()
    )
    expected = sum(distance(a, b) for a, b in permutations(every, 2))
    return math.nan if expected == 0 else 1 - (observed / n) / (expected / (n * (n - 1)))


def squared_distance(level: str, units: dict[int, list[int]]):
    counts = Counter(value for values in units.values() for value in values)

    def ordinal(a: int, b: int) -> float:
        low, high = min(a, b), max(a, b)
        between = sum(counts[g] for g in range(low, high + 1))
        return (between - (counts[a] + counts[b]) / 2) ** 2

    return {
        "nominal": lambda a, b: float(a != b),
        "ordinal": ordinal,
        "interval": lambda a, b: float((a - b) ** 2),
        "ratio": lambda a, b: ((a - b) / (a + b)) ** 2 if a + b else 0.0,
    }[level]


def same(ours: float, theirs: float) -> bool:
    return math.isclose(ours, theirs, abs_tol=1e-9) or (math.isnan(ours) and math.isnan(theirs))


@pytest.mark.parametrize("level", LEVELS)
@given(VOTES, st.randoms(use_true_random=False))
def test_alpha_equals_its_definition_whatever_the_order(level, votes, random) -> None:
    units = paired(votes)
    if not units:
        with pytest.raises(InputError, match="two votes"):
            krippendorff_alpha(*zip(*votes, strict=True), level=level)
        return
    reference = alpha_by_pairs(units, squared_distance(level, units))
    ours = krippendorff_alpha(*zip(*votes, strict=True), level=level)
    assert same(ours, reference)
    assert math.isnan(ours) or ours <= 1 + 1e-12
    random.shuffle(votes)
    assert same(krippendorff_alpha(*zip(*votes, strict=True), level=level), ours)


@pytest.mark.parametrize("level", LEVELS)
def test_alpha_equals_the_krippendorff_package(level) -> None:
    krippendorff = pytest.importorskip("krippendorff")
    random = np.random.default_rng(3)
    matrix = random.integers(0, 6, (300, 5)).astype(float)
    matrix[:, 1] = np.where(random.random(300) < 0.7, matrix[:, 0], matrix[:, 1])
    matrix[random.random(matrix.shape) < 0.35] = np.nan
    votes = long_votes(matrix)
    theirs = krippendorff.alpha(reliability_data=matrix.T, level_of_measurement=level)
    assert math.isclose(krippendorff_alpha(votes.item, votes.value, level=level), theirs, abs_tol=1e-10)


def test_alpha_of_krippendorffs_own_example() -> None:
    # Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", section E: four observers, twelve units.
    nan = math.nan
    data = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, nan, nan, nan],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, nan, 3],
        [nan, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, nan],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, nan],
    ]
    votes = long_votes(np.transpose(data))
    found = [krippendorff_alpha(votes.item, votes.value, level=level) for level in LEVELS]
    assert np.allclose(found, [0.743, 0.815, 0.849, 0.797], atol=5e-4)


def test_alpha_takes_names_and_strings() -> None:
    items, labels = ["t", "t", "u", "u", "v"], ["joy", "fear", "joy", "joy", "anger"]
    coded = krippendorff_alpha([0, 0, 1, 1, 2], [1, 0, 1, 1, 2])
    assert krippendorff_alpha(items, labels) == coded == krippendorff_alpha(np.array(items, object), labels)
    with pytest.raises(InputError, match="needs numbers"):
        krippendorff_alpha(items, labels, level="interval")


@given(VOTES, st.floats(0.1, 5), st.floats(-1000, 1000))
def test_interval_alpha_bears_moving_and_scaling(votes, factor, shift) -> None:
    if not paired(votes):
        return
    item, value = zip(*votes, strict=True)
    moved = np.asarray(value) * factor + shift
    ours = krippendorff_alpha(item, value, level="interval")
    assert math.isnan(ours) or math.isclose(krippendorff_alpha(item, moved, level="interval"), ours, abs_tol=1e-6)
    ranked = krippendorff_alpha(item, np.exp(value), level="ordinal")
    assert same(ranked, krippendorff_alpha(item, value, level="ordinal"))


@pytest.mark.parametrize("level", LEVELS)
def test_perfect_chance_worst_and_undefined(level) -> None:
    item = np.repeat(np.arange(50), 2)
    truth = np.arange(50) % 5
    assert krippendorff_alpha(item, np.repeat(truth, 2), level=level) == 1
    assert math.isnan(krippendorff_alpha(item, np.full(100, 3), level=level))
    assert math.isnan(krippendorff_alpha(item, np.full(100, 0.1 + 0.2), level=level))
    random = np.random.default_rng(0)
    by_chance = krippendorff_alpha(np.repeat(np.arange(20_000), 2), random.integers(0, 5, 40_000), level=level)
    assert abs(by_chance) < 0.03
    assert krippendorff_alpha([0, 0, 1, 1], [0, 1, 0, 1], level=level) < 0


def test_one_rater_and_one_item() -> None:
    with pytest.raises(InputError, match="two votes"):
        krippendorff_alpha([0, 1, 2], ["joy", "fear", "joy"])
    # One item whose raters differ: all there is to differ is within it, so alpha is 0.
    assert krippendorff_alpha([0, 0], ["joy", "fear"]) == 0
    with pytest.raises(InputError, match="no votes"):
        krippendorff_alpha([], [])
    with pytest.raises(InputError, match="missing"):
        krippendorff_alpha([0, 0], [1.0, math.nan])
    with pytest.raises(InputError, match="missing"):
        krippendorff_alpha([0, 0], np.array(["joy", None], object))
    with pytest.raises(InputError, match="one of each"):
        krippendorff_alpha([0, 0, 1], [1, 2])
    with pytest.raises(InputError, match="level must be"):
        krippendorff_alpha([0, 0], [1, 2], level="metric")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="0 or more"):
        krippendorff_alpha([0, 0], [-1, 2], level="ratio")


def masi(a: tuple[bool, ...], b: tuple[bool, ...]) -> float:
    one, other = ({i for i, flag in enumerate(s) if flag} for s in (a, b))
    if one == other:
        return 0.0
    kind = 2 / 3 if one < other or other < one else 1 / 3
    return 1 - kind * len(one & other) / len(one | other)


def jaccard(a: tuple[bool, ...], b: tuple[bool, ...]) -> float:
    either = sum(x or y for x, y in zip(a, b, strict=True))
    return 1 - sum(x and y for x, y in zip(a, b, strict=True)) / either if either else 0.0


@pytest.mark.parametrize(("name", "distance"), [("masi", masi), ("jaccard", jaccard), ("nominal", None)])
@given(ANSWERS)
def test_multilabel_alpha_equals_its_definition(name, distance, answers) -> None:
    votes = [(item, tuple(labels)) for item, labels in answers]
    units = paired(votes)
    if not units:
        return
    reference = alpha_by_pairs(units, distance or (lambda a, b: float(a != b)))
    item, sets = zip(*votes, strict=True)
    assert same(multilabel_alpha(item, sets, distance=name), reference)


def test_masi_distance_of_every_pair_of_sets() -> None:
    sets = list(product((False, True), repeat=3))
    ours = masi_distance(sets, sets)
    assert np.allclose(ours, [[masi(a, b) for b in sets] for a in sets])
    assert np.allclose(ours, ours.T) and ours.min() == 0 and ours.max() == 1


def test_multilabel_alpha_refuses_what_is_no_set() -> None:
    with pytest.raises(InputError, match="0 and 1"):
        multilabel_alpha([0, 0], [[0, 2], [1, 0]])
    with pytest.raises(InputError, match=r"\(vote, label\)"):
        multilabel_alpha([0, 0], [0, 1])
    with pytest.raises(InputError, match="distance must be"):
        multilabel_alpha([0, 0], [[0, 1], [1, 0]], distance="hamming")  # type: ignore[arg-type]


@pytest.mark.parametrize("level", LEVELS)
def test_the_interval_is_the_bootstrap_over_items(level) -> None:
    """Like items are merged and drawn as kinds: the distribution is that of drawing items one by one."""
    random = np.random.default_rng(5)
    truth = random.integers(1, 4, 120)
    item = np.repeat(np.arange(120), 3)
    value = np.where(random.random(360) < 0.7, truth[item], random.integers(1, 4, 360))
    ours = krippendorff_interval(item, value, level=level, resamples=2000)
    drawn = []
    for _ in range(600):
        units = random.integers(0, 120, 120)
        drawn.append(
            krippendorff_alpha(np.repeat(np.arange(120), 3), value.reshape(120, 3)[units].ravel(), level=level)
        )
    assert ours.value == pytest.approx(krippendorff_alpha(item, value, level=level), abs=1e-12)
    assert ours.low < ours.value < ours.high
    assert np.allclose([ours.low, ours.high], np.quantile(drawn, [0.025, 0.975]), atol=0.02)
    assert krippendorff_interval(item, value, level=level, resamples=50) == krippendorff_interval(
        item, value, level=level, resamples=50
    )


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    random = np.random.default_rng(11)

    def draw(items: int) -> tuple[np.ndarray, np.ndarray]:
        truth = random.integers(0, 4, items)
        item = np.repeat(np.arange(items), 3)
        return item, np.where(random.random(3 * items) < 0.6, truth[item], random.integers(0, 4, 3 * items))

    truth = krippendorff_alpha(*draw(200_000))
    hits = 0
    for i in range(120):
        low, high = krippendorff_interval(*draw(150), resamples=200, confidence=0.9, seed=i)[1:]
        hits += low <= truth <= high
    assert 0.82 <= hits / 120 <= 0.97


def test_many_levels_and_sets_are_resampled_item_by_item() -> None:
    random = np.random.default_rng(2)
    item = np.repeat(np.arange(60), 2)
    value = np.repeat(random.random(60), 2) + random.normal(0, 0.1, 120)
    ours = krippendorff_interval(item, value, level="interval", resamples=300)
    assert ours.low < ours.value < ours.high
    sets = random.random((120, 4)) < 0.4
    sets[1::2] ^= random.random((60, 4)) < 0.1
    ours = multilabel_interval(item, sets, resamples=300)
    assert ours.value == pytest.approx(multilabel_alpha(item, sets)) and ours.low < ours.value < ours.high
    with pytest.raises(InputError, match="resamples"):
        krippendorff_interval(item, value, resamples=0)
    with pytest.raises(InputError, match="level must lie"):
        krippendorff_interval(item, value, confidence=1.5, resamples=2)


PAIRS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40)


@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::UserWarning")
@pytest.mark.parametrize("weights", [None, "linear", "quadratic"])
@given(PAIRS)
def test_cohen_equals_scikit_learn(weights, pairs) -> None:
    first, second = zip(*pairs, strict=True)
    ours = cohen_kappa(first, second, weights=weights)
    if len({*first, *second}) == 1:
        assert math.isnan(ours)
        return
    assert same(ours, cohen_kappa_score(first, second, weights=weights))
    assert same(cohen_kappa(second, first, weights=weights), ours) and ours <= 1


def test_cohen_of_the_paper_and_of_levels_nobody_used() -> None:
    # Two raters, 50 subjects: 20 both yes, 5 and 10 split, 15 both no; po = .7, pe = .5.
    first = ["yes"] * 25 + ["no"] * 25
    second = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    assert cohen_kappa(first, second) == pytest.approx(0.4)
    # Without level 2 there is one step from 1 to 3; with it there are two, which weighs 3 against 4 less.
    some = cohen_kappa([1, 3, 4, 1], [1, 4, 3, 3], weights="linear")
    every = cohen_kappa([1, 3, 4, 1], [1, 4, 3, 3], weights="linear", labels=[1, 2, 3, 4])
    assert every != some
    assert every == pytest.approx(cohen_kappa_score([1, 3, 4, 1], [1, 4, 3, 3], weights="linear", labels=[1, 2, 3, 4]))
    with pytest.raises(InputError, match="not among labels"):
        cohen_kappa([1, 2], [1, 5], labels=[1, 2, 3])
    with pytest.raises(InputError, match="weights must"):
        cohen_kappa([1, 2], [1, 2], weights="cubic")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="one answer each"):
        cohen_kappa([1, 2], [1])


def test_fleiss_of_a_published_table() -> None:
    # Fleiss' worked layout as widely reprinted: 10 subjects, 14 raters, 5 categories, kappa 0.210.
    table = [
        *([0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1]),
        *([7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7]),
    ]
    assert round(fleiss_kappa(table), 3) == 0.210
    assert round(pairwise_agreement(table), 3) == 0.378


COUNTS = st.lists(st.lists(st.integers(0, 4), min_size=3, max_size=3), min_size=1, max_size=15)


@given(COUNTS, st.permutations(range(3)))
def test_fleiss_and_ac1_equal_their_formulas(counts, order) -> None:
    kept = [row for row in counts if sum(row) > 1]
    if not kept:
        with pytest.raises(InputError, match="two votes"):
            fleiss_kappa(counts)
        return
    agreed = [sum(n * (n - 1) for n in row) / (sum(row) * (sum(row) - 1)) for row in kept]
    share = [sum(row[j] for row in kept) / sum(map(sum, kept)) for j in range(3)]
    chance = sum(p * p for p in share)
    mean = sum(agreed) / len(agreed)
    ours = fleiss_kappa(counts)
    assert math.isnan(ours) if max(share) == 1 else math.isclose(ours, (mean - chance) / (1 - chance), abs_tol=1e-9)
    some = [row for row in counts if sum(row)]
    pi = [sum(row[j] / sum(row) for row in some) / len(some) for j in range(3)]
    chance = sum(p * (1 - p) for p in pi) / 2
    assert math.isclose(gwet_ac1(counts), (mean - chance) / (1 - chance), abs_tol=1e-9)
    assert math.isclose(pairwise_agreement(counts), mean, abs_tol=1e-9)
    turned = [[row[j] for j in order] for row in counts[::-1]]
    assert same(fleiss_kappa(turned), ours) and same(gwet_ac1(turned), gwet_ac1(counts))
    assert math.isnan(ours) or -1 - 1e-9 <= ours <= 1 + 1e-9


def test_two_raters_fleiss_is_scotts_pi_and_alpha_its_correction() -> None:
    random = np.random.default_rng(0)
    first = random.integers(0, 3, 400)
    second = np.where(random.random(400) < 0.6, first, random.integers(0, 3, 400))
    item, value = np.tile(np.arange(400), 2), np.concatenate([first, second])
    pi = fleiss_kappa(vote_table(item, value))
    # Krippendorff: alpha = 1 - (1 - pi) (n - 1) / n.
    assert krippendorff_alpha(item, value) == pytest.approx(1 - (1 - pi) * 799 / 800)


def test_rare_labels_are_what_ac1_is_for() -> None:
    table = [[0, 3]] * 98 + [[1, 2], [1, 2]]
    assert fleiss_kappa(table) < 0 and gwet_ac1(table) > 0.95
    assert gwet_ac1([[0, 3], [0, 3]]) == 1 and math.isnan(fleiss_kappa([[0, 3], [0, 3]]))
    assert math.isnan(gwet_ac1([[3], [3]]))


@given(COUNTS)
def test_entropy_equals_the_formula(counts) -> None:
    ours, scaled = vote_entropy(counts), vote_entropy(counts, normalised=True)
    for row, bits, share in zip(counts, ours, scaled, strict=True):
        if sum(row) == 0:
            assert math.isnan(bits) and math.isnan(share)
            continue
        reference = -sum(n / sum(row) * math.log2(n / sum(row)) for n in row if n)
        assert math.isclose(bits, reference, abs_tol=1e-12) and 0 <= share <= 1 + 1e-12
        assert math.isclose(share, reference / math.log2(3), abs_tol=1e-12)


def test_tables_that_hold_no_counts_are_refused() -> None:
    for wrong in ([[0.5, 0.5]], [[-1, 2]], [[math.nan, 1]], [1, 2], []):
        with pytest.raises(InputError):
            vote_entropy(wrong)
    assert np.isnan(item_agreement([[1, 0], [0, 0]])).all()


def test_rater_pairs_equal_cohen_of_each_pair() -> None:
    random = np.random.default_rng(4)
    matrix = random.integers(0, 3, (80, 4)).astype(float)
    matrix[:, 1] = np.where(random.random(80) < 0.7, matrix[:, 0], matrix[:, 1])
    matrix[random.random(matrix.shape) < 0.3] = np.nan
    votes = long_votes(matrix)
    order = random.permutation(len(votes.item))
    names = np.array(["ann", "ben", "cy", "di"])[votes.rater]
    pairs = rater_pairs(votes.item[order], names[order], votes.value[order])
    assert len(pairs.first) == 6
    for one, other, items, agreement, kappa in zip(*pairs, strict=True):
        a, b = (matrix[:, ["ann", "ben", "cy", "di"].index(name)] for name in (one, other))
        both = ~np.isnan(a) & ~np.isnan(b)
        assert items == both.sum() and agreement == pytest.approx((a[both] == b[both]).mean())
        assert kappa == pytest.approx(cohen_kappa(a[both], b[both]))
    with pytest.raises(InputError, match="No two raters"):
        rater_pairs([0, 0], ["ann", "ann"], [1, 2])


@pytest.mark.slow
def test_alpha_of_a_million_votes_is_fast() -> None:
    import time

    random = np.random.default_rng(0)
    item = np.repeat(np.arange(250_000), 4)
    value = random.integers(0, 28, 1_000_000)
    started = time.process_time()
    krippendorff_alpha(item, value)
    assert time.process_time() - started < 2
