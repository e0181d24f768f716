"""wavlm-adaptation: one encoder under every fine-tuning policy.

    AFFEKT_DATA=… python recipes/wavlm_adaptation/run.py
    python recipes/wavlm_adaptation/run.py --upstream hf:microsoft/wavlm-base-plus

Arms, three seeds each: layer-wise rates with the speaker's sex as a second task, then full, its last layer, frozen,
layer-wise alone, sex alone, told what is said. Diatlova et al. 2024. README.md says more.
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
from affekt.training.speech.wavlm_adaptation import Config as Method
from affekt.training.speech.wavlm_adaptation import teach


@dataclass(frozen=True)
class Config:
    corpus: str = "ravdess"
    upstream: str = ""
    policies: str = "sex,full,frozen,last-1,layer-wise,text"
    epochs: int = 12
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
    key = open_upstream(upstream).key
    arms = []
    for policy in config.policies.split(","):
        method = Method(upstream, policy, epochs=config.epochs)
        arms.append(
            speech_arm(policy, partial(teach, config=method), split, settings=(method, key), smoke=bool(config.smoke))
        )
    rows = run_experiment(
        speech_experiment("wavlm-adaptation", split, arms),
        runs=Path("runs/ser"),
        seeds=range(config.seeds),
        resamples=config.resamples,
    )
    print_rows(rows)
    write_results(Path(config.results), rows)


if __name__ == "__main__":
    main()
