"""speech: a small network from scratch that hears emotion, against learning it without a teacher, and baselines.

    AFFEKT_DATA=… python recipes/speech/run.py
    AFFEKT_DATA=… python recipes/speech/run.py --others emodb,turev_db,emogator

Arms, three seeds each, on one split that holds speakers apart: the shipped recipe in 8 bits, its teacher, the small
one that learns from it, the same network without a teacher, the same with clips of other corpora, and a support vector
machine on functionals. README.md says more; ship.py makes what ships.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from data import with_others

from affekt.evaluation.experiment import run_experiment
from affekt.evaluation.records import write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.speech_arms import fixed_split, print_rows, speech_arm, speech_experiment
from affekt.training.speech import functionals_svm, shipped
from affekt.training.speech.lesson import Lesson, Taught


@dataclass(frozen=True)
class Config:
    corpus: str = "ravdess"
    others: str = ""
    epochs: int = 90
    student_epochs: int = 90
    copies: int = 3
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/ser.csv"


def method(config: Config) -> shipped.Config:
    found = shipped.Config(student_epochs=config.student_epochs)
    plan = replace(found.plan, epochs=config.epochs, copies=config.copies)
    if config.smoke:
        plan = replace(plan, changes=())
        found = replace(found, members=(shipped.NANO, shipped.NANO), student=shipped.NANO)
    return replace(found, plan=plan)


def main() -> None:
    config = read_settings(Config, __doc__)
    split = fixed_split(config.corpus, smoke=bool(config.smoke))
    how = method(config)
    alone = replace(how, share=0.0, members=how.members[:1])
    learners: dict[str, Callable[[Lesson], Taught]] = {
        "speech": partial(shipped.teach, config=how),
        "ensemble": partial(shipped.teach_ensemble, config=how),
        "nano": partial(shipped.teach_nano, config=how),
        "no-teacher": partial(shipped.teach, config=alone),
        "functionals-svm": functionals_svm.teach,
    }
    if config.others:
        others = tuple(config.others.split(","))
        learners["other-corpora"] = lambda lesson: shipped.teach(with_others(lesson, others), how)
    arms = [
        speech_arm(name, learner, split, settings=(how, config.others), smoke=bool(config.smoke))
        for name, learner in learners.items()
    ]
    rows = run_experiment(
        speech_experiment("speech", split, arms),
        runs=Path("runs/ser"),
        seeds=range(config.seeds),
        resamples=config.resamples,
    )
    print_rows(rows)
    write_results(Path(config.results), rows)


if __name__ == "__main__":
    main()
