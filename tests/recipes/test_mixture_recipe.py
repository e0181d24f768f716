"""A smoke run of the mixture recipe, and what its published rows promise."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from affekt.evaluation.records import read_results

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.skipif("AFFEKT_DATA" not in os.environ, reason="AFFEKT_DATA names no data folder")
def test_smoke(tmp_path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "recipes/mixture/run.py"), "--smoke"],
        check=True,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert "russell-mehrabian, equal covariances: 8 of 8 classes are on top" in done.stdout
    assert not list(tmp_path.iterdir())


def test_the_rows_show_what_the_paper_claims() -> None:
    rows = [row for row in read_results(ROOT / "results/mixture.csv") if row.metric == "kl_below:one-hot"]
    assert len(rows) == 6
    for row in rows:
        assert row.low is not None
        assert row.low > 0, f"{row.protocol}: a one-hot head comes as near to the mixtures"
    tops = [row for row in read_results(ROOT / "results/mixture.csv") if row.metric == "share_of_means_on_top"]
    assert {row.value for row in tops if row.protocol.endswith("equal-covariances")} == {1.0}
