"""ravdess-feature-study: four features times four models on RAVDESS, 14 labels of sex and emotion.

    AFFEKT_DATA=… python recipes/ravdess_feature_study/run.py

Every cell learns from the same clips; a table of accuracy is printed. Speakers are kept apart; for the paper's best
cell a split in which they are mixed stands beside it, to show what that alone is worth. Venkataramanan & Rajamohan
2019. README.md says more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from affekt.corpora.clips import mixed_folds, read_clips
from affekt.evaluation.experiment import Arm, run_experiment
from affekt.evaluation.records import ResultRow, write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.speech_arms import SpeechSplit, print_rows, speech_arm, speech_experiment, split_of
from affekt.training.speech.ravdess_feature_study import FEATURES, MODELS, gender_and_emotion, teach
from affekt.training.speech.ravdess_feature_study import Config as Cell

CORPUS = "ravdess:sex-and-emotion"


@dataclass(frozen=True)
class Config:
    features: str = "log-mel,mfcc,pitch,energy"
    models: str = "cnn,lstm,dnn,hmm"
    epochs: int = 20
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/ser.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    clips = gender_and_emotion(read_clips("ravdess"))
    apart = split_of(clips, smoke=bool(config.smoke))
    mixed = split_of(replace(clips, folds=mixed_folds(clips, 6)), smoke=bool(config.smoke))
    rows = run(config, apart, "speakers-apart", cells(config))
    rows += run(config, mixed, "speakers-mixed", [Cell(), Cell(model="dnn")])
    print_rows(row for row in rows if row.metric in ("accuracy", "uar"))
    print(table(rows, config))
    write_results(Path(config.results), rows)


def cells(config: Config) -> list[Cell]:
    """The grid, the paper's best cell first."""
    features = [name for name in FEATURES if name in config.features.split(",")]
    models = [name for name in MODELS if name in config.models.split(",")]
    grid = [Cell(model=model, feature=feature) for feature in features for model in models]
    return sorted(grid, key=lambda cell: cell != Cell())


def run(config: Config, split: SpeechSplit, protocol: str, grid: list[Cell]) -> list[ResultRow]:
    def arm(cell: Cell) -> Arm:
        chosen = replace(cell, plan=replace(cell.plan, epochs=config.epochs))
        teacher = partial(teach, config=chosen)
        return speech_arm(f"{cell.feature}-{cell.model}", teacher, split, settings=chosen, smoke=bool(config.smoke))

    experiment = speech_experiment(
        "ravdess-feature-study", split, [arm(cell) for cell in grid], corpus=CORPUS, protocol=protocol
    )
    return run_experiment(experiment, runs=Path("runs/ser"), seeds=range(config.seeds), resamples=config.resamples)


def table(rows: list[ResultRow], config: Config) -> str:
    """Accuracy, a line per feature and a column per model."""
    found = {row.model: row.value for row in rows if row.metric == "accuracy" and row.protocol == "speakers-apart"}
    models = config.models.split(",")
    lines = [" ".join(["accuracy".ljust(10), *(model.rjust(8) for model in models)])]
    for feature in config.features.split(","):
        cells = [found.get(f"ravdess-feature-study:{feature}-{model}") for model in models]
        cells = [
            found["ravdess-feature-study"] if (feature, model) == ("log-mel", "cnn") else cell
            for cell, model in zip(cells, models, strict=True)
        ]
        lines.append(" ".join([feature.ljust(10), *("" if cell is None else f"{cell:8.3f}" for cell in cells)]))
    return "\n".join(lines)


if __name__ == "__main__":
    main()
