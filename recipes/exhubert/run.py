"""exhubert: an encoder fine-tuned on several corpora at once, then extended, against going on without.

    AFFEKT_DATA=… python recipes/exhubert/run.py
    python recipes/exhubert/run.py --upstream hf:facebook/hubert-large-ls960-ft --corpora ravdess,emodb,turev_db

Corpora are joined in the paper's six classes (low or high arousal, three valences). Arms, three seeds each: extended,
fine-tuned for as long without. Scored: the last speakers of each corpus. Amiriparian et al. 2024. README.md says more.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from affekt.corpora.clips import Clips, read_clips
from affekt.corpora.joint_clips import joint_clips
from affekt.evaluation.experiment import run_experiment
from affekt.evaluation.records import write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.speech_arms import SpeechSplit, few, print_rows, speech_arm, speech_experiment
from affekt.training.speech.exhubert import Config as Method
from affekt.training.speech.exhubert import teach
from affekt.training.speech.upstreams import open_upstream


@dataclass(frozen=True)
class Config:
    corpora: str = "ravdess,emodb,turev_db"
    upstream: str = ""
    before: int = 8
    epochs: int = 6
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/ser.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    parts = {name: read_clips(name) for name in config.corpora.split(",")}
    split = joint_split(parts, smoke=bool(config.smoke))
    own = "runs/speech-encoder/small"
    upstream = config.upstream or (own if Path(own, "speech_encoder.json").exists() else "fresh:small")
    if config.smoke:
        upstream = "fresh:tiny"
    key = open_upstream(upstream).key
    arms = []
    for name, extend in (("extended", True), ("not-extended", False)):
        method = Method(upstream, extend, before=config.before, epochs=config.epochs)
        arms.append(
            speech_arm(name, partial(teach, config=method), split, settings=(method, key), smoke=bool(config.smoke))
        )
    rows = run_experiment(
        speech_experiment("exhubert", split, arms),
        runs=Path("runs/ser"),
        seeds=range(config.seeds),
        resamples=config.resamples,
    )
    print_rows(rows)
    write_results(Path(config.results), rows)


def joint_split(parts: dict[str, Clips], *, smoke: bool) -> SpeechSplit:
    """Each corpus by its own folds, then joined: the last fold is scored, the one before it stops."""
    wheres = (lambda f: f < f.max() - 1, lambda f: f == f.max() - 1, lambda f: f == f.max())
    found = [joint_clips({name: clips.take(where(clips.folds)) for name, clips in parts.items()}) for where in wheres]
    return SpeechSplit(*([few(each) for each in found] if smoke else found))


if __name__ == "__main__":
    main()
