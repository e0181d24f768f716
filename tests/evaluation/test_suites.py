"""Suites: parts narrowed by condition, means over parts, and a model that picks its reader by language."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from affekt.affect.spaces import find_space
from affekt.cli import affekt
from affekt.errors import InputError, UnknownNameError
from affekt.evaluation.answers import Question
from affekt.evaluation.records import read_results
from affekt.evaluation.runner import EvaluationOptions, evaluate_prepared, prepare_records
from affekt.evaluation.simple import SIMPLE
from affekt.evaluation.subjects import find_subject
from affekt.evaluation.suite_scores import LeftOut, mean_rows, score_suite, suite_means
from affekt.evaluation.suites import SUITES, Part, find_suite
from affekt.types import Record, Signal

EKMAN = find_space("ekman")
SAID = {
    "deu": (
        ("Ich bin so glücklich heute", "joy"),
        ("Ich habe solche Angst", "fear"),
        ("Das macht mich wütend", "anger"),
    ),
    "esp": (("Estoy muy feliz hoy", "joy"), ("Tengo mucho miedo", "fear"), ("Esto me da rabia", "anger")),
    "zul": (("Ngijabule kakhulu", "joy"), ("Ngiyesaba", "fear"), ("Ngithukuthele", "anger")),
}


@pytest.fixture
def brighter(tmp_path, monkeypatch):
    """BRIGHTER in the publisher's folders: German and Spanish in Track A, German in B, Zulu in C alone."""
    for track, split, language in (
        *(("a", split, language) for language in ("deu", "esp") for split in ("train", "dev", "test")),
        ("b", "test", "deu"),
        ("c", "test", "zul"),
    ):
        folder = tmp_path / "brighter" / f"track_{track}" / split
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"{language}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("id", "text", *EKMAN.labels))
            for i, (text, label) in enumerate(SAID[language] * 4):
                name = f"{language}_{split}_track_{track}_{i:05d}"
                writer.writerow((name, f"{text} {split} {i}", *(int(label == each) for each in EKMAN)))
    monkeypatch.setenv("AFFEKT_DATA", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def test_every_part_names_a_corpus_and_a_space_there_is():
    from affekt.corpora.index import CORPORA

    for parts in SUITES.values():
        for part in parts:
            assert part.corpus.partition(":")[0] in CORPORA
            assert part.space is None or find_space(part.space)
        assert len({(part.name, part.space) for part in parts}) == len(parts)


def test_brighter_has_every_language_once():
    parts = find_suite("brighter")
    varieties = [dict(part.where)["variety"] for part in parts]
    assert len(varieties) == len(set(varieties)) == 32
    by_mean = [sum(part.mean == name for part in parts) for name in dict.fromkeys(part.mean for part in parts)]
    assert by_mean == [28, 4]


def test_parts_that_are_here_are_scored_and_their_mean_taken(brighter):
    options = EvaluationOptions(resamples=40, contamination=False)
    found = list(score_suite(SIMPLE["all-positive"], "brighter", options))
    done = [(part, each) for part, each in found if not isinstance(each, LeftOut)]
    assert [dict(part.where)["variety"] for part, _ in done] == ["deu", "esp", "zul"]
    assert "afr" in next(each for _, each in found if isinstance(each, LeftOut)).reason
    means = suite_means(done, options)
    assert [(each.name, each.count) for each in means] == [("languages with training data", 2)]
    values = [each.scores["macro_f1"].value for _, each in done[:2]]
    assert means[0].score.value == pytest.approx(np.mean(values))
    assert 0 < means[0].score.low < means[0].score.high < 1
    assert means[0].score.n == 24
    assert mean_rows(means[0])[0].metric == "mean_macro_f1"
    # Only Track A's twelve German test items: Track B's are others.
    assert {record.conditions["track"] for record in done[0][1].target.records} == {"a"}


def test_the_verb_prints_rows_means_and_what_was_left_out(brighter):
    result = CliRunner().invoke(
        affekt,
        ["evaluate", "text-multi", "--suite", "brighter", "--resamples", "20", "--json", "--results", "r.csv"],
    )
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["evaluations"][0]["part"] == "brighter:test a deu"
    answered = [each["metrics"]["answered"]["value"] for each in found["evaluations"]]
    assert answered == [1.0, 1.0, 0.0]
    assert found["means"][0]["n"] == 24
    assert len(found["left_out"]) == 29
    protocols = {row.protocol for row in read_results(Path("r.csv")) if row.metric == "macro_f1"}
    assert len(protocols) == 3
    table = CliRunner().invoke(affekt, ["evaluate", "prior", "--suite", "brighter", "--resamples", "20"])
    assert "mean of 2: languages with training data" in table.stdout


def test_items_can_be_chosen_by_a_condition(brighter):
    def run(*more, code=0):
        result = CliRunner().invoke(
            affekt, ["evaluate", "prior", "--on", "brighter:test", "--resamples", "20", "--json", *more]
        )
        assert result.exit_code == code, result.output
        return result

    found = json.loads(run("--where", "variety=deu", "--where", "track=b").output)
    assert (found["items"], found["protocol"]) == (12, "as-answered-variety-deu-track-b")
    assert "deu, esp" in run("--where", "variety=xyz", code=1).output
    assert "NAME=VALUE" in run("--where", "variety", code=1).output
    result = CliRunner().invoke(affekt, ["evaluate", "prior", "--suite", "brighter", "--where", "track=a"])
    assert "leave --on" in result.output


def test_a_wrong_perturbation_stops_a_suite(brighter):
    with pytest.raises(UnknownNameError):
        list(score_suite(SIMPLE["prior"], "brighter", EvaluationOptions(perturb="typo")))
    with pytest.raises(UnknownNameError, match="brighter"):
        list(score_suite(SIMPLE["prior"], "brightr", EvaluationOptions()))


def test_a_part_is_named_by_what_it_is_narrowed_to():
    assert Part("isear").name == "isear"
    assert Part("brighter:test", language="en", where=(("track", "b"),)).name == "brighter:test en b"


def test_auto_reads_english_by_text_and_the_rest_by_text_multi():
    languages = {"deu": "de", "esp": "es", "zul": "zu"}
    given = (
        *(
            Record(f"{code}-{i}", Signal(text, language=language), "test", (label,))
            for code, language in languages.items()
            for i, (text, label) in enumerate(SAID[code])
        ),
        Record("en-0", Signal("I am so happy today!", language="en"), "test", ("joy",)),
        Record("en-1", Signal("I am terrified of this.", language=None), "test", ("fear",)),
        Record("de-0", Signal("Ich bin heute so glücklich und froh darüber!", language=None), "test", ("joy",)),
    )
    question = Question(given, EKMAN)
    auto, text, several = (find_subject(name).answer(question) for name in ("auto", "text", "text-multi"))
    # Zulu nobody reads; where the corpus states no language it is found out.
    assert auto.answered.tolist() == [True] * 6 + [False] * 3 + [True] * 3
    assert text.answered.tolist() == [False] * 9 + [True, True, False]
    assert np.allclose(auto.probabilities[:6], several.probabilities[:6])
    assert np.isnan(auto.probabilities[6:9]).all()
    assert EKMAN.labels[int(auto.probabilities[9].argmax())] == "joy"
    # Valence is what `text` alone can tell.
    assert np.isnan(auto.vad[:9]).all() and np.isfinite(auto.vad[9:11]).all()
    options = EvaluationOptions(resamples=20, contamination=False)
    found = evaluate_prepared(find_subject("auto"), prepare_records("mine", given, EKMAN, options=options), options)
    assert found.scores["answered"].value == pytest.approx(9 / 12)
    assert found.scores["macro_f1"].value > 0.5
    with pytest.raises(InputError, match="'xx'"):
        prepare_records("mine", given, EKMAN, options=EvaluationOptions(language="xx"))
