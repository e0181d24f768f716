"""Labels and intensities by one model: ordered cuts on one score, against regression, two models, a chat endpoint.

    AFFEKT_DATA=… python recipes/ethioemo_intensity/run.py [--endpoint http://host:port/v1#MODEL]

Belay et al. 2025, "Enhancing Multi-Label Emotion Analysis and Corresponding Intensities for Ethiopian Languages".
README.md says what is as in the paper.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from affekt.corpora.brighter import SPACE
from affekt.corpora.brighter_levels import LevelParts, Levels, read_levels
from affekt.corpora.read import find_folder
from affekt.evaluation.endpoint import open_model
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.level_scores import ask_for_levels, level_metrics, levels_of
from affekt.evaluation.records import ResultRow, write_results
from affekt.evaluation.settings import read_settings
from affekt.language.client import ClientOptions
from affekt.language.intensities import ShownLevels
from affekt.training.gram_levels import HEADS, GramOptions, Head, KnownLevels, cut_grams, teach_levels

# EthioEmo's four languages, of which BRIGHTER has Amharic with intensities; then the others with intensities.
ETHIOPIAN = ("amh", "orm", "som", "tir")
OTHERS = ("arq", "chn", "deu", "eng", "esp", "hau", "ptbr", "ron", "rus", "ukr")


@dataclass(frozen=True)
class Config:
    languages: str = ",".join((*ETHIOPIAN, *OTHERS))
    most: int = 3000
    endpoint: str = ""
    shots: int = 3
    asked: int = 200
    cache: str = "runs/endpoint"
    seeds: int = 1
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/text-methods.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    if config.smoke:
        config = replace(config, languages=config.languages.split(",")[0], most=100, asked=20, resamples=20)
    rows: list[ResultRow] = []
    for code, parts in read_levels(find_folder("brighter"), languages=config.languages.split(",")).items():
        found = score(code, parts, config)
        for row in found:
            if row.metric in ("macro_f1", "mean_pearson") or row.metric.startswith(
                ("macro_f1:minus", "mean_pearson:minus")
            ):
                told = f"{row.corpus:13} {row.model:32} {row.metric:32}"
                print(f"{told} {row.value:.3f}  {row.low:.3f} {row.high:.3f}", flush=True)
        rows += found
    write_results(Path(config.results), rows)


def score(code: str, parts: LevelParts, config: Config) -> list[ResultRow]:
    """The rows of one variety."""
    rng = np.random.default_rng(0)
    train, dev, test = (
        part.take(rng.permutation(len(part))[:most])
        for part, most in (
            (parts.train, config.most),
            (parts.dev, config.most),
            (parts.test, 200 if config.smoke else None),
        )
    )
    places = np.flatnonzero(test.judged.all(0))
    labels = [SPACE.labels[place] for place in places]
    truth = {"decided": test.low[:, places] > 0, "level": test.low[:, places]}
    settings = str(
        asdict(config) | {"seeds": 0, "resamples": 0, "languages": "", "results": "", "endpoint": "", "cache": ""}
    )
    known = [KnownLevels(cut_grams(each.texts), each.low, each.high) for each in (train, dev)]
    asked = cut_grams(test.texts)

    def taught(head: Head) -> Outcome:
        started = time.monotonic()
        model = teach_levels(*known, options=GramOptions(head))
        said = model.answer(asked)
        answers = {"decided": said.decided[:, places], "level": said.level[:, places]}
        return Outcome(answers, time.monotonic() - started, model.parameters, {"penalty": model.penalty})

    metrics = level_metrics(labels, intensities=bool(test.rated[:, places].all()))
    track = "track-b" if test.rated[:, places].all() else "track-a"
    arms = [Arm(head, lambda seed, head=head: taught(head), settings) for head in HEADS]
    place = ("ethioemo-intensity", f"brighter:{code}", "test")
    runs = Path("runs/text-methods")
    rows = run_experiment(
        Experiment(*place, track, truth, metrics, arms),
        runs=runs,
        seeds=range(config.seeds),
        resamples=config.resamples,
    )
    if config.endpoint:
        # An endpoint is asked about some texts only: all arms are scored on these again, beside it.
        kept = np.arange(min(config.asked, len(test)))
        some = test.take(kept)
        arms = [
            *(Arm(arm.name, lambda seed, arm=arm: _some(arm.run(seed), kept), arm.settings) for arm in arms),
            Arm("endpoint", lambda seed: ask(some, train, places, config), f"{settings} {config.endpoint}"),
        ]
        part = {name: values[kept] for name, values in truth.items()}
        experiment = Experiment(*place, f"{track}-first-{len(kept)}", part, metrics, arms)
        rows += run_experiment(experiment, runs=runs, seeds=range(config.seeds), resamples=config.resamples)
    return rows


def _some(outcome: Outcome, kept: np.ndarray) -> Outcome:
    answers = {name: values[kept] for name, values in outcome.answers.items()}
    return replace(outcome, answers=answers)


def ask(some: Levels, train: Levels, places: np.ndarray, config: Config) -> Outcome:
    """What the endpoint answers, after a few examples of the training part in turn of their emotions."""
    started = time.monotonic()
    examples = []
    if train.rated.any():
        strongest = [int(train.low[:, place].argmax()) for place in places]
        chosen = list(dict.fromkeys(strongest))[: config.shots]
        examples = [ShownLevels(train.texts[i], tuple(train.low[i].tolist())) for i in chosen]
    model = open_model(config.endpoint, ClientOptions(cache=Path(config.cache)))
    asked = ask_for_levels(model, some.texts, SPACE, examples=examples)
    levels = levels_of(asked, SPACE)[:, places]
    lost = {"unparseable": asked.tally.unparseable_rate, "failed": asked.tally.failed_rate}
    return Outcome({"decided": levels > 0, "level": levels}, time.monotonic() - started, 0, lost)


if __name__ == "__main__":
    main()
