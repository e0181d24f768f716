"""emotion2vec: a linear layer on an encoder pretrained without labels, against the untrained encoder.

    AFFEKT_DATA=… python recipes/emotion2vec/run.py
    python recipes/emotion2vec/run.py --probes hf:emotion2vec/emotion2vec_base,runs/speech-encoder/small

Arms, three seeds each: pretrained on the training clips by both losses, by the frame loss alone, untrained; and a probe
of each upstream that is named. Ma et al. 2023. README.md says more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from affekt.evaluation.experiment import run_experiment
from affekt.evaluation.records import write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.speech_arms import fixed_split, print_rows, speech_arm, speech_experiment
from affekt.training.speech.emotion2vec import Config as Method
from affekt.training.speech.emotion2vec import Pretraining, teach
from affekt.training.speech.lesson import Lesson, Taught
from affekt.training.speech.probe import probe
from affekt.training.speech.upstreams import open_upstream


@dataclass(frozen=True)
class Config:
    corpus: str = "ravdess"
    probes: str = "log-mel"
    epochs: int = 25
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/ser.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    split = fixed_split(config.corpus, smoke=bool(config.smoke))
    how = Pretraining(epochs=config.epochs)
    kinds = {
        "both-losses": Method(how),
        "frame-loss": Method(replace(how, utterance_weight=0.0)),
        "untrained": Method(how, untrained=True),
    }
    smoke = bool(config.smoke)
    arms = [
        speech_arm(name, partial(teach, config=kind), split, settings=kind, smoke=smoke) for name, kind in kinds.items()
    ]
    for name in filter(None, config.probes.split(",")):
        key = open_upstream(name).key
        arms.append(
            speech_arm(f"probe-{Path(name).name}", partial(probed, name=name), split, settings=key, smoke=smoke)
        )
    rows = run_experiment(
        speech_experiment("emotion2vec", split, arms),
        runs=Path("runs/ser"),
        seeds=range(config.seeds),
        resamples=config.resamples,
    )
    print_rows(rows)
    write_results(Path(config.results), rows)


def probed(lesson: Lesson, *, name: str) -> Taught:
    return probe(open_upstream(name, seed=lesson.seed), lesson)


if __name__ == "__main__":
    main()
