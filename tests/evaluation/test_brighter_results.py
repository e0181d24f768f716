"""results/brighter.csv: `text-multi` above its baseline on average, worse nowhere, above chance everywhere."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from affekt.evaluation.records import read_results

ROOT = Path(__file__).parents[2]
ROWS = read_results(ROOT / "results" / "brighter.csv")
RECIPE = ROOT / "recipes" / "text_multi"


def values(model, protocol, metric):
    return {row.corpus: row.value for row in ROWS if (row.model, row.protocol, row.metric) == (model, protocol, metric)}


def test_the_mean_over_languages_is_above_tfidf():
    ours = values("text-multi", "language-told", "macro_f1")
    theirs = values("tfidf-char", "dev-label-thresholds", "macro_f1")
    assert len(ours) == 28 and ours.keys() == theirs.keys()
    assert sum(ours.values()) > sum(theirs.values())
    mean = values("text-multi", "language-told", "mean_macro_f1")["brighter"]
    assert abs(mean - sum(ours.values()) / 28) < 1e-6


def test_significantly_worse_in_no_language():
    difference = values("text-multi - tfidf-char", "paired-holm", "macro_f1_difference")
    p = values("text-multi - tfidf-char", "paired-holm", "p_holm")
    assert len(p) == 28
    assert not [name for name in p if difference[name] < 0 and p[name] < 0.05]


def test_above_the_priors_in_every_language_also_when_it_finds_the_language_itself():
    chance = values("prior-sampled", "train-priors", "macro_f1")
    for protocol in ("language-told", "language-found"):
        ours = values("text-multi", protocol, "macro_f1")
        assert all(ours[name] > chance[name] for name in chance if name != "brighter")


def test_published_scores_stand_beside_ours_in_the_recipe(monkeypatch):
    monkeypatch.syspath_prepend(str(RECIPE))
    published = importlib.import_module("published")
    theirs = published.published()
    assert len(theirs) == 22 and {len(each) for each in theirs.values()} == {5}
    assert all(0 < score < 1 for each in theirs.values() for score in each.values())
    some = (theirs["hin"]["Qwen"], theirs["eng"]["Llama"], theirs["swe"]["DeepSeek"])
    assert some == pytest.approx((0.7973, 0.6558, 0.446))
    assert max(theirs["deu"], key=theirs["deu"].get) == "Qwen"
    text = (RECIPE / "README.md").read_text(encoding="utf-8")
    assert published.readme(text) == text, "Run python recipes/text_multi/published.py"
    assert text.count("| deu |") == 1
