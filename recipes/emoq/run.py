"""emoq: learned queries hear speech and words and prompt a frozen decoder, by three losses, each left out in turn.

    AFFEKT_DATA=… python recipes/emoq/run.py

Arms, three seeds each: all losses, without contrast, without the focal head, naming alone. Yang & Mak 2025. README.md
says more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

from planted import planted

from affekt.corpora.clips import read_clips
from affekt.corpora.utterances import of_clips
from affekt.evaluation.experiment import Arm, Outcome, run_experiment
from affekt.evaluation.fused_arms import FusedSplit, folds_split, mosi_split, some_clips
from affekt.evaluation.records import ResultRow, write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.speech_arms import outcome, print_rows, speech_experiment
from affekt.training.fused import FusedLesson
from affekt.training.speech.emoq import Config as Method
from affekt.training.speech.emoq import small_decoder, teach, with_pieces
from affekt.training.speech.segments import segments


@dataclass(frozen=True)
class Config:
    corpora: str = "synthetic,mosi_features,ravdess"
    decoder: str = "fresh"
    parts: int = 12
    epochs: int = 14
    queries: int = 8
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/ser.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    rows = [row for corpus in config.corpora.split(",") for row in rows_of(corpus, config)]
    print_rows(row for row in rows if row.metric.partition(":")[0] in ("uar", "macro_f1"))
    write_results(Path(config.results), rows)


def rows_of(corpus: str, config: Config) -> list[ResultRow]:
    """Every choice of losses on one corpus."""
    split = split_of(corpus, config)
    method = Method(decoder=config.decoder, queries=config.queries)
    method = replace(method, plan=replace(method.plan, epochs=config.epochs, patience=6))
    methods = {
        "all-losses": method,
        "no-contrast": replace(method, contrast=0.0),
        "no-focal": replace(method, focal=0.0),
        "naming-alone": replace(method, contrast=0.0, focal=0.0),
    }
    told, smoke = (config.parts, config.smoke), bool(config.smoke)
    # One decoder for all arms of a seed.
    decoder = cache(lambda seed: small_decoder(FusedLesson(split.train, split.valid, seed, smoke), method))

    def run(kind: Method, seed: int) -> Outcome:
        taught = teach(FusedLesson(split.train, split.valid, seed, smoke), kind, decoder=decoder(seed))
        said = taught.answer(with_pieces(split.test, decoder(seed)))
        return outcome(said, taught.measured["learning-seconds"], taught.parameters, taught.measured)

    arms = [Arm(name, partial(run, kind), f"{kind} {told}") for name, kind in methods.items()]
    return run_experiment(
        speech_experiment("emoq", split, arms, corpus=corpus),
        runs=Path("runs/ser"),
        seeds=range(config.seeds),
        resamples=config.resamples,
    )


def split_of(corpus: str, config: Config) -> FusedSplit:
    """Utterances with frames of sound and what was said."""
    smoke = bool(config.smoke)
    if corpus == "synthetic":
        return FusedSplit(*(planted(40 if smoke else size, seed) for seed, size in enumerate((400, 120, 400))))
    if corpus == "mosi_features":
        found = mosi_split(smoke=smoke)
        parts = [
            replace(each, tokens={"sound": each.tokens["audio"]}) for each in (found.train, found.valid, found.test)
        ]
        return FusedSplit(*parts)
    clips = read_clips(corpus)
    if smoke:
        clips = some_clips(clips)
    return folds_split(of_clips(clips, {"sound": lambda each: segments(each, "mfcc", config.parts)}))


if __name__ == "__main__":
    main()
