"""Behaviour tests of `text`, `text-nano`, VADER and TF-IDF side by side, into results/text-behaviour.csv.

    python recipes/text/behaviour.py
    python recipes/text/behaviour.py --systems vader,text --output /tmp/some.csv

What is compared is one number per text. For the three classifiers it is P(positive) - P(negative),
with GoEmotions' 28 labels rolled up by the published `goemotions-sentiment` grouping and noisy-or:
`text`, `text-nano` and TF-IDF learned the same labels and are read the same way. For VADER it is
`compound`, the number its authors made for this. Those rows are protocol `polarity`. The two models also say
valence outright; that is protocol `valence`, and nothing stands beside it. Each number is put on the system's own
ruler first; see affekt/evaluation/behaviour.py, which also holds the limits.

TF-IDF is the baseline of results/goemotions.csv, fitted here on GoEmotions train (AFFEKT_DATA), some minutes.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
from data import label_matrix

from affekt.affect.convert import convert_probabilities
from affekt.affect.spaces import find_space
from affekt.corpora.read import read_corpus
from affekt.errors import unknown_name
from affekt.evaluation.baselines import LabelledTexts, tfidf_goemotions, vader_scores
from affekt.evaluation.behaviour import Finding, Scores, Verdicts, findings, run_behaviour
from affekt.evaluation.behaviour_cases import behaviour_cases
from affekt.evaluation.records import ResultRow, RunInfo, Scored, run_info, write_results
from affekt.inference.text import open_reader
from affekt.models.index import find_model

ROOT = Path(__file__).resolve().parents[2]
Estimates = dict[str, np.ndarray]


@dataclass(frozen=True)
class Config:
    systems: tuple[str, ...] = ("vader", "tfidf", "text", "text-nano")
    fills: int = 8
    seed: int = 0
    resamples: int = 1000
    output: Path = ROOT / "results" / "text-behaviour.csv"
    runs: Path = ROOT / "runs" / "text-behaviour"


@dataclass(frozen=True)
class Contestant:
    """A system's version and what it makes of texts: valence (text,) per protocol, NaN where it refuses."""

    version: str
    estimate: Callable[[Sequence[str]], Estimates]


def main() -> None:
    config = parse()
    cases = behaviour_cases(fills=config.fills, seed=config.seed)
    texts = list(dict.fromkeys(text for case in cases for text in case.texts))
    print(f"{len(cases)} cases, {len(texts)} texts")
    rows: list[ResultRow] = []
    summary: dict[str, dict[str, Finding]] = {}
    for name in config.systems:
        contestant = OPEN[name]()
        run = run_info(name, contestant.version, seed=config.seed)
        for protocol, valence in contestant.estimate(texts).items():
            answers = dict(zip(texts, valence.tolist(), strict=True))
            verdicts = run_behaviour(lambda asked, a=answers: Scores(np.array([a[text] for text in asked])), cases)
            found = findings(verdicts, resamples=config.resamples, seed=config.seed)
            rows += [as_row(finding, protocol, run) for finding in found]
            summary[f"{name} ({protocol})"] = {f.metric: f for f in found}
            save_answers(config.runs / f"{name}-{protocol}.csv", verdicts)
    write_results(config.output, rows)
    show(summary)
    print(f"{config.output}: {len(rows)} rows; single cases in {config.runs}")


def as_row(finding: Finding, protocol: str, run: RunInfo) -> ResultRow:
    bounds = (None if np.isnan(bound) else bound for bound in (finding.low, finding.high))
    row = Scored("behaviour", "all", protocol, finding.n, run).row(finding.metric, finding.value)
    return replace(row, **dict(zip(("low", "high"), bounds, strict=True)))


def parse() -> Config:
    default = Config()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--systems", default=",".join(default.systems), help="comma-separated: " + ", ".join(OPEN))
    parser.add_argument("--fills", type=int, default=default.fills, help="sentences per template")
    parser.add_argument("--seed", type=int, default=default.seed)
    parser.add_argument("--resamples", type=int, default=default.resamples, help="bootstrap resamples")
    parser.add_argument("--output", type=Path, default=default.output)
    parser.add_argument("--runs", type=Path, default=default.runs, help="folder for the answers case by case")
    given = vars(parser.parse_args())
    systems = tuple(name.strip() for name in given.pop("systems").split(","))
    for name in systems:
        if name not in OPEN:
            parser.error(str(unknown_name("system", name, OPEN, "python recipes/text/behaviour.py --help")))
    return Config(systems=systems, **given)


def open_vader() -> Contestant:
    return Contestant(version("vaderSentiment"), lambda texts: {"polarity": vader_scores(texts).compound})


def open_tfidf() -> Contestant:
    train, dev = (
        LabelledTexts([record.signal.text for record in records], label_matrix(records))
        for records in (read_corpus("goemotions", split=split) for split in ("train", "dev"))
    )

    def estimate(texts: Sequence[str]) -> Estimates:
        return {"polarity": polarity(tfidf_goemotions(train, dev, texts).test)}

    return Contestant(f"scikit-learn-{version('scikit-learn')}", estimate)


def open_model(name: str) -> Contestant:
    reader = open_reader(find_model(name))

    def estimate(texts: Sequence[str]) -> Estimates:
        # As a user calls it: the language check may refuse a text, which then counts as failed.
        found = reader.estimate(texts)
        valence = {"polarity": polarity(found.probabilities), "valence": found.vad[:, 0].astype(np.float64)}
        return {protocol: np.where(found.supported, each, np.nan) for protocol, each in valence.items()}

    return Contestant(reader.card.version, estimate)


OPEN: dict[str, Callable[[], Contestant]] = {
    "vader": open_vader,
    "tfidf": open_tfidf,
    "text": lambda: open_model("text"),
    "text-nano": lambda: open_model("text-nano"),
}


def polarity(probabilities: np.ndarray) -> np.ndarray:
    """P(positive) - P(negative), in [-1, 1], from GoEmotions probabilities (text, 28)."""
    space = find_space("goemotions-sentiment")
    rolled = convert_probabilities(probabilities, "goemotions", space).astype(np.float64)
    return rolled[:, space.index("positive")] - rolled[:, space.index("negative")]


def save_answers(path: Path, verdicts: Verdicts) -> None:
    """Write every case with its texts, values on the ruler and verdict, keyed by case id."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "kind", "expectation", "first", "second", "value_first", "value_second", "passed"])
        for case, values, passed in zip(verdicts.cases, verdicts.values, verdicts.passed, strict=True):
            first, second = (*case.texts, "")[:2]
            table.writerow([case.id, case.kind, case.expectation, first, second, *values.round(4), int(passed)])


def show(summary: dict[str, dict[str, Finding]]) -> None:
    """Print capabilities down, systems across."""
    metrics = list(dict.fromkeys(metric for found in summary.values() for metric in found))
    print(f"{'':45s}" + "".join(f"{name:>22s}" for name in summary))
    for metric in metrics:
        if metric.startswith("pass_rate:") or metric.startswith("gap:"):
            cells = (
                f"{f.value:.2f} [{f.low:.2f}, {f.high:.2f}]" for f in (found[metric] for found in summary.values())
            )
            print(f"{metric:45s}" + "".join(f"{cell:>22s}" for cell in cells))


if __name__ == "__main__":
    main()
