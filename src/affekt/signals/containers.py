"""Sound out of containers that libsndfile does not read (m4a, mp4, webm, aac, wma …), by PyAV (extra `video`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError

Samples = NDArray[np.float32]
# Playlists name further files and addresses; only what holds its sound itself is opened.
_DEMUXERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,aac,asf,avi,amr,amrnb,amrwb,ac3,eac3,flv,mpegts,mpeg,ogg,mp3,"
    "wav,w64,aiff,caf,flac,ape,wv,tta,dts,mpc,mpc8,tak,xwma,ast,voc,au,gsm,rm"
)
_OPTIONS = {"format_whitelist": _DEMUXERS, "protocol_whitelist": ""}


class ContainerDecoder:
    """The first sound track of a container. Raises `InputError` where there is none."""

    def __init__(self, file: BinaryIO) -> None:
        import av

        try:
            self._container: Any = av.open(file, "r", options=_OPTIONS)
        except (av.error.FFmpegError, ValueError, UnicodeDecodeError) as error:
            raise InputError(f"PyAV: {getattr(error, 'strerror', None) or error}") from error
        if not self._container.streams.audio:
            kinds = ", ".join(sorted({stream.type for stream in self._container.streams})) or "no tracks"
            self._container.close()
            raise InputError(f"there is no sound track in it ({kinds})")
        self._stream: Any = self._container.streams.audio[0]
        if self._stream.codec_context is None:
            self._container.close()
            raise InputError("its sound is of a coding that is not known")
        self.rate, self.channels = int(self._stream.rate or 0), int(self._stream.channels or 0)
        self.format = str(self._container.format.name).split(",", maxsplit=1)[0].upper()
        self.subtype = str(self._stream.codec_context.name).upper()
        self.frames = self._frames()
        self.notes: list[str] = []
        self.ours: BinaryIO | None = None
        more = len(self._container.streams.audio) - 1
        if more:
            self.notes.append(f"{more} further sound track{'s' if more > 1 else ''} not read")
        self._from, self._begin = 0, int(self._stream.start_time or 0)

    def _frames(self) -> int | None:
        import av

        if self._stream.duration is not None:
            return round(float(self._stream.duration * self._stream.time_base) * self.rate)
        if self._container.duration is not None:
            return round(float(self._container.duration / av.time_base) * self.rate)
        return None

    def seek(self, frame: int) -> None:
        """Go on from a frame: from the packet before it, and what comes earlier is dropped."""
        self._from = frame
        if frame:
            # A little earlier: the first frames after a jump lack what they overlap with.
            seconds = max(0.0, frame / self.rate - 0.1)
            self._container.seek(int(seconds / self._stream.time_base) + self._begin, stream=self._stream)

    def blocks(self) -> Iterator[Samples]:
        """Yield float32 (time, channel); frames that cannot be decoded are left out, and told in `notes`."""
        import av

        to_float: Any = av.AudioResampler(format="fltp")
        lost = at = 0
        first = True
        try:
            for packet in self._container.demux(self._stream):
                try:
                    frames: Any = packet.decode()
                except av.error.InvalidDataError:
                    lost += 1
                    continue
                for frame in frames:
                    if first and self._from:
                        at = round(float(((frame.pts or 0) - self._begin) * frame.time_base) * self.rate)
                    first = False
                    for each in to_float.resample(frame):
                        samples = np.ascontiguousarray(each.to_ndarray().T, np.float32)
                        start, at = at, at + len(samples)
                        if at > self._from:
                            yield samples[max(0, self._from - start) :]
        except av.error.FFmpegError as error:
            self.notes.append(f"broken after {at / self.rate:.2f} s: {error.strerror}")
        if lost:
            self.notes.append(f"{lost} packet{'s' if lost > 1 else ''} could not be decoded and are left out")

    def close(self) -> None:
        """Let go of the file."""
        self._container.close()
        if self.ours is not None:
            self.ours.close()
