"""Emotions and intensities of 28 languages: from the language itself, from all others, from its kin.

    AFFEKT_DATA=… python recipes/brighter/run.py [--endpoint http://host:port/v1#MODEL]

Muhammad et al. 2025, "BRIGHTER". README.md says what is as in the paper.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from affekt.corpora.brighter import LANGUAGES, SPACE
from affekt.corpora.brighter_levels import LevelParts, Levels, kin_of, read_levels
from affekt.corpora.read import find_folder
from affekt.evaluation.endpoint import open_model
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.language_means import mean_over_languages
from affekt.evaluation.level_scores import ask_for_levels, level_metrics, levels_of
from affekt.evaluation.records import ResultRow, write_results
from affekt.evaluation.settings import read_settings
from affekt.language.client import ClientOptions
from affekt.training.gram_levels import GramOptions, KnownLevels, cut_grams, join_levels, know_levels, teach_levels


@dataclass(frozen=True)
class Config:
    languages: str = ""
    most: int = 3000
    each: int = 200
    held: int = 40
    own_penalties: str = "0.5,0.125"
    far_penalties: str = "0.25,0.06"
    endpoint: str = ""
    asked: int = 100
    cache: str = "runs/endpoint"
    seeds: int = 1
    resamples: int = 500
    smoke: int = 0
    results: str = "results/text-methods.csv"


@dataclass(frozen=True, eq=False)
class Cut:
    """One variety's parts as n-grams; the scored part as it is too."""

    train: KnownLevels
    dev: KnownLevels
    test: Levels


def main() -> None:
    config = read_settings(Config, __doc__)
    if config.smoke:
        config = replace(config, most=60, each=30, held=30, asked=20, resamples=20)
    # What is learned from elsewhere is the same whichever languages are asked for; a smoke run reads two.
    pool = ("amh", "tir") if config.smoke else tuple(LANGUAGES)
    cut = {
        code: _cut(code, parts, config) for code, parts in read_levels(find_folder("brighter"), languages=pool).items()
    }
    rows: list[ResultRow] = []
    for code in config.languages.split(",") if config.languages else cut:
        found = score(code, cut, config)
        for row in found:
            if row.metric in ("macro_f1", "mean_pearson"):
                print(
                    f"{row.corpus:13} {row.model:34} {row.metric:13} {row.value:.3f}  {row.low:.3f} {row.high:.3f}",
                    flush=True,
                )
        rows += found
    write_results(Path(config.results), [*rows, *means(rows)])


def score(code: str, cut: dict[str, Cut], config: Config) -> list[ResultRow]:
    """The rows of one variety."""
    test = cut[code].test
    places = np.flatnonzero(test.judged.all(0))
    with_levels = bool(test.rated[:, places].all())
    truth = {"decided": test.low[:, places] > 0, "level": test.low[:, places]}
    others = [each for each in cut if LANGUAGES[each] != LANGUAGES[code]]
    unlike = {"seeds": 0, "resamples": 0, "languages": "", "results": "", "endpoint": "", "cache": ""}
    settings = str(asdict(config) | unlike)
    asked = cut_grams(test.texts)

    def far(sources: Sequence[str], seed: int) -> Outcome:
        train = join_levels([cut[each].train for each in sources], each=config.each, seed=seed)
        held = join_levels([cut[each].dev for each in sources], each=config.held, seed=seed)
        return _answer(train, held, asked, places, config.far_penalties)

    arms = [
        Arm(
            "monolingual",
            lambda _: _answer(cut[code].train, cut[code].dev, asked, places, config.own_penalties),
            settings,
        ),
        Arm("leave-one-language-out", partial(far, others), settings),
    ]
    kin = [each for each in kin_of(code) if each in cut]
    if kin:
        arms.append(Arm("kin-only", partial(far, kin), settings + " ".join(kin)))
    track, labels = "track-b" if with_levels else "track-a", [SPACE.labels[place] for place in places]
    place = ("brighter", f"brighter:{code}", "test")
    metrics = level_metrics(labels, intensities=with_levels)
    runs = Path("runs/text-methods")
    rows = run_experiment(
        Experiment(*place, track, truth, metrics, arms),
        runs=runs,
        seeds=range(config.seeds),
        resamples=config.resamples,
    )
    if config.endpoint:
        kept = np.arange(min(config.asked, len(test)))
        # All arms are scored again on the texts that the endpoint was asked about.
        arms = [
            *(Arm(arm.name, lambda seed, arm=arm: _some(arm.run(seed), kept), arm.settings) for arm in arms),
            Arm("endpoint", lambda _: ask(test.take(kept), places, config), f"{settings} {config.endpoint}"),
        ]
        part = {name: values[kept] for name, values in truth.items()}
        experiment = Experiment(*place, f"{track}-first-{len(kept)}", part, metrics, arms)
        rows += run_experiment(experiment, runs=runs, seeds=range(config.seeds), resamples=config.resamples)
    return rows


def ask(some: Levels, places: np.ndarray, config: Config) -> Outcome:
    """What the endpoint answers without having seen an example."""
    started = time.monotonic()
    model = open_model(config.endpoint, ClientOptions(cache=Path(config.cache)))
    asked = ask_for_levels(model, some.texts, SPACE)
    levels = levels_of(asked, SPACE)[:, places]
    lost = {"unparseable": asked.tally.unparseable_rate, "failed": asked.tally.failed_rate}
    return Outcome({"decided": levels > 0, "level": levels}, time.monotonic() - started, 0, lost)


def means(rows: Sequence[ResultRow]) -> list[ResultRow]:
    """The mean over languages of each arm, where all were scored."""
    kept = [r for r in rows if r.metric in ("macro_f1", "mean_pearson") and "first" not in r.protocol]
    return mean_over_languages(kept)


def _cut(code: str, parts: LevelParts, config: Config) -> Cut:
    train, dev = (_drawn(part, most, 0) for part, most in ((parts.train, config.most), (parts.dev, config.most)))
    test = parts.test.take(np.arange(min(200, len(parts.test)))) if config.smoke else parts.test
    return Cut(_known(train), _known(dev), test)


def _known(levels: Levels) -> KnownLevels:
    return know_levels(levels.texts, levels.low, levels.high)


def _drawn(levels: Levels, most: int, seed: int) -> Levels:
    return levels.take(np.sort(np.random.default_rng(seed).permutation(len(levels))[:most]))


def _answer(train: KnownLevels, dev: KnownLevels, asked: object, places: np.ndarray, penalties: str) -> Outcome:
    started = time.monotonic()
    options = GramOptions(penalties=tuple(float(each) for each in penalties.split(",")))
    model = teach_levels(train, dev, options=options)
    said = model.answer(asked)
    answers = {"decided": said.decided[:, places], "level": said.level[:, places]}
    return Outcome(answers, time.monotonic() - started, model.parameters)


def _some(outcome: Outcome, kept: np.ndarray) -> Outcome:
    return replace(outcome, answers={name: values[kept] for name, values in outcome.answers.items()})


if __name__ == "__main__":
    main()
