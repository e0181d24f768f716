"""From an annotated table to shares per group: columns found, groups and periods, calibrations kept apart."""

from __future__ import annotations

import numpy as np
import pytest

from affekt.affect.spaces import find_space
from affekt.analysis.summarize import annotated_columns, periods, summarize
from affekt.errors import InputError
from affekt.inference.calibration import Calibration
from affekt.ratings.opening import open_table
from affekt.training.recalibration import fit_calibration

EKMAN = find_space("ekman")


def people(rows: int, joyful: float, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Truth over ekman, and what an overconfident model says: joy at a share, the others at a tenth."""
    share = np.where(np.array(EKMAN.labels) == "joy", joyful, 0.1)
    truth = random.random((rows, len(EKMAN))) < share
    score = random.normal(np.where(truth, 1.0, -1.0), 1.0)
    return truth, 1 / (1 + np.exp(-(4 * score + 2)))


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    return fit_calibration(*people(300, 0.3, np.random.default_rng(0)), space=EKMAN, model=("text", "1"))


def write(path, columns: dict[str, list]) -> None:
    lines = [",".join(columns), *(",".join(map(str, row)) for row in zip(*columns.values(), strict=True))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def table(path, probability, *, prefix: str = "", **beside: list):
    columns = dict(beside)
    for label, values in zip(EKMAN, np.asarray(probability).T, strict=True):
        columns[f"{prefix}ekman.{label}"] = ["" if np.isnan(value) else value for value in values.tolist()]
    write(path, columns)
    return open_table(path)


def test_shares_are_nearer_than_counts(tmp_path, calibration):
    random = np.random.default_rng(1)
    parts = {"calm": people(600, 0.1, random), "party": people(600, 0.6, random)}
    said = np.concatenate([each[1] for each in parts.values()])
    groups = [name for name in parts for _ in range(600)]
    found = summarize(annotated_columns(table(tmp_path / "a.csv", said)), calibration, groups, resamples=50)
    assert [each.group for each in found] == ["calm", "party"]
    for each in found:
        truth = parts[each.group][0].mean(0)
        joy = next(share for share in each.shares if share.label == "joy")
        actual = truth[EKMAN.index("joy")]
        assert abs(joy.value - actual) < 0.06
        assert abs(joy.value - actual) < abs(joy.counted - actual)
        assert joy.low <= actual <= joy.high
        assert each.to_dict()["labels"]["joy"]["value"] == pytest.approx(joy.value, abs=1e-6)


def test_a_table_made_with_the_calibration_is_not_corrected_twice(tmp_path, calibration):
    said = people(200, 0.4, np.random.default_rng(2))[1]
    raw = annotated_columns(table(tmp_path / "raw.csv", said))
    mark = ["x" + calibration.fingerprint] * 200
    moved = table(tmp_path / "moved.csv", calibration.apply(said), calibration=[each[1:] for each in mark])
    one, other = (
        summarize(each, calibration, ["all"] * 200, resamples=10)[0].shares for each in (raw, annotated_columns(moved))
    )
    assert [share.value for share in one] == pytest.approx([share.value for share in other], abs=1e-4)
    wrong = annotated_columns(table(tmp_path / "wrong.csv", said, calibration=["deadbeef"] * 200))
    with pytest.raises(InputError, match="another calibration"):
        summarize(wrong, calibration, ["all"] * 200)


def test_rows_without_group_or_reading(tmp_path, calibration):
    said = people(60, 0.4, np.random.default_rng(3))[1]
    said[:10] = np.nan
    groups = ["a"] * 5 + [None] * 15 + ["b"] * 40
    found = summarize(annotated_columns(table(tmp_path / "a.csv", said)), calibration, groups, resamples=10)
    assert [(each.group, each.rows, each.read, len(each.shares)) for each in found] == [
        ("a", 5, 0, 0),
        ("b", 40, 40, 6),
    ]
    with pytest.raises(InputError, match="60 rows but 59 groups"):
        summarize(annotated_columns(table(tmp_path / "a.csv", said)), calibration, groups[1:])
    with pytest.raises(InputError, match="No row has a group"):
        summarize(annotated_columns(table(tmp_path / "a.csv", said)), calibration, [None] * 60)


def test_labels_column_is_what_is_counted(tmp_path):
    said = np.full((3, 6), 0.2)
    found = annotated_columns(table(tmp_path / "a.csv", said, prefix="m_", m_labels=["joy|anger", "", "fear"]))
    assert [EKMAN.labels[i] for i in np.flatnonzero(found.counted.any(0))] == ["anger", "fear", "joy"]
    assert found.counted.sum() == 3


def test_columns_that_are_not_there(tmp_path):
    write(tmp_path / "plain.csv", {"text": ["a", "b"]})
    with pytest.raises(InputError, match="holds no probabilities"):
        annotated_columns(open_table(tmp_path / "plain.csv"))
    with pytest.raises(InputError, match="outside"):
        annotated_columns(table(tmp_path / "a.csv", np.full((3, 6), 7.0)))
    both = {f"{space}.{label}": [0.1, 0.2] for space in ("ekman", "sentiment") for label in find_space(space)}
    write(tmp_path / "both.csv", both)
    with pytest.raises(InputError, match="several sets of labels"):
        annotated_columns(open_table(tmp_path / "both.csv"))
    assert annotated_columns(open_table(tmp_path / "both.csv"), find_space("sentiment")).space.name == "sentiment"


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("day", ["2026-01-01", "2026-05-17", None]),
        ("week", ["2025-12-29", "2026-05-11", None]),
        ("month", ["2026-01-01", "2026-05-01", None]),
        ("quarter", ["2026-01-01", "2026-04-01", None]),
        ("year", ["2026-01-01", "2026-01-01", None]),
    ],
)
def test_periods(tmp_path, period, expected):
    write(tmp_path / "a.csv", {"id": [1, 2, 3], "when": ["2026-01-01", "2026-05-17 23:59:59", ""]})
    assert periods(open_table(tmp_path / "a.csv"), "when", period) == expected


def test_periods_refuse_what_is_no_date(tmp_path):
    write(tmp_path / "a.csv", {"when": ["2026-01-01", "soon"]})
    with pytest.raises(InputError, match="soon"):
        periods(open_table(tmp_path / "a.csv"), "when", "month")


def test_periods_come_in_time(tmp_path, calibration):
    said = people(90, 0.4, np.random.default_rng(5))[1]
    times = ["2026-02-01", "2026-01-01", "2025-12-01"] * 30
    found = summarize(annotated_columns(table(tmp_path / "a.csv", said)), calibration, ["a"] * 90, times, resamples=10)
    assert [each.time for each in found] == ["2025-12-01", "2026-01-01", "2026-02-01"]
