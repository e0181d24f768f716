"""The baselines: TF-IDF learns what it is shown and is tuned on dev; VADER is VADER."""

from __future__ import annotations

import gzip
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from affekt.errors import InputError, MissingDependencyError
from affekt.evaluation.baselines import LabelledTexts, tfidf_goemotions, vader_scores
from affekt.metrics.classification import label_average_precision, macro_f1
from affekt.metrics.inputs import Flags
from affekt.training.thresholds import choose_smoothing, fit_thresholds

WORDS = {"joy": "happy glad delighted", "anger": "furious mad angry", "neutral": "table window street"}


def toy(count: int, *, seed: int) -> LabelledTexts:
    random = np.random.default_rng(seed)
    truth = random.random((count, 3)) < 0.4
    texts = [
        " ".join(random.choice(words.split()) for words, has in zip(WORDS.values(), row, strict=True) if has)
        + " well then"
        for row in truth
    ]
    return LabelledTexts(texts, truth)


def test_tfidf_learns_its_words() -> None:
    train, dev, test = (toy(count, seed=count) for count in (400, 60, 80))
    said = tfidf_goemotions(train, dev, test.texts, inverse_penalties=[1.0, 10.0])
    assert said.dev.shape == (60, 3) and said.test.shape == (80, 3)
    assert (label_average_precision(test.truth, said.test) > 0.99).all()
    assert macro_f1(test.truth, said.test >= fit_thresholds(dev.truth, said.dev)) > 0.97


def test_the_penalty_is_chosen_on_dev() -> None:
    random = np.random.default_rng(1)
    # Labels are half noise, so a regression hardly penalised learns the noise by heart.
    train, dev = toy(300, seed=1), toy(300, seed=2)
    noise = [" ".join(f"{text} w{random.integers(900)} w{random.integers(900)}".split()) for text in train.texts]
    noisy = LabelledTexts(noise, np.asarray(train.truth) ^ (random.random((300, 3)) < 0.3))
    strengths = (0.1, 1e5)
    alone = [tfidf_goemotions(noisy, dev, dev.texts, inverse_penalties=[s]) for s in strengths]
    scores = [label_average_precision(dev.truth, said.dev).mean() for said in alone]
    assert scores[0] > scores[1] + 0.01
    for order in (strengths, strengths[::-1]):
        chosen = tfidf_goemotions(noisy, dev, dev.texts, inverse_penalties=order)
        assert chosen.inverse_penalty == 0.1 and np.allclose(chosen.dev, alone[0].dev)


def test_a_label_all_or_nobody_has() -> None:
    train = LabelledTexts(["a b", "a c", "b c"], [[1, 0, 1], [1, 0, 0], [1, 0, 1]])
    said = tfidf_goemotions(train, train, ["a b"], inverse_penalties=[1.0])
    assert said.test[0, :2].tolist() == [1.0, 0.0] and 0 < said.test[0, 2] < 1


def test_bad_input_is_named() -> None:
    train = LabelledTexts(["a", "b"], [[1]])
    with pytest.raises(InputError, match="train holds 2 texts and labels for 1"):
        tfidf_goemotions(train, train, [])
    with pytest.raises(InputError, match="inverse_penalties is empty"):
        tfidf_goemotions(toy(9, seed=1), toy(9, seed=1), [], inverse_penalties=[])


def test_vader() -> None:
    pytest.importorskip("vaderSentiment")
    scores = vader_scores(["I LOVE this!!! 😍", "I love this", "the table stands there", "I hate this"])
    assert scores.compound[0] > scores.compound[1] > scores.compound[2] == 0 > scores.compound[3]
    assert np.allclose(scores.negative + scores.neutral + scores.positive, 1, atol=0.002)
    assert vader_scores([]).compound.shape == (0,)


@pytest.mark.parametrize("module", ["vaderSentiment.vaderSentiment", "sklearn.feature_extraction.text"])
def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingDependencyError, match="pip install"):
        vader_scores(["a"]) if "vader" in module else tfidf_goemotions(toy(9, seed=1), toy(9, seed=1), [])


@pytest.mark.slow
@pytest.mark.skipif("AFFEKT_DATA" not in os.environ, reason="AFFEKT_DATA names no folder of real corpora")
def test_the_real_baseline_is_no_straw_man() -> None:
    folder = Path(os.environ["AFFEKT_DATA"]) / "text" / "goemotions"
    if not folder.is_dir():
        pytest.skip("GoEmotions is not in AFFEKT_DATA")

    def split(name: str) -> tuple[list[str], Flags]:
        with gzip.open(folder / f"{name}.tsv.gz", "rt", encoding="utf-8") as file:
            rows = [line.rstrip("\n").split("\t") for line in file]
        truth = np.zeros((len(rows), 28), np.bool_)
        for row, cells in zip(truth, rows, strict=True):
            row[[int(k) for k in cells[1].split(",")]] = True
        return [cells[0] for cells in rows], truth

    train, dev, (texts, truth) = LabelledTexts(*split("train")), LabelledTexts(*split("dev")), split("test")
    said = tfidf_goemotions(train, dev, texts, inverse_penalties=[4.0])
    limits = fit_thresholds(dev.truth, said.dev, **choose_smoothing(dev.truth, said.dev)._asdict())
    assert macro_f1(truth, said.test >= limits) > 0.455
