"""Long recordings in which it is known where someone speaks: a corpus's clips joined with pauses, and made worse."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affekt.corpora.archives import media_reader
from affekt.corpora.emodb import read as read_emodb
from affekt.corpora.ravdess import read as read_ravdess
from affekt.corpora.recordings import read_recording
from affekt.errors import CorpusError
from affekt.signals.degrade import degraded
from affekt.types import Span

Samples = NDArray[np.float32]
RATE = 16_000


class Utterance(NamedTuple):
    """A clip: float32 (time,) at 16 kHz, and from where to where in it someone speaks, in seconds."""

    id: str
    speaker: str
    samples: Samples
    begin: float
    end: float


class Scene(NamedTuple):
    """A long recording, float32 (time,) at 16 kHz, and where in it someone speaks."""

    samples: Samples
    speech: tuple[Span, ...]


def emodb_utterances(folder: Path, *, speakers: Collection[str] | None = None, every: int = 1) -> list[Utterance]:
    """Return every so manieth complete utterance of EMO-DB (of some speakers) with the hand-made ends of speech.

    Needs the compact copy: ``alignments.csv.gz`` (utterance, tier, time_s, label; a label "." ends the speech) beside
    ``audio.tar``. Raises `CorpusError`.
    """
    path = folder / "alignments.csv.gz"
    if not path.is_file():
        raise CorpusError(f"{path} is missing: it holds where speech begins and ends.")
    times: dict[str, list[float]] = defaultdict(list)
    phones: dict[str, list[float]] = defaultdict(list)
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["tier"] in ("syllable", "phone"):
                tier = times if row["tier"] == "syllable" else phones
                tier[row["utterance"]].append(float(row["time_s"]))
    times = defaultdict(list, {**phones, **times})  # one utterance has no syllables
    found: list[Utterance] = []
    complete = [
        record for record in read_emodb(folder) if record.further and (not speakers or record.speaker in speakers)
    ]
    with ExitStack() as stack:
        read = media_reader(stack)
        for record in complete[::every]:
            media = read(record.further[0])
            if media is None or len(times[record.id]) < 2:
                continue
            samples = read_recording(media, rate=RATE).mono()
            begin, end = min(times[record.id]), min(max(times[record.id]), len(samples) / RATE)
            found.append(Utterance(record.id, record.speaker or "", samples, begin, end))
    return found


def ravdess_utterances(folder: Path, *, every: int = 1) -> list[Utterance]:
    """Return every so manieth clip of RAVDESS; speech begins and ends where its level first and last is within 35 dB
    of its loudest for 50 ms, which a studio allows. Raises `CorpusError`."""
    found = []
    with ExitStack() as stack:
        read = media_reader(stack)
        for place, record in enumerate(read_ravdess(folder)):
            media = read(record.signal) if place % every == 0 else None
            if media is None:
                continue
            samples = read_recording(media, rate=RATE).mono()
            begin, end = _heard(samples)
            found.append(Utterance(record.id, record.speaker or "", samples, begin, end))
    return found


def _heard(samples: Samples) -> tuple[float, float]:
    size = RATE // 100
    power = np.square(samples[: len(samples) // size * size], dtype=np.float64).reshape(-1, size).mean(axis=1)
    loud = (power > power.max() * 10**-3.5).astype(np.float64)
    among = np.flatnonzero(np.convolve(loud, np.ones(5), "valid") == 5)
    return float(among[0] / 100), float((among[-1] + 5) / 100)


def speech_scene(
    utterances: Sequence[Utterance],
    generator: np.random.Generator,
    *,
    how: str = "",
    pause_s: tuple[float, float] = (0.3, 3.0),
    voices: Sequence[Samples] = (),
) -> Scene:
    """Return the utterances one after the other, silence of drawn lengths around, then changed by `how`.

    `how` names changes of `affekt.signals.degrade` ("" for none); of them none may move time (speed, tempo).
    """
    parts: list[Samples] = []
    speech = []
    at = 0
    for utterance in utterances:
        gap = round(generator.uniform(*pause_s) * RATE)
        parts += [np.zeros(gap, np.float32), utterance.samples]
        at += gap
        speech.append(Span(at / RATE + utterance.begin, at / RATE + utterance.end, "second"))
        at += len(utterance.samples)
    parts.append(np.zeros(round(generator.uniform(*pause_s) * RATE), np.float32))
    samples = np.concatenate(parts)
    if how:
        samples = degraded(samples, RATE, generator, how, voices=voices)
    return Scene(samples, tuple(speech))
