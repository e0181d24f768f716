"""recipes/raters: its splits, its pair counts, its tables, the file it ships; and a smoke run."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from affekt.corpora.clips import make_clips
from affekt.corpora.index import find_corpus
from affekt.evaluation.records import read_results
from affekt.types import Rating, Record, Signal

ROOT = Path(__file__).parents[2]
RECIPE = ROOT / "recipes/raters"
SHIPPED = ROOT / "src/affekt/models/text/weights/raters.npz"


@pytest.fixture(autouse=True)
def no_flags(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["run.py"])


def text(name, content, group=None):
    return Record(name, Signal(content), "all", group=group)


def test_like_texts_and_groups_stay_together(recipe):
    data = recipe("data")
    records = [
        text("1", "So, you LEFT!", "a"),
        text("2", "so you left", "b"),
        text("3", "Another", "b"),
        text("4", "Alone"),
        text("5", "!!!"),
        text("6", "???"),
    ]
    groups = data.like_groups(records)
    assert groups[0] == groups[1] == groups[2]
    assert len(set(groups.tolist())) == 4
    parts = data.drawn_parts(np.arange(5000), seed=1)
    assert 0.17 < (parts == "test").mean() < 0.23
    assert 0.08 < (parts == "dev").mean() < 0.12
    assert (data.drawn_parts(np.array([7, 7, 7]), seed=3) == data.drawn_parts(np.array([7]), seed=3)[0]).all()
    fold = data.folds(np.repeat(np.arange(50), 2), seed=0)
    assert (fold[::2] == fold[1::2]).all()
    assert np.bincount(fold).tolist() == [20] * 5


def test_pairs_are_counted_per_item(recipe):
    inclusive = recipe("inclusive")
    flags = np.array([[True, True, True], [True, False, True], [False, False, True]])
    never = np.array([[False, True, False], [True, False, False], [False, False, False]])
    pairs, bad = inclusive.pair_counts(flags, never)
    assert pairs.tolist() == [3, 1, 0]
    assert bad.tolist() == [1, 0, 0]
    each = np.stack([never, np.zeros_like(never), never])
    assert inclusive.pair_counts(flags, each)[1].tolist() == [1, 0, 0]


def test_macro_f1_of_a_rater_leaves_out_what_he_never_gave(recipe):
    import torch

    personal = recipe("personal")
    answers = torch.tensor([[[1.0, 0.0, torch.nan], [0.0, 0.0, 1.0]]])
    logits = torch.tensor([[[9.0, 9.0, 9.0], [9.0, -9.0, 9.0]]])
    score = personal.score(logits, answers)
    assert score["macro-f1"] == pytest.approx((2 / 3 + 1) / 2)
    assert score["nll"] == pytest.approx((9.0 + 9.0) / 5, abs=1e-3)


def test_a_simulated_corpus_has_the_distributions_it_says(recipe):
    variance = recipe("variance")
    corpus = variance.synthetic(items=2400)
    shares = corpus.counts / corpus.counts.sum(1, keepdims=True)
    assert np.abs(shares.mean(0) - corpus.truth.mean(0)).max() < 0.02
    assert set(corpus.speaker[corpus.part == "train"]).isdisjoint(corpus.speaker[corpus.part != "train"])


def test_the_tables_of_the_readme_are_those_of_the_results(recipe):
    report = recipe("report")
    readme = (RECIPE / "README.md").read_text(encoding="utf-8")
    assert report.filled(readme, report.Table(read_results(ROOT / "results/raters.csv"))) == readme
    assert all(f"<!-- table: {name} -->" in readme for name in report.TABLES)
    assert "@" not in readme


def test_soft_targets_beat_the_scaled_hard_model_on_two_corpora_and_more():
    rows = read_results(ROOT / "results/raters.csv")
    found = [row for row in rows if (row.model, row.metric) == ("soft", "kl-minus:hard-temperature")]
    below = [row.corpus for row in found if row.high is not None and row.high < 0]
    assert len(found) >= 4
    assert len(below) >= 2
    models = {(row.corpus, row.model) for row in rows if row.metric == "kl" and row.seed is not None}
    assert {("edos", model) for model in ("soft", "hard-temperature", "corpus-mean")} <= models


@pytest.mark.parametrize(
    ("corpus", "model", "metric"),
    [
        ("edos", "penalized-bce", "never-co-occurring-pair-rate-minus:plain-bce"),
        ("synthetic-votes", "vote-density", "kl-minus:consensus"),
        ("synthetic-votes", "vote-density", "kl-minus:consensus-temperature"),
        ("simulated-listeners", "meta-perser", "rater-nll-minus:aggregate"),
    ],
)
def test_what_was_to_fall_fell(corpus, model, metric):
    rows = read_results(ROOT / "results/raters.csv")
    found = [row for row in rows if (row.corpus, row.model, row.metric) == (corpus, model, metric)]
    assert len(found) == 1
    assert found[0].high < 0


def test_two_best_accuracy_of_the_vote_density_is_ahead_on_known_distributions():
    rows = read_results(ROOT / "results/raters.csv")
    found = [r for r in rows if (r.corpus, r.metric) == ("synthetic-votes", "2-best-accuracy-minus:consensus")]
    assert found[0].low > 0


def test_all_inclusive_sets_keep_every_item():
    rows = read_results(ROOT / "results/raters.csv")
    found = [row for row in rows if (row.model, row.metric) == ("all-inclusive", "items-kept")]
    assert len(found) >= 3
    assert all(row.value == 1 for row in found)


def test_no_rater_address_reaches_the_results():
    content = (ROOT / "results/raters.csv").read_text(encoding="utf-8")
    assert "@" not in content


def test_the_shipped_file_is_what_its_recipe_says(recipe):
    ship = recipe("ship")
    with np.load(SHIPPED, allow_pickle=False) as file:
        arrays = {name.removeprefix("edos."): file[name] for name in file.files}
    labels = find_corpus("edos").space.labels
    shapes = {
        "weight": (len(labels), 384),
        "bias": (len(labels),),
        "labels": (len(labels),),
        "disagreement_features": (384,),
        "disagreement_labels": (len(labels),),
        "disagreement_bias": (1,),
    }
    assert {name: array.shape for name, array in arrays.items()} == shapes
    assert tuple(arrays["labels"].tolist()) == labels
    assert all(np.isfinite(arrays[name]).all() for name in shapes if name != "labels")
    assert SHIPPED.stat().st_size < 100_000
    whole = {f"edos.{name}": array for name, array in arrays.items()}
    assert ship.packed(whole) == ship.packed(dict(reversed(whole.items())))
    from affekt.inference.text import open_reader
    from affekt.models.index import find_model

    raw = open_reader(find_model("text")).features(["I am so proud of you!", "Leave me alone, you idiot!"])
    said = ship.opinion(arrays, raw)
    assert [labels[place] for place in said.argmax(1)] == ["proud", "furious"]
    chance = ship.disagreement(arrays, raw, said)
    assert ((chance > 0) & (chance < 1)).all()


@pytest.mark.slow
@pytest.mark.skipif("AFFEKT_DATA" not in os.environ, reason="AFFEKT_DATA names no data folder")
def test_smoke_run(tmp_path):
    for name in ("src", "recipes"):
        (tmp_path / name).symlink_to(ROOT / name)
    before = SHIPPED.stat().st_mtime_ns
    subprocess.run([sys.executable, str(RECIPE / "run.py"), "--smoke"], check=True, cwd=tmp_path)
    rows = read_results(tmp_path / "runs/raters/smoke.csv")
    assert {row.corpus for row in rows} == {"synthetic-votes", "x_envent"}
    assert SHIPPED.stat().st_mtime_ns == before
    assert not (tmp_path / "results").exists()


def test_simulated_listeners_hear_real_speech_with_actors_apart(recipe, monkeypatch):
    """On forty-eight short sounds in RAVDESS's place: who is learned from is not scored, and noise comes beside it."""
    random, space = np.random.default_rng(0), find_corpus("ravdess").space
    clips = make_clips(
        [random.normal(0, 0.1, 4000).astype(np.float32) for _ in range(48)],
        np.arange(48) % 8,
        space,
        speakers=[f"{n // 2:02}" for n in range(48)],
        conditions={"sex": ["female", "male"] * 24, "intensity": ["normal", "strong", "strong"] * 16},
    )
    monkeypatch.setattr("affekt.corpora.clips.read_clips", lambda corpus: clips)
    panel = recipe("personal").heard(known=8, unseen=3)
    assert panel.votes.shape == (11, 48, 8) and panel.x.shape == (48, 88)
    assert {part: len(rows) for part, rows in panel.parts.items()} == {"train": 24, "dev": 8, "test": 16}
    # The listener after the first calls everything by the next name.
    assert np.array_equal(np.roll(panel.votes[0], 1, 1), panel.votes[1])
    corpus = recipe("variance").spoken()
    assert corpus.x.shape == (48 + 16, 88) and (corpus.part == "noisy").sum() == 16
    assert not set(corpus.speaker[corpus.part == "train"]) & set(corpus.speaker[corpus.part == "noisy"])
    assert np.array_equal(corpus.truth[corpus.part == "noisy"], corpus.truth[corpus.part == "clean"])
    assert not np.allclose(corpus.x[corpus.part == "noisy"], corpus.x[corpus.part == "clean"])
    assert set(corpus.counts.sum(1)) <= {3.0, 4.0, 5.0}
    # A corpus that has votes, by its name.
    said = [(Rating("ann", (space.labels[n % 3],)),) for n in range(47)]
    judged = replace(clips, votes=(*said, ()))
    monkeypatch.setattr("affekt.corpora.clips.read_clips", lambda corpus: judged)
    own = recipe("variance").spoken("iemocap")
    assert own.name == "iemocap" and len(own.x) == 47 + 15 and np.array_equal(own.truth, own.counts)
    monkeypatch.setattr(recipe("personal"), "FEWEST", 10)
    panel = recipe("personal").panel_of("iemocap")
    assert panel.names == ("ann",) and np.isnan(panel.votes[0, 47]).all() and panel.votes[0, 4].argmax() == 1
