"""Every model, one contract: complete, licensed, the right shapes, its golden readings, deaf to its batch."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from affekt.errors import InputError, UnknownNameError
from affekt.inference.text import open_reader
from affekt.models.index import MODELS, find_model

CARDS = pytest.mark.parametrize("card", MODELS.values(), ids=MODELS)
TEXTS = [
    "Thank you so much, this made my day!",
    "I miss my grandmother every single day.",
    "meh",
    "😂😂😂",
    "What are you even talking about? I don't understand this at all, could somebody explain it to me slowly?",
    "This is the worst customer service I have ever had, and I am never coming back. " * 3,
    "ok",
    "Not bad, not bad at all :)",
]


def _foreign(card):
    """A sentence in a language that the card does not name."""
    if "de" in card.languages:
        return "Tämä oli todella surullinen tarina, ja itkin koko illan."
    return "Das ist wirklich eine sehr schöne Geschichte gewesen."


@CARDS
def test_card_is_complete(card):
    for name in ("summary", "licence", "code_licence", "paper", "recipe", "version"):
        assert getattr(card, name), name
    assert card.trained_on and card.languages and card.golden and card.window > 0
    assert card.files, "the card lists its files"


@CARDS
def test_files_are_those_on_the_card(card):
    present = {path.name for path in card.folder.iterdir()}
    assert present == set(card.files)
    for name, sha256 in card.files.items():
        data = (card.folder / name).read_bytes()
        assert hashlib.sha256(data).hexdigest() == sha256, name
        assert len(data) <= 25_000_000


@CARDS
def test_trained_on_permissive_corpora_only(card):
    from affekt.corpora.index import find_corpus

    assert all(find_corpus(name).permissive for name in card.trained_on)


@CARDS
def test_fit_covers_the_space(card):
    count = len(card.space)
    assert len(card.fit.scale) == len(card.fit.shift) == len(card.fit.thresholds[card.space.name]) == count
    assert all(factor > 0 for factor in card.fit.sd_factor)
    assert all(scale > 0 for scale in card.fit.scale), "calibration never turns a ranking round"
    for name, limits in card.fit.thresholds.items():
        from affekt.affect.spaces import find_space

        assert len(limits) == len(find_space(name)) and all(0 < limit < 1 for limit in limits)


@CARDS
def test_shapes_and_ranges(card):
    estimates = open_reader(card).estimate(TEXTS)
    assert estimates.probabilities.shape == (len(TEXTS), len(card.space))
    assert estimates.probabilities.dtype == np.float32
    assert ((estimates.probabilities >= 0) & (estimates.probabilities <= 1)).all()
    assert estimates.vad.shape == estimates.vad_sd.shape == (len(TEXTS), 3)
    if card.dimensions:
        assert (np.abs(estimates.vad) <= 1).all() and (estimates.vad_sd > 0).all()
    else:
        assert np.isnan(estimates.vad).all() and np.isnan(estimates.vad_sd).all()
    if card.intensity:
        assert ((estimates.intensity >= 0) & (estimates.intensity <= 1)).all()
    else:
        assert np.isnan(estimates.intensity).all()
    for name, limits in (estimates.limits or {}).items():
        assert limits.shape[0] == len(TEXTS) and ((limits > 0) & (limits < 1)).all(), name
    assert estimates.supported.all() and not estimates.empty.any()


@CARDS
def test_golden_readings(card):
    texts, labels = zip(*card.golden, strict=True)
    best = open_reader(card).estimate(texts).probabilities.argmax(1)
    assert [card.space.labels[i] for i in best] == list(labels)


@CARDS
@pytest.mark.parametrize("batch_size", [1, 3, 64])
def test_a_reading_does_not_depend_on_its_batch(card, batch_size):
    reader = open_reader(card)
    alone = np.concatenate([reader.estimate([text]).probabilities for text in TEXTS])
    order = np.random.default_rng(0).permutation(len(TEXTS) * 5) % len(TEXTS)
    together = reader.estimate([TEXTS[i] for i in order], batch_size=batch_size).probabilities
    assert np.abs(together - alone[order]).max() <= 1e-3


@CARDS
def test_long_text_is_read_to_its_end(card):
    """A long single line is read; and what stands behind the window still counts."""
    reader = open_reader(card)
    filler = "the meeting is at noon and the report is on the table " * 60
    plain, sad = reader.estimate([filler, filler + "I am so sad and miserable " * 60]).probabilities
    assert sad[card.space.index("sadness")] > plain[card.space.index("sadness")] + 0.05
    # A megabyte for the model made for volume, less for the transformer: this is a test, not a bench.
    line = "I love this. " * (2_000 if card.runtime == "onnx" else 80_000)
    probabilities = reader.estimate([line]).probabilities[0]
    assert card.space.labels[int(probabilities.argmax())] == ("love" if "love" in card.space.labels else "joy")


@CARDS
def test_empty_and_foreign_rows_are_nan(card):
    estimates = open_reader(card).estimate(["", _foreign(card), "lovely"])
    assert estimates.empty.tolist() == [True, False, False]
    assert estimates.supported.tolist() == [True, False, True]
    assert np.isnan(estimates.probabilities[:2]).all() and np.isfinite(estimates.probabilities[2]).all()


@CARDS
def test_language_overrides_the_check(card):
    assert open_reader(card).estimate([_foreign(card)], language="en").supported.all()
    assert not open_reader(card).estimate(["lovely day"], language="fi").supported.any()


@CARDS
def test_features_carry_a_head(card):
    features = open_reader(card).features(["good", "", "bad"])
    assert features.shape[0] == 3 and features.dtype == np.float32
    assert not features[1].any() and features[0].any()


def test_unknown_model_and_device():
    with pytest.raises(UnknownNameError, match="Did you mean 'text-nano'"):
        find_model("text-nana")
    with pytest.raises(InputError, match="Unknown device 'tpu'"):
        open_reader(replace(find_model("text"), name="other"), device="tpu")
    with pytest.raises(InputError, match="onnxruntime-gpu"):
        open_reader(replace(find_model("text"), name="other"), device="cuda")
