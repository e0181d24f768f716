"""Clips: what is read of a corpus of speech, and views that are taken once."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from affekt.corpora.clips import Clips, make_clips, mixed_folds, read_clips, speaker_folds
from affekt.corpora.sound_views import Change, FileViews, read_frames
from affekt.errors import CorpusError, InputError, UnknownNameError
from affekt.types import LabelSpace

RATE = 16_000
SPACE = LabelSpace("two", ("low", "high"), "exclusive", "made for a test")


def ravdess_tree(folder: Path) -> Path:
    """Four actors, two emotions, one statement: tones at another rate, in the official layout."""
    for actor in (1, 2, 3, 24):
        place = folder / f"Actor_{actor:02}"
        place.mkdir(parents=True)
        for emotion in (1, 5):
            seconds = 0.2 + 0.1 * emotion
            tone = 0.1 * np.sin(2 * np.pi * 100 * actor * np.arange(int(seconds * 48_000)) / 48_000)
            soundfile.write(place / f"03-01-0{emotion}-01-01-01-{actor:02}.wav", tone, 48_000)
    return folder


def tones(count: int = 6) -> Clips:
    time = np.arange(RATE // 2) / RATE
    sounds = [
        np.sin(2 * np.pi * (200 + 600 * (i % 2)) * time[: 4000 + 500 * i]).astype(np.float32) for i in range(count)
    ]
    return make_clips(sounds, [i % 2 for i in range(count)], SPACE, speakers=[f"s{i // 2}" for i in range(count)])


def test_a_corpus_is_read_with_labels_speakers_and_folds(tmp_path: Path) -> None:
    clips = read_clips("ravdess", cache=None, folder=ravdess_tree(tmp_path))
    assert len(clips) == 8
    assert [clips.space.labels[i] for i in clips.labels[:2]] == ["neutral", "neutral"]
    assert set(clips.speakers) == {"actor-01", "actor-02", "actor-03", "actor-24"}
    for fold in set(clips.folds.tolist()):
        inside = {s for s, f in zip(clips.speakers, clips.folds, strict=True) if f == fold}
        assert not inside & {s for s, f in zip(clips.speakers, clips.folds, strict=True) if f != fold}
    assert set(clips.condition("sex")) == {"male", "female"}
    assert set(clips.sentences) == {"Kids are talking by the door"}


def test_waves_are_mono_at_16_khz(tmp_path: Path) -> None:
    clips = read_clips("ravdess", cache=None, folder=ravdess_tree(tmp_path))
    lengths = [len(wave) for wave in clips.view("wave")]
    assert lengths == pytest.approx([RATE * (0.2 + 0.1 * (1 if label == 0 else 5)) for label in clips.labels], abs=2)
    assert clips.view("wave")[0].shape[1] == 1


def test_views_are_taken_once_and_mapped_from_one_file_each(tmp_path: Path) -> None:
    folder, cache = ravdess_tree(tmp_path / "corpus"), tmp_path / "views"
    clips = read_clips("ravdess", cache=cache, folder=folder)
    first = [frames.copy() for frames in clips.view("log-mel")]
    files = sorted(path.name for path in cache.iterdir())
    assert [name.split("-")[1] for name in files] == ["log", "wave1"]
    for path in folder.rglob("*.wav"):
        path.write_bytes(b"\0" * path.stat().st_size)  # of the same size: what was taken is not taken again
    again = read_clips("ravdess", cache=cache, folder=folder).view("log-mel")
    assert all(np.array_equal(one, other) for one, other in zip(first, again, strict=True))
    with_memory = tones()
    assert isinstance(clips.views, FileViews)
    assert isinstance(read_frames(clips.views.path("log-mel")).values, np.memmap)
    assert with_memory.view("log-mel")[0].dtype == np.float32


def test_half_precision_moves_a_spectrum_by_less_than_a_hundredth(tmp_path: Path) -> None:
    folder = ravdess_tree(tmp_path / "corpus")
    kept = read_clips("ravdess", cache=tmp_path / "views", folder=folder).view("log-mel")
    exact = read_clips("ravdess", cache=None, folder=folder).view("log-mel")
    assert max(np.abs(a - b).max() for a, b in zip(kept, exact, strict=True)) < 0.01


def test_a_broken_file_of_views_is_said(tmp_path: Path) -> None:
    path = tmp_path / "broken.frames"
    path.write_bytes(b"nothing")
    with pytest.raises(CorpusError, match="Delete it"):
        read_frames(path)


def test_take_keeps_clips_and_their_sounds_together() -> None:
    clips = tones()
    some = clips.take(np.array([4, 1]))
    assert some.ids == (clips.ids[4], clips.ids[1])
    assert np.array_equal(some.view("wave")[0], clips.view("wave")[4])
    assert np.array_equal(clips.take(clips.labels == 1).labels, [1, 1, 1])
    assert len(clips.take(clips.labels == 1).take([0, 2])) == 2


def test_changed_sounds_differ_by_draw_and_are_the_same_again() -> None:
    clips = tones()
    noise = Change("noise", lambda samples, random: samples + 0.1 * random.standard_normal(len(samples), np.float32))
    one, other = clips.view("wave", noise, draw=0), clips.view("wave", noise, draw=1)
    assert not np.array_equal(one[0], clips.view("wave")[0])
    assert not np.array_equal(one[0], other[0])
    assert not np.array_equal(one[0] - clips.view("wave")[0], (one[2] - clips.view("wave")[2])[: len(one[0])])
    assert np.array_equal(tones().view("wave", noise, draw=1)[0], other[0])


def test_an_unknown_view_or_condition_is_said() -> None:
    with pytest.raises(UnknownNameError, match="log-mel"):
        tones().view("log-mell")
    with pytest.raises(InputError, match="no condition 'sex'"):
        tones().condition("sex")
    with pytest.raises(CorpusError, match="emodb:2s"):
        read_clips("ravdess:2s")
    with pytest.raises(InputError, match="5 speakers"):
        make_clips([np.zeros(80, np.float32)] * 6, [0] * 6, SPACE, speakers=["a"] * 5)


def test_folds_of_many_speakers_share_none() -> None:
    speakers = [f"{i % 40:02}" for i in range(1200)]
    folds = speaker_folds(speakers)
    assert np.bincount(folds).tolist() == [240] * 5
    assert speaker_folds([f"{i:02}" for i in range(24)], 6).tolist() == [i // 4 for i in range(24)]


def test_mixed_folds_have_each_label_and_every_speaker() -> None:
    clips = tones(24).take(np.arange(24))
    folds = mixed_folds(clips, 3)
    assert all(np.bincount(clips.labels[folds == fold]).tolist() == [4, 4] for fold in range(3))
    speakers = np.asarray(clips.speakers)
    assert any(len(set(folds[speakers == one])) > 1 for one in set(clips.speakers))


@pytest.mark.skipif("AFFEKT_DATA" not in os.environ, reason="AFFEKT_DATA names no data folder")
@pytest.mark.parametrize(
    ("corpus", "clips", "labels", "folds"),
    [
        ("ravdess", 1440, 8, 6),
        ("emodb", 339, 4, 10),
        ("emodb:2s", 535, 7, 10),
        ("emogator", 1200, 30, 5),
        ("turev_db", 1735, 4, 6),
    ],
)
def test_the_real_corpora_have_their_folds(corpus: str, clips: int, labels: int, folds: int) -> None:
    found = read_clips(corpus, cache=None)
    assert (len(found), len(found.space), len(set(found.folds.tolist()))) == (clips, labels, folds)
    told = {fold: {s for s, f in zip(found.speakers, found.folds, strict=True) if f == fold} for fold in range(folds)}
    assert sum(map(len, told.values())) == len(set(found.speakers))
    if corpus == "ravdess":
        assert told[5] == {f"actor-{i}" for i in (21, 22, 23, 24)}
