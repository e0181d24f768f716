"""The density of the votes as target against the consensus: a synthetic corpus whose vote distributions are known.

`synthetic-votes`: 6 labels, 24 speakers of two sexes, a clean and a noisy test set; every item has a true
distribution of which 3 to 5 votes are drawn. Both heads see the votes only; KL is to the true distribution, k-best
accuracy to its top label.

Any corpus of speech whose audio and votes you have is scored likewise by its name (`python variance.py msp_podcast`):
speakers in the order of their names, half to learn from, a sixth dev; KL is to its votes then.

`ravdess-simulated-votes`: real speech, simulated listeners: 3 to 5 votes on every clip of RAVDESS, drawn from known
distributions (`affekt.training.speech.listeners`), features the 88 functionals; actors 1-12 to learn from, 13-16 dev,
17-24 scored, as they sound and with white noise at 10 dB.

One call (`k_best_by_group`) gives 1-, 2- and 3-best accuracy per speaker, sex and test
set. On real votes, `soft_hard.py` writes the same pair (`soft`, `hard`, `hard-temperature`) with k-best accuracy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from learning import RESAMPLES, SEEDS, SMOKE, choose, learn, named, scored, write

from affekt.evaluation.records import ResultRow
from affekt.metrics.distribution import item_kl, kl_divergence
from affekt.metrics.k_best import k_best_by_group
from affekt.metrics.resampling import bootstrap_interval
from affekt.ratings.building import from_counts
from affekt.ratings.views import plurality, soft_labels
from affekt.signals.degrade import Chance
from affekt.training.opinion import fit_temperature, softmax
from affekt.training.votes import vote_cross_entropy

LABELS = ("anger", "disgust", "fear", "joy", "sadness", "surprise")
SIMULATED = "ravdess-simulated-votes"
MODELS = ("vote-density", "consensus", "consensus-temperature")


@dataclass(frozen=True)
class Corpus:
    """Features (item, width), true distributions (item, label), votes, and who is who."""

    name: str
    labels: tuple[str, ...]
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
    return Corpus("synthetic-votes", LABELS, x.astype(np.float32), truth, counts.astype(float), speaker, sex, part)


def spoken(name: str = SIMULATED, *, seed: int = 0) -> Corpus:
    """RAVDESS heard by simulated listeners, or a corpus with votes; clips of scored speakers come again with noise."""
    from affekt.corpora.clips import read_clips
    from affekt.corpora.sound_views import take_views
    from affekt.training.speech.changes import everyday
    from affekt.training.speech.functionals_svm import functionals
    from affekt.training.speech.listeners import heard_as, simulate_votes, vote_counts

    if name == SIMULATED:
        clips = simulate_votes(read_clips("ravdess"), seed=seed)
        truth = heard_as(clips)
        counts = vote_counts(clips)
    else:
        clips = read_clips(name)
        # Votes for several labels count for none here: `from_counts` takes whole votes.
        counts = np.floor(vote_counts(clips))
        voted = counts.sum(1) > 0
        clips, counts = clips.take(voted), counts[voted]
        truth = counts / counts.sum(1, keepdims=True)
    speaker = clips.speaker_places()
    part = np.select(
        [speaker < (speaker.max() + 1) / 2, speaker < (speaker.max() + 1) * 2 / 3], ["train", "dev"], "clean"
    )
    scored_clips = clips.take(part == "clean")
    noise = everyday(plan=(Chance("white", 1.0, 10.0, 10.0),))
    waves = (wave[:, 0] for wave in scored_clips.view("wave"))
    noisy = np.concatenate(list(take_views(waves, "functionals", noise, 0)))
    x = np.concatenate([functionals(clips), np.nan_to_num(noisy)])
    known = x[: len(clips)][part == "train"]
    x = np.clip((x - known.mean(0)) / np.maximum(known.std(0), 1e-6), -10, 10)
    again = np.flatnonzero(part == "clean")
    order = np.concatenate([np.arange(len(clips)), again])
    sex = clips.condition("sex") if "sex" in clips.conditions else np.full(len(clips), "not told")
    return Corpus(
        name,
        clips.space.labels,
        x.astype(np.float32),
        truth[order],
        counts[order],
        speaker[order],
        sex[order],
        np.concatenate([part, np.full(len(again), "noisy")]),
    )


def answers(corpus: Corpus) -> dict[str, np.ndarray]:
    """What each model says of every item, float64 (seed, item, label)."""
    ratings = from_counts([str(n) for n in range(len(corpus.x))], corpus.counts, labels=corpus.labels)
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
    """Rows of all models on the corpora that are named, or on both."""
    for name in named(("synthetic-votes", SIMULATED)):
        write(rows_of(synthetic(items=720 if SMOKE else 3600) if name == "synthetic-votes" else spoken(name)))


def rows_of(corpus: Corpus) -> list[ResultRow]:
    """Rows of all models on one corpus."""
    said = answers(corpus)
    test = np.flatnonzero(np.isin(corpus.part, ["clean", "noisy"]))
    truth, top = corpus.truth[test], corpus.truth[test].argmax(1)
    groupings = {"speaker": corpus.speaker[test], "sex": corpus.sex[test], "test-set": corpus.part[test]}
    rows: list[ResultRow] = []
    kl: dict[str, np.ndarray] = {}
    for model, each in said.items():
        where = scored(corpus.name, "test", "known-distributions", model, n=len(test))
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
    where = scored(corpus.name, "test", "known-distributions", "vote-density", n=len(test))
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
    return rows


def hits(said: np.ndarray, top: np.ndarray, k: int) -> np.ndarray:
    """Whether each item's top label is among the k most probable, (item,)."""
    best = np.argsort(-said, axis=1, kind="stable")[:, :k]
    return (best == top[:, None]).any(1).astype(float)


def _mean(values: np.ndarray) -> float:
    return float(values.mean())


if __name__ == "__main__":
    main()
