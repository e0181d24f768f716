"""The baseline of the field on corpora in their official layouts, filled with voices made for the test."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from affekt.corpora.clips import read_clips
from affekt.evaluation.speech import SpeechBench, evaluate_method

RATE = 16_000


def voice(path: Path, hertz: float, seed: int) -> None:
    """A buzz of some height, as a voice between silences."""
    random, time = np.random.default_rng(seed), np.arange(RATE * 3 // 10) / RATE
    sound = sum(np.sin(2 * np.pi * k * hertz * time) / k for k in range(1, 10))
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, 0.1 * sound + 0.003 * random.standard_normal(len(time)), RATE)


def nemo(folder: Path) -> Path:
    lines = ["file_id\temotion\traw_text\tnormalized_text\tspeaker_id\tgender\tage"]
    for place, speaker in enumerate(("EB0", "KF1", "MC2", "AP3")):
        for emotion, hertz in (("anger", 320), ("sadness", 130)):
            for take in (1, 2, 3):
                name = f"{speaker}_{emotion}_{take}"
                sex = ("female", "male")[place % 2]
                lines.append(f"{name}\t{emotion}\tJak się masz?\tjak się masz\t{speaker}\t{sex}\t24")
                voice(folder / "samples" / f"{name}.wav", hertz * (1 + 0.04 * place), 10 * place + take)
    (folder / "data.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def shemo(folder: Path) -> Path:
    for place, speaker in enumerate(("M01", "M02", "M03", "F01", "F02", "F03")):
        sex = "male" if speaker[0] == "M" else "female"
        for letter, hertz in (("A", 300), ("S", 120)):
            for take in ("01", "02", "03"):
                # A sad woman's voice is as high as an angry man's: only within a sex does height tell.
                height = hertz * (2.5 if sex == "female" else 1.0) * (1 + 0.02 * place)
                voice(folder / sex / f"{speaker}{letter}{take}.wav", height, 10 * place + int(take))
    return folder


def recalls(corpus: str, folder: Path, protocol: str, runs: Path) -> dict[str, tuple[float, int]]:
    clips = read_clips(corpus, cache=None, folder=folder)
    bench = SpeechBench(seeds=(0,), runs=runs, resamples=20)
    rows = evaluate_method("functionals-svm", clips, protocol, bench)  # type: ignore[arg-type]
    return {row.metric: (row.value, row.n) for row in rows}


@pytest.mark.slow
def test_nemo_speakers_left_out_are_recalled_from_acoustic_features(tmp_path: Path) -> None:
    found = recalls("nemo", nemo(tmp_path / "nemo"), "folds", tmp_path / "runs")
    assert found["uar"] == (1.0, 24)
    assert found["accuracy"] == (1.0, 24)


@pytest.mark.slow
def test_shemo_is_scored_within_a_sex_and_over_both(tmp_path: Path) -> None:
    folder = shemo(tmp_path / "shemo")
    within = recalls("shemo", folder, "within-sex", tmp_path / "runs")
    over = recalls("shemo", folder, "folds", tmp_path / "runs")
    assert (within["uar"][1], over["uar"][1]) == (36, 36)
    assert within["uar"][0] > 0.9
    assert over["uar"][0] > 0.5
