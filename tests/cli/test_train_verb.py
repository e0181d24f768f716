"""`affekt train`: from a table to a model that every verb takes, and what it says of a table it cannot learn from."""

from __future__ import annotations

import csv
import errno
import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import affekt as public
from affekt.cli import affekt
from affekt.errors import InputError
from affekt.inference.own import OwnFit
from affekt.inference.text import open_reader
from affekt.models.index import find_model
from affekt.types import LabelSpace

TEXTS = {
    "joy": ("I love this", "what a lovely day", "thank you so much", "so happy with it", "well done", "I adore it"),
    "anger": ("I hate this", "what an awful day", "this makes me furious", "so angry", "terrible work", "I loathe it"),
    "calm": (
        "a box of twelve pencils",
        "we meet at ten",
        "it is on the left",
        "he walks",
        "it opened at nine",
        "a list",
    ),
}
ENDS = ("today", "again, as every week", "said my neighbour", "on the second floor", "before lunch", "by the station")
VALUE = {"joy": 8.0, "anger": 2.0, "calm": 5.0}
LEVEL = {"anger": "low", "calm": "mid", "joy": "high"}


def rows():
    random.seed(0)
    found = []
    for label, texts in TEXTS.items():
        for text in texts:
            for place, end in enumerate(ENDS):
                found.append(
                    {
                        "body": f"{text} {end}",
                        "feeling": label,
                        "valence": VALUE[label] + random.uniform(-1, 1),
                        "warmth": VALUE[label] / 2,
                        "level": LEVEL[label],
                        "several": "joy|surprise" if label == "joy" and place % 2 else label,
                        "ann": label,
                        "ben": "calm" if place == 0 else label,
                        "cleo": label,
                    }
                )
    random.shuffle(found)
    return found


def write(path, some, columns=None):
    columns = columns or list(some[0])
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(some)
    return path


def run(*arguments):
    return CliRunner().invoke(affekt, [str(each) for each in arguments])


def trained(folder, table, *options):
    result = run("train", table, "--column", "body", "--base", "text-nano", "-o", folder, "--json", *options)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("train")
    write(folder / "toy.csv", rows())
    card = trained(folder / "mine", folder / "toy.csv", "--labels", "feeling", "--licence", "CC0-1.0")
    return folder, card


def test_the_folder_holds_a_model_with_a_filled_card(place):
    folder, card = place
    model = folder / "mine"
    assert sorted(path.name for path in model.iterdir()) == ["card.json", "fit.json", "head.npz", "report.html"]
    assert not (folder / "mine.partial").exists()
    assert card["space"]["labels"] == ["anger", "calm", "joy"] and card["kind"] == "exclusive"
    assert card["base"]["name"] == "text-nano" and card["licence"] == "CC0-1.0"
    counts = card["training"]["counts"]
    assert sum(counts.values()) == len(rows()) and min(counts.values()) > 5
    score = card["scores"]["test"]["accuracy"]
    assert score["value"] > 0.8 and score["low"] <= score["value"] <= score["high"]
    assert card["scores"]["test_tfidf"]["accuracy"]["n"] == counts["test"]
    page = (model / "report.html").read_text(encoding="utf-8")
    assert "The model mine" in page and "macro_f1" in page


def test_every_verb_takes_the_folder(place, monkeypatch):
    folder, card = place
    monkeypatch.chdir(folder)
    said = json.loads(run("analyze", "I love this, thank you so much", "--model", "./mine", "--json").stdout)
    assert said["overall"]["labels"] == ["joy"] and said["overall"]["vad"] is not None
    assert said["provenance"]["model_version"] == card["version"]
    assert "joy" in run("analyze", "I love this", "--model", "mine").stdout
    result = run(
        "annotate", "toy.csv", "--column", "body", "-o", "out.csv", "--prefix", "a_", "--model", "./mine", "--quiet"
    )
    assert result.exit_code == 0, result.output
    with Path("out.csv").open(encoding="utf-8") as file:
        read = list(csv.DictReader(file))
    right = sum(row["a_labels"] == row["feeling"] for row in read)
    assert right > 0.9 * len(read) and float(read[0]["a_toy.joy"]) >= 0
    columns = ("--column", "text=body", "--column", "labels=feeling", "--scale", "1,9", "--resamples", 50)
    result = run("evaluate", "./mine", "--on", "toy.csv", *columns, "--json")
    assert json.loads(result.stdout)["metrics"]["accuracy"]["value"] > 0.9, result.output
    result = run("compare", "./mine", "prior", "--on", "toy.csv", *columns, "--metric", "accuracy", "--json")
    assert json.loads(result.stdout)["differences"][0]["difference"] > 0.3, result.output
    result = run("calibrate", "./mine", "toy.csv", "--column", "body", "--labels", "feeling", "-o", "cal.json")
    assert result.exit_code == 0, result.output
    result = run("analyze", "I love this", "--model", "./mine", "--calibration", "cal.json", "--json")
    assert json.loads(result.stdout)["overall"]["labels"] == ["joy"], result.output
    assert "Golden answers" in run("models", "./mine").stdout


def test_another_table_is_scored_by_the_names_of_its_labels(tmp_path):
    names = {"joy": "praise", "anger": "complaint", "calm": "order 7"}
    some = [{"body": row["body"], "topic": names[row["feeling"]]} for row in rows()]
    trained(tmp_path / "desk", write(tmp_path / "first.csv", some), "--labels", "topic")
    held = [row for row in some[:60] if row["topic"] != "praise"] + [{"body": "and what is this", "topic": "riddle"}]
    columns = ("--column", "text=body", "--column", "labels=topic", "--resamples", 50, "--json")
    result = run("evaluate", tmp_path / "desk", "--on", write(tmp_path / "second.csv", held), *columns)
    told = json.loads(result.stdout)
    assert told["metrics"]["accuracy"]["value"] > 0.8, result.output
    assert "Labels it did not learn: riddle." in told["notes"]


def test_the_library_takes_it_as_a_path(place):
    folder, card = place
    report = public.analyze("so angry with this", model=folder / "mine", explain=True)
    assert report.overall.labels == ("anger",)
    assert report.overall.evidence and report.overall.evidence[0].label == "anger"
    reader = open_reader(find_model(folder / "mine"))
    alone = reader.estimate(["I love this"]).probabilities
    together = reader.estimate(["so angry", "I love this", ""])
    np.testing.assert_allclose(together.probabilities[1], alone[0], atol=1e-5)
    assert together.empty.tolist() == [False, False, True] and np.isnan(together.probabilities[2]).all()
    for text, label in card["golden"]:
        assert public.analyze(text, model=folder / "mine").overall.top(1)[0].label == label


def test_reading_needs_neither_torch_nor_sklearn(place):
    folder, _ = place
    code = (
        "import sys\nfrom pathlib import Path\nimport affekt\n"
        "affekt.analyze('I love this', model=Path(sys.argv[1]))\n"
        "print([name for name in ('torch', 'sklearn', 'scipy', 'onnx', 'pandas') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code, folder / "mine"], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_several_labels_levels_numbers_and_votes(place, tmp_path):
    folder, _ = place
    table = folder / "toy.csv"
    card = trained(tmp_path / "several", table, "--labels", "several")
    assert card["kind"] == "multi-label" and "surprise" in card["space"]["labels"]
    fit = json.loads((tmp_path / "several/fit.json").read_text(encoding="utf-8"))
    assert len(fit["thresholds"]["toy"]) == 4

    card = trained(tmp_path / "level", table, "--labels", "level", "--ordinal", "low,mid,high")
    assert card["kind"] == "ordinal" and card["space"]["labels"] == ["low", "mid", "high"]
    assert card["scores"]["first"] == "qwk" and card["scores"]["test"]["qwk"]["value"] > 0.7
    said = public.analyze("I hate this, it makes me furious", model=tmp_path / "level").overall
    assert said.labels == ("low",) and sum(said.probabilities) == pytest.approx(1, abs=1e-4)

    card = trained(tmp_path / "numbers", table, "--labels", "valence,warmth", "--scale", "1,9", "--scale", "warmth=0,5")
    assert card["scores"]["test"]["pearson:valence"]["value"] > 0.8
    assert card["scores"]["test"]["ccc:warmth"]["value"] > 0.7
    good, bad = (
        public.analyze(text, model=tmp_path / "numbers").overall for text in ("so happy with it", "I hate this")
    )
    assert good.vad.valence > 0.2 > bad.vad.valence and good["warmth"] > bad["warmth"]

    card = trained(tmp_path / "votes", table, "--labels", "ann,ben,cleo")
    assert card["training"]["votes"] and card["kind"] == "exclusive"
    assert "kl_votes" in card["scores"]["test"]


def test_dimensions_alone_keep_the_labels_of_the_base(place, tmp_path):
    folder, _ = place
    trained(tmp_path / "valence", folder / "toy.csv", "--labels", "valence", "--scale", "1,9")
    report = public.analyze("so happy with it", model=tmp_path / "valence").overall
    assert report.space.name == "goemotions" and report.vad.valence > 0.2


@pytest.mark.parametrize(
    ("options", "change", "expected"),
    [
        (("--labels", "feelin"), None, "feeling"),
        (("--labels", "body"), None, "both the text and the labels"),
        (("--labels", "feeling"), {"feeling": "joy"}, "have the label 'joy'"),
        (("--labels", "feeling"), {"feeling": ""}, "is empty"),
        (("--labels", "level", "--ordinal", "low,middle,high"), None, "mid"),
        (("--labels", "valence"), None, "scale"),
        (("--labels", "feeling,valence"), None, "hold numbers"),
        (("--labels", "feeling", "--base", "text-nan"), None, "Unknown base"),
        (("--labels", "feeling", "--base", "text-multi", "--method", "fine-tune"), None, "no encoder"),
        (("--labels", "feeling"), {"body": "7"}, "numbers where text should be"),
        (("--labels", "id"), None, "mixed up"),
    ],
)
def test_what_cannot_be_learned_is_told(tmp_path, options, change, expected):
    some = [{"id": f"n{place}", **row, **(change or {})} for place, row in enumerate(rows()[:60])]
    table = write(tmp_path / "toy.csv", some)
    result = run("train", table, "--column", "body", "--base", "text-nano", "-o", tmp_path / "out", *options)
    assert result.exit_code in (1, 2), result.output
    assert expected in result.output and "Traceback" not in result.output
    assert not (tmp_path / "out").exists()


def test_oddities_are_told_with_the_count_and_the_run_goes_on(tmp_path):
    some = [{**row, "split": "test" if place % 5 == 0 else "train"} for place, row in enumerate(rows())]
    seen = [{**row, "split": "train"} for row in some if row["split"] == "test"][:4]
    some += seen
    some[1]["feeling"] = "joyy"
    some += [{**some[2], "feeling": ""} for _ in range(3)]
    for place, row in enumerate(some):
        row["split"] = "train" if place in (1, 2) else row["split"]
    card = trained(tmp_path / "odd", write(tmp_path / "toy.csv", some), "--labels", "feeling")
    notes = " ".join(card["training"]["notes"])
    assert "'joyy' has one example" in notes and "looks like 'joy'" in notes
    assert "stand in a later part: left out" in notes and "published split test" in notes
    found = int(notes.split(" items to learn from and")[0].split()[-1])
    assert found >= 4


def test_texts_in_another_language_are_refused_or_counted(tmp_path):
    who = ("Meine Schwester", "Der alte Nachbar", "Unser Lehrer", "Die ganze Familie", "Ein Freund von mir")
    felt = ("war sehr traurig wegen", "freute sich ganz besonders über", "ärgerte sich furchtbar über")
    what = ("das verlorene Spiel", "die lange Reise", "den kaputten Wagen", "die neue Wohnung")
    texts = [f"{one} {two} {three}." for one in who for two in felt for three in what]
    some = [{"body": text, "feeling": "ab"[i % 2]} for i, text in enumerate(texts)]
    result = run(
        "train", write(tmp_path / "de.csv", some), "--column", "body", "--labels", "feeling", "-o", tmp_path / "de"
    )
    assert result.exit_code in (1, 2) and "text-multi" in result.output
    mixed = [*({"body": r["body"], "feeling": "ab"[i % 2]} for i, r in enumerate(rows())), *some[:12]]
    card = trained(tmp_path / "mixed", write(tmp_path / "mixed.csv", mixed), "--labels", "feeling")
    assert any("does not read" in note and "left out" in note for note in card["training"]["notes"])


def test_an_output_that_is_there_is_left_alone(place, tmp_path):
    folder, _ = place
    result = run("train", folder / "toy.csv", "--column", "body", "--labels", "feeling", "-o", folder / "mine")
    assert result.exit_code == 1 and "--overwrite" in result.output
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes/letter.txt").write_text("mine", encoding="utf-8")
    result = run("train", folder / "toy.csv", "--labels", "feeling", "-o", tmp_path / "notes", "--overwrite")
    assert result.exit_code == 1 and "holds no model" in result.output
    assert (tmp_path / "notes/letter.txt").exists()


def test_a_full_disk_keeps_what_was_done_and_the_same_command_goes_on(place, tmp_path, monkeypatch):
    folder, first = place
    calls = []

    def full(path, content, *, real=Path.write_bytes):
        calls.append(path)
        if path.name.startswith("head.npz"):
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return real(path, content)

    table = ("train", folder / "toy.csv", "--column", "body", "--labels", "feeling", "--base", "text-nano")
    monkeypatch.setattr(Path, "write_bytes", full)
    result = run(*table, "-o", tmp_path / "out")
    assert result.exit_code == 1 and "Make room on the disk" in result.output and "goes on" in result.output
    assert not (tmp_path / "out").exists() and (tmp_path / "out.partial/features-train.npz").exists()
    monkeypatch.undo()
    other = run(*table, "-o", tmp_path / "out", "--seed", 3)
    assert other.exit_code == 1 and "--restart" in other.output
    again = json.loads(run(*table, "-o", tmp_path / "out", "--json").stdout)
    assert again["version"] == first["version"]


def test_damaged_and_foreign_folders_are_told(place, tmp_path):
    folder, _ = place
    with pytest.raises(InputError, match="no model folder"):
        find_model(tmp_path / "none")
    with pytest.raises(InputError, match=r"no card\.json"):
        find_model(tmp_path)
    shutil.copytree(folder / "mine", tmp_path / "broken")
    (tmp_path / "broken/head.npz").write_bytes(b"not this")
    with pytest.raises(InputError, match="not the file that was written"):
        open_reader(find_model(tmp_path / "broken"))
    card = json.loads((folder / "mine/card.json").read_text(encoding="utf-8"))
    for name, change in {
        "format": {"affekt_model": 9},
        "runtime": {"runtime": "pickle"},
        "files": {"files": {"../head.npz": "0"}},
        "base": {"base": {**card["base"], "version": "0"}},
    }.items():
        shutil.copytree(folder / "mine", tmp_path / name)
        (tmp_path / name / "card.json").write_text(json.dumps({**card, **change}), encoding="utf-8")
        with pytest.raises(InputError, match=r"damaged|format|trained on"):
            find_model(tmp_path / name)
    result = run("analyze", "hello", "--model", "./nothing-here")
    assert result.exit_code == 1 and "Traceback" not in result.output


def test_levels_keep_their_order_whatever_the_answers():
    raw = np.random.default_rng(0).normal(size=(200, 4)) * 5
    found = OwnFit("ordinal", np.ones(4), np.zeros(4)).probabilities(raw)
    assert found.min() >= 0 and np.allclose(found.sum(1), 1)


def test_a_space_of_ones_own_is_not_taken_for_a_known_one(place):
    folder, _ = place
    assert find_model(folder / "mine").space == LabelSpace(
        "toy", ("anger", "calm", "joy"), "exclusive", "the labels of the table itself"
    )
