"""Readers of speech that several people judged: every judgement is kept, beside what was asked for."""

from __future__ import annotations

import json
import re
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from judged_speech_trees import TREES, emonet_row, parquet_rows, records_of, thai_entry

from affekt.corpora.archives import media_reader
from affekt.corpora.emonet_voice import SPACE as EMONET
from affekt.corpora.emonet_voice import intensity_table
from affekt.corpora.index import CORPORA, READERS
from affekt.corpora.read import read_corpus
from affekt.corpora.thai_ser import VOTES
from affekt.errors import CorpusError
from affekt.ratings.filtering import agreement_curve, keep_agreed, vote_shares
from affekt.ratings.records import ratings_of


@pytest.mark.parametrize("name", TREES)
def test_records_keep_the_cards_word(name: str, tmp_path: Path) -> None:
    card, records = CORPORA[name], records_of(name, tmp_path)
    assert len(records) >= 5 and card.space is not None
    assert card.layout == "verified" and re.search(r"[0-9a-f]{40}", card.layout_source)
    for record in records.values():
        assert record.split in card.rows and record.group
        assert record.signal.modality == "speech" and record.signal.path is not None
        assert record.signal.language in (card.languages or (None,))
        assert set(record.labels) <= set(card.space)
        assert len(record.ratings) >= 2
        assert all(0 <= degree <= 1 for degree in record.intensities.values())
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusError, match=str(tmp_path / "empty")):
        list(READERS[name](tmp_path / "empty"))
    with pytest.raises(CorpusError, match="incomplete"):
        read_corpus(name, folder=tmp_path)


def test_emonet_voice_keeps_every_expert(tmp_path: Path) -> None:
    records = list(records_of("emonet_voice", tmp_path).values())
    fear, impatience, jealousy, pleasure, again, real = records
    assert fear.labels == ("fear",) and fear.intensities == {"fear": 0.75}
    assert [(each.rater, each.values["fear"]) for each in fear.ratings] == [("human-1", 1.0), ("human-2", 0.5)]
    assert dict(impatience.values) == {"experts": 3, "agreeing": 1, "hearing": 2}
    # One expert did not hear it: no label, but the intensity stays.
    assert impatience.labels == () and impatience.intensities == {"impatience and irritability": 0.5}
    assert jealousy.intensities == {"jealousy & envy": 0.0} and jealousy.values["agreeing"] == 2
    assert pleasure.labels == again.labels == ("pleasure/ecstasy",)
    assert len(fear.unrated) == 39 and "fear" not in fear.unrated
    assert fear.group == impatience.group == "0a1b2c3d" != jealousy.group
    assert real.values["authenticity"] == 0.75 and not real.labels and not real.intensities
    assert len(real.unrated) == 40


def test_emonet_voice_as_forty_columns(tmp_path: Path) -> None:
    table = intensity_table(list(records_of("emonet_voice", tmp_path).values()))
    assert table.intensities.shape == (6, 40)
    assert np.isfinite(table.intensities).sum(1).tolist() == [1, 1, 1, 1, 1, 0]
    assert table.intensities[3, EMONET.index("pleasure/ecstasy")] == 0.625
    assert table.experts.tolist() == [2, 3, 2, 4, 2, 2] and table.agreeing.tolist() == [1, 1, 2, 3, 2, 1]


def test_sounds_inside_parquet_are_found_in_any_order(tmp_path: Path) -> None:
    records = list(records_of("emonet_voice", tmp_path).values())
    with ExitStack() as stack:
        read = media_reader(stack)
        for place in (2, 0, 1, 4, 1):
            media = read(records[place].signal)
            assert media is not None and media.ending == ".mp3"
            assert media.content.startswith(b"ID3 " + str(records[place].group).encode())


def test_thai_ser_keeps_every_vote_with_what_was_assigned(tmp_path: Path) -> None:
    records = records_of("thai_ser", tmp_path)
    angry, sad, split, neutral, zoom = records.values()
    assert [each.labels for each in angry.ratings] == [("angry",)] * 3 + [("frustrated",)]
    # Two emotions by one rater, and one outside the list, are votes too.
    assert [each.labels for each in sad.ratings] == [("sad",), ("sad", "frustrated"), ("sad",), ()]
    assert split.labels == () and split.conditions["intended"] == "happy" and split.values["agreement"] == 0.5
    assert (zoom.labels, zoom.conditions["intended"]) == (("angry",), "frustrated")
    assert [record.conditions["room"] for record in records.values()] == ["a", "a", "b", "b", "zoom"]
    assert [record.conditions["fold"] for record in records.values()] == [
        *("studio1-10", "studio1-10", "studio11-20", "studio71-80", "zoom11-20")
    ]
    assert angry.group == sad.group == "studio001" and angry.speaker == "actor001" != sad.speaker
    assert angry.conditions["session"] == "impro" and sad.conditions["session"] == "script"
    assert neutral.conditions["sex"] == "female" and neutral.conditions["age"] == "23"
    assert zoom.signal.path == tmp_path / "zoom11-20/zoom011/mic/z011_mic_actor181_impro2_3.flac"


def test_the_votes_of_thai_ser_are_filtered_by_agreement(tmp_path: Path) -> None:
    records = list(records_of("thai_ser", tmp_path).values())
    votes = ratings_of(records, VOTES)
    shares = vote_shares(votes)
    # The makers' agreement: each rater's vote split over what they named, "other" a vote for none.
    assert shares.max(1).round(2).tolist() == [0.75, 0.62, 0.5, 1.0, 0.67]
    for record, share in zip(records, shares.max(1), strict=True):
        assert record.values["agreement"] == pytest.approx(share, abs=0.005)
    assert keep_agreed(votes, 0.71).items == (records[0].id, records[3].id)
    assigned = {record.id: record.conditions["intended"] for record in records}
    whole, agreed = agreement_curve(votes, (0.0, 0.71), assigned=assigned, resamples=20)
    assert (whole.items, agreed.items) == (5, 2) and agreed.alpha.value > whole.alpha.value
    assert (whole.recognised, agreed.recognised) == (0.6, 1.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"s001_con_actor001_x1_1.flac": thai_entry("Sad", "Sad", 1.0, "Sad")}, "is no name of a recording"),
        ({"s001_con_actor001_impro1_1.flac": []}, "has no list `annotated`"),
        ({"s001_con_actor001_impro1_1.flac": thai_entry("Bliss", "Sad", 1.0, "Sad")}, "holds the emotion 'Bliss'"),
        ({"s001_con_actor001_impro1_1.flac": thai_entry("None", "Sad", 1.0, "Sad")}, "was assigned 'None'"),
        ({"s001_con_actor001_impro1_1.flac": [{"assigned_emo": "Sad", "annotated": ["Sad"]}]}, "a list of one rater's"),
    ],
)
def test_thai_ser_refuses_what_the_release_has_not(change: dict[str, object], message: str, tmp_path: Path) -> None:
    (tmp_path / "emotion_label_v1.json").write_text(json.dumps(change), encoding="utf-8")
    with pytest.raises(CorpusError, match=rf"emotion_label_v1\.json: .*{message}"):
        list(READERS["thai_ser"](tmp_path))


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("[{'human-1': {'Fear': 3}}]", "grades are 0, 1 or 2"),
        ("[{'human-1': {'Fear': 1}}, {'human-2': {'Awe': 1}}]", "one emotion judged once by each expert"),
        ("[{'human-1': {'Fear': 1}}, {'human-1': {'Fear': 2}}]", "one emotion judged once by each expert"),
        ("[{'human-1': {'Bliss': 1}}]", "the emotion is 'bliss', none of the forty"),
        ("__import__('os')", "label is no list of what experts said"),
        ("[]", "one emotion judged once"),
    ],
)
def test_emonet_voice_refuses_what_the_release_has_not(label: str, message: str, tmp_path: Path) -> None:
    parquet_rows(
        tmp_path / "a.parquet", [emonet_row("x_1", "Fear", 1, 1), {**emonet_row("x_2", "Fear", 1), "label": label}]
    )
    with pytest.raises(CorpusError, match=rf"a\.parquet, line 2: {message}"):
        list(READERS["emonet_voice"](tmp_path))
