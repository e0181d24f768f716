"""Learned under one condition, scored under another: acted and natural speech, told by a field of the reader."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from affekt.cli import affekt
from affekt.corpora.clips import Clips, make_clips, read_clips
from affekt.errors import InputError
from affekt.evaluation import speech
from affekt.evaluation.records import read_results
from affekt.evaluation.speech import SpeechBench, suite_rows
from affekt.evaluation.speech_across import across_condition, condition_rounds, shared_clips
from affekt.training.speech.functionals_svm import Config, teach
from affekt.training.speech.lesson import Lesson, Taught
from affekt.types import LabelSpace

RATE = 16_000
SPACE = LabelSpace("planted", ("anger", "joy", "sadness"), "exclusive", "made for a test")
# Natural anger is as high as acted joy is, and the other way round: what is learned of one is wrong of the other.
HEIGHTS = {"acted": (500, 400, 300), "natural": (400, 500, 300)}
LESSONS: list[Lesson] = []


def tone(hertz: float, seed: int) -> np.ndarray:
    random, time = np.random.default_rng(seed), np.arange(RATE // 4) / RATE
    return (0.3 * np.sin(2 * np.pi * hertz * time) + 0.01 * random.standard_normal(len(time))).astype(np.float32)


def ser_ampel(folder: Path) -> Path:
    """Four actors and four older adults, three emotions each, twice, in the table that the reader takes."""
    lines = ["file,speaker,protocol,emotion"]
    for protocol, heights in HEIGHTS.items():
        for who in range(4):
            for place, emotion in enumerate(("anger", "joy", "sadness")):
                for take in range(2):
                    name = f"{protocol}/{who}-{emotion}-{take}.wav"
                    (folder / protocol).mkdir(parents=True, exist_ok=True)
                    soundfile.write(folder / name, tone(heights[place] * (1 + 0.01 * who), 10 * who + take), RATE)
                    lines.append(f"{name},{protocol}-{who},{protocol},{emotion}")
    (folder / "labels.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def planted(speakers: int = 5, *, both: bool = True) -> Clips:
    """Tones of speakers who are heard both near and far (or only in one of them)."""
    rows = []
    for who in range(speakers):
        for distance in ("near", "far") if both else (("near", "far")[who % 2],):
            rows += [(who, distance, label) for label in range(3)] * 2
    sounds = [tone(300 + 100 * label, place) for place, (_, _, label) in enumerate(rows)]
    return make_clips(
        sounds,
        [label for *_, label in rows],
        SPACE,
        speakers=[f"s{who}" for who, *_ in rows],
        conditions={"distance": [distance for _, distance, _ in rows]},
        corpus="planted",
    )


@pytest.fixture(autouse=True)
def method(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A fast method, a machine on mean spectra, that remembers what it was given."""
    module = ModuleType("planted_across")

    def plain(lesson: Lesson) -> Taught:
        LESSONS.append(lesson)
        return teach(lesson, Config(view="log-mel"))

    module.plain = plain  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "planted_across", module)
    for place in ("affekt.evaluation.speech.METHODS", "affekt.training.speech.index.METHODS"):
        monkeypatch.setattr(place, {"plain": "planted_across:plain"})
    speech._last.clear()
    LESSONS.clear()
    yield
    speech._last.clear()


def test_acted_and_natural_speech_are_learned_and_scored_in_turn(tmp_path: Path) -> None:
    clips = read_clips("ser_ampel", cache=None, folder=ser_ampel(tmp_path / "corpus"))
    bench = SpeechBench(seeds=(0,), runs=tmp_path / "runs", resamples=20)
    rows = across_condition("plain", clips, "protocol", bench)
    recall = {row.split: (round(row.value, 3), row.n) for row in rows if row.metric == "uar"}
    # Within a protocol all is told; across, sadness alone: its height is the same in both.
    assert recall == {
        "acted:from:acted": (1.0, 24),
        "natural:from:acted": (0.333, 24),
        "acted:from:natural": (0.333, 24),
        "natural:from:natural": (1.0, 24),
    }
    assert {row.protocol for row in rows} == {"across-protocol"}
    for lesson in LESSONS:
        assert len(set(lesson.train.condition("protocol")) | set(lesson.valid.condition("protocol"))) == 1


def test_the_command_prints_ua_of_each_direction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "speech").mkdir()
    ser_ampel(tmp_path / "speech" / "ser_ampel")
    monkeypatch.setenv("AFFEKT_DATA", str(tmp_path))
    command = ["evaluate", "plain", "--suite", "ser", "--on", "ser_ampel", "--protocol", "across:protocol"]
    done = CliRunner().invoke(affekt, [*command, "--seeds", "1", "--resamples", "20", "--results", "rows.csv"])
    assert done.exit_code == 0, done.output
    shown = [line.split() for line in done.stdout.splitlines() if "across-protocol" in line]
    assert {" ".join(line[2:5]): line[6] for line in shown} == {
        "acted from acted": "100.0",
        "natural from acted": "33.3",
        "acted from natural": "33.3",
        "natural from natural": "100.0",
    }
    assert len({row.split for row in read_results(tmp_path / "rows.csv")}) == 4


def test_no_speaker_is_on_two_sides_where_all_are_heard_under_both() -> None:
    clips = planted()
    speakers, distances = np.asarray(clips.speakers), clips.condition("distance")
    for one, other in (("near", "far"), ("far", "near"), ("near", "near")):
        taken = condition_rounds(clips, "distance", one, other)
        assert len(taken) == 5
        for each in taken:
            sides = [set(speakers[places]) for places in (each.train, each.valid, each.test)]
            assert all(sides) and not sides[0] & sides[1] and not sides[2] & (sides[0] | sides[1])
            assert set(distances[np.append(each.train, each.valid)]) == {one} and set(distances[each.test]) == {other}
        scored = np.concatenate([each.test for each in taken])
        assert np.array_equal(np.sort(scored), np.flatnonzero(distances == other))


def test_speakers_of_one_value_each_are_scored_all_at_once() -> None:
    clips = planted(6, both=False)
    (each,) = condition_rounds(clips, "distance", "near", "far")
    assert len(each.test) == 18 and len(each.train) == 12 and len(each.valid) == 6


def test_only_labels_that_all_values_have_are_asked_for(tmp_path: Path) -> None:
    clips = planted()
    without = clips.take(~((clips.condition("distance") == "far") & (clips.labels == 1)))
    assert shared_clips(without, "distance").space.labels == ("anger", "sadness")
    unknown = {"distance": tuple("" if who == "s0" else told for who, told in zip(
        clips.speakers, clips.conditions["distance"], strict=True))}  # fmt: skip
    assert "s0" not in shared_clips(replace(clips, conditions=unknown), "distance").speakers
    bench = SpeechBench(seeds=(0,), runs=tmp_path, resamples=20)
    (rows,) = suite_rows({"planted": without}, ["plain"], ["across:distance"], bench)
    assert {row.value for row in rows if row.metric == "uar"} == {1.0}


def test_what_cannot_be_crossed_is_refused() -> None:
    clips = planted()
    with pytest.raises(InputError, match="no condition 'protocol'"):
        shared_clips(clips, "protocol")
    alone = clips.take(clips.condition("distance") == "near")
    with pytest.raises(InputError, match=r"distance has 1 values in planted \(near\)"):
        shared_clips(alone, "distance")
    apart = clips.take((clips.condition("distance") == "near") == (clips.labels == 0))
    with pytest.raises(InputError, match=r"share 0 labels, not 2\. They have far: joy, sadness; near: anger"):
        shared_clips(apart, "distance")
    with pytest.raises(InputError, match="with distance near have speakers in 2 folds"):
        condition_rounds(planted(2), "distance", "near", "far")
