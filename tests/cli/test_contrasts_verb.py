"""`affekt contrasts` on Att-HACK's official names, filled with voices whose pitch, level and length are planted."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from affekt.cli import affekt

RATE = 16_000
# Attitude → how many times as high, loud and long the sentence is said as the speaker says it in a friendly way.
PLANTED = {"a1": (1.0, 1.0, 1.0), "a3": (2 ** (4 / 12), 2.0, 0.8)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three speakers saying two sentences in two attitudes, two takes each: harmonic tones between silences."""
    root = tmp_path_factory.mktemp("att_hack")
    (root / "wav").mkdir()
    for place, speaker in enumerate(("F01", "M04", "F05")):
        for sentence, seconds in (("001", 0.5), ("002", 0.7)):
            for code, (higher, louder, longer) in PLANTED.items():
                for take in (1, 2):
                    hertz = (200, 110, 220)[place] * higher
                    time = np.arange(int(RATE * seconds * longer)) / RATE
                    voice = 0.02 * louder * sum(np.sin(2 * np.pi * hertz * k * time) / k for k in range(1, 8))
                    edge = np.minimum(1, np.minimum(time, time[::-1]) / 0.02)
                    sound = np.concatenate([np.zeros(RATE // 5), voice * edge, np.zeros(RATE // 5)])
                    sound = sound + 1e-5 * np.random.default_rng(take).standard_normal(len(sound))
                    soundfile.write(root / "wav" / f"{speaker}_{code}_s{sentence}_v{take:02}.wav", sound, RATE)
    return root


def test_contrasts_between_attitudes_of_the_same_sentence_are_printed(folder: Path) -> None:
    command = ["contrasts", "att_hack", "--by", "attitude", "--against", "friendly", "--folder", str(folder)]
    done = CliRunner().invoke(affekt, [*command, "--sentences", "--resamples", "50", "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert told["takes"] == 24
    found = {(row["sentence"], row["measure"]): row for row in told["contrasts"]}
    assert {(row["condition"], row["against"]) for row in told["contrasts"]} == {("dominant", "friendly")}
    assert {sentence for sentence, _ in found} == {None, "001", "002"}
    for sentence, shorter in ((None, 0.12), ("001", 0.1), ("002", 0.14)):
        assert found[sentence, "f0_semitones"]["value"] == pytest.approx(4, abs=0.2)
        assert found[sentence, "level_db"]["value"] == pytest.approx(6, abs=0.5)
        assert found[sentence, "seconds"]["value"] == pytest.approx(-shorter, abs=0.05)
        assert found[sentence, "f0_semitones"]["speakers"] == 3
    shown = CliRunner().invoke(affekt, [*command, "--resamples", "20"])
    assert shown.exit_code == 0
    assert "dominant - friendly" in shown.output and "(all sentences)" in shown.output and "001" not in shown.output
    wrong = CliRunner().invoke(affekt, ["contrasts", "att_hack", "--against", "rude", "--folder", str(folder)])
    assert wrong.exit_code == 1 and "No take is 'rude'" in wrong.output + wrong.stderr
