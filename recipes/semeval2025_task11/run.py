"""SemEval-2025 Task 11 as a participant meets it: submission files for tracks A, B and C, scored by the task's rules.

    AFFEKT_DATA=… python recipes/semeval2025_task11/run.py
    affekt score runs/semeval2025-task11/cumulative-link --track b

Muhammad et al. 2025, "SemEval-2025 Task 11: Bridging the Gap in Text-Based Emotion Detection". README.md says what
is as in the task.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from affekt.corpora.brighter import LANGUAGES, SPACE
from affekt.corpora.brighter_levels import TOP, LevelParts, Levels, read_levels
from affekt.corpora.read import find_folder
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.language_means import mean_over_languages
from affekt.evaluation.level_scores import level_metrics
from affekt.evaluation.records import ResultRow, write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.submissions import Track, score_submission, write_submission
from affekt.metrics.multi_label import jaccard
from affekt.training.gram_levels import GramOptions, KnownLevels, cut_grams, join_levels, know_levels, teach_levels


@dataclass(frozen=True)
class Config:
    tracks: str = "a,b,c"
    languages: str = ""
    most: int = 3000
    each: int = 200
    held: int = 40
    seeds: int = 1
    resamples: int = 500
    smoke: int = 0
    runs: str = "runs/semeval2025-task11"
    results: str = "results/text-methods.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    if config.smoke:
        config = replace(config, most=60, each=30, held=30, resamples=20)
    pool = ("amh", "tir") if config.smoke else tuple(LANGUAGES)
    rows: list[ResultRow] = []
    for track in config.tracks.split(","):
        found = run_track(track, pool, config)
        rows += found
    write_results(Path(config.results), rows)


def run_track(track: Track, pool: tuple[str, ...], config: Config) -> list[ResultRow]:
    """The rows of one track: every language, and the mean over them as the task ranks it."""
    folder = find_folder("brighter")
    parts = read_levels(folder, track="a" if track == "c" else track, languages=pool)
    taught = {code: _taught(each, config) for code, each in parts.items() if len(each.train)}
    # Track C repeats the test texts of Track A and adds four languages that nobody can learn from.
    scored = {code: each.test for code, each in parts.items()}
    scored |= (
        {code: each.test for code, each in read_levels(folder, track="c", languages=pool).items()}
        if track == "c"
        else {}
    )
    rows: list[ResultRow] = []
    for code in config.languages.split(",") if config.languages else scored:
        if code not in scored:
            continue
        test = scored[code].take(np.arange(min(len(scored[code]), 200 if config.smoke else 10**6)))
        sources = [code] if track != "c" else [each for each in taught if LANGUAGES[each] != LANGUAGES[code]]
        found = score(code, track, test, [taught[each] for each in sources], config)
        for row in found:
            if row.metric in ("macro_f1", "mean_pearson"):
                print(
                    f"{track} {code} {row.model:36} {row.metric} {row.value:.3f}  {row.low:.3f} {row.high:.3f}",
                    flush=True,
                )
        rows += found
    return [*rows, *_means(rows)]


def score(
    code: str, track: Track, test: Levels, taught: list[tuple[KnownLevels, KnownLevels]], config: Config
) -> list[ResultRow]:
    """The rows of one language in one track; the method's answers are written as a submission and scored as one."""
    places = np.flatnonzero(test.judged.all(0))
    labels = [SPACE.labels[place] for place in places]
    truth = {"decided": test.low[:, places] > 0, "level": test.low[:, places]}
    unlike = {"seeds": 0, "resamples": 0, "languages": "", "results": "", "runs": "", "tracks": ""}
    settings = str(asdict(config) | unlike)
    ways: dict[str, Callable[[int], Outcome]] = {
        "cumulative-link": lambda seed: learn(test, taught, places, seed, config),
        "prior": lambda seed: draw(len(test), taught, places, seed),
    }

    def submitted(name: str, seed: int) -> Outcome:
        outcome = ways[name](seed)
        folder = Path(config.runs) / name
        said = outcome.answers["level" if track == "b" else "decided"].astype(int)
        mine, gold = (
            write_submission(place, code, track, dict(zip(test.ids, table.tolist(), strict=True)), emotions=labels)
            for place, table in (
                (folder, said),
                (folder.parent / "gold", truth["level" if track == "b" else "decided"] * 1),
            )
        )
        scored = score_submission(mine, gold)
        first = next(iter(scored.metrics))
        # Nothing but what was measured goes into a result: a correlation that is not defined is left out.
        told = {} if np.isnan(scored.metrics[first]) else {f"submission_{first}": scored.metrics[first]}
        return replace(outcome, measured=told)

    arms = [Arm(name, partial(submitted, name), settings) for name in ways]
    metrics = level_metrics(labels, intensities=track == "b")
    if track != "b":
        metrics["jaccard"] = (jaccard, "decided")
    place = ("semeval2025-task11", f"brighter:{code}", "test", f"track-{track}")
    runs = Path("runs/text-methods")
    return run_experiment(
        Experiment(*place, truth, metrics, arms), runs=runs, seeds=range(config.seeds), resamples=config.resamples
    )


def learn(
    test: Levels, taught: list[tuple[KnownLevels, KnownLevels]], places: np.ndarray, seed: int, config: Config
) -> Outcome:
    """N-grams and ordered cuts; several sources are joined, as much of each."""
    started = time.monotonic()
    train, held = (
        taught[0][part] if len(taught) == 1 else join_levels([each[part] for each in taught], each=most, seed=seed)
        for part, most in ((0, config.each), (1, config.held))
    )
    model = teach_levels(train, held, options=GramOptions(penalties=(0.5, 0.125) if len(taught) == 1 else (0.25,)))
    said = model.answer(cut_grams(test.texts))
    level = whole_levels(model.answer(held.counts).level, held, said.level)
    answers = {"decided": said.decided[:, places], "level": level[:, places]}
    return Outcome(answers, time.monotonic() - started, model.parameters)


def whole_levels(on_held: np.ndarray, held: KnownLevels, said: np.ndarray) -> np.ndarray:
    """Whole levels, as a submission has to hold: cut where as many of the held-out texts lie above as have the level.

    Rounding would make nearly all of them 0: an expected level above 1 is rare.
    """
    found = np.zeros(said.shape)
    for place in range(said.shape[1]):
        known = held.low[:, place] == held.high[:, place]
        for level in range(1, TOP + 1):
            share = (held.low[known, place] >= level).mean() if known.any() else 0.0
            limit = np.quantile(on_held[known, place], 1 - share) if share > 0 else np.inf
            found[:, place] += said[:, place] >= limit
    return found


def draw(count: int, taught: list[tuple[KnownLevels, KnownLevels]], places: np.ndarray, seed: int) -> Outcome:
    """Levels drawn with the frequencies of what is learned from: what needs no text."""
    started, rng = time.monotonic(), np.random.default_rng(seed)
    low = np.concatenate([each[0].low for each in taught])[:, places]
    judged = np.concatenate([(each[0].low > 0) | (each[0].high == 0) for each in taught])[:, places]
    columns = [rng.choice(column[known], size=count) for column, known in zip(low.T, judged.T, strict=True)]
    levels = np.column_stack(columns)
    return Outcome({"decided": levels > 0, "level": levels}, time.monotonic() - started, 0)


def _taught(parts: LevelParts, config: Config) -> tuple[KnownLevels, KnownLevels]:
    rng = np.random.default_rng(0)
    some = (part.take(np.sort(rng.permutation(len(part))[: config.most])) for part in (parts.train, parts.dev))
    train, dev = (know_levels(each.texts, each.low, each.high) for each in some)
    return train, dev


def _means(rows: Sequence[ResultRow]) -> list[ResultRow]:
    """The mean over languages of what each track is ranked by."""
    kept = [r for r in rows if r.metric == ("mean_pearson" if r.protocol == "track-b" else "macro_f1")]
    return mean_over_languages(kept)


if __name__ == "__main__":
    main()
