"""The bench of speech: its sound is speech, its long files are long, its processes say what they took."""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from affekt.signals.audio import sound_facts
from affekt.signals.speech_activity import speech_activity


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.delenv("AFFEKT_DATA", raising=False)
    path = Path(__file__).parents[2] / "bench" / "speech.py"
    spec = importlib.util.spec_from_file_location("bench_of_speech", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_made_up_voices_are_speech_for_as_long_as_asked(bench: ModuleType, tmp_path: Path) -> None:
    sound = bench.speech(20.0)
    spans = speech_activity(sound, bench.RATE)
    assert len(sound) == 20 * bench.RATE
    assert 0.6 < sum(span.end - span.start for span in spans) / 20 < 0.9
    facts = sound_facts(bench.write_sound(tmp_path / "a.flac", 130.5))
    assert (facts.seconds, facts.rate, facts.channels) == (130.5, 16_000, 1)
    facts = sound_facts(bench.write_sound(tmp_path / "b.wav", 3.0, rate=44_100, channels=2))
    assert (facts.seconds, facts.rate, facts.channels) == (3.0, 44_100, 2)


def test_what_work_took_is_its_own(bench: ModuleType) -> None:
    took = bench.measured(lambda: len(np.zeros(20_000_000)) // 20_000_000)
    assert took["segments"] == 1
    assert took["wall"] >= 0
    assert took["megabytes"] > 50
    assert bench.spread([3.0, 1.0, 2.0]) == {"median": 2.0, "min": 1.0, "max": 3.0}


def test_it_fails_clearly_without_what_it_compares_with(bench: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=r"librosa and transformers .*pip install --group bench"):
        bench.check_installed()


@pytest.mark.slow
def test_a_process_reads_a_file_by_drawn_weights(bench: ModuleType, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    bench.draw_weights(tmp_path / "weights")
    path = bench.write_sound(tmp_path / "short.flac", 12.0)
    options = argparse.Namespace(weights=tmp_path / "weights")
    said = json.loads(subprocess.check_output(bench.child("speech", path, options)))
    assert said["segments"] >= 2
    assert 0 < said["processor"] < 60
    assert 20 < said["megabytes"] < 500
