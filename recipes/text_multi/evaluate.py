"""Score `text-multi` on BRIGHTER's Track A, language by language, beside TF-IDF and chance.

    python recipes/text_multi/evaluate.py                # dev: to choose by
    python recipes/text_multi/evaluate.py --split test   # results/brighter.csv

The baseline is what affekt calls TF-IDF for languages other than English: character 1-5-grams inside words, one L2
regression per label whose inverse penalty is chosen on dev by mean average precision, thresholds fitted on dev.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from data import VARIETIES, load_split
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from affekt.corpora.brighter import LANGUAGES
from affekt.evaluation.records import ResultRow, RunInfo, Scored, run_info, write_results
from affekt.inference.ngrams import NgramReader
from affekt.metrics.classification import macro_f1, mean_average_precision
from affekt.metrics.resampling import Estimate, bootstrap_values, paired_difference, percentile_interval
from affekt.models.index import find_model
from affekt.training.thresholds import fit_thresholds

PENALTIES = (1.0, 4.0, 16.0)
RESAMPLES = 1000
DRAWS = 200
ALPHA = 0.05
RUNS = Path("runs/text_multi")

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Decided:
    """What was decided of one variety's rated labels; truth and each decision: bool (text, label)."""

    truth: Flags
    told: Flags
    found: Flags
    tfidf: Flags
    prior: float
    language: Sequence[str | None]


def tfidf(name: str, split: str) -> Flags:
    """The baseline's decisions, bool (text, label)."""
    train, dev, asked = (load_split(part)[name] for part in ("train", "dev", split))
    rated = np.flatnonzero(train.rated & dev.rated & asked.rated)
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 5), min_df=2, sublinear_tf=True, dtype=np.float32)
    grams = vectorizer.fit_transform(train.texts)
    both = vectorizer.transform([*dev.texts, *asked.texts])
    best, said = -1.0, np.zeros((len(dev.texts) + len(asked.texts), len(rated)))
    for penalty in PENALTIES:
        columns = []
        for outcome in train.truth[:, rated].T:
            regression = LogisticRegression(C=penalty, solver="liblinear", random_state=0).fit(grams, outcome)
            columns.append(regression.predict_proba(both)[:, 1])
        tried = np.column_stack(columns)
        score = mean_average_precision(dev.truth[:, rated], tried[: len(dev.texts)])
        if score > best:
            best, said = score, tried
    limits = fit_thresholds(dev.truth[:, rated], said[: len(dev.texts)])
    return said[len(dev.texts) :] >= limits


def decide(name: str, split: str) -> Decided:
    """What the model, the baseline and chance decide of one variety."""
    train, asked = load_split("train")[name], load_split(split)[name]
    rated = np.flatnonzero(train.rated & load_split("dev")[name].rated & asked.rated)
    reader = NgramReader.load(find_model("text-multi"))
    told = reader.estimate(asked.texts, language=LANGUAGES[name])
    found = reader.estimate(asked.texts)
    said = []
    for estimates in (told, found):
        assert estimates.limits is not None
        # What is not read has no label: NaN is below every threshold.
        with np.errstate(invalid="ignore"):
            said.append((estimates.probabilities >= estimates.limits["brighter"])[:, rated])
    truth = asked.truth[:, rated] > 0
    chance = np.random.default_rng(0).random((DRAWS, *truth.shape)) < train.truth[:, rated].mean(0)
    prior = float(np.mean([macro_f1(truth, draw) for draw in chance]))
    return Decided(truth, said[0], said[1], tfidf(name, split), prior, reader.languages(asked.texts))


def holm(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Holm's (1979) corrected p-values."""
    order = np.argsort(p_values, kind="stable")
    raised = np.minimum(1, p_values[order] * np.arange(len(p_values), 0, -1))
    corrected = np.empty_like(p_values)
    corrected[order] = np.maximum.accumulate(raised)
    return corrected


def rows_of(decided: dict[str, Decided], split: str) -> list[ResultRow]:
    """The result rows, and the table on the screen."""
    card = find_model("text-multi")
    ours = run_info(card.name, card.version, seed=0)
    theirs, chance = (replace(ours, model=model, version="1") for model in ("tfidf-char", "prior-sampled"))
    systems = {
        "told": (ours, "language-told", lambda each: each.told),
        "found": (ours, "language-found", lambda each: each.found),
        "tfidf": (theirs, "dev-label-thresholds", lambda each: each.tfidf),
    }
    rows: list[ResultRow] = []
    drawn: dict[str, list[NDArray[np.float64]]] = {key: [] for key in systems}
    values: dict[str, list[float]] = {key: [] for key in systems}
    differences = []
    for name, each in decided.items():
        for key, (run, protocol, said) in systems.items():
            resampled = bootstrap_values(macro_f1, each.truth, said(each), resamples=RESAMPLES)
            value = float(macro_f1(each.truth, said(each)))
            drawn[key].append(resampled)
            values[key].append(value)
            where = Scored(f"brighter:{name}", split, protocol, len(each.truth), run)
            rows.append(where.row("macro_f1", percentile_interval(value, resampled)))
        rows.append(
            Scored(f"brighter:{name}", split, "train-priors", len(each.truth), chance).row("macro_f1", each.prior)
        )
        differences.append(paired_difference(macro_f1, each.truth, each.told, each.tfidf, resamples=RESAMPLES))
        right = float(np.mean([language == LANGUAGES[name] for language in each.language]))
        rows.append(
            Scored(f"brighter:{name}", split, "language-found", len(each.truth), ours).row("language_accuracy", right)
        )
    corrected = holm(np.array([each.p_value for each in differences]))
    print(f"{'':6}{'told':>7}{'found':>7}{'tfidf':>7}{'prior':>7}{'diff':>8}{'Holm p':>8}")
    for place, (name, each) in enumerate(decided.items()):
        difference, p = differences[place], float(corrected[place])
        against = RunInfo("text-multi - tfidf-char", card.version, 0, ours.commit, ours.date)
        where = Scored(f"brighter:{name}", split, "paired-holm", len(each.truth), against)
        rows += [
            where.row("macro_f1_difference", Estimate(difference.difference, difference.low, difference.high)),
            where.row("p_holm", p),
        ]
        told, found, base = (values[key][place] for key in systems)
        worse = " worse" if difference.difference < 0 and p < ALPHA else ""
        print(
            f"{name:6}{told:7.3f}{found:7.3f}{base:7.3f}{each.prior:7.3f}{difference.difference:+8.3f}{p:8.3f}{worse}"
        )
    total = sum(len(each.truth) for each in decided.values())
    for key, (run, protocol, _) in systems.items():
        whole = Scored("brighter", split, protocol, total, run)
        rows.append(
            whole.row("mean_macro_f1", percentile_interval(float(np.mean(values[key])), np.mean(drawn[key], axis=0)))
        )
    prior = float(np.mean([each.prior for each in decided.values()]))
    rows.append(Scored("brighter", split, "train-priors", total, chance).row("mean_macro_f1", prior))
    print("mean  " + "".join(f"{np.mean(values[key]):7.3f}" for key in systems) + f"{prior:7.3f}")
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", choices=("dev", "test"), default="dev")
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    found = Parallel(arguments.workers)(delayed(decide)(name, arguments.split) for name in VARIETIES)
    rows = rows_of(dict(zip(VARIETIES, found, strict=True)), arguments.split)
    if arguments.split == "test":
        write_results(Path("results/brighter.csv"), rows)


if __name__ == "__main__":
    main()
