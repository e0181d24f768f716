"""The sound of a corpus's recordings, from files or out of archives."""

from __future__ import annotations

from dataclasses import replace

from affekt.corpora.archives import Media
from affekt.errors import InputError
from affekt.signals.audio import Sound, open_sound

_ENDINGS = frozenset(f".{name}" for name in ("wav", "flac", "ogg", "opus", "oga", "mp3", "aif", "aiff", "au", "w64"))


def is_sound(media: Media | None) -> bool:
    """Return whether some media is a recording that can be read, by its ending.

    >>> is_sound(Media(".opus", b"")), is_sound(Media(".mp4", b"")), is_sound(None)
    (True, False, False)
    """
    return media is not None and media.ending in _ENDINGS


def read_recording(media: Media, *, rate: int | None = None) -> Sound:
    """Return the sound of a recording at `rate` Hz (None: its own); `affekt.signals.audio.open_sound` reads it.

    Raises `InputError` where it is broken, cut off or no sound.
    """
    try:
        sound = open_sound(media.content, rate=rate)
    except InputError as error:
        raise InputError(
            f"A recording ({media.ending or 'no ending'}, {len(media.content):,} bytes) cannot be read: {error}"
        ) from error
    broken = [note for note in sound.notes if note.startswith(("broken after", "cut off"))]
    if broken:
        raise InputError(f"A recording ({media.ending or 'no ending'}) is damaged: {broken[0]}. Fetch it again.")
    return replace(sound, source=media.ending)
