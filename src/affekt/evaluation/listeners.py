"""What can be audited: a method that is taught fold by fold, a model of speech, or any function of sounds.

A function takes a list of sounds, float32 (time,) of 16 kHz, and the rate. It returns a value per sound, as functions
of texts do (`affekt.evaluation.functions`): a mapping of labels to probabilities, and of valence, arousal, dominance to
numbers in [-1, 1]; a label; or an array of probabilities (sound, label) in the order of the corpus's labels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affekt.cards import ModelCard
from affekt.corpora.clips import RATE, Clips
from affekt.errors import InputError, unknown_name
from affekt.evaluation.answers import Question, decide
from affekt.evaluation.functions import answers_of, called
from affekt.evaluation.loading import load_reader, version_of
from affekt.evaluation.speech import Round, SpeechBench, heard_by, version_of_method
from affekt.models.index import MODELS, find_model
from affekt.training.speech.index import METHODS
from affekt.types import LabelSpace, Record, Signal

Floats = NDArray[np.float64]
BENCH = SpeechBench()


class Heard(NamedTuple):
    """What was answered: probabilities float64 (clip, label), ratings float64 (clip, 3) of valence, arousal and
    dominance in [-1, 1], NaN where not told; None for what it does not answer."""

    probabilities: Floats | None = None
    ratings: Floats | None = None


Hear = Callable[[Clips], Heard]


@dataclass(frozen=True, slots=True, eq=False)
class Listener:
    """Something that is audited. `opened` returns what answers the clips of a fold; where it `learns`, that is what was
    taught without the fold's speakers. space: what its probabilities are over. key: under what its answers are kept;
    "" where nobody can say whether it is still the same. heard: the corpora it says it learned from."""

    name: str
    version: str
    key: str
    opened: Callable[[Clips, Round], Hear]
    space: LabelSpace
    learns: bool = False
    heard: tuple[str, ...] = ()


def find_listener(name: str, home: Clips, bench: SpeechBench = BENCH, *, seed: int = 0) -> Listener:
    """Return what `name` means: a method of speech, ``module:callable`` or ``file.py:callable``, or a model of speech.

    home: the corpus that a method is taught on, and whose labels a function's columns are. A method goes before a
    model of the same name, whose weights have heard every speaker: ``card:NAME`` is the model. Raises
    `UnknownNameError`, and `InputError` for a model that does not read speech.
    """
    if name in METHODS:
        return method_listener(name, home, bench, seed=seed)
    if name.startswith("card:"):
        return card_listener(find_model(name.removeprefix("card:")))
    if ":" in name and not Path(name).is_dir():
        version = version_of(name)
        key = "" if version == "unversioned" else version
        return function_listener(load_reader(name), home.space, name=called(name), version=version, key=key)
    if name in MODELS or Path(name).exists():
        return card_listener(find_model(Path(name) if name not in MODELS else name))
    speaking = [card.name for card in MODELS.values() if card.modality == "speech"]
    raise unknown_name("method or model of speech", name, [*METHODS, *speaking], "affekt evaluate --help")


def method_listener(method: str, home: Clips, bench: SpeechBench = BENCH, *, seed: int = 0) -> Listener:
    """Return a method of `affekt.training.speech.index`, taught on the other speakers of each fold of `home`."""

    def opened(clips: Clips, each: Round) -> Hear:
        taught = heard_by(method, clips, each, seed=seed, bench=bench)
        space = clips.space

        def hear(given: Clips) -> Heard:
            said = np.asarray(taught.answer(given), np.float64)
            return Heard(
                said if len(space) > 1 else None,
                None if taught.rate is None else np.asarray(taught.rate(given), np.float64),
            )

        return hear

    version = version_of_method(method)
    return Listener(method, "1", f"{version}-{seed}-{bench.smoke}", opened, home.space, learns=True)


def card_listener(card: ModelCard) -> Listener:
    """Return a model of speech, opened on one core. Raises `InputError` for a card of another modality."""
    from affekt.inference.speech import open_speech_reader
    from affekt.signals.resampling import resample

    reader = open_speech_reader(card, threads=1)

    def hear(given: Clips) -> Heard:
        sounds = [resample(wave[:, 0], RATE, card.rate) for wave in given.view("wave")]
        found = reader.estimate(sounds)
        said = np.asarray(found.probabilities, np.float64)
        if card.space.kind != "exclusive" and said.shape[1]:
            said = said / np.maximum(said.sum(1, keepdims=True), 1e-9)
        rated = None if found.vad is None else np.asarray(found.vad, np.float64)
        return Heard(said if said.shape[1] else None, rated)

    key = "-".join((card.version, *(value[:12] for value in card.files.values())))
    # A method of that name is audited by refits; the model itself is another thing.
    name = f"card:{card.name}" if card.name in METHODS else card.name
    return Listener(name, card.version, key, lambda clips, each: hear, card.space, heard=card.trained_on)


def function_listener(
    function: Callable[[list[NDArray[np.float32]], int], object],
    space: LabelSpace,
    *,
    name: str = "function",
    version: str = "unversioned",
    key: str = "",
) -> Listener:
    """Return a function of sounds and their rate, whose labels are those of `space`.

    key: its answers are kept under that, so give it another when the function changes; "" keeps none.
    """

    def hear(given: Clips) -> Heard:
        sounds = [np.ascontiguousarray(wave[:, 0], np.float32) for wave in given.view("wave")]
        rows = function(sounds, RATE)
        records = tuple(Record(each, Signal("…"), "all") for each in given.ids)

        def told(texts: Sequence[str]) -> object:
            return rows

        told.__name__ = name
        answers = answers_of(told, Question(records, space), space=space)
        if not answers.answered.all():
            raise InputError(f"{name} answered {int(answers.answered.sum())} of {len(records)} sounds. Answer all.")
        decided = decide(answers, space)
        if decided is None:
            return Heard(ratings=answers.vad)
        said = decided.decision if decided.probabilities is None else decided.probabilities
        return Heard(np.asarray(said, np.float64), answers.vad)

    return Listener(name, version, key, lambda clips, each: hear, space)
