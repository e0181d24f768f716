"""The recipe of results/robustness.csv on a slice: each perturbation has its score, drop and share of changed texts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from affekt.evaluation.perturbation import PERTURBATIONS
from affekt.evaluation.records import read_results

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.skipif("AFFEKT_DATA" not in os.environ, reason="AFFEKT_DATA names no data folder")
def test_robustness_smoke(tmp_path):
    results = tmp_path / "robustness.csv"
    command = [sys.executable, str(ROOT / "recipes/robustness/run.py"), "text-nano", "--limit", "60"]
    subprocess.run([*command, "--results", str(results)], check=True, cwd=tmp_path)
    kept = {row.metric for row in read_results(results)}
    for name in PERTURBATIONS:
        assert {f"perturbed:{name}/{each}" for each in ("macro_f1", "macro_f1_drop", "changed")} <= kept


def test_every_perturbation_has_its_rows():
    kept = {(row.model, row.metric) for row in read_results(ROOT / "results" / "robustness.csv")}
    for model in ("text", "text-nano", "tfidf"):
        assert {(model, f"perturbed:{name}/macro_f1_drop") for name in PERTURBATIONS} <= kept
