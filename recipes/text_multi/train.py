"""Make the weights of `text-multi` from the corpora in $AFFEKT_DATA.

    python recipes/text_multi/train.py [--only deu,eng]

A language at a time, each kept in runs/text_multi/ when it is done: a run that was killed goes on where it was.
A few minutes on two cores.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from data import SPACE, VARIETIES, Texts, load_language_texts, load_split
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression

from affekt.corpora.brighter import LANGUAGES
from affekt.inference.grams import LANGUAGE_BITS, GramCutter, split_words
from affekt.metrics.classification import mean_average_precision
from affekt.training.calibration import fit_platt
from affekt.training.thresholds import choose_smoothing, fit_thresholds

RUNS = Path("runs/text_multi")
WEIGHTS = Path("src/affekt/models/text_multi/weights")


@dataclass(frozen=True)
class Config:
    """What was chosen: inverse penalties to try, folds, seen how often, how many rows the tables hold together."""

    inverse_penalties: tuple[float, ...] = (1.0, 4.0, 16.0)
    folds: int = 4
    least_texts: int = 2
    rows: int = 900_000
    seed: int = 0


def matrix(texts: list[str]) -> tuple[csr_matrix, NDArray[np.uint32]]:
    """The n-grams of texts, float32 (text, column), and the key of each column, ascending."""
    cutter = GramCutter()
    rows = [cutter.weigh(split_words(text)) for text in texts]
    ends = np.cumsum([0, *(len(row.keys) for row in rows)])
    keys, columns = np.unique(np.concatenate([row.keys for row in rows]), return_inverse=True)
    weights = np.concatenate([row.weights for row in rows])
    return csr_matrix((weights, columns, ends), shape=(len(texts), len(keys))), keys


@dataclass(frozen=True)
class Regressions:
    """coefficients: float32 (gram, label) for the n-grams in `columns` (gram,), seen in `texts` (gram,) texts;
    bias: (label,)."""

    columns: NDArray[np.int64]
    coefficients: NDArray[np.float32]
    bias: NDArray[np.float32]
    texts: NDArray[np.int64]

    def logits(self, grams: csr_matrix) -> NDArray[np.float32]:
        return np.asarray(grams[:, self.columns] @ self.coefficients + self.bias, np.float32)


def learn(grams: csr_matrix, truth: NDArray[np.float32], inverse_penalty: float, least: int) -> Regressions:
    """One regression per label; the rarity of an n-gram (inverse document frequency) goes into its coefficient."""
    seen = np.bincount(grams.indices, minlength=grams.shape[1])
    columns = np.flatnonzero(seen >= least)
    rarity = 1 + np.log((1 + grams.shape[0]) / (1 + seen[columns]))
    weighed = (grams[:, columns] @ diags(rarity)).tocsr()
    # Rows of length 1 on average, so that a penalty means the same in every language.
    rarity /= np.sqrt(weighed.multiply(weighed).sum(1)).mean()
    weighed = (grams[:, columns] @ diags(rarity)).tocsr()
    coefficients = np.zeros((len(columns), truth.shape[1]), np.float32)
    bias = np.full(truth.shape[1], -5.0, np.float32)
    for label, outcome in enumerate(truth.T):
        if np.isnan(outcome).any() or not outcome.any():
            continue
        regression = LogisticRegression(C=inverse_penalty, solver="liblinear", random_state=0).fit(weighed, outcome)
        coefficients[:, label] = regression.coef_[0] * rarity
        bias[label] = regression.intercept_[0]
    return Regressions(columns, coefficients, bias, seen[columns])


def sigmoid(logits: NDArray[np.floating]) -> NDArray[np.floating]:
    return 1 / (1 + np.exp(-logits))


def train_variety(name: str, train: Texts, dev: Texts, config: Config) -> None:
    """Write what one language's regressions learned, with calibration and thresholds, to the folder of runs."""
    if (RUNS / f"{name}.npz").exists():
        return
    both, keys = matrix([*train.texts, *dev.texts])
    grams, dev_grams = both[: len(train.texts)], both[len(train.texts) :]
    rated = train.rated & dev.rated
    fold = np.random.default_rng(config.seed).permutation(len(train.texts)) % config.folds
    best, unseen, penalty = -1.0, np.zeros_like(train.truth), 0.0
    for tried in config.inverse_penalties:
        logits = np.zeros_like(train.truth)
        for held in range(config.folds):
            learned = learn(grams[fold != held], train.truth[fold != held], tried, config.least_texts)
            logits[fold == held] = learned.logits(grams[fold == held])
        score = mean_average_precision(train.truth[:, rated], sigmoid(logits[:, rated]))
        if score > best:
            best, unseen, penalty = score, logits, tried
    final = learn(grams, train.truth, penalty, config.least_texts)
    dev_logits = final.logits(dev_grams)
    # Small dev splits make ragged thresholds: the folds' answers for texts they never saw stand beside dev's.
    logits = np.concatenate([unseen, dev_logits])[:, rated]
    truth = np.concatenate([train.truth, dev.truth])[:, rated]
    platt = fit_platt(truth, logits)
    probabilities = sigmoid(logits * platt.scale + platt.shift)
    limits = fit_thresholds(truth, probabilities, **choose_smoothing(truth, probabilities)._asdict())
    scale, shift, thresholds = np.ones(len(SPACE)), np.zeros(len(SPACE)), np.full(len(SPACE), 0.99)
    scale[rated], shift[rated], thresholds[rated] = platt.scale, platt.shift, np.clip(limits, 1e-3, 0.99)
    dev_score = mean_average_precision(dev.truth[:, rated], sigmoid(dev_logits[:, rated]))
    print(f"{name}: C {penalty:g}, AP {best:.3f} in folds, {dev_score:.3f} on dev, {len(final.columns):,} n-grams")
    RUNS.mkdir(parents=True, exist_ok=True)
    kept = {"keys": keys[final.columns], "coefficients": final.coefficients, "bias": final.bias, "texts": final.texts}
    partial = RUNS / f"{name}.partial.npz"
    np.savez(partial, scale=scale, shift=shift, thresholds=thresholds, **kept)
    partial.replace(RUNS / f"{name}.npz")


def language_table(config: Config) -> tuple[dict[str, NDArray[np.generic]], list[str]]:
    """The arrays of the language check and the names of its classes: naive Bayes, add one half."""
    texts, cutter = load_language_texts(), GramCutter()
    names = [*VARIETIES, *sorted(set(texts) - set(VARIETIES))]
    counts = np.zeros((1 << LANGUAGE_BITS, len(names)))
    letters: dict[int, int] = {}
    for place, name in enumerate(names):
        for text in texts[name]:
            counts[:, place] += np.bincount(cutter.buckets(split_words(text)), minlength=len(counts))
            if place < len(VARIETIES):
                for character in text:
                    if character.isalpha():
                        letters[ord(character) >> 7] = letters.get(ord(character) >> 7, 0) + 1
    logs = np.log((counts + 0.5) / (counts + 0.5).sum(0))
    # Only differences between classes say anything: what a bucket says of all alike is taken out.
    logs -= logs.mean(1, keepdims=True)
    step = 6.0 / 127
    evidence = np.clip(np.round(logs / step), -127, 127).astype(np.int8)
    total = sum(letters.values())
    blocks = np.array(sorted(block for block, count in letters.items() if count >= 1e-4 * total), np.int32)
    return {"evidence": evidence, "evidence_step": np.float32(step), "blocks": blocks}, names


def export(config: Config) -> None:
    """Write the shipped files and print the sha256 lines of the card."""
    learned = {name: dict(np.load(RUNS / f"{name}.npz")) for name in VARIETIES}
    # What a row is worth: its largest say times how often it is asked.
    worth = {name: np.abs(each["coefficients"]).max(1) * np.sqrt(each["texts"]) for name, each in learned.items()}
    every = np.concatenate(list(worth.values()))
    least = 0.0 if len(every) <= config.rows else float(np.partition(every, -config.rows)[-config.rows])
    gaps, weights, steps, fitted = [], [], [], []
    for name, each in learned.items():
        kept = worth[name] >= least
        coefficients = each["coefficients"][kept]
        step = np.maximum(np.abs(coefficients).max(0), 1e-6) / 127
        gaps.append(np.diff(each["keys"][kept], prepend=np.uint32(0)).astype(np.uint32))
        weights.append(np.round(coefficients / step).astype(np.int8))
        steps.append(step)
        limits = np.round(each["thresholds"], 4).tolist()
        values = {"scale": np.round(each["scale"], 5).tolist(), "shift": np.round(each["shift"], 5).tolist()}
        values |= {"thresholds": {"brighter": limits, "ekman": limits}}
        fitted.append({"name": name, "language": LANGUAGES[name], **values})
    table, names = language_table(config)
    WEIGHTS.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        WEIGHTS / "model.npz",
        gaps=np.concatenate(gaps),
        ends=np.cumsum([len(each) for each in gaps]),
        weights=np.concatenate(weights),
        step=np.array(steps, np.float32),
        bias=np.array([each["bias"] for each in learned.values()], np.float32),
        **table,
    )
    middle = np.median([each["thresholds"]["brighter"] for each in fitted], axis=0).round(4).tolist()
    whole = {
        "scale": [1.0] * len(SPACE),
        "shift": [0.0] * len(SPACE),
        "sd_factor": [1.0, 1.0, 1.0],
        "thresholds": {"brighter": middle, "ekman": middle},
        "classes": names,
        "varieties": fitted,
    }
    (WEIGHTS / "fit.json").write_text(
        json.dumps(whole, separators=(",", ":")).replace('},{"name"', '},\n{"name"') + "\n"
    )
    print(f"{sum(map(len, gaps)):,} of {len(every):,} rows")
    for path in sorted(WEIGHTS.iterdir()):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        print(f'        "{path.name}": "{digest}",  # {path.stat().st_size:,} bytes')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="train these varieties only, and write no weights: deu,eng")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    arguments = parser.parse_args()
    config, train, dev = Config(), load_split("train"), load_split("dev")
    names = arguments.only.split(",") if arguments.only else VARIETIES
    # The slowest first, so that no worker is left with one at the end.
    ordered = sorted(names, key=lambda name: -sum(map(len, train[name].texts)))
    Parallel(arguments.workers)(delayed(train_variety)(name, train[name], dev[name], config) for name in ordered)
    if not arguments.only:
        export(config)


if __name__ == "__main__":
    main()
