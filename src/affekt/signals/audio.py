"""Sound: files opened, at the rate a model reads, whole, in part or in blocks.

WAV, FLAC, Ogg (Vorbis, Opus), MP3, AIFF and more are read by libsndfile; m4a, mp4, webm, aac, wma and more by PyAV
(``pip install 'affekt[video]'``). What a file is goes by its content, never by its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError
from affekt.signals.decoding import Decoder, Source, open_decoder, source_name
from affekt.signals.resampling import Resampler, resample
from affekt.types import Span

__all__ = ["Samples", "Sound", "SoundFacts", "Source", "open_sound", "resample", "sound_blocks", "sound_facts"]

Samples = NDArray[np.float32]
RATE = 16_000  # Hz, what models of speech read
_FULL, _CLIPPED = 0.999, 1e-3  # full scale; the share of samples there from which a sound counts as clipped
_MOST = 4 << 30  # bytes of samples that are put into memory at once


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """Samples of a sound: float32 (channel, time), full scale at 1, `rate` in Hz.

    `source` names the file; `start` is where in it, in seconds, the samples begin; `notes` say what was done to them
    and what is odd about the file, a sentence each.

    >>> sound = Sound(np.zeros((2, 8000), np.float32), 16000)
    >>> sound.seconds, sound.channels, sound.mono().shape
    (0.5, 2, (8000,))
    """

    samples: Samples
    rate: int
    source: str | None = None
    start: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it is."""
        return float(self.samples.shape[1] / self.rate)

    @property
    def channels(self) -> int:
        """How many channels it has."""
        return len(self.samples)

    def mono(self) -> Samples:
        """Return the mean of the channels, float32 (time,)."""
        if len(self.samples) == 1:
            return np.asarray(self.samples[0])
        mean: Samples = self.samples.mean(axis=0, dtype=np.float32)
        return mean

    def channel(self, n: int) -> Samples:
        """Return the samples of channel `n`, from 0, float32 (time,). Raises `InputError` where there is none."""
        if not 0 <= n < len(self.samples):
            raise InputError(f"There is no channel {n}: {self.source or 'the sound'} has 0 to {len(self.samples) - 1}.")
        return np.asarray(self.samples[n])


@dataclass(frozen=True, slots=True)
class SoundFacts:
    """What a file says of itself: rate in Hz, channels, seconds (None: it does not say), format, coding."""

    rate: int
    channels: int
    seconds: float | None
    format: str
    subtype: str
    notes: tuple[str, ...] = ()


def sound_facts(source: Source) -> SoundFacts:
    """Return what a sound file says of itself, without decoding it.

    Raises `InputError` and `MissingDependencyError` as `open_sound` does.
    """
    decoder = open_decoder(source)
    try:
        seconds = None if decoder.frames is None else decoder.frames / decoder.rate
        found = SoundFacts(
            decoder.rate, decoder.channels, seconds, decoder.format, decoder.subtype, tuple(decoder.notes)
        )
    finally:
        decoder.close()
    return found


def open_sound(source: Source, *, rate: int | None = RATE, part: Span | None = None) -> Sound:
    """Return the sound of a file: all channels, at `rate` Hz (None: as recorded).

    `source` is a path, the bytes of a file, or a file opened in binary mode (also a pipe). `part` is the stretch in
    seconds to read; what it asks for beyond the end is left out, and said. Handled and said in `notes`: another rate,
    samples that are no numbers (set to 0), values over full scale, channels that cancel each other, a file cut off or
    broken midway (what comes before is kept), a name that says another format, a WAV header never finished.

    Raises `InputError` for no file, no bytes, no sound, no samples, no number among them, a part outside, and a
    sound over 4 GiB (read that with `sound_blocks`); `MissingDependencyError` where PyAV is needed.
    """
    begin, end = _seconds(part)
    named = source_name(source) or "the sound"
    decoder = open_decoder(source)
    try:
        if rate is not None:
            _check_rate(rate)
        to = rate or decoder.rate
        length = decoder.frames / decoder.rate if decoder.frames is not None else None
        if length is not None and decoder.frames and begin >= length:
            raise InputError(f"{named} is {length:.2f} s long; a part from {begin:g} s on is not in it.")
        stretch = min(end, np.inf if length is None else length) - begin
        if stretch * to * decoder.channels * 4 > _MOST and np.isfinite(stretch):
            gigabytes = stretch * to * decoder.channels * 4 / 1e9
            raise InputError(
                f"{named} would take {gigabytes:.1f} GB of memory at {to:,} Hz. Read it with sound_blocks, "
                "a part of it, or at a lower rate."
            )
        care = _Care()
        blocks = list(_resampled(decoder, to, begin, end, care))
    finally:
        decoder.close()
    joined = np.concatenate(blocks, axis=1) if blocks else np.zeros((decoder.channels, 0), np.float32)
    if not joined.shape[1]:
        reason = f": {'; '.join(decoder.notes)}" if decoder.notes else ""
        raise InputError(f"{named} holds no samples{reason}. Record or copy it again.")
    if care.strange == care.seen:
        raise InputError(f"{named} holds no number among its {care.seen:,} samples. Convert it from the original.")
    notes = [*_rate_note(decoder, to), *decoder.notes, *care.notes()]
    if part is not None and joined.shape[1] < (end - begin) * to - 1:
        notes.append(f"ends at {begin + joined.shape[1] / to:.2f} s, before the part asked for does ({end:g} s)")
    if _cancel(joined):
        notes.append("its channels cancel each other when averaged: read one of them")
    return Sound(joined, to, source_name(source), begin, tuple(notes))


def sound_blocks(source: Source, *, rate: int | None = RATE, seconds: float = 30.0) -> Iterator[Sound]:
    """Yield the sound of a file in blocks of `seconds` (the last one shorter), in memory that does not grow.

    Joined, the blocks are what `open_sound` returns: the resampler goes on from block to block. `start` of a block
    is where it begins; notes come with the first block they are known at. Raises what `open_sound` does, for files
    broken at the start.
    """
    if rate is not None:
        _check_rate(rate)
    if not seconds > 0:
        raise InputError(f"A block is longer than 0 seconds, got {seconds}.")
    named = source_name(source)
    decoder = open_decoder(source)
    to = rate or decoder.rate
    size = max(1, round(seconds * to))
    care = _Care()
    said: set[str] = set()
    waiting: list[Samples] = []
    held = given = 0

    def block(samples: Samples) -> Sound:
        notes = tuple(n for n in (*_rate_note(decoder, to), *decoder.notes, *care.kinds()) if n not in said)
        said.update(notes)
        return Sound(samples, to, named, given / to, notes)

    try:
        for some in _resampled(decoder, to, 0.0, np.inf, care):
            waiting.append(some)
            held += some.shape[1]
            if held > size:  # the last block stays, for what is known only at the end
                joined = np.concatenate(waiting, axis=1)
                while joined.shape[1] > size:
                    yield block(np.ascontiguousarray(joined[:, :size]))
                    given += size
                    joined = joined[:, size:]
                waiting, held = [joined], joined.shape[1]
        if held:
            yield block(np.concatenate(waiting, axis=1))
        elif not given:
            reason = f": {'; '.join(decoder.notes)}" if decoder.notes else ""
            raise InputError(f"{named or 'the sound'} holds no samples{reason}. Record or copy it again.")
    finally:
        decoder.close()


class _Care:
    """What was met among the samples on the way: how many there are, not numbers, at full scale, over it."""

    def __init__(self) -> None:
        self.seen = self.strange = self.full = 0
        self.peak = 0.0

    def clean(self, samples: Samples) -> Samples:
        """Return the samples with 0 for what is no number."""
        self.seen += samples.size
        sizes = np.abs(samples)
        peak = float(sizes.max(initial=0.0))
        if not np.isfinite(peak):
            finite = np.isfinite(samples)
            self.strange += int(samples.size - finite.sum())
            samples = np.where(finite, samples, np.float32(0))
            sizes = np.abs(samples)
            peak = float(sizes.max(initial=0.0))
        if peak >= _FULL:
            self.full += int(np.count_nonzero(sizes >= _FULL))
        self.peak = max(self.peak, peak)
        return samples

    def notes(self) -> list[str]:
        found = [f"{self.strange:,} of {self.seen:,} samples are no numbers (NaN or infinite): set to 0"]
        return (found if self.strange else []) + self._loud(f"{self.peak:.4g} ")

    def kinds(self) -> list[str]:
        """The same without counts, which grow from block to block."""
        return (["samples that are no numbers (NaN or infinite): set to 0"] if self.strange else []) + self._loud("")

    def _loud(self, peak: str) -> list[str]:
        # Decoders of lossy codings go a little over full scale, and that is in order.
        if self.peak > 4:
            return [f"values of {peak}far over full scale (1): are they integers?"]
        many = self.full > _CLIPPED * self.seen
        return ["many samples are at full scale: it was recorded too loud, and is clipped"] if many else []


def _resampled(decoder: Decoder, to: int, begin: float, end: float, care: _Care) -> Iterator[Samples]:
    """Yield (channel, time) samples at the rate `to`, from `begin` to `end` seconds of the file."""
    first = round(begin * decoder.rate)
    left = np.inf if np.isinf(end) else round(end * decoder.rate) - first
    if first:
        decoder.seek(first)
    stream = Resampler(decoder.rate, to, channels=decoder.channels)
    for read in decoder.blocks():
        mine = read[: int(min(left, len(read)))]
        left -= len(mine)
        if len(mine):
            yield stream.push(care.clean(mine).T)
        if left <= 0:
            break
    yield stream.finish()


def _seconds(part: Span | None) -> tuple[float, float]:
    if part is None:
        return 0.0, np.inf
    if part.unit != "second" or part.end <= part.start:
        raise InputError(
            f"A part of a sound is a stretch in seconds, Span(1.0, 2.5, 'second'); got {part.start:g} to {part.end:g}, "
            f"unit {part.unit!r}."
        )
    return part.start, part.end


def _check_rate(rate: int) -> None:
    if not 1000 <= rate <= 1_000_000:
        raise InputError(f"rate is 1,000 to 1,000,000 Hz, or None for that of the file; got {rate}.")


def _rate_note(decoder: Decoder, to: int) -> list[str]:
    if decoder.rate == to:
        return []
    above = f": there is nothing above {decoder.rate // 2:,} Hz in it" if decoder.rate < to else ""
    return [f"resampled from {decoder.rate:,} to {to:,} Hz{above}"]


def _cancel(samples: Samples) -> bool:
    """Return whether the mean of the channels has under a thousandth of their power."""
    if len(samples) < 2:
        return False
    power = float(np.mean([np.dot(one, one) for one in samples]))
    mean = samples.mean(axis=0)
    return power > 0 and float(np.dot(mean, mean)) < 1e-3 * power
