"""Words beside the voice: whose they are, how they move a reading, and that wrong ones move a sure voice nowhere."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import affekt
import tone_reader
from affekt.affect.spaces import find_space
from affekt.analysis.listening import Listening, listen
from affekt.analysis.transcripts import Said, Transcript, read_transcript
from affekt.analysis.words import MOST, Joining, gate_words, join_words, recognise
from affekt.cards import ModelCard
from affekt.corpora.archives import media_reader
from affekt.corpora.read import read_corpus
from affekt.corpora.recordings import read_recording
from affekt.errors import InputError
from affekt.inference.text import TextEstimates
from affekt.language.recognition import open_recognizer
from affekt.metrics.transcripts import plain_words, word_error
from affekt.types import LabelSpace, Report

soundfile = pytest.importorskip("soundfile")
RATE = 16_000
SPACE = LabelSpace("loudness", ("calm", "anger"), "exclusive", "none", "calm")
EKMAN = find_space("ekman-neutral")


class EchoReader:
    """A reader of text that finds the labels of its space among the words, and is sure of nothing else."""

    def __init__(self, card: ModelCard, space: LabelSpace) -> None:
        self.card = replace(card, name="echo", space=space)
        self.asked: list[str] = []

    def estimate(self, texts: Sequence[str], *, language: str | None = None) -> TextEstimates:
        self.asked += texts
        space = self.card.space
        rows = np.array([[0.9 if label in text.lower().split() else 0.02 for label in space] for text in texts])
        rows /= rows.sum(1, keepdims=True)
        nothing = np.full((len(texts), 3), np.nan, np.float32)
        known = np.array([language in (None, "en")] * len(texts))
        return TextEstimates(rows.astype(np.float32), nothing, nothing, nothing[:, 0], known, ~known & False)


@pytest.fixture
def card(tmp_path: Path) -> ModelCard:
    return tone_reader.tone_card(tmp_path / "card")


@pytest.fixture
def call(tmp_path: Path) -> Path:
    """Calm from 1 to 4 s, angry from 5 to 7 s."""
    rest = np.zeros(RATE, np.float32)
    parts = [rest, tone_reader.voice(3, level=0.03), rest, tone_reader.voice(2, level=0.3), rest]
    soundfile.write(tmp_path / "call.wav", np.concatenate(parts), RATE)
    return tmp_path / "call.wav"


@pytest.fixture
def report(call: Path, card: ModelCard) -> Report:
    return listen(call, tone_reader.open_tone(card), Listening("one"))


@pytest.fixture
def how(card: ModelCard) -> Joining:
    return Joining(EchoReader(card, SPACE))


def said(text: str, start: float, end: float, confidence: float | None = None) -> Transcript:
    return Transcript((Said(start, end, text, confidence),), text)


def test_segments_get_their_words_and_both_readings_are_kept(report: Report, how: Joining) -> None:
    transcript = Transcript(
        (Said(1.2, 3.8, "so much anger in here"), Said(5.1, 6.9, "and I am quite calm")), "so much … calm"
    )
    found = join_words(report, transcript, how)
    one, other = found.readings
    assert one.words is not None and other.words is not None
    assert (one.words.text, other.words.text) == ("so much anger in here", "and I am quite calm")
    assert one.words.voice == report.readings[0].probabilities
    assert one.words.read[1] > 0.9
    assert one.words.weight == 1.0  # somebody wrote it, at a usual pace, where somebody speaks
    # The words speak against the voice: it stays what it was, less sure.
    assert one.labels == ("calm",)
    assert one["anger"] > report.readings[0]["anger"]
    # Calm is the neutral label: words without emotion take nothing from an angry voice.
    assert other.probabilities == pytest.approx(report.readings[1].probabilities, abs=0.01)
    assert found.text == "so much … calm"
    assert found.overall["anger"] > report.overall["anger"]
    assert found.speakers[0].probabilities == pytest.approx(found.overall.probabilities)
    record = found.to_dict()["readings"][0]["words"]
    assert record["voice"]["calm"] == pytest.approx(0.9, abs=0.05)
    assert set(record) == {"text", "confidence", "weight", "space", "voice", "read"}
    assert "words" not in report.to_dict()["readings"][0]
    frame = pytest.importorskip("pandas") and found.to_frame()
    assert frame["words"].tolist() == [one.words.text, other.words.text]


def test_the_gate_closes_on_what_is_not_to_be_trusted(report: Report, how: Joining) -> None:
    def weight(transcript: Transcript) -> float:
        words = join_words(report, transcript, how).readings[0].words
        return 0.0 if words is None else words.weight

    text = "so much anger in here"
    assert weight(said(text, 1.2, 3.8, 1.0)) == 1.0
    assert weight(said(text, 1.2, 3.8, 0.5)) == pytest.approx(0.25)
    assert weight(said(text, 1.2, 3.8, 0.0)) == 0.0
    # Too many words for the time, as of another recording.
    assert weight(said(text * 12, 1.2, 3.8)) == 0.0
    # Half of the words where nobody speaks.
    half = Transcript((Said(1.2, 3.8, text), Said(7.6, 7.9, "much of this is not")), "both")
    assert weight(half) == pytest.approx(0.5)
    # Words of a recogniser that does not say how sure it is.
    untold = join_words(report, said(text, 1.2, 3.8), replace(how, untold=0.5)).readings[0].words
    assert untold is not None and untold.weight == pytest.approx(0.5)
    # Without times words are spread over the speech, and count half.
    spread = join_words(report, Transcript(text="one two anger four five six seven eight"), how)
    assert [each.words.text.split()[0] for each in spread.readings if each.words] == ["one", "six"]
    assert spread.readings[0].words is not None and spread.readings[0].words.weight == pytest.approx(0.5)
    assert any("no times" in note for note in spread.notes)


def test_bad_transcripts_leave_the_voice_alone_and_are_told(report: Report, how: Joining) -> None:
    empty = join_words(report, Transcript(), how)
    assert empty.readings == report.readings
    assert any("is empty" in note for note in empty.notes)
    beyond = join_words(report, said("words of another call", 100, 102), how)
    assert beyond.readings == report.readings
    assert any("4 of the 4 words" in note and "come after its end" in note for note in beyond.notes)
    between = join_words(report, said("hm", 7.6, 7.9), how)
    assert any("1 words" in note and "nobody was heard" in note for note in between.notes)
    # Words that overlap are all there, in the order of their beginnings.
    overlapping = Transcript((Said(1.5, 3.0, "so"), Said(1.6, 2.0, "what"), Said(1.6, 3.0, "now")), "so what now")
    words = join_words(report, overlapping, how).readings[0].words
    assert words is not None and words.text == "so what now"
    foreign = join_words(report, said("so viel anger hier", 1.2, 3.8), replace(how, language="de"))
    assert foreign.readings[0].probabilities == report.readings[0].probabilities
    assert any("not in a language" in note for note in foreign.notes)
    # Text that is not read in the labels of the voice.
    odd = Joining(EchoReader(how.reader.card, LabelSpace("odd", ("x", "y"), "exclusive", "none")))
    shown = join_words(report, said("so much anger", 1.2, 3.8), odd)
    assert shown.readings[0].words is not None and shown.readings[0].words.weight == 0
    assert shown.readings[0].probabilities == report.readings[0].probabilities
    assert any("not read in the labels of loudness" in note for note in shown.notes)


rows = st.lists(st.floats(0.001, 1), min_size=4, max_size=4)


@given(rows, rows, st.floats(0, 1))
def test_words_change_odds_fourfold_at_most(voice: list[float], words: list[float], weight: float) -> None:
    heard, read = (np.array([row]) / sum(row) for row in (voice, words))
    joined = gate_words(heard, read, [weight], neutral=0)
    assert joined.sum() == pytest.approx(1)
    odds = (joined[0, :, None] / joined[0, None]) / (heard[0, :, None] / heard[0, None])
    assert odds.max() <= MOST ** (2 * weight) + 1e-6
    first, second = np.sort(heard[0])[::-1][:2]
    if first > MOST**2 * second * (1 + 1e-9):
        assert joined.argmax() == heard.argmax()
    assert np.allclose(gate_words(heard, read, [0.0]), heard)
    with pytest.raises(InputError, match="do not go with"):
        gate_words(heard, read, [1.0, 1.0])


def test_labels_that_words_cannot_say_are_neither_raised_nor_lowered(card: ModelCard, call: Path) -> None:
    space = LabelSpace("ravdess", find_space("ravdess").labels, "exclusive", "", "neutral")
    place = space.index("calm")
    voice, words = np.full((1, 8), 1 / 8), np.zeros((1, 8))
    words[0, space.index("happy")] = 1
    joined = gate_words(voice, words, [1.0], neutral=0, unknown=[place])[0]
    assert joined[place] / joined[space.index("happy")] == pytest.approx(1 / MOST)
    assert joined[place] / joined[space.index("sad")] == pytest.approx(MOST)
    # Of emotions read in words none is calm, so calm is found to be such a label.
    reader = EchoReader(card, find_space("goemotions"))
    report = listen(call, tone_reader.open_tone(card), Listening("one"))
    first = replace(report.readings[0], space=space, probabilities=(1 / 8,) * 8)
    whole = replace(report.overall, space=space, probabilities=(1 / 8,) * 8)
    report = replace(report, readings=(first,), overall=whole, speakers=())
    found = join_words(report, said("so much joy in here", 1.2, 3.8), Joining(reader)).readings[0]
    assert found.labels == ("happy",)
    assert found["happy"] / found["calm"] == pytest.approx(MOST, rel=1e-3)


def test_wrong_transcripts_never_drag_a_sure_voice_below_the_voice_alone() -> None:
    """Planted: a voice that is right the surer it is; words that say the truth, or are of somebody else's call."""
    random = np.random.default_rng(0)
    truth = random.integers(0, 4, 2000)
    logits = random.standard_normal((2000, 4)) + 1.5 * np.eye(4)[truth] * random.uniform(0, 2, (2000, 1))
    voice = np.exp(2 * logits) / np.exp(2 * logits).sum(1, keepdims=True)
    said_logits = 2.5 * np.eye(4)[truth] + random.standard_normal((2000, 4))
    right = np.exp(said_logits) / np.exp(said_logits).sum(1, keepdims=True)
    wrong = right[random.permutation(2000)]
    ordered = np.sort(voice, 1)
    sure = ordered[:, -1] > 4 * ordered[:, -2]

    def accuracy(rows: np.ndarray, where: np.ndarray) -> float:
        return float((rows.argmax(1) == truth)[where].mean())

    everywhere = np.ones(2000, bool)
    assert 0.25 < sure.mean() < 0.75
    for gate in (0.25, 0.5, 1.0):
        weight = np.full(2000, gate)
        assert accuracy(gate_words(voice, wrong, weight), sure) == accuracy(voice, sure)
        assert accuracy(gate_words(voice, right, weight), everywhere) > accuracy(voice, everywhere) + 0.02
        # Where the voice is not sure wrong words do harm; the lower the gate, the less.
        assert accuracy(gate_words(voice, wrong, weight), everywhere) > accuracy(wrong, everywhere) + 0.2
    # The plain mean of both, which no gate guards, does worse with wrong words, and drags sure voices down.
    mean = (voice + wrong) / 2
    assert accuracy(mean, sure) < accuracy(voice, sure)


def test_a_recogniser_hears_segments_in_their_channels(tmp_path: Path, card: ModelCard, how: Joining) -> None:
    one, other = np.zeros((2, 8 * RATE), np.float32)
    one[RATE : 3 * RATE] = tone_reader.voice(2, level=0.03)
    other[4 * RATE : 7 * RATE] = tone_reader.voice(3, level=0.3, pitch=210)
    path = tmp_path / "sides.wav"
    soundfile.write(path, np.stack([one, other], 1), RATE)
    report = listen(path, tone_reader.open_tone(card))
    heard: list[float] = []

    def recognizer(samples: np.ndarray) -> str:
        heard.append(float(np.sqrt(np.square(samples).mean())))
        return "anger all over" if heard[-1] > 0.2 else "nothing to say"

    transcript = recognise(path, report, recognizer)
    assert [(each.speaker, each.text) for each in transcript.said] == [
        ("channel-1", "nothing to say"),
        ("channel-2", "anger all over"),
    ]
    # Heard in the channel itself: the mean of both would be half as loud.
    assert heard[0] == pytest.approx(0.03, abs=0.01)
    found = join_words(report, transcript, replace(how, untold=0.5))
    assert [each.words.weight for each in found.readings if each.words] == [0.5, 0.5]


@pytest.mark.slow
@pytest.mark.skipif("AFFEKT_DATA" not in os.environ, reason="AFFEKT_DATA names no data folder")
def test_pocketsphinx_writes_down_what_an_actor_says(tmp_path: Path, card: ModelCard) -> None:
    pytest.importorskip("pocketsphinx")
    record = next(each for each in read_corpus("ravdess") if each.labels == ("neutral",))
    with ExitStack() as stack:
        media = media_reader(stack)(record.signal)
        assert media is not None
        clip = read_recording(media, rate=RATE).mono()
    rest = np.zeros(RATE // 2, np.float32)
    soundfile.write(tmp_path / "kids.wav", np.concatenate([rest, clip, rest]), RATE)
    report = listen(tmp_path / "kids.wav", tone_reader.open_tone(card), Listening("one"))
    found = recognise(tmp_path / "kids.wav", report, open_recognizer("pocketsphinx"))
    assert word_error(plain_words(record.signal.text), plain_words(found.text)).rate < 0.5
    start, end = report.readings[0].span.start, report.readings[-1].span.end
    assert all(start <= each.start < each.end <= end for each in found.words())


def test_analyze_takes_a_transcript(call: Path, card: ModelCard, monkeypatch: pytest.MonkeyPatch) -> None:
    emotions = replace(card, space=LabelSpace("ekman-neutral", EKMAN.labels, "exclusive", "", EKMAN.neutral))

    class Flat(tone_reader.ToneReader):
        def estimate(self, sounds: Sequence[np.ndarray], *, batch_size: int = 16):  # type: ignore[no-untyped-def]
            found = super().estimate(sounds, batch_size=batch_size)
            width = len(EKMAN)
            flat = [np.full((len(each), width), 1 / width, np.float32) for each in found.frames]
            return replace(
                found, probabilities=np.full((len(sounds), width), 1 / width, np.float32), frames=tuple(flat)
            )

    monkeypatch.setattr("affekt.analysis.analyze.open_speech_reader", lambda _: Flat(emotions))
    path = call.with_suffix(".srt")
    path.write_text(
        "1\n00:00:01,000 --> 00:00:04,000\nThis is wonderful, I am so happy!\n\n"
        "2\n00:00:05,000 --> 00:00:07,000\nThe meeting is on Tuesday.\n"
    )
    how = Listening("one")
    report = affekt.analyze(call, model=emotions, transcript=path, language="en", listening=how)
    happy, plain = report.readings
    assert happy.words is not None and happy.words.text == "This is wonderful, I am so happy!"
    assert happy.labels == ("joy",)
    assert happy["joy"] > plain.top(1)[0].probability + 0.1
    other = affekt.analyze(call, model=emotions, transcript=path, space="sentiment", listening=how)
    assert other.readings[0].space.name == "sentiment"
    assert other.readings[0]["positive"] == pytest.approx(happy["joy"], abs=0.05)
    with pytest.raises(InputError, match="one sound, and 2"):
        affekt.analyze([call, call], model=emotions, transcript=path)
    with pytest.raises(InputError, match="goes with a file of sound"):
        affekt.analyze("some words", transcript=path)
    json.dumps(report.to_dict())
    assert read_transcript(path).timed
