"""multiview-contrastive-ser: views drawn together without labels, then a few labels, against those alone.

    AFFEKT_DATA=… python recipes/multiview_contrastive_ser/run.py
    python recipes/multiview_contrastive_ser/run.py --views log-mel,functionals,hf:facebook/wav2vec2-base

Arms, three seeds each, with one and with ten labels in a hundred: with the contrastive stage, without. Khaertdinov et
al. 2024. README.md says more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from affekt.evaluation.experiment import run_experiment
from affekt.evaluation.records import write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.speech_arms import fixed_split, print_rows, speech_arm, speech_experiment
from affekt.training.speech.multiview_contrastive_ser import Config as Method
from affekt.training.speech.multiview_contrastive_ser import teach, without_pretraining


@dataclass(frozen=True)
class Config:
    corpus: str = "ravdess"
    views: str = "log-mel,mfcc,functionals"
    read: str = "log-mel"
    shares: str = "0.01,0.1"
    pretraining: int = 30
    epochs: int = 25
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/ser.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    split = fixed_split(config.corpus, smoke=bool(config.smoke))
    if config.smoke:
        config = replace(config, views="log-mel,mfcc", shares="0.2")
    views, read, rows = tuple(config.views.split(",")), tuple(config.read.split(",")), []
    for share in map(float, config.shares.split(",")):
        method = Method(views, read, share, pretraining=config.pretraining, epochs=config.epochs)
        kinds = {"contrasted": method, "labels-alone": without_pretraining(method)}
        arms = [
            speech_arm(name, partial(teach, config=kind), split, settings=kind, smoke=bool(config.smoke))
            for name, kind in kinds.items()
        ]
        protocol = f"speakers-apart-labelled-{share:g}"
        rows += run_experiment(
            speech_experiment("multiview-contrastive-ser", split, arms, protocol=protocol),
            runs=Path("runs/ser"),
            seeds=range(config.seeds),
            resamples=config.resamples,
        )
    print_rows(rows)
    write_results(Path(config.results), rows)


if __name__ == "__main__":
    main()
