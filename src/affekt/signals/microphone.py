"""The microphone, by PortAudio (extra `live`)."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError, MissingDependencyError

Samples = NDArray[np.float32]
_PIPE = "Or pipe raw samples in: arecord -f S16_LE -r 16000 -t raw | affekt analyze --live -"
_WAIT_S = 0.5


class Microphone:
    """The sound of an input device as it comes: what it is called, its `rate` in Hz and its `channels`.

    `device` is its number or a part of its name, None the system's; `rate` and `channels` None are the device's own
    rate and one channel. `lost` counts the times that the system threw sound away. Raises `MissingDependencyError`
    without sounddevice or PortAudio, `InputError` where there is no such device or it refuses.
    """

    def __init__(
        self,
        device: int | str | None = None,
        *,
        rate: int | None = None,
        channels: int | None = None,
        block_s: float = 0.05,
    ) -> None:
        self._library = _sounddevice()
        try:
            facts = self._library.query_devices(device, "input")
        except (ValueError, self._library.PortAudioError) as error:
            known = _inputs(self._library)
            there = f"There are {known}." if known else "The system has no input device at all."
            asked = "" if device is None else f" {device!r}"
            raise InputError(f"There is no microphone{asked} to listen to ({error}). {there} {_PIPE}") from error
        self.name = str(facts["name"])
        self.rate = round(float(facts["default_samplerate"])) if rate is None else rate
        self.channels = 1 if channels is None else channels
        if not (1000 <= self.rate <= 1_000_000 and self.channels > 0):
            raise InputError(
                f"A microphone has a channel or more at 1,000 to 1,000,000 Hz, not {self.channels} at {self.rate:,} Hz."
            )
        self._device, self._block = device, max(1, round(block_s * self.rate))
        self.lost = 0

    def blocks(self) -> Iterator[Samples]:
        """Yield float32 (channel, time), full scale 1, until nobody asks for more."""
        came: queue.SimpleQueue[Samples] = queue.SimpleQueue()

        def take(samples: Any, _count: int, _times: Any, status: Any) -> None:
            self.lost += bool(status.input_overflow)
            came.put(np.array(samples.T, np.float32))  # a copy: the buffer is used again

        try:
            stream = self._library.InputStream(
                samplerate=self.rate,
                blocksize=self._block,
                device=self._device,
                channels=self.channels,
                dtype="float32",
                callback=take,
            )
            with stream:
                while True:
                    try:
                        yield came.get(timeout=_WAIT_S)
                    except queue.Empty:
                        if not stream.active:
                            raise InputError(f"The microphone {self.name!r} stopped: was it unplugged?") from None
        except self._library.PortAudioError as error:
            raise InputError(
                f"The microphone {self.name!r} cannot be listened to at {self.rate:,} Hz with {self.channels} channel"
                f"{'s' * (self.channels > 1)}: {error}. Leave rate and channels out. {_PIPE}"
            ) from error


def _inputs(library: Any) -> str:
    """Return the input devices there are, for a message."""
    try:
        found = list(library.query_devices())
    except library.PortAudioError:
        return ""
    named = [f"{place}: {each['name']}" for place, each in enumerate(found) if each["max_input_channels"] > 0]
    return ", ".join(named)


def _sounddevice() -> Any:
    line = "Install it with: pip install 'affekt[live]'"
    try:
        import sounddevice
    except ImportError as error:
        raise MissingDependencyError(f"Listening to the microphone needs sounddevice. {line}. {_PIPE}") from error
    except OSError as error:
        raise MissingDependencyError(
            f"sounddevice is installed but not the library it is made for ({error}). Install PortAudio: "
            f"apt install libportaudio2, dnf install portaudio. {_PIPE}"
        ) from error
    return sounddevice
