"""wav2small: a student of 72 thousand numbers that learns what a teacher says, against one that learns labels.

    AFFEKT_DATA=… python recipes/wav2small/run.py

Two tasks. Emotions of RAVDESS: the teacher is TIM-Net, learned on the training actors; the student hears those and
other corpora's clips, and sees no label. Valence, arousal and dominance: the same teacher's probabilities, placed by
affekt; the student learns the places. The student's file is written, opened and timed. Kounadis-Bastian et al. 2024.
README.md says more.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from affekt.affect.vad import vad_of
from affekt.corpora.clips import Clips, read_clips
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.records import write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.speech_arms import (
    PROTOCOL,
    SpeechSplit,
    few,
    fixed_split,
    print_rows,
    speech_arm,
    speech_experiment,
)
from affekt.inference.session import open_session
from affekt.metrics.regression import ccc
from affekt.metrics.weighing import Metric
from affekt.models.wav2small.net import Wav2Small, numbers
from affekt.training.speech.lesson import Lesson, Taught
from affekt.training.speech.small_export import export_wav2small
from affekt.training.speech.tim_net import Config as TeacherConfig
from affekt.training.speech.tim_net import teach as teach_teacher
from affekt.training.speech.wav2small import Config as Student
from affekt.training.speech.wav2small import Listening, distil, listen, teach, unlabelled

DIMENSIONS = ("valence", "arousal", "dominance")


@dataclass(frozen=True)
class Config:
    corpus: str = "ravdess"
    further: str = "emodb,emogator"
    most: int = 600
    teacher_epochs: int = 20
    epochs: int = 12
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/ser.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    smoke = bool(config.smoke)
    split = fixed_split(config.corpus, smoke=smoke)
    further = [] if smoke else [few(read_clips(name), config.most) for name in config.further.split(",") if name]
    teacher = remembered(config)
    student = Student(Listening(epochs=config.epochs), teacher)
    kinds: dict[str, Callable[[Lesson], Taught]] = {
        "student": partial(teach, config=replace(student, further=further)),
        "no-further-clips": partial(teach, config=student),
        "human-labels": partial(teach, config=replace(student, teacher=partial(labels_themselves))),
        "teacher": teacher,
    }
    settings = str((config.further, config.most, config.teacher_epochs, config.epochs))
    arms = [speech_arm(name, kind, split, settings=settings, smoke=smoke) for name, kind in kinds.items()]
    rated = [
        Arm(name, partial(run_ratings, split, further if name == "student" else [], config, teacher), settings)
        for name in ("student", "no-further-clips")
    ]
    experiments = [speech_experiment("wav2small", split, arms), ratings_experiment(split, teacher, config, rated)]
    rows = [
        row
        for experiment in experiments
        for row in run_experiment(
            experiment, runs=Path("runs/ser"), seeds=range(config.seeds), resamples=config.resamples
        )
    ]
    print_rows(rows)
    write_results(Path(config.results), rows)


def remembered(config: Config) -> Callable[[Lesson], Taught]:
    """The teacher, learned once per seed and then asked again."""
    method, known = TeacherConfig(), dict[tuple[int, int], Taught]()
    method = replace(method, plan=replace(method.plan, epochs=config.teacher_epochs))

    def learned(lesson: Lesson) -> Taught:
        key = (lesson.seed, len(lesson.train))
        if key not in known:
            known[key] = teach_teacher(lesson, method)
        return known[key]

    return learned


def labels_themselves(lesson: Lesson) -> Taught:
    """In place of a teacher: what people say, which is how a student so small is not to be taught."""
    told = dict(zip(lesson.train.ids, lesson.train.labels.tolist(), strict=True))
    return Taught(lambda clips: np.eye(lesson.labels)[[told[name] for name in clips.ids]], 0)


def places(clips: Clips) -> NDArray[np.float64]:
    return np.array([[p.vad.valence, p.vad.arousal, p.vad.dominance] for p in vad_of(clips.space)])


def ratings_experiment(
    split: SpeechSplit, teacher: Callable[[Lesson], Taught], config: Config, arms: list[Arm]
) -> Experiment:
    """Concordance with the first seed's teacher on the test speakers: no human label is looked at."""
    smoke = bool(config.smoke)
    truth = teacher(Lesson(split.train, split.valid, seed=0, smoke=smoke)).answer(split.test) @ places(split.test)
    metrics: dict[str, tuple[Metric, str]] = {f"ccc:{name}": (ccc, name) for name in DIMENSIONS}
    by_name = {name: truth[:, place] for place, name in enumerate(DIMENSIONS)}
    return Experiment("wav2small", f"{config.corpus}:teacher-vad", "test", PROTOCOL, by_name, metrics, arms)


def run_ratings(
    split: SpeechSplit, further: list[Clips], config: Config, teacher: Callable[[Lesson], Taught], seed: int
) -> Outcome:
    started = time.monotonic()
    taught = teacher(Lesson(split.train, split.valid, seed=0, smoke=bool(config.smoke)))
    parts = [unlabelled(part, split.train.space) for part in (split.train, *further)]
    heard = [wave[:, 0] for part in parts for wave in part.view("wave")]
    told = np.concatenate([taught.answer(part) for part in parts]) @ places(split.train)
    listening = Listening(epochs=1 if config.smoke else config.epochs)
    net = distil(heard, told, seed=seed, listening=listening)
    said = listen(net, [wave[:, 0] for wave in split.test.view("wave")])
    answers = {name: said[:, place] for place, name in enumerate(DIMENSIONS)}
    return Outcome(answers, time.monotonic() - started, numbers(net), file_facts(net, split.test))


def file_facts(net: Wav2Small, clips: Clips) -> dict[str, float]:
    """How large the file is, how far its answers lie from the network's, how fast it is on two cores."""
    waves = [np.ascontiguousarray(wave[:, 0]) for wave in clips.view("wave")][:20]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "wav2small.onnx"
        export_wav2small(net, path)
        session = open_session(path, threads=2)
        started = time.perf_counter()
        said = np.concatenate([session.run(None, {"samples": wave[None]})[0] for wave in waves])
        took = time.perf_counter() - started
        return {
            "file-kilobytes": path.stat().st_size / 1000,
            "file-differs-by": float(np.abs(said - listen(net, waves)).max()),
            "real-time-factor": took / (sum(map(len, waves)) / 16_000),
        }


if __name__ == "__main__":
    main()
