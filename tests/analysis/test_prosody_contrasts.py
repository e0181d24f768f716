"""Contrasts of pitch, energy and duration between conditions: planted ones, and those of acted speech."""

from __future__ import annotations

import os
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from affekt.analysis.prosody_contrasts import (
    MEASURES,
    Prosody,
    Take,
    contrast_table,
    prosody,
    prosody_contrasts,
    takes_of,
)
from affekt.errors import InputError

RATE = 16_000
# How friendly and dominant takes are made to differ from distant ones: semitones, dB, share of the duration.
PLANTED = {"distant": (0.0, 0.0, 1.0), "friendly": (4.0, 3.0, 1.25), "dominant": (-2.0, 8.0, 0.8)}


def say(base_hz, level_db, seconds, syllables):
    """A voiced stretch of `seconds` with so many swells, between silences."""
    time = np.arange(int(seconds * RATE)) / RATE
    swell = 0.35 + np.abs(np.sin(np.pi * syllables * time / seconds))
    sound = sum(np.sin(2 * np.pi * base_hz * n * time + n) / n for n in range(1, 12)) * swell
    sound *= 10 ** (level_db / 20) / np.sqrt(np.mean(sound**2))
    return np.concatenate([np.zeros(RATE // 5), sound, np.zeros(RATE // 5)]).astype(np.float32)


@pytest.fixture(scope="module")
def planted():
    generator = np.random.default_rng(0)
    takes = []
    for speaker in range(5):
        base = 110 * 2 ** generator.uniform(0, 1)
        for sentence, (seconds, syllables) in {"oui": (0.6, 2), "nous partons": (1.0, 4)}.items():
            for condition, (higher, louder, longer) in PLANTED.items():
                for _ in range(2):
                    samples = say(
                        base * 2 ** ((higher + generator.normal(0, 0.3)) / 12),
                        -30 + louder + generator.normal(0, 0.5),
                        seconds * longer * (1 + generator.normal(0, 0.02)),
                        syllables,
                    )
                    takes.append(Take(f"F{speaker:02}", sentence, condition, prosody(samples)))
    return takes


@pytest.mark.parametrize("sentence", [None, "oui", "nous partons"])
def test_planted_contrasts_are_found_for_the_same_sentence(planted, sentence):
    found = {
        (contrast.measure, contrast.condition): contrast
        for contrast in prosody_contrasts(planted, against="distant")
        if contrast.sentence == sentence
    }
    for condition in ("friendly", "dominant"):
        higher, louder, longer = PLANTED[condition]
        pitch, level, seconds = (found[measure, condition] for measure in ("f0_semitones", "level_db", "seconds"))
        assert pitch.speakers == level.speakers == 5
        assert pitch.difference.value == pytest.approx(higher, abs=0.4)
        assert level.difference.value == pytest.approx(louder, abs=0.8)
        assert np.sign(seconds.difference.value) == np.sign(longer - 1)
        for contrast in (pitch, level, seconds):
            assert contrast.difference.low <= contrast.difference.value <= contrast.difference.high
            assert contrast.difference.low > 0 or contrast.difference.high < 0


def test_all_pairs_are_told_with_the_measures_and_the_sentences(planted):
    found = prosody_contrasts(planted, resamples=50)
    assert {(one.condition, one.against) for one in found} == set(combinations(PLANTED, 2))
    assert {one.measure for one in found} == set(MEASURES)
    assert {one.sentence for one in found} == {None, "oui", "nous partons"}
    assert len(found) == 3 * 3 * len(MEASURES)
    table = contrast_table(found).splitlines()
    assert len(table) == len(found)
    assert any("nous partons" in line and "distant - friendly" in line and "f0_semitones" in line for line in table)


def test_a_contrast_turned_round_has_the_other_sign(planted):
    one = prosody_contrasts([take for take in planted if take.condition != "dominant"], against="distant")
    other = prosody_contrasts([take for take in planted if take.condition != "dominant"], against="friendly")
    assert [a.difference.value for a in one] == pytest.approx([-b.difference.value for b in other])


def test_clips_of_a_corpus_become_takes():
    from affekt.corpora.clips import make_clips
    from affekt.types import LabelSpace

    space = LabelSpace("two", ("calm", "loud"), "exclusive", "example")
    sounds = [say(150, level, 0.5, 2) for level in (-30, -20, -32, -21)]
    clips = make_clips(sounds, [0, 1, 0, 1], space, speakers=["a", "a", "b", "b"], sentences=["hi"] * 4)
    takes = takes_of(clips)
    assert [take.condition for take in takes] == ["calm", "loud", "calm", "loud"]
    found = {one.measure: one for one in prosody_contrasts(takes, against="calm")}
    assert found["level_db"].difference.value == pytest.approx(10.5, abs=0.2)
    assert {one.sentence for one in found.values()} == {None}


def test_conditions_that_nobody_said_both_of_are_left_out():
    said = Prosody(1.0, 1.0, 1.0, 1.0, 1.0)
    takes = [Take("a", "hi", "x", said), Take("b", "hi", "y", said)]
    assert prosody_contrasts(takes) == []


def test_silence_has_no_prosody_and_makes_no_contrast():
    nothing = prosody(np.zeros(RATE))
    assert np.isnan(nothing).all()
    said = Prosody(20.0, 4.0, -30.0, 1.5, 4.0)
    assert prosody_contrasts([Take("a", "hi", "x", nothing), Take("a", "hi", "y", said)]) == []


def test_what_cannot_be_contrasted_is_refused():
    said = Prosody(1.0, 1.0, 1.0, 1.0, 1.0)
    with pytest.raises(InputError, match="two conditions"):
        prosody_contrasts([Take("a", "hi", "x", said)])
    with pytest.raises(InputError, match="'z'"):
        prosody_contrasts([Take("a", "hi", "x", said), Take("a", "hi", "y", said)], against="z")


@pytest.mark.slow
def test_anger_of_actors_is_louder_than_their_sadness():
    folder = os.environ.get("AFFEKT_DATA")
    if not folder or not (Path(folder) / "speech" / "ravdess" / "audio.tar").is_file():
        pytest.skip("needs AFFEKT_DATA with speech/ravdess")
    pytest.importorskip("soundfile")
    from contextlib import ExitStack

    from affekt.corpora.archives import media_reader
    from affekt.corpora.ravdess import read
    from affekt.signals.audio import open_sound

    takes = []
    with ExitStack() as stack:
        media = media_reader(stack)
        for record in read(Path(folder) / "speech" / "ravdess"):
            how = record.conditions
            wanted = how["intended"] in ("anger", "angry", "sadness", "sad") and how["intensity"] == "normal"
            if wanted and how["take"] == "1" and int(record.speaker[-2:]) <= 6:
                samples = open_sound(media(record.signal).content).mono()
                condition = "anger" if how["intended"].startswith("ang") else "sadness"
                takes.append(Take(record.speaker, record.signal.text, condition, prosody(samples)))
    assert len(takes) == 24
    found = {one.measure: one for one in prosody_contrasts(takes, against="sadness") if one.sentence is None}
    assert found["level_db"].speakers == 6
    assert found["level_db"].difference.low > 3
    assert found["f0_semitones"].difference.value > 0
