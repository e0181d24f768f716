"""dawn-transformer-ser: concordance in closed form, a head that learns by it on kept features, one audit of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from affekt.cli import affekt
from affekt.corpora.clips import Clips, make_clips, read_clips
from affekt.errors import InputError
from affekt.evaluation import speech
from affekt.evaluation.listeners import find_listener
from affekt.evaluation.records import read_results
from affekt.evaluation.speech_audit import AuditOptions, audit
from affekt.metrics.regression import ccc
from affekt.models.dawn_transformer_ser.net import RatingHead
from affekt.training.concordance import concordance_loss
from affekt.training.fine_tuning import Plan
from affekt.training.speech.dawn_transformer_ser import Config, mean_concordance, nearest_labels, teach
from affekt.training.speech.lesson import Lesson
from affekt.training.speech.rated import rated
from affekt.types import LabelSpace

RATE = 16_000
SPACE = LabelSpace("planted", ("anger", "sadness"), "exclusive", "made for a test")
QUICK = Plan(epochs=40, batch=64, learning_rate=0.01, patience=20, bfloat16=False)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Networks as small as these only wait for a second thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def planted(*, speakers: int = 6, each: int = 10, seed: int = 0, corpus: str = "planted", deaf: bool = False) -> Clips:
    """Tones (synthetic) with ratings: arousal is heard as height, valence as how rich in overtones, dominance not at
    all (it is not rated). deaf: women's ratings have nothing to do with what is heard."""
    random, sounds, ratings, who = np.random.default_rng(seed), [], [], []
    time = np.arange(round(0.25 * RATE)) / RATE
    for speaker in range(speakers):
        for _ in range(each):
            arousal, valence = random.uniform(-0.9, 0.9, 2)
            plain = np.sin(2 * np.pi * 500 * 2**arousal * time)
            rich = (valence + 1) / 2
            tone = ((1 - rich) * plain + rich * np.sign(plain)) * 0.2
            sounds.append((tone + 1e-3 * random.standard_normal(len(time))).astype(np.float32))
            told = random.uniform(-0.9, 0.9, 2) if deaf and speaker % 2 else (valence, arousal)
            ratings.append((*told, np.nan))
            who.append(f"s{speaker}")
    sexes = ["female" if int(name[1:]) % 2 else "male" for name in who]
    labels = [int(arousal < 0) for _, arousal, _ in ratings]
    clips = make_clips(
        *(sounds, labels, SPACE), speakers=who, conditions={"sex": sexes, "language": ["en"] * len(who)}, corpus=corpus
    )
    return replace(clips, ratings=np.array(ratings))


def lesson_of(clips: Clips) -> Lesson:
    return Lesson(clips.take(clips.folds < 4), clips.take(clips.folds == 4))


@pytest.mark.parametrize(
    ("truth", "said", "value"),
    [
        ([1, 2, 3], [1, 2, 3], 1.0),
        ([1, 2, 3], [3, 2, 1], -1.0),
        # Variances 2/3 each, covariance 2/3, means 1 apart: (4/3) / (4/3 + 1).
        ([1, 2, 3], [2, 3, 4], 4 / 7),
        # Variances 2/3 and 8/3, covariance 4/3, means 2 apart: (8/3) / (10/3 + 4).
        ([1, 2, 3], [2, 4, 6], 4 / 11),
        # No covariance: 0.
        ([0, 1, 0, 1], [0, 0, 1, 1], 0.0),
    ],
)
def test_concordance_is_the_closed_form_in_the_metric_and_in_the_loss(
    truth: list[float], said: list[float], value: float
) -> None:
    assert ccc(truth, said) == pytest.approx(value)
    columns = [torch.tensor(side, dtype=torch.float64)[:, None] for side in (said, truth)]
    assert float(concordance_loss(*columns)) == pytest.approx(1 - value, abs=1e-6)


def test_a_head_learns_by_concordance_what_was_rated_and_reads_other_speakers() -> None:
    clips = planted()
    taught = teach(lesson_of(clips), Config(upstream="log-mel", plan=QUICK))
    test = clips.take(clips.folds == 5)
    assert taught.rate is not None
    said = taught.rate(test)
    assert said.shape == (10, 3)
    assert ccc(test.ratings[:, 1], said[:, 1]) > 0.8
    assert ccc(test.ratings[:, 0], said[:, 0]) > 0.5
    assert taught.measured["valid-ccc"] > 0.6
    # Told as labels, too, those it was taught with, whatever the labels of the clips are.
    more = replace(test, space=LabelSpace("three", ("joy", "fear", "calm"), "exclusive", "made for a test"))
    assert taught.answer(more).shape == (10, 2)
    with pytest.raises(InputError, match="Unknown loss"):
        teach(lesson_of(clips), Config(loss="absolute"))  # type: ignore[arg-type]
    nobody = replace(clips, ratings=np.full((len(clips), 3), np.nan))
    with pytest.raises(InputError, match="Fewer than two"):
        teach(lesson_of(nobody), Config(upstream="log-mel", plan=QUICK))


def test_features_are_kept_and_a_second_head_takes_them_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = planted(each=4)
    config = Config(upstream="fresh:tiny", cache=str(tmp_path), plan=replace(QUICK, epochs=2))
    first = teach(lesson_of(clips), config)
    kept = sorted(tmp_path.rglob("values.npy"))
    assert len(kept) == 2  # what was learned from, what stopped
    monkeypatch.setattr("affekt.corpora.clips.Clips.view", None)
    second = teach(lesson_of(clips), config)
    assert second.measured["valid-ccc"] == first.measured["valid-ccc"]


def test_a_layer_weighs_more_where_it_tells_more() -> None:
    torch.manual_seed(0)
    truth = torch.randn(200, 3).tanh()
    given = torch.stack([torch.randn(200, 3), truth, torch.randn(200, 3)], 1)
    net = RatingHead(3, 3, hidden=16, dropout=0.0)
    net.fit_scale(given)
    optimizer = torch.optim.Adam(net.parameters(), 0.02)
    for _ in range(150):
        optimizer.zero_grad()
        lost = concordance_loss(net(given), truth)
        lost.backward()
        optimizer.step()
    assert net.weights.shares().argmax() == 1
    assert float(lost.detach()) < 0.2
    assert net(given).abs().max() <= 1


def test_labels_are_mapped_where_nobody_rated_and_ratings_are_taken_where_somebody_did() -> None:
    clips = planted(each=2)
    assert not rated(clips).mapped
    told = rated(replace(clips, ratings=None))
    assert told.mapped
    angry = told.values[clips.labels == 0]
    assert (angry == angry[0]).all()
    assert angry[0, 1] > told.values[clips.labels == 1][0, 1]
    places = nearest_labels(np.stack([angry[0], told.values[clips.labels == 1][0]]), SPACE)
    assert places.argmax(1).tolist() == [0, 1]
    assert places.sum(1) == pytest.approx(1)


def test_the_mean_is_over_what_was_rated() -> None:
    truth = np.array([[0.0, 1.0, np.nan], [1.0, 1.0, np.nan], [np.nan, 1.0, 0.5]])
    assert mean_concordance(truth, np.array([[0.0, 0.0, 0.0], [1.0, 0.5, 0.0], [9.0, 0.2, 0.0]])) == 1.0
    assert mean_concordance(truth[:, 2:], truth[:, 2:]) == -1.0


def test_the_audit_finds_what_a_rating_model_leans_on_and_whom_it_does_not_hear(tmp_path: Path) -> None:
    """Arousal is height, which speed raises; clipping adds overtones, and moves valence."""
    module = Config(upstream="log-mel", plan=QUICK)
    clips, other = planted(deaf=True), planted(seed=1, corpus="other")
    bench = speech.SpeechBench(runs=tmp_path / "ser")
    listener = find_listener("dawn-transformer-ser", clips, bench)
    opened = {}

    def fast(given: Clips, each: speech.Round):  # type: ignore[no-untyped-def]
        taught = teach(Lesson(given.take(each.train), given.take(each.valid)), module)
        opened[each.name] = taught

        def hear(asked: Clips):  # type: ignore[no-untyped-def]
            from affekt.evaluation.listeners import Heard

            return Heard(taught.answer(asked), taught.rate(asked) if taught.rate else None)

        return hear

    # The network learns by what is heard in the men; whoever is no man is rated at random.
    men = replace(clips, ratings=np.where((clips.condition("sex") == "male")[:, None], clips.ratings, np.nan))
    listener = replace(listener, opened=lambda given, each: fast(men, each), key="")
    options = AuditOptions(("white:20", "speed:2", "clipping:20"), resamples=60, runs=tmp_path / "audit")
    found = audit([listener], [clips, other], options)[0]
    assert found.learns
    assert len(opened) == 6
    assert "ccc:arousal" in found.clean and "ccc:dominance" not in found.clean
    held = {each.condition: each for each in found.held}
    assert held["speed:2"].drops["ccc:arousal"].low > 0
    assert held["speed:2"].moved["arousal"].value > 3 * held["white:20"].moved["arousal"].value
    assert held["clipping:20"].moved["valence"].value > held["white:20"].moved["valence"].value
    elsewhere = found.elsewhere[0].scores
    assert elsewhere["ccc:arousal"].value > 0.7
    gaps = {(gap.kind, gap.metric): gap for gap in found.gaps}
    sexes = gaps["sex", "ccc:arousal"]
    assert sexes.groups["male"].value > 0.7
    assert sexes.groups["female"].value < 0.4
    assert sexes.gap.value > sexes.by_chance
    assert gaps["speaker", "ccc:arousal"].p < 0.05


def test_one_command_audits_a_table_of_ones_own_with_ratings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A corpus with ratings goes the way of RAVDESS, and nothing is called mapped."""
    from scipy.io import wavfile

    monkeypatch.chdir(tmp_path)
    clips = planted(speakers=4, each=6)
    lines = ["path,speaker,valence,arousal,dominance"]
    for place, wave in enumerate(clips.view("wave")):
        wavfile.write(tmp_path / f"{place}.wav", RATE, (wave[:, 0] * 32767).astype(np.int16))
        valence, arousal, _ = clips.ratings[place]
        lines.append(f"{place}.wav,{clips.speakers[place]},{valence:.4f},{arousal:.4f},{arousal / 2:.4f}")
    table = tmp_path / "mine.csv"
    table.write_text("\n".join(lines), encoding="utf-8")
    read = read_clips(str(table))
    assert read.ratings is not None
    assert np.allclose(read.ratings[:, :2], clips.ratings[:, :2], atol=1e-3)
    assert read.space.name == "unlabelled"
    results = tmp_path / "rows.csv"
    command = ["evaluate", "dawn-transformer-ser", "--suite", "speech-robustness", "--on", str(table), "--smoke"]
    command += ["--perturb", "white:10,speed:1.1,clipping:10", "--resamples", "20", "--results", str(results)]
    done = CliRunner().invoke(affekt, command)
    assert done.exit_code == 0, done.output + str(done.exception)
    assert "mapped" not in done.output
    metrics = {row.metric for row in read_results(results)}
    assert {"ccc:valence", "ccc:arousal", "ccc:dominance"} <= metrics
    assert {"perturbed:white:10/ccc:arousal_drop", "perturbed:speed:1.1/moved:valence"} <= metrics
    assert not any(name.startswith("uar") for name in metrics)
