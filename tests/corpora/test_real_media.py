"""The real corpora of sound, faces, bodies and films, where AFFEKT_DATA says they lie: counts, labels, speakers."""

from __future__ import annotations

import os
import tarfile
from collections import Counter
from functools import lru_cache

import numpy as np
import pytest

from affekt.corpora.ceap_360vr import of_films
from affekt.corpora.ceap_360vr import read_traces as ceap_traces
from affekt.corpora.ferplus import ANSWERS
from affekt.corpora.index import CORPORA
from affekt.corpora.pmemo import read_traces
from affekt.corpora.read import check_rows, find_folder, read_corpus
from affekt.corpora.splits import check_disjoint, hold_out
from affekt.errors import CorpusError
from affekt.ratings.records import ratings_of
from affekt.types import Record

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("AFFEKT_DATA" not in os.environ, reason="AFFEKT_DATA names no folder of real corpora"),
]


@lru_cache(maxsize=2)
def real(name: str) -> list[Record]:
    try:
        find_folder(name)
    except CorpusError:
        pytest.skip(f"{name} is not in AFFEKT_DATA")
    return read_corpus(name)


def labels_of(records: list[Record]) -> Counter[str]:
    return Counter(label for record in records for label in record.labels)


@pytest.mark.parametrize("name", ["ravdess", "emodb", "emogator", "turev_db"])
def test_every_clip_is_in_its_archive(name: str) -> None:
    members: dict[str, set[str]] = {}
    for record in real(name):
        for signal in (record.signal, *record.further):
            assert signal.path is not None
            if signal.path.name not in members:
                with tarfile.open(signal.path) as archive:
                    members[signal.path.name] = set(archive.getnames())
            assert signal.member in members[signal.path.name]


def test_ravdess_counts() -> None:
    records = real("ravdess")
    assert check_rows(CORPORA["ravdess"], records) == "official"
    counts = labels_of(records)
    assert counts.pop("neutral") == 96
    assert set(counts.values()) == {192} and len(counts) == 7
    assert set(Counter(record.speaker for record in records).values()) == {60}
    assert Counter(record.conditions["sex"] for record in records) == {"male": 720, "female": 720}
    split = hold_out(records, fraction=0.2, seed=1)
    check_disjoint(split.kept, split.held, by="speaker")


def test_emodb_counts_and_what_listeners_heard() -> None:
    records = real("emodb")
    assert labels_of(records) == {
        **{"anger": 127, "boredom": 81, "disgust": 46, "fear": 69},
        **{"happiness": 71, "sadness": 62, "neutral": 79},
    }
    assert Counter(record.conditions["sex"] for record in records) == {"male": 233, "female": 302}
    assert len({record.speaker for record in records}) == 10
    assert Counter(bool(record.further) for record in records) == {True: 339, False: 196}
    recognised = [record.values["recognised"] for record in records]
    assert all(0 <= share <= 1 for share in recognised) and sum(recognised) / 535 > 0.8


def test_crema_d_votes_are_those_of_the_paper() -> None:
    records = real("crema_d_votes")
    assert check_rows(CORPORA["crema_d_votes"], records) == "official"
    assert Counter(record.conditions["shown"] for record in records) == dict.fromkeys(
        ("voice", "face", "audiovisual"), 7442
    )
    assert len({record.speaker for record in records}) == 91
    people = {record.speaker: record.conditions["sex"] for record in records}
    assert Counter(people.values()) == {"male": 48, "female": 43}
    assert sum(len(record.ratings) for record in records) == 212_000
    for record in records:
        votes = Counter(rating.labels[0] for rating in record.ratings)
        most = max(votes.values())
        assert set(record.labels) == {label for label, count in votes.items() if count == most}
        assert abs(record.values["agreement"] - most / len(record.ratings)) < 1e-6
    # Cao et al. 2014, abstract: what was intended is recognised most when seen and heard, least when heard.
    right = Counter(record.conditions["shown"] for record in records if record.conditions["intended"] in record.labels)
    shares = {shown: round(100 * count / 7442, 1) for shown, count in right.items()}
    assert shares == {"voice": 47.9, "face": 71.0, "audiovisual": 76.7}


def test_crema_d_votes_make_a_table() -> None:
    table = ratings_of(real("crema_d_votes"), "crema-d", perspective="voice")
    assert table.kind == "exclusive" and len(table.items) == 22_326 and len(table) > 60_000


def test_ferplus_votes_twins_and_first_labels() -> None:
    records = real("ferplus")
    assert check_rows(CORPORA["ferplus"], records) == "official"
    assert sum(len(record.ratings) for record in records) == 357_099
    said = Counter(rating.labels[0] for record in records for rating in record.ratings)
    assert set(said) == set(ANSWERS)
    test = [record for record in records if record.split == "test"]
    assert labels_of(test) == {
        **{"anger": 219, "contempt": 9, "disgust": 7, "fear": 50},
        **{"happiness": 872, "neutral": 936, "sadness": 295, "surprise": 341},
    }
    seen = {record.group for record in records if record.split != "test"}
    assert len({record.group for record in records}) == 35_710 - 1_840
    # Twins within test count once, by the first of them.
    assert sum(record.group in seen for record in test) == 314
    assert Counter("fer2013" in record.conditions for record in records) == {True: 35_382, False: 328}


def test_ferplus_votes_make_a_table() -> None:
    table = ratings_of(real("ferplus"), "ferplus", outside="unanswered")
    assert table.kind == "exclusive" and len(table) == 357_099


def test_emogator_and_turev_counts() -> None:
    bursts = real("emogator")
    assert set(labels_of(bursts).values()) == {40} and len(labels_of(bursts)) == 30
    assert set(Counter(record.speaker for record in bursts).values()) == {30}
    words = real("turev_db")
    assert labels_of(words) == {"anger": 487, "calm": 408, "happiness": 357, "sadness": 483}
    assert sorted(Counter(record.speaker for record in words).values()) == [150, 273, 328, 328, 328, 328]
    assert len({record.signal.text for record in words}) == 82


def test_pmemo_songs_and_traces() -> None:
    records = real("pmemo")
    assert check_rows(CORPORA["pmemo"], records) == "official"
    for record in records:
        assert all(-1 <= record.values[name] <= 1 for name in ("valence", "arousal"))
        assert all(0 <= record.values[name] <= 1 for name in ("valence_sd", "arousal_sd"))
    assert Counter(record.conditions["music2emotion_split"] for record in records) == {
        **{"train": 536, "validation": 116, "test": 115},
    }
    points = list(read_traces(find_folder("pmemo")))
    assert len(points) == 36_434
    songs: dict[str, list[float]] = {}
    for point in points:
        songs.setdefault(point.song, []).append(point.arousal)
    assert songs.keys() == {record.id for record in records}
    # A song's trace and its overall answer tell of the same song.
    whole = [record.values["arousal"] for record in records]
    assert np.corrcoef(whole, [np.mean(songs[record.id]) for record in records])[0, 1] > 0.8


def test_mosi_counts_and_disjoint_videos() -> None:
    records = real("mosi_features")
    assert check_rows(CORPORA["mosi_features"], records) == "official"
    train = [record for record in records if record.split == "train"]
    test = [record for record in records if record.split == "test"]
    check_disjoint(train, test, by="speaker")
    assert (len({record.group for record in train}), len({record.group for record in test})) == (62, 31)
    assert round(100 * labels_of(train)["positive"] / len(train), 1) == 49.0
    assert round(100 * labels_of(test)["positive"] / len(test), 1) == 62.1


def test_stress_predict_follows_the_protocol() -> None:
    records = real("stress_predict")
    assert check_rows(CORPORA["stress_predict"], records) == "official"
    people: dict[str, list[str]] = {}
    seconds: Counter[str] = Counter()
    for record in records:
        people.setdefault(str(record.speaker), []).append(record.labels[0])
        seconds[record.labels[0]] += int(record.values["seconds"])
        assert record.signal.part is not None and record.signal.path is not None
    # Rest, Stroop, rest, interview, rest, hyperventilation, rest.
    assert set(map(tuple, people.values())) == {(*(3 * ("no stress", "stress")), "no stress")} and len(people) == 34
    assert seconds == {"no stress": 75_701, "stress": 36_815}
    assert all(record.conditions == {} and record.values["heart_rate"] > 40 for record in records)


def test_jamendo_splits_share_no_artist() -> None:
    records = real("mtg_jamendo_moodtheme")
    assert check_rows(CORPORA["mtg_jamendo_moodtheme"], records) == "official"
    parts = {name: [record for record in records if record.split == name] for name in ("train", "validation", "test")}
    check_disjoint(*parts.values())
    counts = labels_of(records)
    assert len(counts) == 56
    assert {tag: counts[tag] for tag in ("happy", "film", "sad", "fast")} == {
        **{"happy": 1657, "film": 1502, "sad": 749, "fast": 119},
    }


def test_ceap_answers_and_traces() -> None:
    records = real("ceap_360vr")
    assert check_rows(CORPORA["ceap_360vr"], records) == "official"
    assert len({record.speaker for record in records}) == 32
    table = ratings_of(of_films(records), ["valence", "arousal"])
    assert (len(table.items), len(table.raters), len(table)) == (8, 32, 256)
    points = list(ceap_traces(find_folder("ceap_360vr")))
    assert len(points) == 127_948
    assert {(point.viewer, point.film) for point in points} == {
        (str(record.speaker), record.conditions["film"]) for record in records
    }
    assert all(0 <= point.time < 65 and -1 <= point.valence <= 1 for point in points)


def test_music_emotions_counts() -> None:
    records = real("music_emotions")
    assert check_rows(CORPORA["music_emotions"], records) == "official"
    assert labels_of(records) == {
        **{"amazed-suprised": 173, "happy-pleased": 166, "relaxing-calm": 264},
        **{"quiet-still": 148, "sad-lonely": 168, "angry-aggresive": 189},
    }
