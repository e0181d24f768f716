"""The bench of speech: who is learned from, who is scored, and that runs resume. On planted sounds."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from click.testing import CliRunner

from affekt.cli import affekt
from affekt.corpora.clips import Clips, make_clips
from affekt.errors import InputError, UnknownNameError
from affekt.evaluation import speech
from affekt.evaluation.records import ResultRow, read_results
from affekt.evaluation.speech import (
    SpeechBench,
    best_methods,
    cross_corpus,
    evaluate_known,
    evaluate_method,
    in_shared,
    rounds,
    shared_labels,
)
from affekt.training.speech.functionals_svm import Config, teach
from affekt.training.speech.lesson import Lesson, Taught
from affekt.types import LabelSpace

RATE = 16_000
SPACE = LabelSpace("planted", ("angry", "calm", "sad"), "exclusive", "made for a test")
LESSONS: list[Lesson] = []


def planted(speakers: int = 6, each: int = 12, space: LabelSpace = SPACE, loud: float = 0.0) -> Clips:
    """Tones of a height that tells the label; with `loud` all of one height, and how much louder than the speaker's
    others a tone is tells the label."""
    random, sounds, labels, who, said = np.random.default_rng(0), [], [], [], []
    for speaker in range(speakers):
        for i in range(each):
            label = i % len(space)
            hertz = 400 if loud else 400 * (1 + 0.25 * label)
            time = np.arange(RATE // 4) / RATE
            sound = 0.3 * np.sin(2 * np.pi * hertz * time) + 0.01 * random.standard_normal(len(time))
            level = 1e-3 * np.exp(0.5 * label + loud * speaker) if loud else 1.0
            sounds.append((level * sound).astype(np.float32))
            labels.append(label)
            who.append(f"s{speaker}")
            said.append(("one", "two")[i // len(space) % 2])
    conditions = {"sex": [("female", "male")[int(one[1:]) % 2] for one in who]}
    return make_clips(sounds, labels, space, speakers=who, sentences=said, conditions=conditions, corpus="planted")


@pytest.fixture(autouse=True)
def methods(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two fast methods, machines on mean spectra, that remember what they were given."""
    module = ModuleType("planted_methods")

    def plain(lesson: Lesson) -> Taught:
        LESSONS.append(lesson)
        return teach(lesson, Config(view="log-mel"))

    def normalised(lesson: Lesson) -> Taught:
        LESSONS.append(lesson)
        return teach(lesson, Config(view="log-mel", norm="speaker"))

    module.plain, module.normalised = plain, normalised  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "planted_methods", module)
    names = {"plain": "planted_methods:plain", "plain-normalised": "planted_methods:normalised"}
    for place in ("affekt.evaluation.speech.METHODS", "affekt.training.speech.index.METHODS"):
        monkeypatch.setattr(place, names)
    speech._last.clear()
    LESSONS.clear()
    yield
    speech._last.clear()


def by_metric(rows: list[ResultRow]) -> dict[str, ResultRow]:
    return {row.metric: row for row in rows}


@pytest.mark.parametrize("protocol", ["fixed", "folds", "sentences-and-speakers", "within-sex"])
def test_no_speaker_is_on_two_sides(protocol: str) -> None:
    clips = planted()
    speakers, sentences = np.asarray(clips.speakers), np.asarray(clips.sentences)
    for each in rounds(clips, protocol):  # type: ignore[arg-type]
        told = [set(speakers[places]) for places in (each.train, each.valid, each.test)]
        assert not told[0] & told[1]
        assert not told[2] & (told[0] | told[1])
        assert all(told)
        if protocol == "within-sex":
            every = np.concatenate([each.train, each.valid, each.test])
            assert len(set(clips.condition("sex")[every])) == 1
        if protocol == "sentences-and-speakers":
            assert not set(sentences[each.test]) & set(sentences[np.concatenate([each.train, each.valid])])


def test_folds_score_every_clip_once_and_mixed_folds_share_speakers() -> None:
    clips = planted()
    for protocol in ("folds", "speakers-mixed", "sentences-and-speakers", "within-sex"):
        scored = np.concatenate([each.test for each in rounds(clips, protocol)])  # type: ignore[arg-type]
        assert np.array_equal(np.sort(scored), np.arange(len(clips)))
    speakers = np.asarray(clips.speakers)
    assert all(set(speakers[each.test]) & set(speakers[each.train]) for each in rounds(clips, "speakers-mixed"))
    with pytest.raises(InputError, match="2 folds"):
        rounds(planted(2), "folds")
    with pytest.raises(UnknownNameError, match="folds"):
        rounds(clips, "fold")  # type: ignore[arg-type]


def test_a_method_is_scored_and_a_second_run_learns_nothing(tmp_path: Path) -> None:
    bench = SpeechBench(seeds=(0, 1), runs=tmp_path, resamples=50)
    rows = by_metric(evaluate_method("plain", planted(), "fixed", bench))
    assert rows["uar"].value == 1.0
    assert rows["uar"].n == 12
    assert {"uar", "accuracy", "macro_f1", "ece", "seconds", "parameters", "seeds", "valid-uar"} <= set(rows)
    assert rows["parameters"].value > 64
    assert len(LESSONS) == 2
    again = by_metric(evaluate_method("plain", planted(), "fixed", bench))
    assert len(LESSONS) == 2
    assert again["uar"].value == rows["uar"].value


def test_a_killed_bench_goes_on_fold_by_fold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench, told = SpeechBench(seeds=(0,), runs=tmp_path, resamples=20), []

    def stop(line: str) -> None:
        told.append(line)
        if len(told) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate_method("plain", planted(), "folds", replace(bench, tell=stop))
    rows = by_metric(evaluate_method("plain", planted(), "folds", replace(bench, tell=told.append)))
    assert len(told) == len(LESSONS) == 6
    assert rows["uar"].n == 72


def test_labels_of_the_scored_speakers_choose_nothing(tmp_path: Path) -> None:
    clips = planted()
    wrong = clips.labels.copy()
    wrong[clips.folds == 5] = (wrong[clips.folds == 5] + 1) % 3
    bench = SpeechBench(seeds=(0,), runs=tmp_path, resamples=20)
    rows = by_metric(evaluate_method("plain", replace(clips, labels=wrong), "fixed", bench))
    assert rows["uar"].value == 0.0
    assert rows["valid-uar"].value == 1.0


def test_speakers_known_by_some_clips_are_read_better_than_unknown_ones(tmp_path: Path) -> None:
    clips = planted(6, 24, loud=0.8)
    bench = SpeechBench(seeds=(0,), runs=tmp_path, resamples=20)
    rows = evaluate_known("plain-normalised", clips, bench, plain="plain", draws=2)
    recall = {row.protocol: row for row in rows if row.metric == "uar"}
    assert list(recall) == ["known-0", "known-5", "known-10", "known-20", "known-all-transductive"]
    assert recall["known-20"].value > recall["known-0"].value
    # Of 24 clips of each of 6 speakers, N are known and not scored, twice over.
    assert [row.n for row in recall.values()] == [144, 2 * 6 * 19, 2 * 6 * 14, 2 * 6 * 4, 144]
    with pytest.raises(InputError, match="does not normalise"):
        evaluate_known("plain", clips, replace(bench, runs=tmp_path / "other"))
    with pytest.raises(InputError, match="12 clips: 20"):
        evaluate_known("plain-normalised", planted(), replace(bench, runs=tmp_path / "few"))


def test_known_clips_are_not_scored(tmp_path: Path) -> None:
    clips = planted()
    speakers = np.asarray(clips.speakers)
    for test, known in speech._known_places(speakers, rounds(clips, "folds")[0], 5, 3):
        assert not set(test) & set(known)
        assert len(known) == 5
        assert set(speakers[test]) == set(speakers[known])


def test_corpora_are_crossed_on_the_labels_they_share(tmp_path: Path) -> None:
    other = LabelSpace("other", ("sadness", "boredom", "anger"), "exclusive", "made for a test")
    corpora = {"one": planted(), "two": replace(planted(space=other), corpus="two")}
    assert shared_labels(SPACE, other) == ("anger", "sadness")
    assert set(in_shared(corpora["two"], ("anger", "sadness")).labels.tolist()) == {0, 1}
    rows = cross_corpus("plain", corpora, SpeechBench(seeds=(0,), runs=tmp_path, resamples=20))
    recall = {(row.corpus, row.split): row.value for row in rows if row.metric == "uar"}
    # What is low in one corpus is high in the other: all is wrong, and no label chose otherwise.
    assert recall == {("two", "all:from:one"): 0.0, ("one", "all:from:two"): 0.0}
    assert all(set(lesson.train.labels.tolist()) == {0, 1} for lesson in LESSONS)


def test_the_best_are_those_whose_other_speakers_were_recalled_best() -> None:
    def row(model: str, metric: str, value: float) -> ResultRow:
        return ResultRow(
            "ravdess", "test", "speakers-apart", model, "1", metric, value, None, None, 9, None, "", "2026-01-01"
        )

    rows = [row("a", "valid-uar", 0.5), row("b", "valid-uar", 0.7), row("a", "uar", 0.9), row("b", "uar", 0.1)]
    assert best_methods(rows, 1) == ("b",)


def test_the_command_writes_rows_and_prints_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("affekt.corpora.joint_clips.read_clips", lambda name, cache=None: planted())
    results = tmp_path / "ser.csv"
    command = ["evaluate", "--suite", "ser", "--seeds", "1", "--resamples", "20", "--results", str(results)]
    done = CliRunner().invoke(affekt, command)
    assert done.exit_code == 0, done.output
    assert "plain-normalised" in done.output
    assert {row.model for row in read_results(results)} == {"plain", "plain-normalised"}
    done = CliRunner().invoke(affekt, ["evaluate", "plainn", "--suite", "ser"])
    assert done.exit_code != 0
    assert "Did you mean 'plain'" in done.output + str(done.stderr)


def test_each_of_several_corpora_is_scored_among_its_own_labels(tmp_path: Path) -> None:
    clips = planted()
    names = [
        "b" if label == 2 or int(who[1:]) % 2 else "a" for label, who in zip(clips.labels, clips.speakers, strict=True)
    ]
    clips = replace(clips, corpus="a+b", conditions={**clips.conditions, "corpus": tuple(names)})
    rows = evaluate_method("plain", clips, "folds", SpeechBench([0], runs=tmp_path, resamples=20))
    found = {row.corpus: row for row in rows if row.metric == "uar"}
    assert set(found) == {"a+b", "a", "b"} and found["a"].split == "all:with:a+b" and found["a+b"].split == "all"
    assert found["a"].n == names.count("a") and found["b"].n == names.count("b")
    kept = np.load(next(path for path in (tmp_path / "plain").glob("*fold-0*.npz")))["probabilities"]
    assert kept.shape[1] == 3  # The answers are kept whole; "a" has two of the labels, and is asked for those.
    assert found["a"].value > 0.9


def test_a_method_is_compared_with_the_baseline_on_the_same_clips(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech, "BASELINE", "plain-normalised")
    clips = planted(loud=0.9)
    found = list(
        speech.suite_rows(
            {"planted": clips}, ("plain", "plain-normalised"), ("folds",), SpeechBench([0], runs=tmp_path, resamples=50)
        )
    )
    rows = {(row.model, row.metric): row for each in found for row in each}
    gain = rows["plain", "uar:minus:plain-normalised"]
    assert gain.value == pytest.approx(rows["plain", "uar"].value - rows["plain-normalised", "uar"].value)
    assert gain.low is not None and gain.high is not None and gain.low <= gain.value <= gain.high < 0
    assert {model for model, _ in rows} == {"plain", "plain-normalised"}


def test_of_many_labels_the_three_likeliest_count_too(tmp_path: Path) -> None:
    space = LabelSpace("many", tuple(f"label-{i}" for i in range(10)), "exclusive", "made for a test")
    rows = evaluate_method(
        "plain", planted(each=20, space=space), "folds", SpeechBench([0], runs=tmp_path, resamples=20)
    )
    found = {row.metric: row.value for row in rows}
    assert found["accuracy"] <= found["top-3"] <= 1 and found["top-3"] > 0.5
