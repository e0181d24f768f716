"""Clips as they sound under a condition: in noise, through a codec, in a room; the same for every model.

A condition is what `affekt.signals.degrade.degraded` takes: ``pink:10``, ``room:0.6+babble:5``. What is drawn is drawn
by the clip and the names of the changes, so that all models hear the same noise, and 5 dB the noise of 10 dB, louder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from hashlib import blake2b, sha256
from importlib import import_module
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from affekt.corpora.clips import RATE, Clips
from affekt.corpora.sound_views import MemoryViews
from affekt.errors import InputError, UnknownNameError
from affekt.evaluation.speech import Round
from affekt.signals.degrade import CHANGES, change_names, degraded

Samples = NDArray[np.float32]
CLEAN = "clean"
TALKERS = 5
GROUPS: Mapping[str, tuple[str, ...]] = {
    "noise": tuple(f"{kind}:{snr}" for kind in ("white", "pink", "babble") for snr in (20, 10, 5, 0)),
    "room": ("room:0.3", "room:0.6", "room:0.9"),
    "distance": ("distance:1", "distance:3"),
    "level": ("level:-45", "level:-30", "level:-15"),
    "clipping": ("clipping:3", "clipping:10", "clipping:20"),
    "speed": ("speed:0.9", "speed:1.1", "tempo:0.9", "tempo:1.1", "pitch:-2", "pitch:2"),
    "codec": ("telephone+mu-law", "gsm", "adpcm", "opus:0.5", "opus:1", "vorbis:1", "mp3:0.9"),
    "loss": ("loss:0.05", "loss:0.2"),
}
"""Conditions that belong together. ``telephone+mu-law`` is a telephone's band at 8 kHz; Opus at 1 is at
the lowest rate it has."""
QUICK = ("pink:10", "babble:10", "room:0.6", "level:-30", "clipping:10", "speed:1.1", "telephone+mu-law", "opus:1")
# What a condition sounds like: where one of these changes, answers are asked for anew.
_SOURCES = ("degrade", "noise", "rooms", "codecs", "stretching", "loudness", "filtering")


def parse_conditions(names: str) -> tuple[str, ...]:
    """Return the conditions named with commas between: any `degraded` takes, a group of `GROUPS`, ``quick``, ``all``.

    Raises `UnknownNameError`, which offers the nearest name, and `InputError` for a value that is missing, out of
    range, or a condition named twice.

    >>> parse_conditions("loss, babble:10")
    ('loss:0.05', 'loss:0.2', 'babble:10')
    """
    everything = tuple(each for group in GROUPS.values() for each in group)
    found: list[str] = []
    for name in filter(None, (part.strip() for part in names.split(","))):
        named = {"all": everything, "quick": QUICK, **GROUPS}.get(name)
        # A name alone is a group where there is one ("room"); a change of that name has a value.
        for each in (name,) if named is None else named:
            _check(each)
            found.append(each)
    if not found:
        raise InputError(f"--perturb names no condition. Choose from {', '.join(GROUPS)}, quick or all.")
    twice = next((each for each in found if found.count(each) > 1), None)
    if twice is not None:
        raise InputError(f"The condition {twice!r} is asked for twice. Name it once.")
    return tuple(found)


def _check(condition: str) -> None:
    try:
        change_names(condition)
    except UnknownNameError as error:
        allowed = (*GROUPS, "quick", "all", *CHANGES)
        near = get_close_matches(condition.partition(":")[0], allowed, 1)
        meant = f" Did you mean {near[0]!r}?" if near else ""
        raise UnknownNameError(
            f"Unknown condition of sound {condition!r}.{meant} Groups: {', '.join(GROUPS)}, quick, all; or one of "
            f"{', '.join(CHANGES)} with its value after a colon, as pink:10."
        ) from error


def heard_under(condition: str, clips: Clips, each: Round) -> Clips:
    """Return the clips that a fold scores, as they sound under the condition; ``clean``: as they are.

    Babble is five of the speakers that the fold learns from, drawn for each clip. The views of what comes back are
    taken of the changed sounds, in memory; its corpus is called by the condition too, for whoever keeps features by
    that. Raises what `degraded` does, and `InputError` for babble where nobody is left to talk.
    """
    scored = clips.take(each.test)
    if condition == CLEAN:
        return scored
    names = change_names(condition)
    if "babble" in names and not len(each.train):
        raise InputError(
            f"Babble is made of speakers who are not scored, and {clips.corpus} has no others. Leave babble out."
        )
    others = clips.take(each.train)
    sounds = []
    for place, wave in enumerate(scored.view("wave")):
        generator = _generator(clips.corpus, scored.ids[place], names)
        voices = _voices(others, generator) if "babble" in names else []
        changed = degraded(np.asarray(wave[:, 0], np.float32), RATE, generator, condition, voices=voices)
        sounds.append(np.ascontiguousarray(changed, np.float32))
    return replace(
        scored,
        corpus=f"{clips.corpus}+{condition}",
        views=MemoryViews(lambda: iter(sounds), len(sounds)),
        rows=np.arange(len(sounds)),
    )


def _voices(others: Clips, generator: np.random.Generator) -> list[Samples]:
    """A clip each of five speakers, or of all where there are fewer."""
    speakers = np.asarray(others.speakers)
    chosen = generator.permutation(np.unique(speakers))[:TALKERS]
    places = [int(generator.choice(np.flatnonzero(speakers == name))) for name in chosen]
    waves = others.view("wave")
    return [waves[place][:, 0] for place in places]


def _generator(corpus: str, clip: str, names: Sequence[str]) -> np.random.Generator:
    told = "\0".join((corpus, clip, *names)).encode()
    return np.random.default_rng(int.from_bytes(blake2b(told, digest_size=8).digest()))


def version_of_conditions() -> str:
    """Return what changes whenever the code that changes sounds does."""
    told = sha256()
    for name in _SOURCES:
        file = getattr(import_module(f"affekt.signals.{name}"), "__file__", None)
        told.update(Path(file).read_bytes() if file else b"")
    return told.hexdigest()[:12]
