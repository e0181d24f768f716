"""Targets and scores: what is masked, converted, left out; scores against scikit-learn and SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics

from affekt.affect.spaces import find_space
from affekt.corpora.targets import choose_split, draw, make_target
from affekt.errors import InputError, UnknownNameError
from affekt.evaluation.answers import Answers, Subject, decide
from affekt.evaluation.comparison import Comparison, compare, holm
from affekt.evaluation.runner import EvaluationOptions, evaluate_prepared, predictions_of, prepare_records, result_rows
from affekt.evaluation.scores import score
from affekt.metrics.resampling import PairedDifference
from affekt.types import VAD, Rating, Record, Signal

SIGNS, EKMAN, MELD = find_space("sentiment"), find_space("ekman"), find_space("meld")


def record(name, labels=(), **fields):
    return Record(
        str(name), Signal(f"text {name}", language=fields.pop("language", "en")), "test", tuple(labels), **fields
    )


def exclusive_case(count=200, seed=3):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, len(MELD), count)
    probabilities = rng.dirichlet(np.ones(len(MELD)), count)
    probabilities[np.arange(count), truth] += 0.4
    probabilities /= probabilities.sum(1, keepdims=True)
    records = [record(i, (MELD.labels[t],), group=str(i // 4)) for i, t in enumerate(truth)]
    return make_target("meld", records, MELD, split="test"), truth, probabilities


def test_exclusive_scores_are_those_of_scikit_learn():
    target, truth, probabilities = exclusive_case()
    answers = Answers(np.ones(len(truth), bool), MELD, probabilities)
    found = score(target, answers, decide(answers, MELD), resamples=50)
    said = probabilities.argmax(1)
    neutral = MELD.index("neutral")
    felt = [i for i in range(len(MELD)) if i != neutral]
    expected = {
        "macro_f1": metrics.f1_score(truth, said, average="macro"),
        "weighted_f1": metrics.f1_score(truth, said, average="weighted"),
        "micro_f1": metrics.f1_score(truth, said, average="micro"),
        "accuracy": metrics.accuracy_score(truth, said),
        "uar": metrics.balanced_accuracy_score(truth, said),
        "micro_f1_without_neutral": metrics.f1_score(truth, said, labels=felt, average="micro"),
        "map": metrics.average_precision_score(np.eye(len(MELD))[truth], probabilities, average="macro"),
    }
    for name, value in expected.items():
        assert found[name].value == pytest.approx(value), name
        assert found[name].low <= value <= found[name].high
    rates = np.bincount(truth, minlength=len(MELD)) / len(truth)
    hit = np.eye(len(MELD))[truth]
    skill = 1 - np.square(probabilities - hit).sum() / np.square(rates - hit).sum()
    assert found["brier_skill"].value == pytest.approx(skill)


def test_what_was_not_answered_counts_as_missed_and_never_as_a_label():
    target, truth, probabilities = exclusive_case()
    answered = np.arange(len(truth)) % 2 == 0
    probabilities = np.where(answered[:, None], np.eye(len(MELD))[truth], np.nan)
    answers = Answers(answered, MELD, probabilities)
    decided = decide(answers, MELD)
    assert not decided.decision[~answered].any()
    found = score(target, answers, decided, resamples=20)
    assert found["accuracy"].value == pytest.approx(0.5)
    assert found["answered"].value == pytest.approx(0.5)
    assert found["map"].value == pytest.approx(1.0)
    assert found["map"].n == answered.sum()


def test_labels_nobody_judged_are_left_out_of_every_sum():
    rng = np.random.default_rng(0)
    records, masked = [], []
    for i in range(120):
        unrated = (EKMAN.labels[i % 6],) if i % 3 == 0 else ()
        labels = [label for label in EKMAN if rng.random() < 0.4 and label not in unrated]
        records.append(record(i, labels, unrated=unrated))
        masked.append([label in unrated for label in EKMAN])
    target = make_target("toy", records, EKMAN, split="test")
    probabilities = rng.random((120, 6))
    answers = Answers(np.ones(120, bool), EKMAN, probabilities)
    found = score(target, answers, decide(answers, EKMAN), resamples=20)
    keep = ~np.array(masked)
    truth = np.array([[label in r.labels for label in EKMAN] for r in records])
    each = [metrics.f1_score(truth[keep[:, k], k], probabilities[keep[:, k], k] >= 0.5) for k in range(6)]
    assert found["macro_f1"].value == pytest.approx(np.mean(each))
    precision = [metrics.average_precision_score(truth[keep[:, k], k], probabilities[keep[:, k], k]) for k in range(6)]
    assert found["map"].value == pytest.approx(np.mean(precision))
    # What is said of a masked cell changes nothing.
    other = np.where(keep, probabilities, 1 - probabilities)
    again = Answers(answers.answered, EKMAN, other)
    same = score(target, again, decide(again, EKMAN), resamples=20)
    # Its bounds are NaN, which equals nothing.
    del same["answered"], found["answered"]
    assert same == found


def test_dimensions_and_intensities_are_correlated():
    rng = np.random.default_rng(1)
    told = rng.uniform(-1, 1, (60, 3))
    said = np.clip(told * 0.6 + rng.normal(0, 0.2, (60, 3)), -1, 1)
    records = [
        record(i, vad=VAD(*map(float, row)), intensities={"distress": float(i % 7) / 7}) for i, row in enumerate(told)
    ]
    target = make_target("toy", records, None, split="test")
    found = score(target, Answers(np.ones(60, bool), vad=said), None, resamples=20)
    assert found["pearson:arousal"].value == pytest.approx(stats.pearsonr(told[:, 1], said[:, 1])[0])
    assert found["spearman:valence"].value == pytest.approx(stats.spearmanr(told[:, 0], said[:, 0])[0])
    distress = [r.intensities["distress"] for r in records]
    assert found["pearson:valence~distress"].value == pytest.approx(stats.pearsonr(distress, said[:, 0])[0])
    assert "macro_f1" not in found


def test_votes_are_met_by_divergence():
    votes = [("positive", "positive", "negative"), ("neutral", "neutral", "neutral")]
    records = [
        record(i, (said[0],), ratings=tuple(Rating(None, (label,)) for label in said)) for i, said in enumerate(votes)
    ]
    target = make_target("toy", records, SIGNS, split="test")
    assert target.votes.tolist() == [pytest.approx([1 / 3, 0, 2 / 3]), [0, 1, 0]]
    said = np.array([[1 / 3, 0.0, 2 / 3], [0.0, 1.0, 0.0]])
    answers = Answers(np.ones(2, bool), SIGNS, said)
    found = score(target, answers, decide(answers, SIGNS), resamples=10)
    assert found["kl_votes"].value == pytest.approx(0.0, abs=1e-3)
    worse = Answers(np.ones(2, bool), SIGNS, said[::-1].copy())
    assert score(target, worse, decide(worse, SIGNS), resamples=10)["kl_votes"].value > 1


def test_truth_is_converted_and_what_has_no_place_is_left_out():
    isear = find_space("isear")
    records = [record(i, (label,)) for i, label in enumerate(("joy", "guilt", "anger"))]
    signs = make_target("isear", records, isear, split="all", space=SIGNS)
    assert [SIGNS.labels[row.argmax()] for row in signs.truth] == ["positive", "negative", "negative"]
    ekman = make_target("isear", records, isear, split="all", space=EKMAN)
    assert any("converted" in note for note in ekman.notes)
    assert len(ekman) + sum("left out" in note for note in ekman.notes) == 3
    mixed = [record("a", ("joy", "anger")), record("b", ("joy",)), record("c")]
    several = make_target("toy", mixed, EKMAN, split="all", space=SIGNS)
    assert [r.id for r in several.records] == ["b", "c"]
    assert several.exclusive


def test_a_label_that_a_corpus_never_judged_leaves_no_sign_out():
    records = [record(i, labels, unrated=("disgust",)) for i, labels in enumerate((("joy",), ("anger",), ()))]
    target = make_target("toy", records, EKMAN, split="test", space=SIGNS)
    assert [SIGNS.labels[row.argmax()] for row in target.truth] == ["positive", "negative", "neutral"]
    assert target.rated.all()


def test_a_corpus_without_anything_to_score_is_refused():
    with pytest.raises(InputError, match="nothing to score"):
        make_target("toy", [record(1)], None, split="test")
    with pytest.raises(UnknownNameError, match="no split 'dev'"):
        choose_split([record(1)], "dev")
    assert choose_split([record(1)], None) == ("test",)


def test_a_draw_is_the_same_for_a_seed_and_keeps_the_order():
    target, _, _ = exclusive_case()
    one, other = draw(target, 50, seed=1), draw(target, 50, seed=1)
    assert [r.id for r in one.records] == [r.id for r in other.records]
    assert [int(r.id) for r in one.records] == sorted(int(r.id) for r in one.records)
    assert len(one) == 50
    assert draw(target, None) is target


def evaluation(probabilities, name, records, **options):
    subject = Subject(name, "1", lambda question: Answers(np.ones(len(question.records), bool), MELD, probabilities))
    chosen = EvaluationOptions(resamples=60, **options)
    prepared = prepare_records("meld", records, MELD, split="test", options=chosen)
    return evaluate_prepared(subject, prepared, chosen)


def test_the_runner_tells_subgroups_and_writes_rows_and_predictions(tmp_path):
    target, truth, probabilities = exclusive_case()
    records = [
        Record(r.id, r.signal, "test", r.labels, group=r.group, conditions={"sex": "f" if int(r.id) % 2 else "m"})
        for r in target.records
    ]
    good = probabilities.copy()
    good[::2] = np.eye(len(MELD))[truth[::2]]
    found = evaluation(good, "toy", records, by=("sex",))
    groups = found.subgroups["sex"]
    assert groups.groups["m"].value == pytest.approx(1.0)
    assert groups.gap.value == pytest.approx(1.0 - groups.groups["f"].value)
    rows = {row.metric: row for row in result_rows(found)}
    assert rows["accuracy"].value == pytest.approx(found.scores["accuracy"].value)
    assert (rows["accuracy"].corpus, rows["accuracy"].protocol) == ("meld", "most-probable")
    kept = predictions_of(found)
    assert (kept.arrays["decision"].argmax(1) == good.argmax(1)).all()
    with pytest.raises(InputError, match="No item of meld has a 'age'"):
        evaluation(good, "toy", records, by=("age",))


def test_comparison_pairs_items_and_finds_what_is_there():
    target, truth, probabilities = exclusive_case()
    better = probabilities.copy()
    better[:120] = np.eye(len(MELD))[truth[:120]]
    runs = [
        evaluation(each, name, target.records) for each, name in ((better, "b"), (probabilities, "a"), (better, "c"))
    ]
    rows = compare(runs, metrics=("accuracy", "macro_f1"), resamples=200)
    assert len(rows) == 6
    first = next(row for row in rows if (row.first, row.second, row.metric) == (0, 1, "accuracy"))
    expected = (better.argmax(1) == truth).mean() - (probabilities.argmax(1) == truth).mean()
    assert first.found.difference == pytest.approx(expected)
    assert first.found.p_value < 0.01
    same = next(row for row in rows if (row.first, row.second, row.metric) == (0, 2, "accuracy"))
    assert (same.found.difference, same.found.p_value) == (0.0, 1.0)
    with pytest.raises(InputError, match="no paired test"):
        compare(runs, metrics=("ece",))


def test_holm_multiplies_from_the_smallest_and_never_falls():
    found = [PairedDifference(0.1, 0, 0.2, p) for p in (0.01, 0.04, 0.03, 0.005)]
    rows = [Comparison(0, i, "accuracy", each, 9, each.p_value) for i, each in enumerate(found)]
    assert [round(row.p_value, 3) for row in holm(rows)] == [0.03, 0.06, 0.06, 0.02]
