"""Fit the head behind `analyze(..., raters=True)` and write src/affekt/models/text/weights/raters.npz.

    AFFEKT_DATA=… python recipes/raters/ship.py

EDOS (CC BY 4.0): three votes a dialogue over 41 emotions and intents, on the frozen encoder of `text`. Soft targets;
scale and shift of every label fitted on dev votes. The chance that two raters differ is a logistic regression on the
share of pairs of raters who did, of features and predicted distribution, calibrated on dev votes. The test part chose
no number of the head; that disagreement reads features and distribution, and not one of them, was settled with its
scores in sight. x-enVENT (texts by other terms) and the MSR'18 posts (no licence) do not ship.

The file, arrays by space name (`edos.`): `labels` str (label,); `weight` float16 (label, 384), `bias` float32
(label,); `disagreement_features` float32 (384,), `disagreement_labels` float32 (label,), `disagreement_bias` float32
(1,). With f the encoder's features (`TextReader.features`) as they come, in float64:

    p = softmax(weight @ f + bias)
    chance that two raters differ = sigmoid(disagreement_features @ f + disagreement_labels @ p + disagreement_bias)

Standardisation, scaling and calibration are folded in.
"""

from __future__ import annotations

import argparse
import io
import zipfile
from pathlib import Path

import numpy as np
from data import Task, load_task
from features import protocol, raw_features
from learning import Config, choose, learn, mean_of, scored, write
from soft_hard import item_loss

from affekt.evaluation.records import ResultRow, replace_file
from affekt.metrics.regression import pearson
from affekt.metrics.resampling import bootstrap_interval
from affekt.training.calibration import fit_platt
from affekt.training.fitting import Schedule
from affekt.training.opinion import (
    calibrated_disagreement,
    fit_disagreement,
    fit_vector_scale,
    observed_disagreement,
    softmax,
)
from affekt.training.votes import vote_cross_entropy

WEIGHTS = Path("src/affekt/models/text/weights/raters.npz")
SPACES = {"edos": "edos"}
# Linear only: the file is a matrix that NumPy multiplies.
GRID = tuple(
    Config(0, dropout, Schedule(epochs=60, batch=64, learning_rate=rate, weight_decay=decay, patience=8))
    for dropout in (0.1, 0.3)
    for rate, decay in ((3e-3, 0.01), (1e-3, 0.3))
)


def fitted(task: Task) -> dict[str, np.ndarray]:
    """The arrays of one space."""
    raw = raw_features(task)
    train, dev = task.rows("train"), task.rows("dev")
    mean, spread = raw[train].mean(0), raw[train].std(0) + 1e-6
    x = ((raw - mean) / spread).astype(np.float32)

    def judge(logits: np.ndarray) -> float:
        return float(item_loss(task, task.shares[dev], softmax(logits[dev])).mean())

    def attempt(config: Config):  # type: ignore[no-untyped-def]
        return learn(x, task.shares, train, vote_cross_entropy, judge, config=config, seed=0)

    best = attempt(choose(attempt, GRID))
    layer = best.head[-1]
    weight, bias = (part.detach().double().numpy() for part in (layer.weight, layer.bias))
    scale = fit_vector_scale(task.shares[dev], best.logits[dev])
    weight, bias = weight * scale.scale[:, None], bias * scale.scale + scale.shift
    folded = (weight / spread).astype(np.float16)
    # The shift makes up for what half precision moved.
    folded_bias = (bias - folded.astype(np.float64) @ mean).astype(np.float32)
    arrays = {"weight": folded, "bias": folded_bias, "labels": np.array(list(task.space))}
    return arrays | fitted_disagreement(task, arrays, raw)


def fitted_disagreement(task: Task, arrays: dict[str, np.ndarray], raw: np.ndarray) -> dict[str, np.ndarray]:
    """The arrays behind the chance that two raters differ; how heavy the ridge is, dev votes decide."""
    from sklearn.linear_model import LogisticRegression

    observed, said = observed_disagreement(task.counts), opinion(arrays, raw)
    train, dev = (rows[~np.isnan(observed[rows])] for rows in (task.rows("train"), task.rows("dev")))
    inputs = np.concatenate([raw, said], 1)
    mean, spread = inputs[train].mean(0), inputs[train].std(0) + 1e-6
    # What is predicted says more of disagreement than any one feature: a third of the ridge.
    spread[raw.shape[1] :] /= 3
    x = (inputs - mean) / spread

    def attempt(ridge: float) -> tuple[float, np.ndarray]:
        weights = np.append(observed[train], 1 - observed[train])
        answers = np.repeat([1, 0], len(train))
        model = LogisticRegression(C=ridge, max_iter=1000).fit(np.tile(x[train], (2, 1)), answers, weights)
        line = np.append(model.coef_[0], model.intercept_)
        chance = 1 / (1 + np.exp(-(x[dev] @ line[:-1] + line[-1])))
        return float(np.square(chance - observed[dev]).mean()), line

    line = min((attempt(ridge) for ridge in (3e-5, 1e-4, 3e-4, 1e-3, 3e-3)), key=lambda tried: tried[0])[1]
    logit = x[dev] @ line[:-1] + line[-1]
    platt = fit_platt(observed[dev, None], logit[:, None])
    slope = platt.scale[0] * line[:-1] / spread
    shift = platt.scale[0] * line[-1] + platt.shift[0] - slope @ mean
    return {
        "disagreement_features": slope[: raw.shape[1]].astype(np.float32),
        "disagreement_labels": slope[raw.shape[1] :].astype(np.float32),
        "disagreement_bias": np.array([shift], np.float32),
    }


def opinion(arrays: dict[str, np.ndarray], raw: np.ndarray) -> np.ndarray:
    """The shipped distribution, float64 (item, label)."""
    return softmax(raw.astype(np.float64) @ arrays["weight"].astype(np.float64).T + arrays["bias"])


def disagreement(arrays: dict[str, np.ndarray], raw: np.ndarray, said: np.ndarray) -> np.ndarray:
    """The shipped chance that two raters differ, (item,)."""
    features, labels, bias = (
        arrays[f"disagreement_{part}"].astype(np.float64) for part in ("features", "labels", "bias")
    )
    return 1 / (1 + np.exp(-(raw.astype(np.float64) @ features + said @ labels + bias[0])))


def score(task: Task, arrays: dict[str, np.ndarray]) -> list[ResultRow]:
    """Rows on the test part: KL, disagreement's calibration error and correlation, the mean as the rival."""
    raw, test, dev = raw_features(task), task.rows("test"), task.rows("dev")
    said = opinion(arrays, raw[test])
    observed = observed_disagreement(task.counts[test])
    known = ~np.isnan(observed)
    chance, observed, groups = disagreement(arrays, raw[test], said)[known], observed[known], task.groups[test][known]
    # The rival: what the distribution alone implies, calibrated on the same dev votes.
    platt = fit_disagreement(task.counts[dev], opinion(arrays, raw[dev]))
    implied = calibrated_disagreement(said, platt)[known]
    where = scored(task.name, "test", protocol(task), "shipped", n=len(test))
    rows = [where.row("kl", mean_of(item_loss(task, task.shares[test], said), task.groups[test]))]
    pairs = scored(task.name, "test", protocol(task), "shipped", n=int(known.sum()))
    constant = np.full(len(observed), np.nanmean(observed_disagreement(task.counts[dev])))
    for name, predicted in (("", chance), ("-implied", implied), ("-dev-mean", constant)):
        rows.append(pairs.row(f"disagreement-mse{name}", mean_of(np.square(predicted - observed), groups)))
        rows.append(
            pairs.row(f"disagreement-ece{name}", bootstrap_interval(pair_error, observed, predicted, groups=groups))
        )
    gain = np.square(chance - observed) - np.square(constant - observed)
    rows.append(pairs.row("disagreement-mse-minus:dev-mean", mean_of(gain, groups)))
    rows.append(pairs.row("disagreement-pearson", bootstrap_interval(pearson, observed, chance, groups=groups)))
    return rows


def pair_error(observed: np.ndarray, predicted: np.ndarray, bins: int = 10) -> float:
    """Calibration error of a predicted share: ten bins of equal mass, |mean predicted - mean observed|."""
    order = np.argsort(predicted, kind="stable")
    parts = np.array_split(order, bins)
    return float(sum(len(p) * abs(predicted[p].mean() - observed[p].mean()) for p in parts if len(p)) / len(observed))


def packed(arrays: dict[str, np.ndarray]) -> bytes:
    """An .npz whose bytes depend on the arrays alone."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, array in sorted(arrays.items()):
            member = io.BytesIO()
            np.lib.format.write_array(member, array, allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(info, member.getvalue())
    return out.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=WEIGHTS)
    arguments = parser.parse_args()
    shipped, rows = {}, []
    for space, name in SPACES.items():
        task = load_task(name)
        arrays = fitted(task)
        rows += score(task, arrays)
        shipped |= {f"{space}.{part}": array for part, array in arrays.items()}
    for row in rows:
        print(row.corpus, row.metric, f"{row.value:.4f} [{row.low:.4f}, {row.high:.4f}]")
    replace_file(arguments.output, packed(shipped))
    print(f"{arguments.output}: {arguments.output.stat().st_size / 1000:.0f} kB")
    write(rows)


if __name__ == "__main__":
    main()
