"""Transcripts spoilt at a set word error rate, and words beside sound."""

from __future__ import annotations

import numpy as np
import pytest

from affekt.corpora.misheard import Mishearing, mishear
from affekt.corpora.paired import even, make_paired, speaker_fold, spoken_words
from affekt.corpora.toned_words import Toning, peaks_within, toned_words
from affekt.errors import InputError
from affekt.metrics.transcripts import pooled_word_error, word_error
from affekt.types import LabelSpace

# The first two lines are of the folk song "My Bonnie", the rest was written for this test.
TEXTS = [
    "my bonnie lies over the ocean my bonnie lies over the sea",
    "oh bring back my bonnie to me",
    "the film was long and i did not like the end of it at all",
    "we laughed",
    "it is not what they said it would be and that is fine with me",
] * 12


@pytest.mark.parametrize("wer", [0.0, 0.05, 0.2, 0.4, 0.8])
def test_the_word_error_rate_is_the_one_that_was_asked_for(wer: float) -> None:
    found = mishear(TEXTS, Mishearing(wer), seed=3)
    error = pooled_word_error([word_error(text, each.text) for text, each in zip(TEXTS, found, strict=True)])
    assert error.rate == pytest.approx(wer, abs=0.01)
    if wer == 0.2:
        shares = np.array([error.substitutions, error.deletions, error.insertions]) / (error.rate * error.words)
        assert shares == pytest.approx([0.6, 0.25, 0.15], abs=0.12)


def test_errors_are_kept_apart_by_confidence_and_follow_the_seed() -> None:
    found = mishear(TEXTS, Mishearing(0.3), seed=1)
    assert [each.text for each in mishear(TEXTS, Mishearing(0.3), seed=1)] == [each.text for each in found]
    assert [each.text for each in mishear(TEXTS, Mishearing(0.3), seed=2)] != [each.text for each in found]
    confidence, right = (np.concatenate([getattr(each, name) for each in found]) for name in ("confidence", "right"))
    assert len(confidence) == sum(len(each.text.split()) for each in found)
    assert confidence[right].mean() > confidence[~right].mean() + 0.2
    known = set(" ".join(TEXTS).split())
    assert set(" ".join(each.text for each in found).split()) <= known
    only = mishear(TEXTS, Mishearing(0.3, 1.0, 0.0, 0.0), vocabulary=["bonny", "ozone"], seed=1)
    assert {"bonny"} <= set(" ".join(each.text for each in only).split()) - known
    # What is taken for "bonnie" is what is spelt like it.
    assert sum(each.text.split().count("bonny") for each in only) > sum(
        each.text.split().count("ozone") for each in only
    )
    assert mishear(["", "word"], Mishearing(1.0))[0].text == ""


@pytest.mark.parametrize("how", [(-0.1,), (1.5,), (0.2, 0.5, 0.2, 0.2), (0.2, 1.2, -0.2, 0.0)])
def test_rates_and_shares_that_cannot_be(how: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="add up to 1"):
        Mishearing(*how)


def test_toned_words_say_where_words_are_and_neither_side_alone_tells_the_label() -> None:
    made = toned_words(400, seed=1)
    paired = made.paired
    for words, sound, spans in zip(paired.words, paired.sounds, made.spans, strict=True):
        assert len(words) == len(spans) == 5
        assert spans[0, 0] == 0 and spans[-1, 1] == len(sound)
        assert (spans[1:, 0] == spans[:-1, 1]).all()
    # Every word of a text is encoded as it stands in the utterance.
    assert np.array_equal(made.encode(paired.texts)[7], paired.words[7])
    again = toned_words(400, seed=1)
    assert np.array_equal(again.paired.sounds[3], paired.sounds[3])
    other = toned_words(400, seed=2)
    assert not np.array_equal(other.paired.labels, paired.labels)
    assert other.vectors.keys() == made.vectors.keys()
    # The best linear answers of the mean word, and of the mean frame, on other utterances: about chance.
    for side in ("words", "sounds"):
        x, y = (np.array([each.mean(0) for each in getattr(one.paired, side)]) for one in (made, other))
        sign = 2.0 * paired.labels - 1
        weights = np.linalg.lstsq(np.c_[x, np.ones(len(x))], sign, rcond=None)[0]
        right = ((np.c_[y, np.ones(len(y))] @ weights > 0) == (other.paired.labels > 0)).mean()
        assert right < 0.6
    apart = toned_words(400, Toning("apart", quadrants=True), seed=1).paired
    assert set(apart.labels.tolist()) == {0, 1, 2, 3}
    assert np.isnan(apart.ratings[:, 2]).all()
    assert ((apart.ratings[:, 0] > 0) == (apart.labels >= 2)).all()
    with pytest.raises(InputError, match="half of the vocabulary"):
        Toning(words=8, vocabulary=12)
    assert peaks_within([np.eye(3)], [np.array([[0, 1], [1, 2], [2, 3]])]) == 1.0


def test_paired_utterances_are_taken_and_made_even() -> None:
    space = LabelSpace("two", ("no", "yes"), "exclusive", "none")
    random = np.random.default_rng(0)
    words = [random.normal(3, 5, (count, 4)) for count in (1, 2, 3, 4)]
    paired = make_paired(words, [np.ones((2, 3))] * 4, [0, 1, 0, 1], space, speakers=["a", "b", "a", "c"])
    assert paired.take([2, 0]).ids == (paired.ids[2], paired.ids[0])
    assert len(paired.fold(3, 0)) == 2
    (scaled,) = even(paired)
    rows = np.concatenate(scaled.words)
    assert rows.mean(0) == pytest.approx(0, abs=1e-5) and rows.std(0) == pytest.approx(1, abs=1e-4)
    assert not np.concatenate(scaled.sounds).any()  # what never changes says nothing
    assert [each.tolist() for each in spoken_words(["b a", ""], lambda texts: np.array([[len(t)] for t in texts]))] == [
        [[3.0], [1.0], [1.0]],
        [[0.0]],
    ]
    with pytest.raises(InputError, match="do not make 4 folds"):
        speaker_fold(paired.speakers, 4)
    with pytest.raises(InputError, match="a step at least"):
        make_paired([np.ones((0, 4))], [np.ones((2, 3))], [0], space, speakers=["a"])
    with pytest.raises(InputError, match="differ in number"):
        make_paired(words, [np.ones((2, 3))], [0], space, speakers=["a"])
    with pytest.raises(InputError, match="Every word has a confidence"):
        paired.with_words(paired.words, paired.texts, [np.ones(1, np.float32)] * 4)
