"""The recipe of the learned maps: a smoke run, and its tables against what the package ships."""

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
def test_the_smoke_run_scores_every_map_and_writes_nothing(tmp_path: Path) -> None:
    for name in ("src", "recipes"):
        (tmp_path / name).symlink_to(ROOT / name)
    tables = sorted((ROOT / "src" / "affekt" / "affect" / "data" / "maps").glob("*.tsv"))
    before = [(path.read_bytes(), path.stat().st_mtime_ns) for path in tables]
    command = [sys.executable, str(ROOT / "recipes" / "learned_maps" / "fit.py"), "--smoke"]
    said = subprocess.run(command, check=True, cwd=tmp_path, capture_output=True, text=True).stdout
    assert "cped: cped-to-sentiment" in said
    assert said.count("  learned ") == said.count("  base rate ") >= 2
    assert [(path.read_bytes(), path.stat().st_mtime_ns) for path in tables] == before


def test_results_show_learned_maps_against_cited_ones_and_base_rates() -> None:
    rows = read_results(ROOT / "results" / "maps.csv")
    losses = {(row.protocol, row.model): row for row in rows if row.metric == "cross_entropy"}
    protocols = {protocol for protocol, _ in losses}
    assert {"cped-to-sentiment", "sentiment-to-cped", "isear-to-x-envent", "x-envent-to-isear"} <= protocols
    for protocol in protocols:
        learned, base = losses[protocol, "learned"], losses[protocol, "base rate"]
        assert learned.high is not None
        assert base.low is not None
        assert learned.high < base.low, protocol
        assert learned.n == base.n > 100


def test_the_readme_quotes_the_results() -> None:
    rows = {
        (row.protocol, row.model): f"{row.value:.3f}"
        for row in read_results(ROOT / "results" / "maps.csv")
        if row.metric == "cross_entropy"
    }
    text = (ROOT / "recipes" / "learned_maps" / "README.md").read_text(encoding="utf-8")
    names = {"FER2013": "fer2013"}
    quoted = 0
    for line in text.splitlines():
        cells = [cell.strip().replace("*", "") for cell in line.strip("|").split("|")]
        if "→" not in cells[0] or len(cells) != 6 or cells[0].startswith("From"):
            continue
        ends = [end.strip().strip("`") for end in cells[0].split("→")]
        protocol = "-to-".join(names.get(end, end) for end in ends)
        for model, cell in zip(("base rate", "learned", "cited", "vad", "vocabulary"), cells[1:], strict=True):
            assert rows.get((protocol, model), "refused") == cell, (protocol, model)
            quoted += 1
    assert quoted == 40
