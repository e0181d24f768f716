"""The summary of tables: every kind, hand-counted; raters beside each other; what cannot be said."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from affekt.metrics.agreement import cohen_kappa
from affekt.pages.page import page_html
from affekt.ratings import from_counts, from_values, from_votes
from affekt.ratings.raters import rater_rows
from affekt.ratings.summary import summarize
from affekt.ratings.summary_page import summary_page
from affekt.ratings.table import Ratings

VOTES = from_votes(
    ["t", "t", "t", "u", "u", "u", "v", "v", "w"],
    ["ann", "ben", "cy", "ann", "ben", "cy", "ann", "ben", "ann"],
    ["joy", "joy", "fear", "fear", "fear", "fear", "joy", "anger", "anger"],
)


def some_tables() -> dict[str, Ratings]:
    random = np.random.default_rng(0)
    grades = random.integers(0, 4, (60, 2)).astype(float)
    grades[random.random(grades.shape) < 0.2] = np.nan
    items, raters = np.divmod(np.arange(60), 3)
    names = [f"t{i}" for i in items], [f"r{r}" for r in raters]
    return {
        "exclusive": VOTES,
        "multi-label": from_votes(*names, [["joy"], [], ["joy", "pride"]] * 20),
        "ordinal": from_values(*names, grades, columns=["fear", "joy"], scale=(0, 3), kind="ordinal"),
        "interval": from_values(*names, random.random((60, 1)), columns=["valence"], scale=(0, 1)),
        "one rater": from_votes(["t", "u"], ["ann", "ann"], ["joy", "fear"]),
        "all equal": from_votes(["t", "t", "u", "u"], ["ann", "ben"] * 2, ["joy"] * 4),
        "anonymous": from_counts(["t", "u"], [[3, 1], [0, 0]], labels=["joy", "fear"]),
        "one vote": from_votes(["t"], None, ["joy"]),
        "no vote": from_counts(["t", "u"], [[0, 0], [0, 0]], labels=["joy", "fear"]),
        "a column nobody answered": from_values(
            ["t", "t"], ["a", "b"], [[1, np.nan], [2, np.nan]], columns=["fear", "joy"], scale=(0, 3), kind="ordinal"
        ),
    }


@pytest.mark.parametrize("name", some_tables())
def test_every_table_is_told_and_drawn(name) -> None:
    found = summarize(some_tables()[name], resamples=30)
    record = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert record["judgements"] == found.judgements and record["kind"] == found.kind
    html = page_html(summary_page(found, title=name))
    assert "<script" not in html and "http" not in html.replace("http://www.w3.org/2000/svg", "")
    assert "nan" not in html.lower().replace("anonymous", "")


def test_counts_are_those_by_hand() -> None:
    found = summarize(VOTES, resamples=50, disputed=2)
    assert (found.items, found.raters, found.judgements, found.without_votes) == (4, 3, 9, 0)
    assert found.per_item == (1, 2.5, 3)
    rows = {row.label: (row.votes, row.majority, row.plurality) for row in found.labels}
    assert rows == {"anger": (2, 1, 1), "fear": (4, 1, 1), "joy": (3, 1, 1)}
    assert found.undecided_majority == found.undecided_plurality == 0.25  # v is a tie
    assert np.allclose(found.disagreement, [2 / 3, 0, 1, np.nan], equal_nan=True)
    assert [item.item for item in found.disputed] == ["v", "t"]
    assert found.disputed[1].said == (("joy", 2.0), ("fear", 1.0))
    assert found.entropy[2] == 1 and found.entropy[1] == 0
    assert found.overall is not None and found.overall.items == 3 and len(found.by_column) == 3
    assert found.together is not None and found.together.counts[0, 2] == 1


def test_rows_without_an_answer_do_not_count() -> None:
    table = from_values(
        ["t", "t", "t"],
        ["a", "b", "c"],
        [[1, 2], [np.nan, np.nan], [2, 2]],
        columns=["fear", "joy"],
        scale=(0, 3),
        kind="ordinal",
    )
    found = summarize(table, resamples=10)
    assert (
        found.judgements == 2
        and found.per_item == (2, 2, 2)
        and "without an answer, not counted: 1" in found.remarks[0]
    )


def test_multilabel_disagreement_is_per_label() -> None:
    found = summarize(from_votes(["t", "t", "t"], None, [["joy"], ["joy", "pride"], ["joy"]]), resamples=10)
    assert found.disagreement.tolist() == pytest.approx([(0 + 2 / 3) / 2])
    assert found.entropy.tolist() == pytest.approx([-(1 / 3 * math.log2(1 / 3) + 2 / 3 * math.log2(2 / 3)) / 2])


def test_spread_of_numbers_is_over_the_scale() -> None:
    table = from_values(["t", "t", "u", "u"], None, [[1], [3], [5], [5]], columns=["valence"], scale=(1, 5))
    found = summarize(table, resamples=10)
    assert found.disagreement.tolist() == pytest.approx([math.sqrt(2) / 4, 0])
    assert found.levels[0].mean == 3.5 and found.levels[0].sd_within == pytest.approx(math.sqrt(2) / 2)
    assert found.disputed[0].said == (("valence", 2.0),) and len(found.disputed) == 1


def test_remarks_say_what_cannot_be_said() -> None:
    tables = some_tables()
    said = {name: " ".join(summarize(table, resamples=10).remarks) for name, table in tables.items()}
    assert "No item was judged twice" in said["one rater"] and "No item was judged twice" in said["one vote"]
    assert "undefined for all labels" in said["all equal"] or "undefined for joy" in said["all equal"]
    assert "anonymous" in said["anonymous"] and "without a vote: 1" in said["anonymous"]
    assert "no judgement" in said["no vote"]
    assert said["exclusive"] == ""


def test_raters_beside_the_others() -> None:
    ann, ben, cy = rater_rows(VOTES)
    # ann: on t one of two others agrees, on u both, on v none.
    assert (ann.judgements, ann.shared) == (4, 3) and ann.agreement == pytest.approx(0.5)
    assert cy.agreement == pytest.approx(0.5) and ben.shared == 3
    said, rest = np.array([[0, 0, 1], [0, 1, 0], [0, 0, 1]]), np.array([[0, 0.5, 0.5], [0, 1, 0], [1, 0, 0]])
    assert ann.bias == pytest.approx(tuple((said - rest).mean(0)))


def test_of_two_raters_reliability_is_cohens_kappa() -> None:
    random = np.random.default_rng(3)
    first = random.integers(0, 3, 200)
    second = np.where(random.random(200) < 0.7, first, random.integers(0, 3, 200))
    names = np.array(["anger", "fear", "joy"])
    items = [f"t{i}" for i in range(200)]
    both = from_votes(items * 2, ["ann"] * 200 + ["ben"] * 200, [*names[first], *names[second]])
    ann, ben = rater_rows(both)
    assert ann.reliability == pytest.approx(cohen_kappa(first, second)) == pytest.approx(ben.reliability)
    # Of yes and no: the mean of the kappas of each label.
    flags = from_votes(items * 2, ["ann"] * 200 + ["ben"] * 200, [[name] for name in [*names[first], *names[second]]])
    several = Ratings(**{f: getattr(flags, f) for f in Ratings.__slots__} | {"kind": "multi-label"})
    each = [cohen_kappa(first == k, second == k) for k in range(3)]
    assert rater_rows(several)[0].reliability == pytest.approx(np.mean(each))


def test_numbers_have_correlation_and_shift() -> None:
    random = np.random.default_rng(0)
    truth = random.normal(0, 1, 100)
    said = np.column_stack([truth + 1, truth, truth + random.normal(0, 1, 100)])
    item, rater = np.divmod(np.arange(300), 3)
    table = from_values(
        [f"t{i}" for i in item], [f"r{r}" for r in rater], said.reshape(-1, 1), columns=["valence"], kind="interval"
    )
    first, _, third = rater_rows(table)
    assert first.bias[0] == pytest.approx(1, abs=0.2) and abs(third.bias[0] + 0.5) < 0.2
    assert first.reliability > 0.8 > third.reliability and math.isnan(first.agreement)
    others = (said[:, 1] + said[:, 2]) / 2
    assert first.reliability == pytest.approx(np.corrcoef(said[:, 0], others)[0, 1], abs=1e-5)


def test_anonymous_votes_count_as_others() -> None:
    votes = from_votes(["t", "t", "t"], ["ann", None, None], ["joy", "joy", "fear"])
    (ann,) = rater_rows(votes)
    assert ann.agreement == 0.5 and ann.shared == 1
    assert "Some judgements are anonymous" in summarize(votes, resamples=9).remarks[0]
    assert rater_rows(from_votes(["t"], None, ["joy"])) == ()
