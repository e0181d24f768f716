"""Utterances of several modalities: they stay together, and CMU-MOSI's vectors are those of its table."""

from __future__ import annotations

import os

import numpy as np
import pytest

from affekt.corpora.utterances import join_utterances, make_utterances, read_utterances
from affekt.errors import CorpusError, InputError
from affekt.types import LabelSpace

SPACE = LabelSpace("two", ("calm", "loud"), "exclusive", "example")


def made(corpus: str = "own", count: int = 4):  # type: ignore[no-untyped-def]
    tokens = {"voice": np.arange(count * 6.0).reshape(count, 2, 3), "text": np.arange(count * 2.0).reshape(count, 2)}
    return make_utterances(tokens, np.arange(count) % 2, SPACE, speakers=list("abcdefgh")[:count], corpus=corpus)


def test_what_is_taken_stays_together() -> None:
    found = made().take([2, 0])
    assert found.speakers == ("c", "a") and found.labels.tolist() == [0, 0]
    assert found.tokens["text"][:, 0, 0].tolist() == [4.0, 0.0]
    assert found.only("text").tokens.keys() == {"text"}
    with pytest.raises(InputError, match="modality 'face'"):
        found.only("face")


def test_joined_utterances_keep_their_speakers_apart() -> None:
    found = join_utterances([made("a"), made("b", 2)])
    assert len(found) == 6 and found.speakers[3:5] == ("a/d", "b/a") and found.tokens["voice"].shape == (6, 2, 3)
    with pytest.raises(InputError, match="same labels and modalities"):
        join_utterances([made(), made().only("text")])


def test_sizes_that_differ_and_numbers_that_are_none_are_refused() -> None:
    with pytest.raises(InputError, match="3 of voice"):
        make_utterances({"voice": np.ones((3, 2))}, [0, 1], SPACE, speakers=["a", "b"])
    with pytest.raises(InputError, match="not finite"):
        make_utterances({"voice": np.full((2, 2), np.nan)}, [0, 1], SPACE, speakers=["a", "b"])


def test_other_corpora_have_no_vectors() -> None:
    with pytest.raises(CorpusError, match="no vectors"):
        read_utterances("goemotions")


@pytest.mark.slow
@pytest.mark.skipif("AFFEKT_DATA" not in os.environ, reason="AFFEKT_DATA names no data folder")
def test_mosi_has_three_modalities_and_apart_splits() -> None:
    found = read_utterances("mosi_features")
    assert {name: values.shape[1:] for name, values in found.tokens.items()} == {
        "text": (1, 100),
        "audio": (1, 73),
        "video": (1, 100),
    }
    parts, speakers = np.asarray(found.parts), np.asarray(found.speakers)
    assert (parts == "train").sum() == 1447 and (parts == "test").sum() == 752
    assert not set(speakers[parts == "train"]) & set(speakers[parts == "test"])
    # README: 62.1 % of test is positive.
    assert (found.labels[parts == "test"] == found.space.index("positive")).mean() == pytest.approx(0.621, abs=0.001)
    assert found.ids[0].startswith(found.speakers[0]) and len(found.texts[0]) > 3
