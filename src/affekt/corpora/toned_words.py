"""Toned words: a named synthetic set of words beside their sound, in which it is known which frames are which word.

Real recordings with words in time and an emotion that hangs on both are not at hand; sets of acted speech say the same
sentences in every emotion. Here made-up words with a meaning, good or bad, are said in a tone, good or bad. Nothing
measured on it says how well emotions of people are read: it shows what a network can find, and what it cannot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from affekt.corpora.paired import Floats, Ints, Paired, make_paired
from affekt.errors import InputError
from affekt.types import LabelSpace

Rule = Literal["aligned", "apart"]
SIGNS = LabelSpace("toned-words", ("bad", "good"), "exclusive", "made up for this set")
QUADRANTS = LabelSpace(
    "toned-words-quadrants", ("sadness", "anger", "calm", "happiness"), "exclusive", "made up for this set", "calm"
)
_FRAMES = (3, 9)  # of a word, last excluded
_WORDS = 0.55  # what the words weigh of valence, where either side tells half: they break ties
_BANDS, _TONES = 12, 4  # numbers of a frame that tell the word, and the tone


@dataclass(frozen=True, slots=True, eq=False)
class TonedWords:
    """The set: `paired` utterances; `spans`, per utterance int64 (word, 2), the first frame of each word and the one
    after its last; `vectors`, float32 (width,) of each word of the vocabulary, a row of zeros for any other."""

    paired: Paired
    spans: tuple[Ints, ...] = field(repr=False)
    vectors: Mapping[str, Floats] = field(repr=False)

    def encode(self, texts: Sequence[str]) -> list[Floats]:
        """Return the vectors of the words of each text, float32 (word, width); of an empty one a row of zeros."""
        none = np.zeros_like(next(iter(self.vectors.values())))
        return [np.stack([self.vectors.get(word, none) for word in text.split()] or [none]) for text in texts]


@dataclass(frozen=True, slots=True)
class Toning:
    """How toned words are made: `words` different ones an utterance, of a `vocabulary`, said by so many `speakers`.

    A word means good or bad, v = ±1, and is said in a tone, t = ±1. Every good word sounds like a bad one, of which
    only one is in an utterance: the sound does not tell what is meant. rule: ``aligned``: the valence is the mean of
    v · t over the words, so neither words nor sound alone tell anything of its sign, and together only by which tone
    is whose; ``apart``: it is the mean of all v and of all t, where v weighs little more, so either tells half.
    `quadrants`: four labels, by the signs of valence and arousal, else ``bad`` and ``good``. `noise` is the deviation
    of that in each number of a frame; `world` draws what words mean and how they sound.
    """

    rule: Rule = "aligned"
    words: int = 5
    vocabulary: int = 20
    speakers: int = 20
    quadrants: bool = False
    noise: float = 0.5
    world: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.words <= self.vocabulary // 2 or self.speakers < 1:
            raise InputError(
                f"{self.words} words an utterance, of {self.vocabulary} that sound alike by two, by {self.speakers} "
                "speakers cannot be. An utterance has at most half of the vocabulary."
            )


def toned_words(count: int, how: Toning | None = None, *, seed: int = 0) -> TonedWords:
    """Return `count` utterances; those of one `how.world` are of the same words, `seed` draws which, how and by whom.

    `ratings` are valence, arousal, which is how loud an utterance is, in the sound alone, and NaN (no dominance). A
    frame is the word's and the speaker's bands, loudness, the tone, and noise. Raises `InputError` for a count under 1.
    """
    how = how or Toning()
    if count < 1:
        raise InputError(f"There is nothing to make of {count} utterances.")
    sounds, words = how.vocabulary // 2, how.words
    laws, random = np.random.default_rng(how.world), np.random.default_rng((how.world, seed, 1))
    names = _names(2 * sounds)
    looks, bands = laws.standard_normal((2 * sounds, 16)), laws.standard_normal((sounds, _BANDS))
    tone, loud = laws.standard_normal(_TONES), laws.standard_normal(_BANDS) * 0.5
    voices = laws.standard_normal((how.speakers, _BANDS)) * 0.3
    tone /= np.linalg.norm(tone) / 2
    found: list[tuple[NDArray[np.float64], NDArray[np.float64], Ints, tuple[float, float], int, str]] = []
    for _ in range(count):
        heard, meant, tones = random.choice(sounds, words, replace=False), *random.choice([-1, 1], (2, words))
        chosen = 2 * heard + (meant > 0)
        arousal, speaker = float(random.uniform(-1, 1)), int(random.integers(how.speakers))
        if how.rule == "aligned":
            valence = float((meant * tones).mean())
        else:
            valence = float(_WORDS * meant.mean() + (1 - _WORDS) * tones.mean())
        if abs(valence) < 1e-9:  # what adds up to nothing would be neither good nor bad
            valence = float(random.choice([-1, 1]) / words)
        lengths = random.integers(*_FRAMES, words)
        ends = np.cumsum(lengths)
        steps = np.repeat(np.arange(words), lengths)
        frames = np.concatenate(
            [bands[heard[steps]] + voices[speaker] + arousal * loud, tones[steps, None] * tone], 1
        ) + how.noise * random.standard_normal((len(steps), _BANDS + _TONES))
        spans = np.stack([ends - lengths, ends], 1)
        text = " ".join(names[place] for place in chosen)
        found.append((looks[chosen], frames, spans, (valence, arousal), speaker, text))
    ratings = np.array([[*each[3], np.nan] for each in found], np.float32)
    good = (ratings[:, 0] > 0).astype(np.int64)
    labels = 2 * good + (ratings[:, 1] > 0) if how.quadrants else good
    paired = make_paired(
        [each[0] for each in found],
        [each[1] for each in found],
        labels,
        QUADRANTS if how.quadrants else SIGNS,
        speakers=[f"voice-{each[4]:02}" for each in found],
        name=f"toned-words-{how.rule}",
    )
    paired = replace(paired, ratings=ratings, texts=tuple(each[5] for each in found))
    vectors = {name: row.astype(np.float32) for name, row in zip(names, looks, strict=True)}
    return TonedWords(paired, tuple(each[2] for each in found), vectors)


def peaks_within(weights: Sequence[NDArray[np.floating]], spans: Sequence[Ints]) -> float:
    """Return the share of words whose frame of most attention lies within the word, in [0, 1].

    weights: per utterance (word, frame); spans: per utterance int64 (word, 2).

    >>> peaks_within([np.array([[0.1, 0.9, 0.0], [0.2, 0.5, 0.3]])], [np.array([[0, 2], [2, 3]])])
    0.5
    """
    hits = [
        start <= int(row.argmax()) < end
        for told, marked in zip(weights, spans, strict=True)
        for row, (start, end) in zip(told, marked, strict=True)
    ]
    return float(np.mean(hits))


def _names(count: int) -> list[str]:
    """Return made-up words of two syllables."""
    syllables = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
    return [syllables[place % 70] + syllables[(place * 11 + place // 70 + 5) % 70] for place in range(count)]
