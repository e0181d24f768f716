"""Syllables, pauses and rates: of sounds that are known, and of EMO-DB's hand-made syllables."""

from __future__ import annotations

import csv
import gzip
import io
import os
import tarfile
from pathlib import Path

import numpy as np
import pytest
from synthetic_voice import RATE, harmonics

from affekt.errors import InputError
from affekt.signals.speech_rate import intensity, speech_rate


def syllable(seconds=0.2, f0=150.0, level=0.1):
    """One swell of a voice."""
    count = int(seconds * RATE)
    return (harmonics(np.full(count, f0), level=level) * np.hanning(count)).astype(np.float32)


def silence(seconds):
    return np.zeros(int(seconds * RATE), np.float32)


@pytest.mark.parametrize("per_second", [2.5, 4.0, 5.0])
def test_swells_of_a_voice_are_counted(per_second):
    count = int(4 * per_second)
    found = speech_rate(np.concatenate([silence(0.2), *[syllable(1 / per_second)] * count, silence(0.2)]))
    assert found.syllables == count
    assert found.speech_rate == pytest.approx(per_second, rel=0.08)
    assert len(found.pauses) == 0
    assert np.diff(found.nuclei) == pytest.approx(np.full(count - 1, 1 / per_second), abs=0.03)


def test_a_pause_is_told_and_left_out_of_articulation():
    words = [syllable(0.25)] * 6
    found = speech_rate(np.concatenate([silence(0.5), *words, silence(1.0), *words, silence(0.5)]))
    assert found.syllables == 12
    assert found.pauses.shape == (1, 2)
    begin, end = found.pauses[0]
    assert begin == pytest.approx(2.0, abs=0.08)
    assert end == pytest.approx(3.0, abs=0.08)
    assert found.articulation_rate == pytest.approx(4.0, rel=0.1)
    assert found.speech_rate == pytest.approx(3.0, rel=0.1)
    assert found.seconds == pytest.approx(5.0)


def test_a_short_gap_is_no_pause():
    found = speech_rate(np.concatenate([*[syllable(0.25)] * 4, silence(0.15), *[syllable(0.25)] * 4]))
    assert len(found.pauses) == 0
    assert found.syllables == 8


def test_swells_without_voice_are_no_syllables():
    noise = np.random.default_rng(0).standard_normal(RATE) * np.abs(np.sin(4 * np.pi * np.arange(RATE) / RATE))
    assert speech_rate(0.1 * noise).syllables == 0


def test_soft_swells_far_below_the_loudest_do_not_count():
    found = speech_rate(np.concatenate([*[syllable()] * 3, *[syllable(level=0.002)] * 3, silence(0.1)]))
    assert found.syllables == 3


def test_silence_and_scraps_have_no_rate():
    for samples in (np.zeros(RATE), np.zeros(10), np.zeros(0)):
        found = speech_rate(samples)
        assert found.syllables == found.speech_rate == found.articulation_rate == found.paused_s == 0


def test_louder_is_not_faster():
    samples = np.concatenate([silence(0.1), *[syllable()] * 7, silence(0.4), *[syllable(0.3)] * 3])
    soft, loud = speech_rate(0.1 * samples), speech_rate(samples)
    assert soft.nuclei == pytest.approx(loud.nuclei)
    assert soft.speech_rate == pytest.approx(loud.speech_rate)


def test_intensity_of_a_tone():
    level = intensity(0.5 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE))
    assert level == pytest.approx(np.full(len(level), 10 * np.log10(0.125)), abs=0.05)
    assert (intensity(np.zeros(RATE)) == -100).all()


def test_bad_input_is_refused():
    with pytest.raises(InputError):
        speech_rate(np.array([np.nan]))
    with pytest.raises(InputError):
        speech_rate(np.zeros(RATE), dip_db=0)


@pytest.mark.slow
def test_the_rate_follows_the_syllables_that_people_marked():
    folder = os.environ.get("AFFEKT_DATA")
    root = Path(folder or ".") / "speech" / "emodb"
    if not folder or not (root / "alignments.csv.gz").is_file():
        pytest.skip("needs AFFEKT_DATA with speech/emodb")
    soundfile = pytest.importorskip("soundfile")
    marked: dict[str, list[tuple[float, str]]] = {}
    with gzip.open(root / "alignments.csv.gz", "rt", encoding="utf-8") as table:
        for row in csv.DictReader(table):
            if row["tier"] == "syllable":
                marked.setdefault(row["utterance"], []).append((float(row["time_s"]), row["label"]))
    with (root / "metadata.csv").open(encoding="utf-8") as table:
        rows = [row for row in csv.DictReader(table) if row["file"]]
    heard, truth = [], []
    with tarfile.open(root / "audio.tar") as tar:
        for row in rows[::7]:
            syllables = marked.get(Path(row["original_file"]).stem)
            if syllables is None:
                continue
            samples, rate = soundfile.read(io.BytesIO(tar.extractfile(row["file"]).read()), dtype="float32")
            found = speech_rate(samples, rate)
            count = sum(label not in (".", "") for _, label in syllables)
            heard.append((found.syllables, found.speech_rate))
            truth.append((count, count / (syllables[-1][0] - syllables[0][0])))
    assert len(heard) > 40
    counts, rates = (
        np.corrcoef(one, other)[0, 1] for one, other in zip(np.array(heard).T, np.array(truth).T, strict=True)
    )
    assert counts > 0.8
    assert rates > 0.55
