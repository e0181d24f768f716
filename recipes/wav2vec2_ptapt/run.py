"""wav2vec2-ptapt: V-FT, TAPT and P-TAPT from one encoder, with all labels and with few.

    AFFEKT_DATA=… python recipes/wav2vec2_ptapt/run.py
    python recipes/wav2vec2_ptapt/run.py --upstream hf:facebook/wav2vec2-base --labelled 1

Arms, three seeds each: P-TAPT, TAPT, V-FT, of which each knows the labels of the same tenth of the training clips and
hears them all. Chen & Rudnicky 2023. README.md says more.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from affekt.evaluation.experiment import run_experiment
from affekt.evaluation.records import write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.speech_arms import fixed_split, print_rows, speech_arm, speech_experiment
from affekt.training.speech.upstreams import open_upstream
from affekt.training.speech.wav2vec2_ptapt import Config as Method
from affekt.training.speech.wav2vec2_ptapt import teach


@dataclass(frozen=True)
class Config:
    corpus: str = "ravdess"
    upstream: str = ""
    labelled: float = 0.1
    pretraining: int = 8
    epochs: int = 10
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/ser.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    split = fixed_split(config.corpus, smoke=bool(config.smoke))
    own = "runs/speech-encoder/small"
    upstream = config.upstream or (own if Path(own, "speech_encoder.json").exists() else "fresh:small")
    if config.smoke:
        upstream = "fresh:tiny"
    epochs = {
        **{"contrast": config.pretraining, "label-frames": config.epochs},
        **{"predict-clusters": config.pretraining, "classify": config.epochs},
    }
    key = open_upstream(upstream).key
    arms = []
    for strategy in ("p-tapt", "tapt", "v-ft"):
        method = Method(strategy, upstream, config.labelled, epochs=epochs)
        arms.append(
            speech_arm(strategy, partial(teach, config=method), split, settings=(method, key), smoke=bool(config.smoke))
        )
    rows = run_experiment(
        speech_experiment("wav2vec2-ptapt", split, arms, protocol=f"speakers-apart-labelled-{config.labelled:g}"),
        runs=Path("runs/ser"),
        seeds=range(config.seeds),
        resamples=config.resamples,
    )
    print_rows(rows)
    write_results(Path(config.results), rows)


if __name__ == "__main__":
    main()
