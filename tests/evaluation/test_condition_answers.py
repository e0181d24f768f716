"""`affekt conditions`: UA and WER of a model's answers by position, shout and emotion of BERSt's official layout."""

from __future__ import annotations

import csv
import io
import json
import os
import threading
import wave
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from affekt.cli import affekt
from affekt.errors import EndpointError, InputError, UnknownNameError
from affekt.evaluation.condition_answers import (
    ConditionAnswers,
    ask_about_conditions,
    read_condition_answers,
    score_by_condition,
    write_condition_answers,
)
from affekt.language.recognition import open_recognizer

RATE = 16_000
POSITIONS = ("Near body", "In a backpack", "Different room")
EMOTIONS = ("anger", "joy")
SCRIPT = "Vegetable green, I wash yellow."
HEADER = (
    *("file_name", "user_id", "age", "current_language", "first_language", "gender", "phone_model", "audio_id"),
    *("affect", "last_modified", "phone_position", "script", "shout_level"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six actors at three positions, spoken and shouted, of two emotions: 72 clips in the official layout."""
    rows = []
    for place in range(72):
        who, position, shout = place % 6, POSITIONS[place // 6 % 3], ("shout", "no-shout")[place // 18 % 2]
        name = f"audio/shout_data_{place:03}/final/0.wav"
        path = tmp_path / "test" / name
        path.parent.mkdir(parents=True)
        soundfile.write(path, 0.1 * np.sin(np.arange(1600) / (5 + place)), RATE)
        cells = (f"u{who}", "25-40", "English", "English", "Male", "Pixel 4", f"{place}.m4a")
        rows.append((name, *cells, EMOTIONS[place // 36], "2023-02-01", position, SCRIPT, shout))
    with (tmp_path / "test" / "metadata.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEADER, *rows])
    return tmp_path


def ids(folder: Path) -> list[tuple[str, dict[str, str]]]:
    with (folder / "test" / "metadata.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return [(f"test-shout_data_{place:03}-final-0", row) for place, row in enumerate(rows)]


@pytest.fixture
def answers(folder: Path) -> Path:
    """Right near the body, always "happy" in another room; of what is shouted one word in five is lost."""
    path = folder / "answers.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["id", "label", "transcript"])
        for each, row in ids(folder):
            label = "happiness" if row["phone_position"] == "Different room" else row["affect"]
            said = "vegetable green i wash" if row["shout_level"] == "shout" else "vegetable green i wash yellow"
            writer.writerow([each, label, said])
    return path


def test_the_command_prints_ua_and_wer_by_position_shout_and_emotion(folder: Path, answers: Path) -> None:
    command = ["conditions", str(answers), "--on", "berst:test", "--folder", str(folder), "--resamples", "50"]
    done = CliRunner().invoke(affekt, [*command, "--by", "position_group,shout,emotion", "--json"])
    assert done.exit_code == 0, done.output
    found = {(row["condition"], row["value"]): row for row in json.loads(done.output)["scores"]}
    # "happiness" is no label of BERSt, whose joy it is not: a wrong answer, for UA is over anger and joy.
    told = {
        key: (row["clips"], round(row["ua"]["value"], 3), round(row["wer"]["value"], 3)) for key, row in found.items()
    }
    assert told == {
        ("all", "all"): (72, 0.667, 0.1),
        ("position_group", "near"): (24, 1.0, 0.1),
        ("position_group", "covered"): (24, 1.0, 0.1),
        ("position_group", "another room"): (24, 0.0, 0.1),
        ("shout", "shout"): (36, 0.667, 0.2),
        ("shout", "no-shout"): (36, 0.667, 0.0),
        ("emotion", "anger"): (36, 0.667, 0.1),
        ("emotion", "joy"): (36, 0.667, 0.1),
    }
    assert all(row["ua"]["low"] <= row["ua"]["value"] <= row["ua"]["high"] for row in found.values())
    shown = CliRunner().invoke(affekt, [*command, "--by", "shout"])
    assert any(line.split()[:4] == ["shout", "shout", "36", "66.7"] for line in shown.output.splitlines()), shown.output


def test_a_function_and_a_recogniser_are_asked_and_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "mine.py").write_text("def hear(sounds, rate):\n    return ['joy'] * len(sounds)\n", encoding="utf-8")
    heard: list[int] = []

    def scripted(name: str) -> object:
        assert name == "pocketsphinx"
        return lambda samples: heard.append(len(samples)) or "vegetable green i wash yellow"

    monkeypatch.setattr("affekt.language.recognition.open_recognizer", scripted)
    monkeypatch.chdir(folder)
    command = [
        "conditions",
        f"{folder / 'mine.py'}:hear",
        "--on",
        "berst:test",
        "--folder",
        str(folder),
        "--by",
        "emotion",
    ]
    done = CliRunner().invoke(
        affekt, [*command, "--words", "pocketsphinx", "--resamples", "20", "--keep", "kept.csv", "--json"]
    )
    assert done.exit_code == 0, done.output
    rows = {row["value"]: (row["ua"]["value"], row["wer"]["value"]) for row in json.loads(done.stdout)["scores"]}
    assert rows == {"all": (0.5, 0.0), "anger": (0.0, 0.0), "joy": (1.0, 0.0)}
    assert heard == [1600] * 72
    kept = read_condition_answers(folder / "kept.csv")
    assert set(kept.labels.values()) == {"joy"} and len(kept.transcripts) == 72


def test_an_item_without_an_answer_is_wrong_and_strange_answers_are_refused(folder: Path, answers: Path) -> None:
    told = read_condition_answers(answers)
    first = next(iter(told.labels))
    less = ConditionAnswers({k: v for k, v in told.labels.items() if k != first}, {})
    whole, near, _, other = score_by_condition("berst:test", less, by=["position_group"], folder=folder, resamples=10)
    assert (whole.clips, near.clips, whole.wer) == (72, 24, None)
    assert near.ua is not None and near.ua.value == pytest.approx((1 + 11 / 12) / 2)
    assert other.ua is not None and other.ua.value == 0
    with pytest.raises(InputError, match="1 answers are about items that berst:test does not have: nobody"):
        score_by_condition("berst:test", ConditionAnswers({"nobody": "joy"}, {}), folder=folder)
    with pytest.raises(InputError, match="no label and no transcript"):
        score_by_condition("berst:test", ConditionAnswers({}, {}), folder=folder)
    with pytest.raises(UnknownNameError, match=r"no condition 'place'\. They have: intended, shout, position"):
        score_by_condition("berst:test", told, by=["place"], folder=folder)


def test_tables_of_answers_are_read_with_other_columns_and_refused_without(tmp_path: Path) -> None:
    path = tmp_path / "said.tsv"
    path.write_text("id\temotion\n1\tjoy\n2\t\n", encoding="utf-8")
    assert read_condition_answers(path, label="emotion").labels == {"1": "joy", "2": ""}
    with pytest.raises(InputError, match=r"has the columns id, emotion\. Answers need id, and label or transcript"):
        read_condition_answers(path)
    with pytest.raises(UnknownNameError, match="no column 'words'"):
        read_condition_answers(path, transcript="words")
    path.write_text("id\tlabel\n1\tjoy\n1\tanger\n", encoding="utf-8")
    with pytest.raises(InputError, match="has 1 twice"):
        read_condition_answers(path)
    path.write_text("id\tlabel\n1\tjoy\n\tanger\n", encoding="utf-8")
    with pytest.raises(InputError, match="row 2: there is no id"):
        read_condition_answers(path)
    write_condition_answers(tmp_path / "out.csv", ConditionAnswers({}, {"7": 'so, "so"'}))
    assert read_condition_answers(tmp_path / "out.csv").transcripts == {"7": 'so, "so"'}


class _Transcriber(BaseHTTPRequestHandler):
    asked: ClassVar[list[tuple[str, str, float]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        mark = self.headers["Content-Type"].partition("boundary=")[2].encode()
        parts = [part for part in body.split(b"--" + mark) if b"filename=" in part]
        sound = parts[0].partition(b"\r\n\r\n")[2].removesuffix(b"\r\n")
        with wave.open(io.BytesIO(sound)) as file:
            seconds = file.getnframes() / file.getframerate()
        self.asked.append((self.path, "tiny" if b"\r\n\r\ntiny\r\n" in body else "?", seconds))
        status = 503 if len(self.asked) == 1 else (401 if seconds > 1 else 200)
        content = json.dumps({"text": " Go home. "} if status == 200 else {"error": "no"}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def transcriber() -> Iterator[str]:
    _Transcriber.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Transcriber) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield f"endpoint:http://127.0.0.1:{server.server_port}/v1#tiny"
        server.shutdown()
        thread.join()


def test_an_endpoint_is_sent_the_sound_and_asked_again(transcriber: str) -> None:
    recognize = open_recognizer(transcriber)
    assert recognize(np.full(8000, np.nan)) == "Go home."
    assert _Transcriber.asked == [("/v1/audio/transcriptions", "tiny", 0.5)] * 2
    with pytest.raises(EndpointError, match=r"refused with 401 .*no"):
        recognize(np.zeros(RATE * 2))
    with pytest.raises(InputError, match="is no endpoint"):
        open_recognizer("endpoint:localhost#x")
    with pytest.raises(UnknownNameError, match=r"Unknown recogniser 'pocketsphinks'\. Did you mean 'pocketsphinx'"):
        open_recognizer("pocketsphinks")


@pytest.mark.slow
def test_pocketsphinx_writes_down_a_real_sentence() -> None:
    pytest.importorskip("pocketsphinx")
    data = os.environ.get("AFFEKT_DATA")
    if data is None:
        pytest.skip("AFFEKT_DATA is not set, so there is no recording of a sentence")
    from affekt.corpora.archives import media_reader
    from affekt.corpora.read import read_corpus
    from affekt.metrics.transcripts import plain_words, pooled_word_error, word_error
    from affekt.signals.audio import open_sound

    calm = [record for record in read_corpus("ravdess", complete=False) if record.labels == ("neutral",)]
    recognize, errors = open_recognizer("pocketsphinx"), []
    with ExitStack() as stack:
        read = media_reader(stack)
        for record in (calm[0], calm[2], calm[20], calm[22]):
            media = read(record.signal)
            assert media is not None
            said = recognize(open_sound(media.content, rate=RATE).mono())
            errors.append(word_error(plain_words(record.signal.text), plain_words(said)))
    assert pooled_word_error(errors).rate < 0.6, errors
    assert recognize(np.zeros(0)) == ""


def test_only_recordings_of_the_split_are_asked_about(folder: Path) -> None:
    (folder / "train").mkdir()
    text = (folder / "test" / "metadata.csv").read_text(encoding="utf-8").splitlines()
    (folder / "train" / "metadata.csv").write_text("\n".join(text[:2]) + "\n", encoding="utf-8")
    sound = folder / "train" / "audio" / "shout_data_000" / "final" / "0.wav"
    sound.parent.mkdir(parents=True)
    soundfile.write(sound, np.zeros(800), RATE)
    said = ask_about_conditions("berst:train", label=lambda clips: ["joy"] * len(clips), folder=folder)
    assert said == ConditionAnswers({"train-shout_data_000-final-0": "joy"}, {})
