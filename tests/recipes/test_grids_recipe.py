"""The recipe of the grids, on two small corpora and a small BRIGHTER in their official layouts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from affekt.evaluation.records import read_results

SCRIPT = Path(__file__).parents[2] / "recipes" / "grids" / "run.py"
SAID = {"joy": ("so happy", "glücklich"), "sadness": ("so sad", "traurig"), "anger": ("furious", "wütend")}


@pytest.fixture
def data(tmp_path):
    """Texts of dair_emotion, and of BRIGHTER in German and English."""
    texts = tmp_path / "text"
    (texts / "dair_emotion").mkdir(parents=True)
    for split in ("train", "val", "test"):
        lines = [f"{SAID[label][0]} {split} {n};{label}" for n in range(8) for label in SAID]
        (texts / "dair_emotion" / f"{split}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for track in ("track_b", "track_c"):
        (texts / "brighter" / track).mkdir(parents=True)
    for split in ("train", "dev", "test"):
        folder = texts / "brighter" / "track_a" / split
        folder.mkdir(parents=True)
        for place, (code, columns) in enumerate(
            {"eng": "anger,fear,joy,sadness,surprise", "deu": "anger,disgust,fear,joy,sadness,surprise"}.items()
        ):
            lines = [f"id,text,{columns}"]
            for n in range(8):
                for label, words in SAID.items():
                    flags = ",".join(str(int(name == label)) for name in columns.split(","))
                    lines.append(f"{code}_{split}_track_a_{len(lines):05d},{words[place]} {split}{n},{flags}")
            (folder / f"{code}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def run(data, *arguments):
    command = [sys.executable, str(SCRIPT), *arguments, "--results", str(data / "out"), "--pages", str(data / "pages")]
    environment = {**os.environ, "AFFEKT_DATA": str(data)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_corpora_and_languages(data):
    said = run(data, "--domains", "dair_emotion", "brighter@en", "isear", "--only", "cross-corpus")
    assert "isear: left out: The corpus isear is not here" in said
    rows = {(r.corpus, r.model, r.protocol, r.metric): r for r in read_results(data / "out" / "cross-corpus.csv")}
    protocol = "own-thresholds-trained-on-brighter@en-learned-2000-at-most-1000-seed-0"
    assert rows["dair_emotion:ekman", "tfidf", protocol, "macro_f1"].value > 0.9
    assert {model for _, model, _, _ in rows} == {"tfidf", "prior"}
    assert any(metric == "macro_f1_drop" for *_, metric in rows)
    run(data, "--only", "cross-language", "--limit", "20")
    rows = {(r.corpus, r.protocol): r for r in read_results(data / "out" / "cross-language.csv") if r.model != "prior"}
    home = rows["brighter@de", "own-thresholds-trained-on-brighter@de-learned-1000-at-most-20-seed-0"]
    away = rows["brighter@de", "own-thresholds-trained-on-brighter@en-learned-1000-at-most-20-seed-0"]
    assert home.value > 0.9 > away.value
    assert (data / "pages" / "cross-language-ekman-tfidf-characters.html").stat().st_size > 5000
