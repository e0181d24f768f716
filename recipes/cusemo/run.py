"""cusemo: a trace of emotion and a level of the whole, by label rate, length of stretch and weight of the second task.

    AFFEKT_DATA=… python recipes/cusemo/run.py

Utterances of RAVDESS's actors joined into recordings with made traces (a named synthetic set). Arms: the method, other
weights of the level, the trace alone, other label rates, other lengths. Feng & Devillers 2023. README.md says more.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from affekt.corpora.clips import read_clips
from affekt.corpora.traced_speech import DIMENSIONS, TracedSpeech, trace_speech
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.records import write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.speech_arms import PROTOCOL, print_rows, split_of
from affekt.metrics.classification import unweighted_average_recall
from affekt.metrics.regression import ccc
from affekt.metrics.weighing import Metric
from affekt.training.speech.cusemo import Config as Method
from affekt.training.speech.cusemo import at_rate, teach_traces, true_trace

SCORED_HZ = 5.0


@dataclass(frozen=True)
class Config:
    corpus: str = "ravdess"
    learned: int = 80
    scored: int = 40
    parts: int = 4
    epochs: int = 20
    seeds: int = 3
    resamples: int = 300
    smoke: int = 0
    results: str = "results/ser.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    if config.smoke:
        config = replace(config, learned=6, scored=4, epochs=2)
    split = split_of(read_clips(config.corpus))
    sizes = (config.learned, config.scored, config.scored)
    train, valid, test = (
        trace_speech(clips, recordings=size, parts=config.parts, seed=place)
        for place, (clips, size) in enumerate(zip((split.train, split.valid, split.test), sizes, strict=True))
    )
    method = Method()
    method = replace(method, plan=replace(method.plan, epochs=config.epochs))
    kinds = {
        "weight-0.3": method,
        "trace-alone": replace(method, weight=0.0),
        **{f"weight-{weight:g}": replace(method, weight=weight) for weight in (0.1, 0.5, 0.7)},
        "level-alone": replace(method, weight=1.0),
        **{f"rate-{rate:g}-hz": replace(method, label_hz=rate) for rate in (1.0, 5.0)},
        **{f"stretch-{seconds:g}-s": replace(method, segment_s=seconds) for seconds in (2.0, 8.0)},
    }
    arms = [arm(name, kind, (train, valid, test), config) for name, kind in kinds.items()]
    truth = np.concatenate([true_trace(each, SCORED_HZ) for each in test])
    lengths = [len(true_trace(each, SCORED_HZ)) for each in test]
    wanted = {
        **{name: truth[:, place] for place, name in enumerate(DIMENSIONS)},
        "level": np.repeat([each.level for each in test], lengths),
    }
    metrics: dict[str, tuple[Metric, str]] = {f"ccc:{name}": (known_ccc, name) for name in DIMENSIONS}
    metrics["uar:level"] = (unweighted_average_recall, "level")
    experiment = Experiment(
        *("cusemo", f"{config.corpus}-traced", "test", PROTOCOL, wanted, metrics, arms),
        groups=np.repeat([each.name for each in test], lengths),
    )
    rows = run_experiment(experiment, runs=Path("runs/ser"), seeds=range(config.seeds), resamples=config.resamples)
    print_rows(rows)
    write_results(Path(config.results), rows)


def known_ccc(truth: object, said: object) -> float:
    """Concordance over the steps whose truth is known."""
    true, told = np.asarray(truth, np.float64), np.asarray(said, np.float64)
    here = ~np.isnan(true)
    return float(np.nan_to_num(ccc(true[here], told[here])))


def arm(
    name: str, method: Method, sets: tuple[list[TracedSpeech], list[TracedSpeech], list[TracedSpeech]], config: Config
) -> Arm:
    train, valid, test = sets

    def run(seed: int) -> Outcome:
        started = time.monotonic()
        model = teach_traces(train, valid, method, seed=seed)
        traces, levels = [], []
        for each in test:
            steps = len(true_trace(each, SCORED_HZ))
            read = model.read(each.samples)
            traces.append(at_rate(read, SCORED_HZ, steps))
            levels.append(np.full(steps, int(read.level.argmax())))
        said = np.concatenate(traces)
        answers = {dimension: said[:, place] for place, dimension in enumerate(DIMENSIONS)}
        count = sum(each.numel() for each in model.net.parameters())
        return Outcome({**answers, "level": np.concatenate(levels)}, time.monotonic() - started, count)

    return Arm(name, run, f"{method} {config}")


if __name__ == "__main__":
    main()
