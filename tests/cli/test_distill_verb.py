"""`affekt distill`: a student agrees with its teacher on clips it has not seen, and no label is looked at."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from affekt.cli import affekt
from affekt.errors import InputError, OutputError
from affekt.evaluation import distilling
from affekt.evaluation.answers import Answers, Question
from affekt.evaluation.distilling import Distilling, distill
from affekt.evaluation.own_model import TrainedModel
from affekt.evaluation.own_options import TrainOptions
from affekt.evaluation.teachers import Teacher, ask_teacher, open_teacher
from affekt.evaluation.unlabelled import sound_records
from affekt.models.index import find_model
from affekt.types import LabelSpace
from planted_voices import RATE, planted_voice, write_voices

soundfile = pytest.importorskip("soundfile")
PLAN = {"epochs": 12, "patience": 12, "copies": 0, "seconds": 0.5, "mixup": 0.0, "babble": 0.0, "learning_rate": 4e-3}
SPACE = LabelSpace("planted-teacher", ("calm", "anger"), "exclusive", "planted", "calm")


def run(*words: object) -> Result:
    return CliRunner().invoke(affekt, [str(word) for word in words], catch_exceptions=False)


def said_of(path: str) -> tuple[float, float, float]:
    """What the planted teacher says: sure of most, and of a few it is not."""
    number = int(Path(path).stem.rpartition("-")[2])
    anger = (0.9 if number % 2 else 0.1) if number % 7 else 0.5 + (0.08 if number % 2 else -0.08)
    return 1 - anger, anger, 2 * anger - 1


class _Planted:
    """A teacher who hears nothing: what it says follows from the names of files; it counts what it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def answer(self, question: Question) -> Answers:
        self.asked += len(question.records)
        rows = np.array([said_of(record.id) for record in question.records])
        vad = np.full((len(rows), 3), np.nan)
        vad[:, 1] = rows[:, 2]
        assert not any(record.labels or record.vad for record in question.records)
        return Answers(np.ones(len(rows), np.bool_), SPACE, rows[:, :2], vad=vad)


@pytest.fixture(scope="module")
def voices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_voices(tmp_path_factory.mktemp("voices"), clips=64, speakers=8)


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> _Planted:
    found = _Planted()
    teacher = Teacher("planted", "1", "none", found.answer, ("toys",), hears=True)
    monkeypatch.setattr(distilling, "open_teacher", lambda *_, **__: teacher)
    return found


@pytest.fixture(scope="module")
def student(voices: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainedModel:
    """A student of a table of scores, by path."""
    scores = voices.with_name("scores.jsonl")
    with scores.open("w") as file:
        for path in sorted(voices.parent.glob("*.wav")):
            calm, anger, _ = said_of(path.name)
            file.write(json.dumps({"path": path.name, "calm": calm, "anger": anger}) + "\n")
    sounds = tmp_path_factory.mktemp("sounds")
    for path in voices.parent.glob("*.wav"):
        (sounds / path.name).write_bytes(path.read_bytes())
    (sounds / "broken-1.wav").write_bytes(b"RIFF....WAVE")
    options = TrainOptions(base="speech-nano", heard=PLAN, resamples=50)
    asked = Distilling(str(sounds), str(scores), space=SPACE)
    return distill(asked, tmp_path_factory.mktemp("student") / "mine", options)


def test_a_student_of_a_table_agrees_on_unseen_clips(student: TrainedModel, tmp_path: Path) -> None:
    card, scores = student.card, student.scores.test
    assert scores.scores["uar"].value >= 0.9
    # It learned how sure the teacher is, not only what it decides for.
    said = {r.id: row[1] for r, row in zip(scores.target.records, scores.answers.probabilities, strict=True)}
    told = np.array([said_of(name)[1] for name in said])
    assert np.corrcoef(list(said.values()), told)[0, 1] > 0.8
    assert float(np.abs(np.array(list(said.values())) - told).mean()) < 0.25
    assert card["teacher"]["name"] == "scores"
    assert (card["recipe"], card["training"]["votes"]) == ("affekt distill", True)
    assert any("how far the student agrees" in note for note in card["training"]["notes"])
    assert any("did not answer for 1 of 65" in note for note in card["training"]["notes"])
    assert card["fitted"]["real_time_factor"] > 0
    assert card["fitted"]["bytes"] == (student.folder / "model.onnx").stat().st_size < 150_000
    assert not student.folder.with_name("mine.teacher").exists()
    sound = tmp_path / "new.wav"
    soundfile.write(sound, planted_voice(True, 30, seed=3, seconds=1.5), RATE)
    (reading,) = json.loads(run("analyze", sound, "--model", student.folder, "--json").stdout)["readings"]
    assert reading["labels"] == ["anger"]


@pytest.mark.slow
def test_a_model_teaches_a_student_of_72_thousand_numbers(student: TrainedModel, voices: Path, tmp_path: Path) -> None:
    plan = {**PLAN, "epochs": 8}
    # The tables that lie among the files are not looked at.
    asked = Distilling(str(voices.parent), str(student.folder))
    made = distill(asked, tmp_path / "tiny", TrainOptions(base="wav2small", heard=plan, resamples=20))
    assert made.card["fitted"]["parameters"] <= 72_000
    assert made.scores.test.scores["uar"].value >= 0.8
    assert made.card["trained_on"][-1] == student.card["trained_on"][-1]
    card = find_model(made.folder)
    assert (card.modality, card.space) == ("speech", find_model(student.folder).space)
    sound = tmp_path / "new.wav"
    soundfile.write(sound, planted_voice(True, 30, seed=3, seconds=2.5), RATE)
    report = json.loads(run("analyze", sound, "--model", made.folder, "--json").stdout)
    assert report["overall"]["labels"] == ["anger"]
    assert len(report["traces"][0]["starts"]) >= 4


def test_answers_are_kept_and_asked_for_once(
    voices: Path, planted: _Planted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from affekt.training.speech import own_net

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    asked = Distilling(str(voices), "planted", dimensions=True)
    options = TrainOptions(base="speech-nano", heard={**PLAN, "epochs": 3}, resamples=10)
    with monkeypatch.context() as patch:
        patch.setattr(own_net, "export_own", stop)
        with pytest.raises(KeyboardInterrupt):
            distill(asked, tmp_path / "mine", options)
    kept = tmp_path / "mine.teacher" / "answers.jsonl"
    assert (planted.asked, len(kept.read_text().splitlines())) == (64, 65)
    with kept.open("a") as file:
        file.write('{"id": "row-1", "sha')  # half a line of a kill
    made = distill(asked, tmp_path / "mine", options)
    assert planted.asked == 64
    assert (made.card["dimensions"], made.card["training"]["outputs"]) == (True, ["arousal"])
    assert "ccc:arousal" in made.scores.test.scores
    assert not kept.parent.exists()
    with pytest.raises(OutputError, match="exists"):
        distill(asked, tmp_path / "mine", options)


def test_answers_of_another_teacher_are_not_taken(voices: Path, tmp_path: Path) -> None:
    planted = _Planted()
    teacher = Teacher("planted", "1", "none", planted.answer, hears=True)
    records = sound_records(voices.parent)[:5]
    kept = tmp_path / "answers.jsonl"
    told = ask_teacher(teacher, records, kept, tell=lambda step: None)
    assert told.shares == pytest.approx(np.array([said_of(r.id)[:2] for r in records]))
    again = ask_teacher(teacher, sound_records(voices.parent)[:7], kept, tell=lambda step: None)
    assert (planted.asked, again.asked, len(again.ids)) == (7, 2, 7)
    with pytest.raises(OutputError, match="another teacher"):
        ask_teacher(replace(teacher, version="2"), records, kept, tell=lambda step: None)


def test_long_files_are_taken_where_someone_speaks(tmp_path: Path) -> None:
    import tone_reader

    rest = np.zeros(3 * RATE, np.float32)
    speech = tone_reader.voice(8)
    soundfile.write(tmp_path / "long.wav", np.concatenate([rest, speech, rest, speech[: 2 * RATE], rest]), RATE)
    soundfile.write(tmp_path / "short.wav", speech[:RATE], RATE)
    long = [record for record in sound_records(tmp_path) if record.id.startswith("long")]
    edges = [edge for r in long if r.signal.part for edge in (r.signal.part.start, r.signal.part.end)]
    assert edges == pytest.approx([3, 7, 7, 11, 14, 16], abs=0.3)
    assert {record.group for record in long} == {"long.wav"}
    assert [r.signal.part for r in sound_records(tmp_path) if r.id == "short.wav"] == [None]


def test_checkpoints_of_the_hub_teach_by_what_they_hear(voices: Path, tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    small = {
        **{"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16},
        **{"conv_dim": (8, 8), "conv_kernel": (10, 8), "conv_stride": (40, 8), "num_feat_extract_layers": 2},
        **{"num_conv_pos_embeddings": 4, "num_conv_pos_embedding_groups": 2, "classifier_proj_size": 8},
    }
    for name, labels in (("labels", ("joy", "anger", "sadness")), ("ratings", ("arousal", "dominance", "valence"))):
        config = transformers.Wav2Vec2Config(**small, id2label=dict(enumerate(labels)))
        transformers.Wav2Vec2ForSequenceClassification(config).save_pretrained(tmp_path / name)
        transformers.Wav2Vec2FeatureExtractor().save_pretrained(tmp_path / name)
    records = sound_records(voices.parent)[:3]
    teacher = open_teacher(f"hf:{tmp_path / 'labels'}", sound=True)
    told = ask_teacher(teacher, records, tmp_path / "labels.jsonl", tell=lambda step: None)
    assert told.space is not None
    assert set(told.space) == {"joy", "anger", "sadness"}
    assert told.shares.sum(1) == pytest.approx(1, abs=1e-4)
    teacher = open_teacher(f"hf:{tmp_path / 'ratings'}", sound=True)
    told = ask_teacher(teacher, records, tmp_path / "ratings.jsonl", tell=lambda step: None)
    assert told.space is None
    assert (np.abs(told.vad) <= 1).all()
    with pytest.raises(InputError, match="cannot be opened"):
        open_teacher(f"hf:{tmp_path}", sound=True)


def test_texts_are_labelled_and_learned_from(tmp_path: Path) -> None:
    texts = {
        "joy": ("I love this so much", "what a lovely day", "so happy with it", "wonderful, I adore it"),
        "anger": ("I hate this so much", "this makes me furious", "so angry with it", "I am mad at you"),
    }
    ends = ("today", "again", "said my neighbour", "on the second floor", "before lunch", "by the station", "at home")
    table = tmp_path / "texts.csv"
    with table.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["text"])
        writer.writerows([[f"{text} {end}"] for each in texts.values() for text in each for end in ends])
    made = distill(
        Distilling(str(table), "text-nano"), tmp_path / "mine", TrainOptions(base="text-nano", contrast=False)
    )
    assert made.card["teacher"]["name"] == "text-nano"
    assert made.card["training"]["votes"]
    said = run("analyze", "what a lovely day at the station", "--model", made.folder, "--json")
    assert json.loads(said.stdout)["overall"]["status"] == "ok"
    assert made.scores.test.scores["macro_f1"].value > 0


def test_what_cannot_teach_is_refused(voices: Path, tmp_path: Path, student: TrainedModel) -> None:
    with pytest.raises(InputError, match="has to be taught itself"):
        open_teacher("tfidf", sound=False)
    with pytest.raises(InputError, match="hears, and there are texts"):
        open_teacher(str(student.folder), sound=False)
    result = CliRunner().invoke(affekt, ["distill", str(voices), "--teacher", "text-nano", "-o", str(tmp_path / "x")])
    assert result.exit_code != 0
    assert "answers for none" in result.output + str(result.exception)
