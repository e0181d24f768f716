"""`affekt train` on files of sound: a model of speech that every verb takes, labels or dimensions, speakers apart."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import numpy as np
import pytest
from click.testing import CliRunner, Result

from affekt.cli import affekt
from affekt.errors import InputError
from affekt.evaluation.own_model import Asked, TrainedModel, TrainOptions, train
from affekt.models.index import find_model
from planted_voices import RATE, planted_voice, write_voices

soundfile = pytest.importorskip("soundfile")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
PLAN = {"epochs": 14, "patience": 14, "copies": 0, "seconds": 0.5, "mixup": 0.0, "babble": 0.0, "learning_rate": 4e-3}


def run(*words: object) -> Result:
    return CliRunner().invoke(affekt, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_voices(tmp_path_factory.mktemp("voices"), clips=64, speakers=8)


@pytest.fixture(scope="module")
def labelled(table: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainedModel:
    (table.parent / "broken.wav").write_bytes(b"RIFF....WAVE")
    worse = table.with_name("worse.csv")
    worse.write_text(table.read_text() + "broken.wav,anger,3,8,7,s1\n")
    options = TrainOptions(base="speech-nano", heard=PLAN, resamples=50)
    return train(Asked(str(worse), ("emotion",)), tmp_path_factory.mktemp("model") / "mine", options)


@pytest.fixture(scope="module")
def rated(table: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainedModel:
    options = TrainOptions(base="speech-nano", heard=PLAN, resamples=50)
    asked = Asked(str(table), ("valence", "arousal", "dominance"), scale={"": (1.0, 9.0)})
    return train(asked, tmp_path_factory.mktemp("model") / "vad", options)


def test_labels_of_unseen_speakers_are_told(labelled: TrainedModel, table: Path) -> None:
    card = labelled.card
    assert labelled.scores.test.scores["uar"].value >= 0.9
    assert labelled.scores.beside == "Functionals + SVM"
    assert card["scores"]["test_functionals-svm"]["uar"]["value"] >= 0.5
    assert any("1 files cannot be learned from" in note and "row-65" in note for note in card["training"]["notes"])
    assert sum(card["training"]["counts"].values()) == 64
    parts = {record.speaker for record in labelled.scores.test.target.records}
    assert labelled.scores.dev is not None
    assert not parts & {record.speaker for record in labelled.scores.dev.target.records}
    found = find_model(labelled.folder)
    assert (found.modality, found.runtime, found.space.labels) == ("speech", "onnx", ("anger", "calm"))
    assert sorted(path.name for path in labelled.folder.iterdir()) == [
        *("card.json", "fit.json", "model.onnx", "report.html"),
    ]
    assert (labelled.folder / "model.onnx").stat().st_size < 150_000


def test_every_verb_takes_the_model(labelled: TrainedModel, table: Path, tmp_path: Path) -> None:
    sound = tmp_path / "new.wav"
    soundfile.write(sound, planted_voice(True, 20, seed=1, seconds=1.5), RATE)
    (reading,) = json.loads(run("analyze", sound, "--model", labelled.folder, "--json").stdout)["readings"]
    assert reading["labels"] == ["anger"]
    assert reading["vad"]["mapped"] is True
    output = tmp_path / "out.parquet"
    assert run("annotate", tmp_path, "--model", labelled.folder, "-o", output, "--quiet").exit_code == 0
    assert duckdb.sql(f"SELECT path, labels, vad_source FROM '{output}'").fetchall() == [("new.wav", "anger", "mapped")]
    result = run("evaluate", labelled.folder, "--on", table, "--scale", "1,9", "--json")
    assert json.loads(result.stdout)["metrics"]["uar"]["value"] >= 0.9
    wrong = CliRunner().invoke(affekt, ["evaluate", "text-nano", "--on", str(table), "--scale", "1,9"])
    assert "reads text, and there is none" in wrong.output


def test_dimensions_are_learned_and_heard(rated: TrainedModel, tmp_path: Path) -> None:
    scores = rated.scores.test.scores
    assert min(scores[f"ccc:{name}"].value for name in ("valence", "arousal", "dominance")) >= 0.6
    assert rated.scores.contrast is None
    sound = tmp_path / "new.wav"
    soundfile.write(sound, planted_voice(True, 20, seed=1, seconds=1.5), RATE)
    report = json.loads(run("analyze", sound, "--model", rated.folder, "--json").stdout)
    (reading,) = report["readings"]
    assert reading["vad"]["arousal"] > 0.2 > -0.2 > reading["vad"]["valence"]
    assert reading["vad"]["arousal_sd"] > 0
    assert "mapped" not in reading["vad"]
    assert report["traces"][0]["vad"]["mapped"] is False
    assert "anger" not in run("analyze", sound, "--model", rated.folder).stdout
    output = tmp_path / "out.csv"
    run("annotate", tmp_path, "--model", rated.folder, "-o", output, "--quiet")
    ((arousal, source),) = duckdb.sql(f"SELECT arousal, vad_source FROM '{output}'").fetchall()
    assert (source, arousal > 0.2) == ("heard", True)


def test_damaged_folders_and_options_for_texts_are_refused(labelled: TrainedModel, table: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in labelled.folder.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    with (copy / "model.onnx").open("ab") as file:
        file.write(b"x")
    result = CliRunner().invoke(affekt, ["analyze", str(table.with_name("clip-000.wav")), "--model", str(copy)])
    assert result.exit_code != 0
    assert "is not the file that was written" in str(result.exception) + result.output
    with pytest.raises(InputError, match="take --base speech, speech-nano, wav2small"):
        train(Asked(str(table), ("emotion",)), tmp_path / "x", TrainOptions(base="minilm"))
    with pytest.raises(InputError, match="--method is for texts"):
        train(Asked(str(table), ("emotion",)), tmp_path / "x", TrainOptions(method="frozen"))


def test_a_run_that_was_stopped_goes_on(table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from affekt.training.speech import own_net

    options = TrainOptions(base="speech-nano", heard={**PLAN, "epochs": 2}, resamples=10, contrast=False)
    asked = Asked(str(table), ("emotion",))

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(own_net, "export_own", stop)
        with pytest.raises(KeyboardInterrupt):
            train(asked, tmp_path / "mine", options)
    assert (tmp_path / "mine.partial" / "views").is_dir()
    assert not (tmp_path / "mine").exists()
    made = train(asked, tmp_path / "mine", options)
    assert np.isfinite(made.scores.test.scores["uar"].value)
    assert not (tmp_path / "mine.partial").exists()
