"""What happens to speech on its way to a model, by name: for training on changed copies, and for robustness reports.

>>> generator = np.random.default_rng(0)
>>> tone = 0.1 * np.sin(np.arange(16000) / 8).astype("float32")
>>> worse = degraded(tone, 16000, generator, "clipping:5+pink:10+mu-law")
>>> worse.shape, worse.dtype.name
((16000,), 'float32')

All of it works on float32 (time,) samples, draws only from the generator given, and keeps the length, save for
`speed` and `tempo`. Silence stays silence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError, unknown_name
from affekt.signals.codecs import telephone_band, through_codec, with_losses
from affekt.signals.loudness import active_level
from affekt.signals.noise import babble, pink_noise, white_noise, with_noise
from affekt.signals.rooms import at_distance, drawn_room, reverberated, room_response
from affekt.signals.stretching import at_pitch, at_speed, at_tempo

Samples = NDArray[np.float32]


class Given(NamedTuple):
    """What a change works with: Hz, where to draw from, its value, the voices that babble is made of."""

    rate: int
    generator: np.random.Generator
    value: float
    voices: Sequence[Samples]


@dataclass(frozen=True, slots=True)
class Change:
    """One kind of change: what it does, in which unit its value is (None: it has none), its range."""

    does: Callable[[Samples, Given], Samples]
    means: str
    unit: str | None = None
    low: float = 0.0
    high: float = 0.0


def at_level(samples: Samples, rate: int, *, db: float) -> Samples:
    """Return the samples with their active speech level (ITU-T P.56) at `db` re full scale; not limited."""
    now = active_level(samples, rate).db
    return samples if np.isinf(now) else samples * np.float32(10 ** ((db - now) / 20))


def clipped(samples: Samples, *, over_db: float) -> Samples:
    """Return the samples cut off at full scale after being made louder, such that the peak is `over_db` over it, and
    then quieter again by as much: as loud a recording as before, its peaks cut by `over_db`."""
    peak = float(np.abs(samples).max(initial=0.0))
    limit = np.float32(peak * 10 ** (-over_db / 20))
    return np.clip(samples, -limit, limit)


def _in_room(samples: Samples, given: Given) -> Samples:
    room = drawn_room(given.generator, rt60=given.value)
    return reverberated(samples, room_response(room, given.rate, generator=given.generator))


def _codec(name: str) -> Change:
    return Change(lambda samples, given: through_codec(samples, given.rate, name), f"coded by {name} and decoded")


def _squeezed(name: str) -> Change:
    return Change(
        lambda samples, given: through_codec(samples, given.rate, name, squeeze=given.value),
        f"coded by {name} and decoded",
        "of the way to the hardest compression",
        0.0,
        1.0,
    )


CHANGES: Mapping[str, Change] = {
    "white": Change(
        lambda s, g: with_noise(s, g.rate, white_noise(len(s), g.generator), snr_db=g.value),
        "white noise",
        "dB SNR",
        -20,
        60,
    ),
    "pink": Change(
        lambda s, g: with_noise(s, g.rate, pink_noise(len(s), g.rate, g.generator), snr_db=g.value),
        "pink noise",
        "dB SNR",
        -20,
        60,
    ),
    "babble": Change(
        lambda s, g: with_noise(s, g.rate, babble(len(s), g.rate, g.generator, g.voices), snr_db=g.value),
        "five of the voices given talk at once",
        "dB SNR",
        -20,
        60,
    ),
    "room": Change(_in_room, "in a room, image method, level kept", "s RT60", 0.0, 3.0),
    "distance": Change(
        lambda s, g: at_distance(s, g.rate, g.generator, metres=g.value), "from afar in a room of 0.5 s", "m", 0.2, 30
    ),
    "level": Change(lambda s, g: at_level(s, g.rate, db=g.value), "active level", "dB re full scale", -80, 0),
    "clipping": Change(lambda s, g: clipped(s, over_db=g.value), "peaks cut", "dB over", 0, 60),
    "speed": Change(lambda s, g: at_speed(s, factor=g.value), "played faster, pitch and all", "times", 0.25, 4),
    "tempo": Change(lambda s, g: at_tempo(s, g.rate, factor=g.value), "faster at the same pitch", "times", 0.25, 4),
    "pitch": Change(lambda s, g: at_pitch(s, g.rate, semitones=g.value), "higher", "semitones", -24, 24),
    "loss": Change(
        lambda s, g: with_losses(s, g.rate, g.generator, share=g.value), "packets of 20 ms lost", "of all", 0, 0.6
    ),
    "telephone": Change(lambda s, g: telephone_band(s, g.rate), "300 to 3,400 Hz"),
    "mu-law": _codec("mu-law"),
    "a-law": _codec("a-law"),
    "gsm": _codec("gsm"),
    "adpcm": _codec("adpcm"),
    "opus": _squeezed("opus"),
    "vorbis": _squeezed("vorbis"),
    "mp3": _squeezed("mp3"),
}


def degraded(
    samples: Samples, rate: int, generator: np.random.Generator, how: str, *, voices: Sequence[Samples] = ()
) -> Samples:
    """Return float32 (time,) samples after the changes that `how` names, one after the other.

    ``"pink:10"`` is pink noise at 10 dB, ``"room:0.6+babble:5"`` babble at 5 dB of what the room made of the speech:
    names of `CHANGES` with their value after a colon, joined by ``+``. `voices`, at the same rate, are what babble is
    made of. Raises `UnknownNameError`, and `InputError` for a value that is missing or out of range.
    """
    for name, value in _steps(how):
        samples = CHANGES[name].does(samples, Given(rate, generator, value, voices))
    return samples


def change_names(how: str) -> tuple[str, ...]:
    """Return the names of the changes that `how` names, without their values. Raises what `degraded` does.

    >>> change_names("room:0.6+babble:5")
    ('room', 'babble')
    """
    return tuple(name for name, _ in _steps(how))


def _steps(how: str) -> list[tuple[str, float]]:
    steps = []
    for step in how.split("+"):
        name, _, said = step.strip().partition(":")
        if name not in CHANGES:
            raise unknown_name("change of sound", name, CHANGES, "affekt.signals.degrade.CHANGES")
        steps.append((name, _value(name, said)))
    return steps


def _value(name: str, said: str) -> float:
    change = CHANGES[name]
    if change.unit is None:
        if said:
            raise InputError(f"{name!r} has no value, got {said!r}. Write {name!r} alone.")
        return 0.0
    try:
        value = float(said)
    except ValueError:
        value = np.nan
    if not change.low <= value <= change.high:
        raise InputError(
            f"{name!r} has a value of {change.low:g} to {change.high:g} {change.unit} after a colon, got {said!r}: "
            f"'{name}:{(change.low + change.high) / 2:g}'."
        )
    return value


class Chance(NamedTuple):
    """With which probability a change of `CHANGES` comes, and from where to where its value is drawn evenly."""

    name: str
    probability: float
    low: float = 0.0
    high: float = 0.0


# In the order sound meets them: the speaker, the room, the noise, the level, the line.
AUGMENTATION = (
    Chance("speed", 0.3, 0.9, 1.1),
    Chance("pitch", 0.2, -1.5, 1.5),
    Chance("room", 0.3, 0.15, 0.8),
    Chance("pink", 0.2, 5, 30),
    Chance("white", 0.1, 10, 30),
    Chance("babble", 0.2, 5, 30),
    Chance("level", 0.5, -40, -15),
    Chance("clipping", 0.05, 1, 10),
    Chance("telephone", 0.1),
    Chance("mu-law", 0.05),
    Chance("opus", 0.1, 0.3, 1.0),
)


def augmented(
    samples: Samples,
    rate: int,
    generator: np.random.Generator,
    *,
    plan: Sequence[Chance] = AUGMENTATION,
    voices: Sequence[Samples] = (),
) -> Samples:
    """Return float32 (time,) samples changed as chance has it, in the order of the plan.

    The same generator state gives the same copy. Babble is left out where there are no voices; give those of
    training speakers only. Raises what `degraded` does.
    """
    for name, probability, low, high in plan:
        comes, value = generator.random() < probability, generator.uniform(low, high)
        if comes and (name != "babble" or voices):
            how = name if name in CHANGES and CHANGES[name].unit is None else f"{name}:{value:.6f}"
            samples = degraded(samples, rate, generator, how, voices=voices)
    return samples
