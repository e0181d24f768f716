"""Clips of several corpora as one: in the six classes of the paper, or through any space of ours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from affekt.affect.spaces import find_space
from affekt.corpora.clips import Clips, make_clips
from affekt.corpora.joint_clips import AROUSAL_VALENCE, arousal_valence, joint_clips, read_joint_clips
from affekt.errors import CorpusError


def some(corpus: str, space: str) -> Clips:
    labels = find_space(space)
    sounds = [np.full(400 + 100 * i, i / 10, np.float32) for i in range(len(labels))]
    return make_clips(
        sounds, np.arange(len(labels)), labels, speakers=["a", "b"] * (len(labels) // 2) + ["b"] * (len(labels) % 2),
        conditions={"sex": ["female"] * len(labels)} if corpus == "emodb" else None, corpus=corpus,
    )  # fmt: skip


def test_every_label_of_the_corpora_has_one_of_six_classes() -> None:
    for name in ("ravdess", "emodb", "turev-db", "crema-d"):
        space = find_space(name)
        found = dict(zip(space.labels, [AROUSAL_VALENCE.labels[i] for i in arousal_valence(space)], strict=True))
        for label, wanted in {
            **{"anger": "high arousal, negative", "angry": "high arousal, negative"},
            **{"sad": "low arousal, negative", "sadness": "low arousal, negative", "boredom": "low arousal, negative"},
            **{"happy": "high arousal, positive", "happiness": "high arousal, positive"},
            **{"neutral": "low arousal, neutral", "calm": "low arousal, positive"},
        }.items():
            assert found.get(label, wanted) == wanted, (name, label)


def test_corpora_are_one_and_their_sounds_stay_their_own() -> None:
    parts = {"ravdess": some("ravdess", "ravdess"), "emodb": some("emodb", "emodb").take([3, 1, 0])}
    joined = joint_clips(parts)
    assert len(joined) == 11 and joined.space is AROUSAL_VALENCE and joined.ids[8].startswith("emodb/")
    assert joined.speakers[0] == "ravdess/a" and joined.condition("corpus")[-1] == "emodb"
    assert joined.condition("sex")[0] == "" and joined.condition("sex")[-1] == "female"
    waves = joined.view("wave")
    for place, part in enumerate([3, 1, 0]):
        assert np.array_equal(waves[8 + place], parts["emodb"].view("wave")[place])
        assert len(waves[8 + place]) == 400 + 100 * part
    assert np.array_equal(joined.take([9]).view("wave")[0], waves[9])


def test_any_space_is_reached_and_what_has_no_label_there_is_left_out() -> None:
    parts = {"ravdess": some("ravdess", "ravdess"), "turev_db": some("turev_db", "turev-db")}
    joined = joint_clips(parts, "ekman")
    told = {each: joined.space.labels[label] for each, label in zip(joined.ids, joined.labels, strict=True)}
    assert "ravdess/ravdess-00000" not in told  # Neutral is none of the six.
    assert told["ravdess/ravdess-00004"] == told["turev_db/turev_db-00000"] == "anger"
    waves = joined.view("wave")
    assert len(waves[joined.ids.index("turev_db/turev_db-00003")]) == 700


def test_nothing_to_join_is_refused() -> None:
    with pytest.raises(CorpusError, match="no corpora"):
        joint_clips({})


def test_corpora_with_plus_signs_between_share_the_labels_of_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = {"ravdess": some("ravdess", "ravdess"), "emodb": some("emodb", "emodb")}
    parts["emodb"] = replace(parts["emodb"], folds=np.arange(len(parts["emodb"])) % 3)
    monkeypatch.setattr("affekt.corpora.joint_clips.read_clips", lambda name, cache=None: parts[name])
    assert read_joint_clips("emodb") is parts["emodb"]
    joined = read_joint_clips("ravdess+emodb")
    assert joined.corpus == "ravdess+emodb" and joined.space.labels == find_space("ravdess").labels
    assert joined.folds.max() == 1  # as many as the one with fewest has: two speakers, a and b
    with pytest.raises(CorpusError, match="twice"):
        read_joint_clips("emodb+emodb")
