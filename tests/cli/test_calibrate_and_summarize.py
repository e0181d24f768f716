"""`affekt calibrate`, then `annotate --calibration --abstain`, then `summarize`: one way from rows to shares."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import affekt as package
from affekt.analysis.analyze import analyze
from affekt.analysis.annotate import AnnotateOptions, annotate
from affekt.cli import affekt
from affekt.cli.labelled import labels_of
from affekt.errors import InputError
from affekt.inference.calibration import read_calibration
from affekt.ratings.opening import open_table
from affekt.types import LabelSpace

SAID = {
    "joy": ("What a lovely day, I am so happy", "This is wonderful news, I love it", "I had a meeting about it today"),
    "sadness": ("I miss her so much and keep crying", "My dog died and I feel empty", "We talked for an hour"),
    "anger": ("How dare you do this, I hate you", "This makes me furious every time", "They changed the plan again"),
}


def write_rows(path: Path, count: int, *, labelled: bool = True) -> None:
    """Rows of three feelings; a third of each says so in no word, so no model can know."""
    random = np.random.default_rng(0)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "emotion", "shop", "date"])
        for row in range(count):
            label = list(SAID)[random.choice(3, p=(0.5, 0.3, 0.2))]
            text = f"{SAID[label][random.integers(3)]} number {row}"
            day = f"2026-{1 + row % 3:02}-10"
            writer.writerow([text, label if labelled else "", ("north", "south")[row % 2], day])


def run(*arguments: object) -> str:
    found = CliRunner().invoke(affekt, [str(each) for each in arguments])
    assert found.exit_code == 0, found.output
    return found.output


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder with labelled rows and the calibration made of them."""
    path = tmp_path_factory.mktemp("calibrated")
    write_rows(path / "labelled.csv", 160)
    chosen = ("--column", "text", "--labels", "emotion", "--space", "ekman", "--lang", "en")
    said = run("calibrate", "text-nano", path / "labelled.csv", *chosen, "-o", path / "calibration.json", "--json")
    (path / "said.json").write_text(said)
    return path


def test_calibrate_tells_before_and_after(folder):
    said = json.loads((folder / "said.json").read_text())
    assert said["rows"] == 160
    assert 0 < said["ece_after"] < said["ece_before"]
    assert said["labels_without_rows"] == ["disgust", "fear", "surprise"]
    assert read_calibration(folder / "calibration.json").space.name == "ekman"


def test_calibrate_in_words_and_its_refusals(folder, tmp_path):
    chosen = ("--column", "text", "--labels", "emotion", "--space", "ekman", "--lang", "en")
    output = tmp_path / "c.json"
    assert "before" in run("calibrate", "text-nano", folder / "labelled.csv", *chosen, "-o", output)
    again = CliRunner().invoke(
        affekt, ["calibrate", "text-nano", str(folder / "labelled.csv"), *chosen, "-o", str(output)]
    )
    assert again.exit_code == 1
    assert "--overwrite" in again.output
    write_rows(tmp_path / "few.csv", 30)
    few = CliRunner().invoke(
        affekt, ["calibrate", "text-nano", str(tmp_path / "few.csv"), *chosen, "-o", str(tmp_path / "d")]
    )
    assert few.exit_code == 1
    assert "at least 100 labelled rows, got 30. Label 70 more" in few.output
    write_rows(tmp_path / "blank.csv", 30, labelled=False)
    blank = CliRunner().invoke(
        affekt, ["calibrate", "text-nano", str(tmp_path / "blank.csv"), *chosen, "-o", str(tmp_path / "d")]
    )
    assert "No row of blank.csv has both" in blank.output
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_annotate_with_calibration_and_risk(folder, tmp_path, ending):
    output = tmp_path / f"out.{ending}"
    own = folder / "calibration.json"
    options = ("--model", "text-nano", "--lang", "en", "--calibration", own, "--abstain", "0.4", "--quiet")
    run("annotate", folder / "labelled.csv", "--column", "text", "-o", output, *options)
    source = open_table(output)
    marks, abstained = source.texts(["calibration", "abstained"])
    assert set(marks) == {read_calibration(own).fingerprint}
    assert set(abstained) == {"true", "false"}
    (emotion,) = source.texts(["emotion"])
    said = source.numbers([f"ekman.{label}" for label in read_calibration(own).space])
    top = np.array(read_calibration(own).space.labels)[said.argmax(1)]
    answered = abstained == "false"
    assert (top != emotion)[answered].mean() <= 0.4
    assert said.max(1)[answered].min() >= said.max(1)[~answered].max()


def test_python_and_the_command_agree(folder):
    own = folder / "calibration.json"
    text = "I miss her"
    options = AnnotateOptions(calibration=own, abstain=0.4)
    table = annotate([text, None], model="text-nano", language="en", options=options)
    report = analyze(text, model="text-nano", language="en", calibration=own, explain=True)
    assert report.overall["sadness"] == pytest.approx(float(table["ekman.sadness"][0]), abs=1e-5)
    assert report.overall.space.name == "ekman"
    assert report.overall.evidence[0].text == "miss"
    assert table["abstained"].tolist() == [False, True]
    plain = analyze(text, model="text-nano", language="en", space="ekman")
    assert plain.overall["sadness"] != pytest.approx(report.overall["sadness"], abs=1e-3)
    assert package.analyze is analyze


def test_a_calibration_stays_with_its_model_and_labels(folder):
    own = folder / "calibration.json"
    with pytest.raises(InputError, match="--model text-nano"):
        analyze("fine", model="text", calibration=own)
    with pytest.raises(InputError, match="--space ekman"):
        analyze("fine", model="text-nano", space="sentiment", calibration=own)
    with pytest.raises(InputError, match="affekt calibrate text"):
        annotate(["fine"], options=AnnotateOptions(abstain=0.1))
    with pytest.raises(InputError, match="No confidence shows a risk of 0"):
        annotate(["fine"], model="text-nano", options=AnnotateOptions(calibration=own, abstain=0.001))


@pytest.fixture(scope="module")
def annotated(folder) -> Path:
    output = folder / "all.parquet"
    options = ("--model", "text-nano", "--lang", "en", "--calibration", folder / "calibration.json", "--quiet")
    run("annotate", folder / "labelled.csv", "--column", "text", "-o", output, *options)
    return output


def test_summarize_by_group(folder, annotated, tmp_path):
    own = folder / "calibration.json"
    said = json.loads(run("summarize", annotated, "--by", "shop", "--calibration", own, "--json"))
    assert [each["group"] for each in said["groups"]] == ["north", "south"]
    joy = said["groups"][0]["labels"]["joy"]
    assert joy["low"] <= joy["value"] <= joy["high"]
    assert 0.3 < joy["value"] < 0.7
    page = tmp_path / "page.html"
    lines = run("summarize", annotated, "--by", "shop", "--calibration", own, "--label", "joy", "--html", page)
    assert "north\t80\tjoy" in lines
    assert "95 %" in page.read_text(encoding="utf-8")


def test_summarize_by_time_and_from_labels_in_the_table(folder, annotated):
    own = folder / "calibration.json"
    said = json.loads(
        run("summarize", annotated, "--by", "shop,date", "--calibration", own, "--json", "--label", "anger")
    )
    assert [each["time"] for each in said["groups"]] == ["2026-01-01", "2026-02-01", "2026-03-01"] * 2
    assert list(said["groups"][0]["labels"]) == ["anger"]
    there = json.loads(run("summarize", annotated, "--by", "shop", "--labels", "emotion", "--method", "em", "--json"))
    assert there["rows_labelled"] == 160
    assert there["method"] == "em"


def test_summarize_refusals(folder, annotated):
    neither = CliRunner().invoke(affekt, ["summarize", str(annotated), "--by", "shop"])
    assert neither.exit_code == 2
    assert "--calibration FILE" in neither.output
    own = ["--calibration", str(folder / "calibration.json")]
    unknown = CliRunner().invoke(affekt, ["summarize", str(annotated), "--by", "shp", *own])
    assert "Did you mean 'shop'?" in unknown.output
    plain = CliRunner().invoke(affekt, ["summarize", str(folder / "labelled.csv"), "--by", "shop", *own])
    assert "affekt annotate" in plain.output


def test_how_cells_of_labels_are_read(tmp_path):
    space = LabelSpace("toy", ("joy", "fear", "no emotion"), "multi-label", "none")
    path = tmp_path / "a.csv"
    path.write_text('id,y\n1,joy|Fear\n2,"joy, fear"\n3,none\n4,\n5,"[""joy""]"\n6,No Emotion\n7,joy;joy\n8,[]\n')
    found = labels_of(open_table(path), "y", space)
    assert found == [["joy", "fear"], ["joy", "fear"], [], None, ["joy"], ["no emotion"], ["joy"], []]
    path.write_text("id,y\n1,joyy\n")
    with pytest.raises(KeyError, match=r"Row 1 of a\.csv, column 'y': .*Did you mean 'joy'"):
        labels_of(open_table(path), "y", space)
