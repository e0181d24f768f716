"""Smoke runs of the published text methods: seconds each, on a slice of the real corpora."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from rotation import PARTS, is_due

from affekt.evaluation.records import read_results

ROOT = Path(__file__).parents[2]
# One line per method: the recipe's folder, and the name of the method in its rows.
RECIPES = [
    ("arabic_hybrid_loss", "arabic-hybrid-loss"),
    ("armanemo", "armanemo"),
    ("brighter", "brighter"),
    ("cheer_ekman", "cheer-ekman"),
    ("crosslingual_llm_ensemble", "crosslingual-llm-ensemble"),
    ("dens", "dens"),
    ("emo_pillars", "emo-pillars"),
    ("emoplmsynth", "emoplmsynth"),
    ("emotion_definitions", "emotion-definitions"),
    ("ethioemo_intensity", "ethioemo-intensity"),
    ("few_labels", "text-classifier"),
    ("french_emotion_modes", "french-emotion-modes"),
    ("goemotions", "goemotions"),
    ("kpoem", "kpoem"),
    ("leia", "leia"),
    ("mahaemotions", "mahaemotions"),
    ("open_vocabulary", "open-vocabulary"),
    ("reasoning_infused", "reasoning-infused-classification"),
    ("redaffectivelm", "redaffectivelm"),
    ("se_emotion_ptm", "se-emotion-ptm"),
    ("semeval2025_task11", "semeval2025-task11"),
    ("sent2affect", "sent2affect"),
    ("zero_shot", "zeroshot-entailment"),
]


@pytest.mark.slow
@pytest.mark.skipif("AFFEKT_DATA" not in os.environ, reason="AFFEKT_DATA names no data folder")
@pytest.mark.parametrize(("recipe", "method"), RECIPES)
def test_recipe_smoke(recipe: str, method: str, tmp_path: Path) -> None:
    if not is_due(recipe, RECIPES.index((recipe, method))):
        pytest.skip(f"untouched: its turn comes once in {PARTS} commits, or with `make test-all`")
    results = tmp_path / "rows.csv"
    command = [sys.executable, str(ROOT / "recipes" / recipe / "run.py"), "--smoke", "1", "--seeds", "1"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    subprocess.run([*command, "--results", str(results)], check=True, cwd=tmp_path, env=environment)
    rows = read_results(results)
    assert {row.model for row in rows} > {method}
    assert any(":minus:" in row.metric for row in rows if row.model == method)
