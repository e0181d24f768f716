"""The density of the votes as target against the consensus: a synthetic corpus whose vote distributions are known.

`synthetic-votes`: 6 labels, 24 speakers of two sexes, a clean and a noisy test set; every item has a true
distribution of which 3 to 5 votes are drawn. Both heads see the votes only; KL is to the true distribution, k-best
accuracy to its top label. One call (`k_best_by_group`) gives 1-, 2- and 3-best accuracy per speaker, sex and test
set. On real votes, `soft_hard.py` writes the same pair (`soft`, `hard`, `hard-temperature`) with k-best accuracy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from learning import RESAMPLES, SEEDS, SMOKE, choose, learn, scored, write

from affekt.evaluation.records import ResultRow
from affekt.metrics.distribution import item_kl, kl_divergence
from affekt.metrics.k_best import k_best_by_group
from affekt.metrics.resampling import bootstrap_interval
from affekt.ratings.building import from_counts
from affekt.ratings.views import plurality, soft_labels
from affekt.training.opinion import fit_temperature, softmax
from affekt.training.votes import vote_cross_entropy

LABELS = ("anger", "disgust", "fear", "joy", "sadness", "surprise")
MODELS = ("vote-density", "consensus", "consensus-temperature")


@dataclass(frozen=True)
class Corpus:
    """Features (item, width), true distributions (item, label), votes, and who is who."""

    x: np.ndarray
    truth: np.ndarray
    counts: np.ndarray
    speaker: np.ndarray
    sex: np.ndarray
    part: np.ndarray


def synthetic(seed: int = 0, items: int = 3600) -> Corpus:
    """A corpus of that kind; speakers of the test sets do not speak in training."""
    random = np.random.default_rng(seed)
    speaker = np.arange(items) % 24
    sex = np.where(speaker % 2, "f", "m")
    latent = random.normal(size=(items, 12))
    weights = random.normal(size=(12, len(LABELS))) * 0.75
    truth = softmax(latent @ weights + random.normal(size=(24, len(LABELS)))[speaker] * 0.3)
    part = np.select([speaker < 12, speaker < 15, speaker < 20], ["train", "dev", "clean"], "noisy")
    # What the features miss differs by speaker, sex and channel.
    noise = 0.5 + 0.4 * (sex == "f") + 1.2 * (part == "noisy")
    x = latent + random.normal(size=latent.shape) * noise[:, None] + random.normal(size=(24, 12))[speaker] * 0.3
    votes = random.integers(3, 6, items)
    counts = np.array([random.multinomial(n, p) for n, p in zip(votes, truth, strict=True)])
    return Corpus(x.astype(np.float32), truth, counts.astype(float), speaker, sex, part)


def answers(corpus: Corpus) -> dict[str, np.ndarray]:
    """What each model says of every item, float64 (seed, item, label)."""
    ratings = from_counts([str(n) for n in range(len(corpus.x))], corpus.counts, labels=LABELS)
    shares, rule = soft_labels(ratings), plurality(ratings)
    train, dev = (np.flatnonzero(corpus.part == part) for part in ("train", "dev"))
    said: dict[str, list[np.ndarray]] = {model: [] for model in MODELS}
    chosen: dict[str, object] = {}
    for seed in SEEDS:
        targets = {
            "vote-density": (shares, train),
            "consensus": (rule.labels.astype(float), train[rule.decided[train]]),
        }
        for model, (target, rows) in targets.items():

            def judge(logits: np.ndarray, hard: bool = model == "consensus") -> float:
                scale = fit_temperature(shares[dev], logits[dev]) if hard else 1.0
                return kl_divergence(shares[dev], softmax(logits[dev] / scale))

            def attempt(config, target=target, rows=rows, judge=judge, seed=seed):  # type: ignore[no-untyped-def]
                return learn(corpus.x, target, rows, vote_cross_entropy, judge, config=config, seed=seed)

            if model not in chosen:
                chosen[model] = choose(attempt)
            logits = attempt(chosen[model]).logits
            said[model].append(softmax(logits))
            if model == "consensus":
                said["consensus-temperature"].append(softmax(logits / fit_temperature(shares[dev], logits[dev])))
    return {model: np.array(each) for model, each in said.items()}


def main() -> None:
    """Rows of all models."""
    corpus = synthetic(items=720 if SMOKE else 3600)
    said = answers(corpus)
    test = np.flatnonzero(np.isin(corpus.part, ["clean", "noisy"]))
    truth, top = corpus.truth[test], corpus.truth[test].argmax(1)
    groupings = {"speaker": corpus.speaker[test], "sex": corpus.sex[test], "test-set": corpus.part[test]}
    rows: list[ResultRow] = []
    kl: dict[str, np.ndarray] = {}
    for model, each in said.items():
        where = scored("synthetic-votes", "test", "known-distributions", model, n=len(test))
        kl[model] = np.mean([item_kl(truth, one[test]) for one in each], 0)
        rows.append(where.row("kl", bootstrap_interval(_mean, kl[model], groups=corpus.speaker[test])))
        # The mean of the seeds' answers ranks as an ensemble would; the first seed stands for a single model.
        found = k_best_by_group(top, each[0][test], groupings, resamples=RESAMPLES // 2)
        for k, scores in found["speaker"].items():
            rows.append(where.row(f"{k}-best-accuracy", scores.overall))
            rows.append(where.row(f"{k}-best-accuracy-gap:speaker", scores.gap))
        for name in ("sex", "test-set"):
            for k, scores in found[name].items():
                rows += [
                    where.row(f"{k}-best-accuracy:{name}={group}", score) for group, score in scores.groups.items()
                ]
                rows.append(where.row(f"{k}-best-accuracy-gap:{name}", scores.gap))
    where = scored("synthetic-votes", "test", "known-distributions", "vote-density", n=len(test))
    for rival in MODELS[1:]:
        rows.append(
            where.row(
                f"kl-minus:{rival}",
                bootstrap_interval(_mean, kl["vote-density"] - kl[rival], groups=corpus.speaker[test]),
            )
        )
        for k in (1, 2, 3):
            ours, theirs = (np.mean([hits(one[test], top, k) for one in said[m]], 0) for m in ("vote-density", rival))
            rows.append(where.row(f"{k}-best-accuracy-minus:{rival}", bootstrap_interval(_mean, ours - theirs)))
    for row in rows:
        print(row.model, row.metric, f"{row.value:.4f} [{row.low}, {row.high}]", flush=True)
    write(rows)


def hits(said: np.ndarray, top: np.ndarray, k: int) -> np.ndarray:
    """Whether each item's top label is among the k most probable, (item,)."""
    best = np.argsort(-said, axis=1, kind="stable")[:, :k]
    return (best == top[:, None]).any(1).astype(float)


def _mean(values: np.ndarray) -> float:
    return float(values.mean())


if __name__ == "__main__":
    main()
