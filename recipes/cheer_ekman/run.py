"""cheer-ekman: scores from best-worst choices: how many tuples does a judge have to see?

    AFFEKT_DATA=… python recipes/cheer_ekman/run.py [--endpoint URL#MODEL]

Judges are a noisy scripted one made from the real scores, our model `text`, and an endpoint where one is given. On
EmoBank the scores from counts are compared with people's; on CHEER-Ekman the emotion with the highest score is the
label, which is the paper's way, beside `text`'s own answer. Duong et al. 2025, ACL. README.md says what is shown.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from affekt.affect.spaces import find_space
from affekt.corpora.read import read_corpus
from affekt.evaluation.answers import Question, decide
from affekt.evaluation.endpoint import open_model
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.records import ResultRow, write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.subjects import find_subject
from affekt.metrics.classification import accuracy, macro_f1
from affekt.metrics.regression import pearson, spearman
from affekt.ratings.best_worst import Choice, Choices, balanced_tuples, counting_scores, judge_tuples
from affekt.ratings.language_judge import judge_by_model
from affekt.types import Record, Signal

EKMAN = find_space("ekman")
QUALITIES = {"valence": "pleasant feeling of the writer"}
Judge = Callable[[tuple[tuple[str, ...], ...], str, int], Choices]


@dataclass(frozen=True)
class Config:
    scored: int = 240
    appearances: str = "8,16,4,2,1"
    noise: str = "0.1,0.3"
    embodied: int = 578
    seeds: int = 3
    resamples: int = 1000
    endpoint: str = ""
    smoke: int = 0
    results: str = "results/text-methods.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    if config.smoke:
        config = replace(config, scored=24, appearances="8,2", noise="0.1", embodied=24, seeds=1, resamples=50)
    rows = [*real_scores(config), *embodied_emotions(config)]
    for row in rows:
        print(f"{row.corpus:12} {row.model:36} {row.metric:34} {row.value:.3f}  {row.low} {row.high}")
    write_results(Path(config.results), rows)


def real_scores(config: Config) -> list[ResultRow]:
    """EmoBank's development part, from which `text` did not learn: people's mean valence, and what counting makes."""
    records = [r for r in read_corpus("emobank", split="dev") if r.vad is not None]
    records = drawn(records, config.scored)
    truth = np.array([r.vad.valence for r in records])
    spread = float(truth.std())
    judges: dict[str, Judge] = {}
    for noise in config.noise.split(","):
        judges[f"scripted-{noise}"] = scripted(records, {"valence": truth / spread}, float(noise))
    judges["text"] = by_values(records, {"valence": text_says(records)["valence"]})
    if config.endpoint:
        judges["endpoint"] = by_endpoint(records, config.endpoint)
    arms = [
        Arm(
            f"{name}-{times}", scores_of(records, judge, ("valence",), int(times)), f"{config.scored}-{config.endpoint}"
        )
        for name, judge in judges.items()
        for times in config.appearances.split(",")
    ]
    return run_experiment(
        Experiment(
            *("cheer-ekman", "emobank", "dev", "best-worst-valence", truth),
            {"spearman": (spearman, "scores"), "pearson": (pearson, "scores")},
            arms,
            [r.group or r.id for r in records],
        ),
        runs=Path("runs/text-methods"),
        seeds=range(config.seeds),
        resamples=config.resamples,
    )


def embodied_emotions(config: Config) -> list[ResultRow]:
    """CHEER-Ekman's training part: an item's emotion is the one whose score it has most of."""
    records = drawn(read_corpus("cheer_ekman", split="train"), config.embodied)
    truth = np.array([[label in r.labels for label in EKMAN] for r in records])
    said = text_says(records)
    judges: dict[str, Judge] = {"text": by_values(records, {label: said[label] for label in EKMAN})}
    if config.endpoint:
        judges = {"endpoint": by_endpoint(records, config.endpoint), **judges}
    for noise in config.noise.split(","):
        marks = {label: truth[:, k].astype(float) for k, label in enumerate(EKMAN)}
        judges[f"scripted-{noise}"] = scripted(records, marks, float(noise))
    settings = f"{config.embodied}-{config.endpoint}"
    arms = [
        Arm(f"{name}-{times}", scores_of(records, judge, EKMAN.labels, int(times)), settings)
        for name, judge in judges.items()
        for times in config.appearances.split(",")
    ]
    arms.append(Arm("text-direct", lambda seed: chosen(np.column_stack([said[k] for k in EKMAN]), 0.0, 0), settings))
    return run_experiment(
        Experiment(
            *("cheer-ekman", "cheer_ekman", "train", "best-worst-argmax"),
            {"decided": truth, "places": truth.argmax(1)},
            {"macro_f1": (macro_f1, "decided"), "accuracy": (accuracy, "places")},
            arms,
            [r.group or r.id for r in records],
        ),
        runs=Path("runs/text-methods"),
        seeds=range(config.seeds),
        resamples=config.resamples,
    )


def drawn(records: list[Record], most: int) -> list[Record]:
    order = np.random.default_rng(0).permutation(len(records))[:most]
    return [records[i] for i in sorted(order.tolist())]


def scores_of(records: list[Record], judge: Judge, qualities: tuple[str, ...], times: int) -> Callable[[int], Outcome]:
    """Scores from counts: every item in `times` tuples, for each quality judged anew."""

    def run(seed: int) -> Outcome:
        started = time.monotonic()
        names = [record.id for record in records]
        tuples = tuples_of(tuple(names), times, seed)
        columns = []
        for quality in qualities:
            choices = judge(tuples, quality, seed)
            found = dict(zip(choices.items, counting_scores(choices).tolist(), strict=True))
            # An item that no judgement is left of stays in the middle.
            columns.append(np.nan_to_num([found.get(name, 0.0) for name in names]))
        seconds, judged = time.monotonic() - started, len(tuples) * len(qualities)
        if len(qualities) == 1:
            return Outcome({"scores": columns[0]}, seconds, 0, {"tuples": float(judged)})
        return chosen(np.column_stack(columns), seconds, judged)

    return run


@lru_cache(maxsize=64)
def tuples_of(names: tuple[str, ...], times: int, seed: int) -> tuple[tuple[str, ...], ...]:
    return balanced_tuples(names, appearances=times, seed=seed)


def chosen(scores: np.ndarray, seconds: float, judged: int) -> Outcome:
    places = scores.argmax(1)
    decided = np.eye(scores.shape[1], dtype=bool)[places]
    return Outcome({"decided": decided, "places": places}, seconds, 0, {"tuples": float(judged)})


def scripted(records: list[Record], truth: Mapping[str, np.ndarray], noise: float) -> Judge:
    """A judge who sees the real scores, in standard deviations or marks of 0 and 1, through normal noise of this size,
    drawn anew for every tuple."""

    def judge(tuples: tuple[tuple[str, ...], ...], quality: str, seed: int) -> Choices:
        random = np.random.default_rng([seed, len(tuples), list(truth).index(quality)])
        known = dict(zip((record.id for record in records), truth[quality].tolist(), strict=True))

        def choose(shown: tuple[str, ...]) -> Choice:
            seen = [known[name] + random.normal(0, noise) for name in shown]
            return Choice(shown[int(np.argmax(seen))], shown[int(np.argmin(seen))])

        return judge_tuples(tuples, choose)

    return judge


def by_values(records: list[Record], values: Mapping[str, np.ndarray]) -> Judge:
    """A judge who reads a number in every text: most and least of it."""

    def judge(tuples: tuple[tuple[str, ...], ...], quality: str, seed: int) -> Choices:
        known = dict(zip((record.id for record in records), values[quality].tolist(), strict=True))
        return judge_tuples(tuples, lambda shown: Choice(max(shown, key=known.get), min(shown, key=known.get)))  # type: ignore[arg-type]

    return judge


def by_endpoint(records: list[Record], address: str) -> Judge:
    """A chat model as the judge; tuples it gives no answer to are left out of the counts."""
    model = open_model(address)
    texts = {record.id: record.signal.text for record in records}

    def judge(tuples: tuple[tuple[str, ...], ...], quality: str, seed: int) -> Choices:
        return judge_by_model(model, tuples, texts, QUALITIES.get(quality, quality)).choices

    return judge


def text_says(records: list[Record]) -> dict[str, np.ndarray]:
    """What `text` reads: valence, and the probability of each of Ekman's emotions."""
    return _text_says(tuple(record.signal.text for record in records))


@lru_cache(maxsize=4)
def _text_says(texts: tuple[str, ...]) -> dict[str, np.ndarray]:
    records = tuple(Record(str(i), Signal(text, language="en"), "asked") for i, text in enumerate(texts))
    said = find_subject("text").answer(Question(records, EKMAN))
    probabilities = decide(said, EKMAN).probabilities
    return {"valence": said.vad[:, 0], **{label: probabilities[:, k] for k, label in enumerate(EKMAN)}}


if __name__ == "__main__":
    main()
