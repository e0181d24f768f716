"""Our metrics beside scikit-learn's, torchmetrics' and audmetric's: the same arrays, the same value, the time.

    python bench/metrics.py [--items 100000]

Writes `bench/metrics.json`. One thread. Each time is the median of several rounds, the libraries
taken in turn; inputs are in each library's own form beforehand (arrays, tensors, lists). The values
have to agree to 1e-6, or the run fails.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import statistics
import time
import warnings
from collections.abc import Callable
from datetime import date
from importlib.metadata import version
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402

OUTPUT = Path(__file__).with_suffix(".json")
ROUNDS = 7
LABELS = 28
Call = Callable[[], float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=100_000)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    report = {
        "items": options.items,
        "labels": LABELS,
        "date": date.today().isoformat(),
        "machine": {
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            **{name: version(name) for name in ("numpy", "scikit-learn", "torch", "torchmetrics", "audmetric")},
        },
        "metrics": {},
        "resampling": resampling(options.items),
    }
    for name, calls in metrics(options.items).items():
        report["metrics"][name] = row = compare(name, calls)
        slower = {other: round(row["ms"][other] / row["ms"]["affekt"], 2) for other in row["ms"] if other != "affekt"}
        row["times_affekt"] = slower
        print(f"{name:38} {row['ms']['affekt']:9.2f} ms   {slower}", flush=True)
    OUTPUT.write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(report["resampling"]))


def compare(name: str, calls: dict[str, Call]) -> dict:
    """Return the value and the median time of each library, in milliseconds."""
    values = {library: call() for library, call in calls.items()}
    for library, value in values.items():
        if not math.isclose(value, values["affekt"], rel_tol=1e-6, abs_tol=1e-6):
            raise SystemExit(f"{name}: affekt says {values['affekt']}, {library} says {value}.")
    times: dict[str, list[float]] = {library: [] for library in calls}
    for _ in range(ROUNDS):
        for library, call in calls.items():
            start = time.perf_counter()
            call()
            times[library].append(1000 * (time.perf_counter() - start))
    return {"value": values["affekt"], "ms": {library: statistics.median(spent) for library, spent in times.items()}}


def metrics(items: int) -> dict[str, dict[str, Call]]:
    """Return the calls to compare, by metric and library."""
    import audmetric
    import torch
    from sklearn import metrics as sk
    from torchmetrics import functional as tm

    from affekt.metrics import (
        calibration,
        classification,
        distribution,
        multi_label,
        ordinal,
        regression,
        single_label,
        verification,
    )

    torch.set_num_threads(1)
    random = np.random.default_rng(0)
    truth = random.random((items, LABELS)) < 0.08
    said = np.clip(truth * 0.3 + random.random((items, LABELS)) * 0.6, 0, 1)
    chosen = said > 0.5
    classes = random.integers(0, 7, items)
    guessed = np.where(random.random(items) < 0.6, classes, random.integers(0, 7, items))
    values = random.normal(size=items)
    guesses = values + random.normal(size=items)
    scores = random.random((items, 7))
    votes, shares = random.dirichlet(np.ones(7), items), random.dirichlet(np.ones(7), items)
    outcome, chance = truth[:, 0], said[:, 0]

    def tensors(*arrays: np.ndarray) -> list[torch.Tensor]:
        return [torch.from_numpy(np.ascontiguousarray(array)) for array in arrays]

    t_truth, t_said, t_chosen = tensors(truth.astype(int), said, chosen.astype(int))
    t_classes, t_guessed, t_values, t_guesses = tensors(classes, guessed, values, guesses)
    t_scores, t_votes, t_shares, t_outcome, t_chance = tensors(scores, votes, shares, outcome.astype(int), chance)
    multilabel = {"num_labels": LABELS, "validate_args": False}
    multiclass = {"num_classes": 7, "validate_args": False}
    accuracies = tm.classification.multiclass_accuracy
    return {
        "macro F1, multi-label": {
            "affekt": lambda: classification.macro_f1(truth, chosen),
            "scikit-learn": lambda: sk.f1_score(truth, chosen, average="macro"),
            "torchmetrics": lambda: float(tm.classification.multilabel_f1_score(t_chosen, t_truth, **multilabel)),
        },
        "mean average precision": {
            "affekt": lambda: classification.mean_average_precision(truth, said),
            "scikit-learn": lambda: sk.average_precision_score(truth, said, average="macro"),
            "torchmetrics": lambda: float(
                tm.classification.multilabel_average_precision(t_said, t_truth, **multilabel)
            ),
        },
        "Hamming loss": {
            "affekt": lambda: multi_label.hamming_loss(truth, chosen),
            "scikit-learn": lambda: sk.hamming_loss(truth, chosen),
            "torchmetrics": lambda: float(
                tm.classification.multilabel_hamming_distance(t_chosen, t_truth, **multilabel)
            ),
        },
        "Jaccard over items": {
            "affekt": lambda: multi_label.jaccard(truth, chosen),
            "scikit-learn": lambda: sk.jaccard_score(truth, chosen, average="samples", zero_division=1.0),
        },
        "LRAP": {
            "affekt": lambda: multi_label.label_ranking_average_precision(truth, said),
            "scikit-learn": lambda: sk.label_ranking_average_precision_score(truth, said),
        },
        "accuracy": {
            "affekt": lambda: classification.accuracy(classes, guessed),
            "scikit-learn": lambda: sk.accuracy_score(classes, guessed),
            "torchmetrics": lambda: float(accuracies(t_guessed, t_classes, average="micro", **multiclass)),
            "audmetric": lambda: audmetric.accuracy(classes, guessed),
        },
        "unweighted average recall": {
            "affekt": lambda: classification.unweighted_average_recall(classes, guessed),
            "scikit-learn": lambda: sk.balanced_accuracy_score(classes, guessed),
            "torchmetrics": lambda: float(accuracies(t_guessed, t_classes, average="macro", **multiclass)),
            "audmetric": lambda: audmetric.unweighted_average_recall(classes, guessed),
        },
        "weighted F1, one class left out": {
            "affekt": lambda: single_label.class_f1(classes, guessed, average="weighted", exclude=[0]),
            "scikit-learn": lambda: sk.f1_score(classes, guessed, average="weighted", labels=range(1, 7)),
        },
        "confusion matrix (trace)": {
            "affekt": lambda: float(np.trace(single_label.confusion_matrix(classes, guessed).counts)),
            "scikit-learn": lambda: float(np.trace(sk.confusion_matrix(classes, guessed))),
            "torchmetrics": lambda: float(
                tm.classification.multiclass_confusion_matrix(t_guessed, t_classes, **multiclass).trace()
            ),
            "audmetric": lambda: float(np.trace(audmetric.confusion_matrix(classes, guessed))),
        },
        "2-best accuracy": {
            "affekt": lambda: single_label.k_best_accuracy(classes, scores, k=2),
            "scikit-learn": lambda: sk.top_k_accuracy_score(classes, scores, k=2),
            "torchmetrics": lambda: float(accuracies(t_scores, t_classes, average="micro", top_k=2, **multiclass)),
        },
        "quadratic weighted kappa": {
            "affekt": lambda: ordinal.quadratic_weighted_kappa(classes, guessed),
            "scikit-learn": lambda: sk.cohen_kappa_score(classes, guessed, weights="quadratic"),
            "torchmetrics": lambda: float(
                tm.classification.multiclass_cohen_kappa(t_guessed, t_classes, weights="quadratic", **multiclass)
            ),
        },
        "CCC": {
            "affekt": lambda: regression.ccc(values, guesses),
            "torchmetrics": lambda: float(tm.concordance_corrcoef(t_guesses, t_values)),
            "audmetric": lambda: audmetric.concordance_cc(values, guesses),
        },
        "Pearson": {
            "affekt": lambda: regression.pearson(values, guesses),
            "torchmetrics": lambda: float(tm.pearson_corrcoef(t_guesses, t_values)),
            "audmetric": lambda: audmetric.pearson_cc(values, guesses),
        },
        "Spearman": {
            "affekt": lambda: regression.spearman(values, guesses),
            "torchmetrics": lambda: float(tm.spearman_corrcoef(t_guesses, t_values)),
        },
        "mean absolute error": {
            "affekt": lambda: regression.mae(values, guesses),
            "scikit-learn": lambda: sk.mean_absolute_error(values, guesses),
            "torchmetrics": lambda: float(tm.mean_absolute_error(t_guesses, t_values)),
            "audmetric": lambda: audmetric.mean_absolute_error(values, guesses),
        },
        "AUROC": {
            "affekt": lambda: verification.auroc(outcome, chance),
            "scikit-learn": lambda: sk.roc_auc_score(outcome, chance),
            "torchmetrics": lambda: float(tm.classification.binary_auroc(t_chance, t_outcome, validate_args=False)),
        },
        "ECE, 15 equal-width bins": {
            "affekt": lambda: calibration.expected_calibration_error(outcome, chance, binning="equal-width"),
            "torchmetrics": lambda: float(
                tm.classification.binary_calibration_error(t_chance, t_outcome, n_bins=15, validate_args=False)
            ),
        },
        "Brier score": {
            "affekt": lambda: calibration.brier_score(outcome, chance),
            "scikit-learn": lambda: sk.brier_score_loss(outcome, chance),
        },
        "KL divergence": {
            "affekt": lambda: distribution.kl_divergence(votes, shares),
            "torchmetrics": lambda: float(tm.kl_divergence(t_votes, t_shares)),
        },
    }


def resampling(items: int) -> dict:
    """Return the seconds for 1,000 bootstrap resamples of CCC and macro F1."""
    from affekt.metrics.classification import macro_f1
    from affekt.metrics.regression import ccc
    from affekt.metrics.resampling import bootstrap_interval

    random = np.random.default_rng(1)
    values = random.normal(size=items)
    guesses = values + random.normal(size=items)
    truth = random.random((items, LABELS)) < 0.08
    seconds = {}
    for name, metric, arrays in (("ccc", ccc, (values, guesses)), ("macro F1", macro_f1, (truth, truth[::-1]))):
        start = time.perf_counter()
        bootstrap_interval(metric, *arrays, resamples=1000)
        seconds[name] = round(time.perf_counter() - start, 2)
    return {"resamples": 1000, "items": items, "seconds": seconds}


if __name__ == "__main__":
    main()
