"""Agreement of tables: each kind against the metric on hand-made long votes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from affekt.errors import InputError, UnknownNameError
from affekt.metrics.agreement import cohen_kappa, icc, krippendorff_alpha, long_votes, multilabel_alpha
from affekt.ratings import from_values, from_votes
from affekt.ratings.agreement import agreement, column_agreements, rater_matrix
from affekt.ratings.table import Ratings

ITEMS = ["t", "t", "t", "u", "u", "u", "v", "v", "v", "w"]
RATERS = ["ann", "ben", "cy"] * 3 + ["ann"]
LABELS = ["joy", "joy", "fear", "fear", "fear", "fear", "joy", "anger", "joy", "anger"]


def table_of(matrix: np.ndarray, kind: str, scale: tuple[float, float] | None) -> Ratings:
    """A matrix (item, rater) as a table with one column."""
    votes = long_votes(matrix)
    return from_values(
        [f"t{i}" for i in votes.item],
        [f"r{r}" for r in votes.rater],
        votes.value[:, None],
        columns=["valence"],
        kind=kind,  # type: ignore[arg-type]
        scale=scale,
    )


def test_exclusive_votes_have_nominal_alpha() -> None:
    votes = from_votes(ITEMS, RATERS, LABELS)
    found = agreement(votes, resamples=99)
    assert found.column is None and found.level == "nominal"
    assert found.alpha.value == pytest.approx(krippendorff_alpha(ITEMS, LABELS))
    assert (found.items, found.answers) == (3, 9)  # w has one vote
    assert found.pairs_agreeing == pytest.approx((1 / 3 + 1 + 1 / 3) / 3)
    kappas = [cohen_kappa(LABELS[a:9:3], LABELS[b:9:3]) for a, b in ((0, 1), (0, 2), (1, 2))]
    assert found.kappa == pytest.approx(np.mean(kappas))
    joy = agreement(votes, "joy", resamples=99)
    assert joy.alpha.value == pytest.approx(krippendorff_alpha(ITEMS, [label == "joy" for label in LABELS]))
    assert [one.column for one in column_agreements(votes, resamples=9)] == ["anger", "fear", "joy"]


def test_multilabel_answers_have_masi() -> None:
    sets = [["joy"], ["joy", "fear"], [], ["fear"], ["fear"], ["fear"]]
    votes = from_votes(ITEMS[:6], RATERS[:6], sets)
    found = agreement(votes, resamples=99)
    flags = [[label in one for label in ("fear", "joy")] for one in sets]
    assert found.level == "MASI" and found.alpha.value == pytest.approx(multilabel_alpha(ITEMS[:6], flags))
    assert found.pairs_agreeing == pytest.approx(0.5) and math.isnan(found.fleiss)
    # Answers that lack a label say nothing about the whole set.
    part = np.array(flags, np.float32)
    part[0, 0] = np.nan
    some = from_values(ITEMS[:6], RATERS[:6], part, columns=["fear", "joy"], kind="multi-label")
    assert agreement(some, resamples=9).answers == 5
    assert agreement(some, "joy", resamples=9).answers == 6


@pytest.mark.parametrize(("kind", "scale"), [("ordinal", (1, 5)), ("interval", (1, 5))])
def test_numbers_have_alpha_of_their_level_and_icc(kind, scale) -> None:
    random = np.random.default_rng(0)
    truth = random.integers(1, 6, (60, 1))
    matrix = np.clip(truth + random.integers(-1, 2, (60, 4)), 1, 5).astype(float)
    matrix[:3, 3] = np.nan
    sparse = np.column_stack([matrix, np.where(np.arange(60) < 5, 3.0, np.nan)])
    found = agreement(table_of(sparse, kind, scale), resamples=99)
    votes = long_votes(sparse)
    assert found.alpha.value == pytest.approx(krippendorff_alpha(votes.item, votes.value, level=kind), abs=1e-6)
    # The fifth rater rated five items: no regular. Three items lack the fourth.
    assert (found.regulars, found.complete) == (4, 57)
    one, mean = found.icc_2
    assert one.form == "2,1" and mean.form == "2,k"
    assert one.value == pytest.approx(icc(matrix[3:], form="2,1").value, abs=1e-6)
    assert found.icc_1.low < found.icc_1.value < found.icc_1.high
    assert math.isnan(found.pairs_agreeing) == (kind == "interval")


def test_columns_of_numbers_are_taken_one_by_one() -> None:
    votes = from_values(["t", "t"], ["a", "b"], [[1, 2], [1, 3]], columns=["valence", "arousal"], scale=(1, 5))
    with pytest.raises(InputError, match="Name a column"):
        agreement(votes)
    with pytest.raises(UnknownNameError, match="valence"):
        agreement(votes, "valance")
    assert [one.column for one in column_agreements(votes, resamples=9)] == ["valence", "arousal"]


def test_what_cannot_be_said() -> None:
    same = from_votes(["t", "t", "u", "u"], None, ["joy"] * 4, space="ekman")
    found = agreement(same, resamples=9)
    assert math.isnan(found.alpha.value) and found.pairs_agreeing == 1 and math.isnan(found.kappa)
    with pytest.raises(InputError, match="two votes"):
        agreement(from_votes(["t", "u"], ["ann", "ann"], ["joy", "fear"]))
    assert column_agreements(from_votes(["t", "u"], ["ann", "ann"], ["joy", "fear"])) == ()


def test_rater_matrix_needs_names() -> None:
    with pytest.raises(InputError, match="named raters"):
        rater_matrix(from_votes(["t"], None, ["joy"]), "joy")
