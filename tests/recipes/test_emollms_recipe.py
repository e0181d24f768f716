"""The recipe of EmoLLMs' benchmark on slices of real corpora: a local model, a baseline, the echo model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from affekt.evaluation.records import read_results

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.skipif("AFFEKT_DATA" not in os.environ, reason="AFFEKT_DATA names no data folder")
def test_every_system_is_scored_on_every_task_it_can_answer(tmp_path: Path) -> None:
    more = ["--rows", "rows.jsonl", "--results", "scores.csv", "--endpoint", "echo"]
    command = [sys.executable, str(ROOT / "recipes/emollms/run.py"), "--smoke", "1", *more]
    subprocess.run(command, check=True, cwd=tmp_path, env={**os.environ, "OMP_NUM_THREADS": "1"})
    rows = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {row["kind"] for row in rows} == {"labels", "number"} and len(rows) == 200
    scores = read_results(tmp_path / "scores.csv")
    assert {row.model for row in scores} == {"emollms:text", "emollms:prior", "emollms:echo"}
    assert {row.metric for row in scores} >= {"jaccard", "macro_f1", "answered"}
