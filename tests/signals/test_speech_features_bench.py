"""The bench of speech features: what it says without its libraries, and the configurations that it writes."""

from __future__ import annotations

import importlib.util
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from affekt.signals.mel import log_mel

BENCH = Path(__file__).parents[2] / "bench" / "speech_features.py"


@pytest.fixture
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("speech_features", BENCH)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_fails_clearly_without_its_libraries(bench: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(bench, "version", absent)
    with pytest.raises(SystemExit, match=r"opensmile and librosa.*pip install --group bench"):
        bench.check_installed()


def test_clips_are_chosen_evenly_and_joined_to_a_length(bench: ModuleType) -> None:
    clips = [np.full(4, k, np.float32) for k in range(10)]
    assert [int(clip[0]) for clip in bench.every(clips, 4)] == [0, 3, 6, 9]
    assert len(bench.every(clips, 40)) == 10
    assert bench.join(clips, 1 / 60).shape == (16_000,)


def test_all_libraries_hear_the_same_samples(bench: ModuleType) -> None:
    given = np.array([0.99999, -1.0, 1.5, 3e-5, -3e-5, 0.5], np.float32)
    heard = bench.cut_off(given)
    # What openSMILE makes of it, which is cut off already, changes nothing more.
    assert np.array_equal((heard * 32768).astype(np.int16).astype(np.float32) / 32768, heard)
    assert np.abs(heard - np.clip(given, -1, 1)).max() < 1 / 32768 + 1e-9
    assert heard[3] == heard[4] == 0


def test_what_is_slower_is_told(bench: ModuleType) -> None:
    rows = {"mfcc": {kind: {"times_affekt": {"librosa": 0.9, "opensmile": 2.0}} for kind in ("clips", "joined")}}
    assert bench.slower(rows) == ["librosa at mfcc, clips (0.9)", "librosa at mfcc, joined (0.9)"]


def test_a_constant_functional_counts_as_no_agreement(bench: ModuleType) -> None:
    assert bench.correlation(lambda a, b: 1.0, np.zeros(3), np.arange(3)) == 0


@pytest.mark.slow
def test_opensmile_makes_the_same_log_mel(bench: ModuleType, tmp_path: Path) -> None:
    opensmile = pytest.importorskip("opensmile", reason="opensmile is not installed")
    path = tmp_path / "mel.conf"
    path.write_text(bench.spectrum(0.025) + bench.mel(bench.MEL) + bench.logarithm())
    extractor = opensmile.Smile(feature_set=str(path), feature_level="log")
    sound = np.random.default_rng(0).normal(scale=0.1, size=16_000).astype(np.float32)
    theirs = np.asarray(extractor(sound, 16_000))[0].T
    ours = log_mel(sound)
    assert theirs.shape == ours.shape
    # Theirs weighs bins on the mel scale, ours in Hz.
    assert np.corrcoef(theirs.ravel(), ours.ravel())[0, 1] > 0.98
