"""One manifest of several corpora, and any model of speech scored on each corpus and language of it."""

from __future__ import annotations

import csv
import io
import json
import sys
import wave
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from click.testing import CliRunner

from affekt.cli import affekt
from affekt.corpora.collection import licences, read_collection
from affekt.corpora.index import CORPORA
from affekt.corpora.manifest import write_manifest
from affekt.errors import CorpusError, InputError
from affekt.evaluation import speech
from affekt.evaluation.collection import ask, collection_rows, collection_scores, mean_of
from affekt.evaluation.records import read_results
from affekt.evaluation.speech import SpeechBench
from affekt.models.index import MODELS
from affekt.training.speech.functionals_svm import Config, teach
from affekt.training.speech.lesson import Lesson, Taught
from affekt.types import Record, Signal
from tone_reader import ToneReader, tone_card

HERTZ = {"neutral": 400.0, "anger": 500.0, "happiness": 620.0, "happy": 620.0, "angry": 500.0}
# Which labels a corpus has, as it calls them, and its language.
PARTS = {
    "ravdess": (("neutral", "angry", "happy"), "en"),
    "savee": (("neutral", "anger"), "en"),
    "emodb": (("neutral", "anger", "happiness"), "de"),
}


def sound(label: str, seed: int) -> bytes:
    random, time = np.random.default_rng(seed), np.arange(4000) / 16_000
    loud = 0.3 if label.startswith("ang") else 0.05
    samples = loud * np.sin(2 * np.pi * HERTZ[label] * time) + 0.002 * random.standard_normal(len(time))
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes((samples * 32_000).astype("<i2").tobytes())
    return content.getvalue()


def records(folder: Path) -> dict[str, list[Record]]:
    """Five speakers of each corpus, two tones of each label each: its height tells the label, anger is loud."""
    found: dict[str, list[Record]] = {}
    for corpus, (labels, language) in PARTS.items():
        (folder / corpus).mkdir(parents=True)
        for speaker in range(5):
            for number, label in enumerate(labels * 2):
                path = folder / corpus / f"{speaker}-{number}.wav"
                path.write_bytes(sound(label, speaker * 100 + number))
                signal = Signal("…", language=language, modality="speech", path=path)
                name = f"{speaker}-{number}"
                found.setdefault(corpus, []).append(
                    Record(name, signal, "all", labels=(label,), speaker=f"s{speaker}", conditions={"sex": "male"})
                )
    return found


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "three.jsonl"
    write_manifest(records(tmp_path / "data"), path, space="ekman-neutral", columns="cameo", root=tmp_path / "data")
    return path


@pytest.fixture
def method(monkeypatch: pytest.MonkeyPatch) -> list[Lesson]:
    """A fast method, "plain", that remembers its lessons."""
    lessons: list[Lesson] = []
    module = ModuleType("planted_collection")

    def plain(lesson: Lesson) -> Taught:
        lessons.append(lesson)
        return teach(lesson, Config(view="log-mel"))

    module.plain = plain  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "planted_collection", module)
    for place in ("affekt.evaluation.speech", "affekt.training.speech.index", "affekt.evaluation.collection"):
        monkeypatch.setattr(f"{place}.METHODS", {"plain": "planted_collection:plain"})
    speech._last.clear()
    return lessons


def test_a_manifest_becomes_clips_that_keep_where_they_are_from(manifest: Path, tmp_path: Path) -> None:
    clips = read_collection(manifest, root=tmp_path / "data")
    assert len(clips) == 80 and clips.corpus == "three"
    assert clips.space.labels == ("anger", "joy", "neutral")  # one set of names for all
    assert licences(clips) == {name: (CORPORA[name].licence,) for name in sorted(PARTS)}
    assert set(zip(clips.conditions["corpus"], clips.conditions["language"], strict=True)) == {
        (name, language) for name, (_, language) in PARTS.items()
    }
    assert set(clips.conditions["sex"]) == {"male"} and clips.ids[0].partition("/")[0] in PARTS
    # Each fold has a speaker of every corpus, and shares none with another.
    for fold in range(5):
        inside = clips.take(clips.folds == fold)
        assert {name.partition("/")[0] for name in inside.speakers} == set(PARTS)
        assert not set(inside.speakers) & set(clips.take(clips.folds != fold).speakers)
    assert np.abs(clips.view("wave")[0]).max() > 0.01


def test_the_other_columns_are_read_alike(tmp_path: Path) -> None:
    made = records(tmp_path / "data")
    write_manifest(made, tmp_path / "own.jsonl", space="ekman-neutral")
    clips = read_collection(tmp_path / "own.jsonl")
    assert len(clips) == 80 and clips.space.labels == ("anger", "joy", "neutral")
    assert licences(clips)["savee"] == (CORPORA["savee"].licence,)
    assert np.abs(clips.view("wave")[3]).max() > 0.01


def test_the_files_of_cameo_with_sounds_inside(tmp_path: Path) -> None:
    """Parquet as Hugging Face writes it: a column of structs with bytes and path, a file per corpus."""
    import pyarrow
    import pyarrow.parquet

    for corpus, some in records(tmp_path / "data").items():
        rows = [
            {
                "file_id": f"{record.id}.wav",
                "audio": {"bytes": record.signal.path.read_bytes(), "path": f"{record.id}.wav"},  # type: ignore[union-attr]
                "emotion": record.labels[0],
                **{"transcription": "…", "speaker_id": record.speaker, "gender": "male", "age": "31"},
                **{"dataset": corpus, "language": "Language", "license": "cc-by-4.0"},
            }
            for record in some
        ]
        path = tmp_path / "CAMEO/data" / f"{corpus}-00000-of-00001.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    clips = read_collection(tmp_path / "CAMEO")
    assert len(clips) == 80 and licences(clips) == dict.fromkeys(sorted(PARTS), ("cc-by-4.0",))
    heights = [int(np.abs(np.fft.rfft(each[:4000, 0])).argmax()) * 4 for each in clips.view("wave")]
    for label, height in zip(clips.labels.tolist(), heights, strict=True):
        assert height == HERTZ[clips.space.labels[label]]


def test_scores_by_corpus_and_language_equal_the_formula(manifest: Path, tmp_path: Path) -> None:
    clips = read_collection(manifest, root=tmp_path / "data")
    random = np.random.default_rng(1)
    truth = [clips.space.labels[label] for label in clips.labels.tolist()]
    said = [
        label if random.random() < 0.6 else random.choice(["anger", "neutral", "joy", "boredom", ""]) for label in truth
    ]
    scores = {(each.part, each.name): each for each in collection_scores(clips, said, resamples=50)}
    languages = {"en": ("ravdess", "savee"), "de": ("emodb",)}
    wanted = {("corpus", name): (name,) for name in PARTS} | {("language", k): v for k, v in languages.items()}
    assert scores.keys() == wanted.keys() | {("all", "three")}
    for key, corpora in wanted.items():
        pairs = [(t, s) for t, s, c in zip(truth, said, clips.conditions["corpus"], strict=True) if c in corpora]
        f1s = []
        for label in {t for t, _ in pairs}:
            hits = sum(t == s == label for t, s in pairs)
            f1s.append(2 * hits / (sum(t == label for t, _ in pairs) + sum(s == label for _, s in pairs)))
        found = scores[key]
        assert found.macro_f1.value == pytest.approx(np.mean(f1s))
        assert found.macro_f1.low <= found.macro_f1.value <= found.macro_f1.high
        assert (found.clips, found.labels) == (len(pairs), len(f1s))
        assert found.licence == "; ".join(sorted({CORPORA[corpus].licence for corpus in corpora}))
    # Labels that a corpus does not have cost only the clips that got them.
    assert scores["corpus", "savee"].labels == 2
    mean = np.mean([scores["language", name].macro_f1.value for name in languages])
    assert mean_of(list(scores.values()), "language") == pytest.approx(mean)


def test_a_method_learns_from_other_speakers(manifest: Path, tmp_path: Path, method: list[Lesson]) -> None:
    clips = read_collection(manifest, root=tmp_path / "data")
    said = ask("plain", clips, bench=SpeechBench(runs=tmp_path / "runs"))
    assert said.protocol == "folds" and len(method) == 5
    assert all(not set(each.train.speakers) & set(each.valid.speakers) for each in method)
    assert all(len(set(each.train.speakers) | set(each.valid.speakers)) < 15 for each in method)
    assert min(each.macro_f1.value for each in collection_scores(clips, said.labels, resamples=20)) > 0.9
    # What is known is not asked twice.
    assert ask("plain", clips, bench=SpeechBench(runs=tmp_path / "runs")).labels == said.labels and len(method) == 5


def test_any_other_model_is_asked_as_it_is(manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clips = read_collection(manifest, root=tmp_path / "data")
    truth = [clips.space.labels[label] for label in clips.labels.tolist()]
    (tmp_path / "mine.py").write_text(
        "import numpy as np\n"
        "def by_loudness(sounds, rate):\n"
        "    assert rate == 16000\n"
        "    return ['anger' if np.abs(sound).max() > 0.2 else None for sound in sounds]\n"
        "def by_numbers(sounds, rate):\n"
        "    return np.tile([0.2, 0.7, 0.1], (len(sounds), 1))\n"
    )
    said = ask(f"{tmp_path / 'mine.py'}:by_loudness", clips)
    assert [label == "anger" for label in said.labels] == [label == "anger" for label in truth]
    assert set(said.labels) == {"anger", ""}
    scores = {each.name: each for each in collection_scores(clips, said.labels, resamples=20)}
    assert scores["savee"].uar == 0.5 and scores["savee"].answered == 0.5
    assert set(ask(f"{tmp_path / 'mine.py'}:by_numbers", clips).labels) == {"joy"}
    with (tmp_path / "told.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "label"])
        writer.writerows(list(zip(clips.ids, truth, strict=True))[:40])
    told = ask(str(tmp_path / "told.csv"), clips).labels
    assert list(told) == truth[:40] + [""] * 40
    # A model of speech by its card answers with its likeliest label that the collection has.
    card = tone_card(tmp_path / "tone")
    monkeypatch.setitem(MODELS, "tone", card)
    monkeypatch.setattr("affekt.inference.speech.open_speech_reader", lambda card, **_: ToneReader(card))
    assert set(ask("tone", clips).labels) == {"anger"}  # calm is no label of the collection


def test_what_is_no_manifest_is_said(tmp_path: Path, manifest: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "no"}\n')
    with pytest.raises(InputError, match=r"Line 1 of .*a\.jsonl is no row of a manifest"):
        read_collection(tmp_path / "a.jsonl")
    (tmp_path / "b.jsonl").write_text("{\n")
    with pytest.raises(InputError, match=r"Line 1 of .*b\.jsonl is no JSON"):
        read_collection(tmp_path / "b.jsonl")
    row = json.loads(manifest.read_text().splitlines()[0])
    (tmp_path / "c.jsonl").write_text(json.dumps({**row, "speaker_id": None}) + "\n")
    with pytest.raises(CorpusError, match="one label and a speaker"):
        read_collection(tmp_path / "c.jsonl")
    (tmp_path / "d.jsonl").write_text(2 * (json.dumps(row) + "\n"))
    with pytest.raises(InputError, match="twice"):
        read_collection(tmp_path / "d.jsonl")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no Parquet file"):
        read_collection(tmp_path / "empty")
    clips = read_collection(manifest, root=tmp_path / "data")
    with pytest.raises(InputError, match="2 labels of 80 clips"):
        collection_scores(clips, ["joy", "joy"])


def test_the_verb_prints_every_corpus_and_language(
    manifest: Path, tmp_path: Path, method: list[Lesson], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    command = ["evaluate", "plain", "--manifest", str(manifest), "--folder", str(tmp_path / "data")]
    command += ["--resamples", "20", "--results", "rows.csv"]
    done = CliRunner().invoke(affekt, command)
    assert done.exit_code == 0, done.output
    for word in (*PARTS, "de", "en", "mean of 3", "mean of 2", CORPORA["emodb"].licence.split()[0], "Macro-F1"):
        assert word in done.output
    rows = {(row.corpus, row.metric): row for row in read_results(tmp_path / "rows.csv")}
    assert rows["three@de", "macro_f1"].n == 30 and rows["three/savee", "macro_f1"].protocol == "folds"
    clips = read_collection(manifest, root=tmp_path / "data")
    said = ask("plain", clips, bench=SpeechBench(runs=tmp_path / "runs/ser"))
    again = collection_rows(clips, said, collection_scores(clips, said.labels, resamples=20))
    assert rows["three", "mean_over_languages:macro_f1"].value == pytest.approx(again[-1].value, abs=1e-6)
    shown = CliRunner().invoke(affekt, [*command, "--json"])
    told = json.loads(shown.stdout)
    assert {each["name"] for each in told["scores"]} == {*PARTS, "de", "en", "three"} and "languages" in told
