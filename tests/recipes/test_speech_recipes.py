"""Smoke runs of the published speech methods: seconds each, on a few clips of the real corpora."""

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
    ("asr_transcript_ser", "asr-transcript-ser"),
    ("bridge_token_mtl", "bridge-token-mtl"),
    ("ctc_rnn_ser", "ctc-rnn-ser"),
    ("dawn_transformer_ser", "dawn-transformer-ser"),
    ("emoq", "emoq"),
    ("cusemo", "cusemo"),
    ("emotion2vec", "emotion2vec"),
    ("emonet_voice", "emonet-voice"),
    ("emotionrankclap", "emotionrankclap"),
    ("exhubert", "exhubert"),
    ("gst_speaker_emotion", "gst-speaker-emotion"),
    ("is2025_graph_prosody", "is2025-graph-prosody"),
    ("lanser", "lanser"),
    ("mdat_cross_language", "mdat-cross-language"),
    ("meralion_ser", "meralion-ser"),
    ("multiview_contrastive_ser", "multiview-contrastive-ser"),
    ("neural_factor_analysis", "neural-factor-analysis"),
    ("ravdess_feature_study", "ravdess-feature-study"),
    ("sed_zed", "sed-zed"),
    ("speaker_normalization", "speaker-normalization"),
    ("speech", "speech"),
    ("speech_text_alignment", "speech-text-alignment"),
    ("speech_text_balanced", "speech-text-balanced"),
    ("ssl_ser_upstream", "ssl-ser-upstream"),
    ("sv_cyclegan_emotion", "sv-cyclegan-emotion"),
    ("tim_net", "tim-net"),
    ("wav2small", "wav2small"),
    ("wav2vec2_ptapt", "wav2vec2-ptapt"),
    ("wavlm_adaptation", "wavlm-adaptation"),
]


@pytest.mark.slow
@pytest.mark.skipif("AFFEKT_DATA" not in os.environ, reason="AFFEKT_DATA names no data folder")
@pytest.mark.parametrize(("recipe", "method"), RECIPES)
def test_speech_recipe_smoke(recipe: str, method: str, tmp_path: Path) -> None:
    if not is_due(recipe, RECIPES.index((recipe, method))):
        pytest.skip(f"untouched: its turn comes once in {PARTS} commits, or with `make test-all`")
    results = tmp_path / "rows.csv"
    # What answers are kept from belongs to the run; views of the sounds are the checkout's, taken once.
    (tmp_path / "runs").mkdir()
    views = ROOT / "runs" / "views"
    views.mkdir(parents=True, exist_ok=True)
    (tmp_path / "runs" / "views").symlink_to(views)
    command = [sys.executable, str(ROOT / "recipes" / recipe / "run.py"), "--smoke", "1", "--seeds", "1"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command += ["--resamples", "20", "--results", str(results)]
    subprocess.run(command, check=True, cwd=tmp_path, env=environment)
    rows = read_results(results)
    assert {row.model for row in rows} > {method}
    assert any(":minus:" in row.metric for row in rows if row.model == method)
