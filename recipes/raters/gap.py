"""The gap between writers and readers.

x-enVENT: the emotion a text's writer was asked to tell of, against what three or four readers take its writer to
feel. Which emotions stay hidden, whether frozen features and n-grams can tell (AUC by cross-validation), and which
phrases mark the texts detected. EmoBank beside it: crowd raters told to judge as the writer or as a reader. No writer
was asked there, so what differs are two perspectives of readers, and they are called so.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from data import corpus_records, letters, like_groups
from features import kept
from learning import SEEDS, scored, write

from affekt.corpora.index import find_corpus
from affekt.evaluation.records import ResultRow
from affekt.metrics.resampling import bootstrap_interval
from affekt.metrics.verification import auroc
from affekt.ratings.perspectives import hidden, label_gaps, perspectives_of
from affekt.training.gap_detector import detect_gap

FEWEST = 3
PHRASES = Path("runs/raters/gap-phrases.json")


def main() -> None:
    """Both corpora."""
    rows = [*writer_reader(), *emobank()]
    for row in rows:
        print(row.corpus, row.protocol, row.model, row.metric, f"{row.value:.4f} [{row.low}, {row.high}]", flush=True)
    write(rows)


def writer_reader() -> list[ResultRow]:
    """x-enVENT: rows of the gap and of its detector; the phrases go to runs/."""
    from features import encode

    space = find_corpus("x_envent").space
    table = perspectives_of(corpus_records("x_envent"), space, fewest=FEWEST)
    known = {record.id: record for record in corpus_records("x_envent")}
    records = [known[item] for item in table.items]
    texts = [record.signal.text for record in records]
    where = scored("x_envent", "all", f"writer-against-{FEWEST}-or-more-readers", "votes", n=len(texts))
    gap = hidden(table)
    rows = [where.row("hidden-share", bootstrap_interval(_mean, gap.astype(float), groups=like_groups(records)))]
    for label in label_gaps(table):
        if label.written >= 20:
            rows.append(where.row(f"readers-who-see:{label.label}", label.seen))
            rows.append(where.row(f"hidden-share:{label.label}", label.hidden))
    features = kept(texts, "text-v1", lambda: encode(texts))
    phrases: dict[str, list[tuple[str, float, int, int]]] = {}
    written = {label.label: label.written for label in label_gaps(table)}
    targets = {"any": gap, "guilt": hidden(table, label="guilt"), "shame": hidden(table, label="shame")}
    targets |= {"anger": hidden(table, label="anger"), "disgust": hidden(table, label="disgust")}
    for name, truth in targets.items():
        # A hidden emotion can only be hidden where it was written: the others are not its counterpart.
        rows_of = np.arange(len(texts)) if name == "any" else np.flatnonzero(table.writer[:, space.index(name)])
        if name != "any" and min(truth[rows_of].sum(), (~truth[rows_of]).sum()) < 10:
            print(f"hidden {name}: too few ({int(truth[rows_of].sum())} of {written[name]}), not detected")
            continue
        part = [records[row] for row in rows_of]
        groups = like_groups(part)
        for model, inputs in (("frozen-text-v1+tfidf", features[rows_of]), ("tfidf", None)):
            found = [
                detect_gap([texts[row] for row in rows_of], truth[rows_of], features=inputs, groups=groups, seed=seed)
                for seed in SEEDS
            ]
            where = scored("x_envent", "five-folds", f"hidden-{name}", model, n=len(rows_of))
            rows.append(where.row("auroc", bootstrap_interval(_areas, truth[rows_of], *(one.scores for one in found))))
            if inputs is not None:
                phrases[name] = [(p.text, round(p.z, 2), p.inside, p.outside) for p in found[0].phrases[:15]]
                for phrase in found[0].phrases[:8] if name == "any" else ():
                    counted = scored(
                        "x_envent", "five-folds", "hidden-any", model, n=phrase.inside + phrase.outside, seed=0
                    )
                    rows.append(counted.row(f"phrase-z:{phrase.text}", phrase.z))
    PHRASES.parent.mkdir(parents=True, exist_ok=True)
    PHRASES.write_text(json.dumps(phrases, indent=1))
    for name, found_phrases in phrases.items():
        print(name, ", ".join(f"{text} ({z})" for text, z, *_ in found_phrases))
    return rows


def emobank() -> list[ResultRow]:
    """EmoBank: how far the two perspectives are apart in each dimension, and which agrees more with itself."""
    records = [record for record in corpus_records("emobank") if letters(record.signal.text)]
    groups = np.array([record.group for record in records])
    rows = []
    where = scored("emobank", "all", "writer-and-reader-perspective-of-readers", "votes", n=len(records))
    for dimension in ("valence", "arousal", "dominance"):
        means = {
            side: np.array([record.values[f"{side}.{dimension}"] for record in records])
            for side in ("writer", "reader")
        }
        apart = means["writer"] - means["reader"]
        rows += [
            where.row(f"writer-minus-reader:{dimension}", bootstrap_interval(_mean, apart, groups=groups)),
            where.row(f"mean-distance:{dimension}", bootstrap_interval(_mean, np.abs(apart), groups=groups)),
            where.row(f"pearson:{dimension}", bootstrap_interval(_pearson, *means.values(), groups=groups)),
        ]
        for side, mean in means.items():
            strength = bootstrap_interval(_mean, np.abs(mean), groups=groups)
            rows.append(where.row(f"mean-distance-from-neutral:{side}.{dimension}", strength))
            rows.append(
                where.row(
                    f"rater-sd:{side}.{dimension}", bootstrap_interval(_nanmean, spread(records, side, dimension))
                )
            )
    return rows


def spread(records, side: str, dimension: str) -> np.ndarray:  # type: ignore[no-untyped-def]
    """The standard deviation of the ratings of each item, NaN where there is one."""
    found = []
    for record in records:
        values = [rating.values[dimension] for rating in record.ratings if rating.perspective == side]
        found.append(np.std(values, ddof=1) if len(values) > 1 else np.nan)
    return np.array(found)


def _areas(truth: np.ndarray, *scores: np.ndarray) -> float:
    return float(np.mean([auroc(truth, each) for each in scores]))


def _mean(values: np.ndarray) -> float:
    return float(values.mean())


def _nanmean(values: np.ndarray) -> float:
    return float(np.nanmean(values))


def _pearson(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.corrcoef(a, b)[0, 1])


if __name__ == "__main__":
    main()
