"""Which files are sound, and which are found below a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.errors import InputError

_SOUNDS = (
    *("wav", "wave", "flac", "ogg", "oga", "opus", "mp3", "aif", "aiff", "aifc", "au", "snd", "caf", "w64", "rf64"),
    *("m4a", "m4b", "aac", "mp4", "mka", "webm", "wma", "amr", "3gp"),
)
SOUND_ENDINGS = frozenset(f".{name}" for name in _SOUNDS)


def is_sound_path(path: Path) -> bool:
    """Return whether a file is read as sound, by the ending of its name.

    >>> is_sound_path(Path("call.WAV")), is_sound_path(Path("letter.txt"))
    (True, False)
    """
    return path.suffix.lower() in SOUND_ENDINGS


def sound_files(folder: Path) -> list[Path]:
    """Return the files of sound in a folder and those below it, in the order of their paths; hidden ones are left out.

    Raises `InputError` where it is no folder, or holds none.
    """
    if not folder.is_dir():
        raise InputError(f"There is no folder {str(folder)!r}.")
    found = sorted(_below(folder))
    if not found:
        raise InputError(
            f"There is no file of sound in {str(folder)!r} or below it. Files of sound end in "
            f"{', '.join(f'.{name}' for name in _SOUNDS[:7])} or the like."
        )
    return found


def _below(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        inside = path.relative_to(folder)
        if is_sound_path(path) and path.is_file() and not any(part.startswith(".") for part in inside.parts):
            yield path
