"""From sound to arrays: log-mel frames, network, calibration; per utterance and over time.

A model of speech is a `ModelCard` of modality ``"speech"`` and runtime ``"onnx"``, whose folder holds ``model.onnx``
and ``fit.json``. The ONNX file takes

- ``features``, float32 (batch, frame, band): the natural log-mel spectra of `affekt.signals.mel.log_mel` at the card's
  `rate` (16 kHz) and `bands` (64), hop 0.010 s, as that function gives them; any normalisation is the network's;
- ``length``, int64 (batch,), which may be left out: the frames of each item that are not padding. Where a network has
  no such input, items of different lengths are never batched together;

and gives

- ``logits``, float32 (batch, label): of the whole utterance, in the order of the card's `space`;
- ``frame_logits``, float32 (batch, window, label): window k answers for seconds k · hop_s to (k + 1) · hop_s, the
  card's `hop_s` (0.5 s); there are ⌈frames · 0.010 / hop_s⌉ of them, or more, which are left out.

Axes batch and frame are dynamic. The card's `window` is the longest stretch, in whole seconds, that is read at once;
what is longer is read in stretches of that length, whose probabilities are averaged by their seconds. The card's `fit`
calibrates both outputs alike: the softmax of scale · logit + shift in a space of labels that exclude each other, the
sigmoid in one of labels that may come together.

A model of one's own (`affekt train`, `affekt distill`) says more in ``fit.json``, as `affekt.inference.own.OwnFit`
does: levels, or numbers, of which valence, arousal and dominance are the dimensions and others degrees. It may also
take the waveform (`affekt.inference.speech_wave`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from affekt.cards import ModelCard
from affekt.errors import InputError
from affekt.inference.session import open_session
from affekt.inference.speech_answers import Answers, own_answers
from affekt.signals.mel import log_mel

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Floats = NDArray[np.float32]
_FRAME_S = 0.010
_LEAST = 1.0  # seconds; a rest shorter than this is read together with what is before it
_AT_ONCE = 12_000  # frames that go through the network together


@dataclass(frozen=True, slots=True, eq=False)
class SpeechEstimates:
    """Calibrated estimates of many sounds, a row each.

    probabilities: float32 (sound, label) in [0, 1], NaN for a sound without samples; frames: for each sound float32
    (window, label), the probabilities of every stretch of `hop_s` seconds; seconds: float64 (sound,), how long each is.
    vad, vad_frames: of a model that was taught dimensions, valence, arousal and dominance in [-1, 1] in the place of
    labels, NaN where not taught; vad_sd: (3,), the standard deviation that they had on clips held out.
    """

    probabilities: Floats
    frames: tuple[Floats, ...]
    seconds: NDArray[np.float64]
    hop_s: float
    vad: Floats | None = None
    vad_frames: tuple[Floats, ...] = ()
    vad_sd: Floats | None = None


class SoundReader(Protocol):
    """What an opened model of speech can do; `SpeechReader` is one."""

    card: ModelCard

    def estimate(self, sounds: Sequence[Floats], *, batch_size: int = 16) -> SpeechEstimates:
        """Return the estimates for `sounds`, float32 (time,) each at the card's rate, in order."""


class SpeechReader:
    """A model of speech opened for reading; `open_speech_reader` makes one."""

    def __init__(self, card: ModelCard, session: InferenceSession, answers: Answers | None = None) -> None:
        self.card = card
        self._session = session
        self._answers = answers or own_answers(card) or Answers.of_card(card)
        inputs, outputs = ({each.name for each in side} for side in (session.get_inputs(), session.get_outputs()))
        self._waves = inputs == {"samples"} and "answers" in outputs
        if self._waves:
            self._takes_length = False
            return
        if "features" not in inputs or not {"logits", "frame_logits"} <= outputs:
            raise InputError(
                f"The model {card.name!r} takes {', '.join(sorted(inputs))} and gives {', '.join(sorted(outputs))}; a "
                "model of speech takes features and gives logits and frame_logits (affekt.inference.speech says how)."
            )
        self._takes_length = "length" in inputs

    def estimate(self, sounds: Sequence[Floats], *, batch_size: int = 16) -> SpeechEstimates:
        """Return the estimates for `sounds`, float32 (time,) each at the card's rate, full scale 1, in order.

        A sound longer than the card's window is read in stretches; its probabilities are the means of theirs by their
        seconds. A row does not depend on the other rows. Raises `InputError` for samples that are no numbers.
        """
        rate, width = self.card.rate, self._answers.width
        owners: list[int] = []
        pieces: list[Floats] = []
        for owner, sound in enumerate(sounds):
            samples = np.asarray(sound, np.float32)
            if samples.ndim != 1:
                raise InputError(f"A sound is one channel of samples, (time,); got an array of shape {samples.shape}.")
            stretches = list(self._stretches([samples])) if len(samples) else []
            owners += [owner] * len(stretches)
            pieces += stretches
        rows, windows = self._read(pieces, batch_size)
        sums, weights = np.zeros((len(sounds), width)), np.zeros(len(sounds))
        frames: list[list[Floats]] = [[] for _ in sounds]
        for owner, piece, row, answered in zip(owners, pieces, rows, windows, strict=True):
            sums[owner] += row * len(piece)
            weights[owner] += len(piece)
            frames[owner].append(answered)
        told = np.full((len(sounds), width), np.nan, np.float32)
        read = weights > 0
        told[read] = sums[read] / weights[read, None]
        joined = tuple(np.concatenate(each) if each else np.zeros((0, width), np.float32) for each in frames)
        return self._estimates(told, joined, weights / rate)

    @property
    def takes_spectra(self) -> bool:
        """Whether it is log-mel spectra that the network takes, and not the waveform."""
        return not self._waves

    def estimate_spectra(self, spectra: Sequence[Floats]) -> SpeechEstimates:
        """Return the estimates for sounds whose spectra are there already: `log_mel` of each, float32 (frame, band).

        They are those of `estimate` for sounds that are not longer than the card's window. Raises `InputError` for a
        model that takes the waveform, and for no frames or other bands.
        """
        wrong = [each.shape for each in spectra if each.ndim != 2 or not len(each) or each.shape[1] != self.card.bands]
        if self._waves or wrong:
            what = f"of shape {wrong[0]}" if wrong else "at all"
            raise InputError(
                f"The model {self.card.name!r} reads no spectra {what}: of {self.card.bands} bands, a frame or more, "
                "where its network takes them (`takes_spectra`)."
            )
        rows, windows = self._read_spectra([np.asarray(each, np.float32) for each in spectra], 16)
        told = np.stack(rows) if rows else np.zeros((0, self._answers.width), np.float32)
        seconds = np.array([len(each) * _FRAME_S for each in spectra], np.float64)
        return self._estimates(told, tuple(windows), seconds)

    def _estimates(self, told: Floats, over_time: tuple[Floats, ...], seconds: NDArray[np.float64]) -> SpeechEstimates:
        """Return the answers of each sound, (sound, answer), and those of its windows as estimates."""
        answers = self._answers
        labels = tuple(answers.labels(each) for each in over_time)
        if answers.dimensions is None:
            return SpeechEstimates(answers.labels(told), labels, seconds, self.card.hop_s)
        return SpeechEstimates(
            answers.labels(told),
            labels,
            seconds,
            self.card.hop_s,
            answers.vad(told),
            tuple(answers.vad(each) for each in over_time),
            answers.sd,
        )

    def estimate_blocks(self, blocks: Iterable[Floats]) -> Iterator[Floats]:
        """Yield the probabilities over time of a sound that comes in blocks of any size, float32 (window, label) each.

        Joined, they are the `frames` that `estimate` gives for the whole, in memory that does not grow.
        """
        for stretch in self._stretches(blocks):
            yield self._answers.labels(self._read([stretch], 1)[1][0])

    def _stretches(self, blocks: Iterable[Floats]) -> Iterator[Floats]:
        """Yield a sound in stretches of the card's window; a short rest belongs to the last one."""
        hop = self.card.hop_s * self.card.rate
        size = round(max(1, round(self.card.window / self.card.hop_s)) * hop)
        least = round(_LEAST * self.card.rate)
        held: list[Floats] = []
        count = 0
        for block in blocks:
            held.append(np.asarray(block, np.float32))
            count += len(block)
            if count < size + least:
                continue
            joined, at = held[0] if len(held) == 1 else np.concatenate(held), 0
            while count - at >= size + least:
                yield joined[at : at + size]
                at += size
            held, count = [joined[at:]], count - at
        if count:
            yield np.concatenate(held)

    def _read(self, pieces: Sequence[Floats], batch_size: int) -> tuple[list[Floats], list[Floats]]:
        """Return for each piece its answers (answer,), and those of its windows (window, answer)."""
        if self._waves:
            from affekt.inference.speech_wave import read_waves

            found = [read_waves(self._session, piece, self.card) for piece in pieces]
            return [self._answers(whole[None])[0] for whole, _ in found], [self._answers(over) for _, over in found]
        spectra = [log_mel(piece, self.card.rate, bands=self.card.bands) for piece in pieces]
        return self._read_spectra(spectra, batch_size)

    def _read_spectra(self, features: Sequence[Floats], batch_size: int) -> tuple[list[Floats], list[Floats]]:
        rows: list[Floats] = [np.zeros(0, np.float32)] * len(features)
        windows = rows.copy()
        for batch in self._batches([len(each) for each in features], batch_size):
            lengths = np.array([len(features[place]) for place in batch], np.int64)
            padded = np.zeros((len(batch), lengths.max(), self.card.bands), np.float32)
            for row, place in enumerate(batch):
                padded[row, : lengths[row]] = features[place]
            given = {"features": padded} | ({"length": lengths} if self._takes_length else {})
            logits, frame_logits = self._session.run(["logits", "frame_logits"], given)
            whole, over_time = self._answers(logits), self._answers(frame_logits)
            for row, place in enumerate(batch):
                count = int(np.ceil(lengths[row] * _FRAME_S / self.card.hop_s - 1e-9))
                if over_time.shape[1] < count:
                    raise InputError(
                        f"The model {self.card.name!r} answered for {over_time.shape[1]} stretches of "
                        f"{self.card.hop_s:g} s, where {lengths[row]} frames have {count}. Export it anew."
                    )
                rows[place], windows[place] = whole[row], over_time[row, :count]
        return rows, windows

    def _batches(self, lengths: Sequence[int], batch_size: int) -> Iterator[list[int]]:
        batch: list[int] = []
        for place in sorted(range(len(lengths)), key=lambda place: (lengths[place], place)):
            full = len(batch) >= batch_size or (len(batch) + 1) * lengths[place] > _AT_ONCE
            if batch and (full or (not self._takes_length and lengths[place] != lengths[batch[0]])):
                yield batch
                batch = []
            batch.append(place)
        if batch:
            yield batch


def open_speech_reader(card: ModelCard, *, threads: int | None = None, device: str = "cpu") -> SpeechReader:
    """Return the model of speech of `card`, opened; the same one for the same arguments within a process.

    `threads` is how many cores a call may use (None: all). Raises `InputError` for a card of another modality, missing
    weights, a network of other inputs and outputs, and a device that is not available.
    """
    if card.modality != "speech":
        raise InputError(f"The model {card.name!r} reads {card.modality}, not speech. `affekt models` lists them.")
    key = (card.name, card.folder, card.version, threads, device)
    opened = _OPENED.get(key)
    if opened is None or opened.card != card:
        own = own_answers(card)  # which checks the files of a model of one's own, before one of them is opened
        session = open_session(card.folder / "model.onnx", threads=threads, device=device)
        opened = _OPENED[key] = SpeechReader(card, session, own)
    return opened


_OPENED: dict[tuple[str, Path, str, int | None, str], SpeechReader] = {}
