"""Fits the sixteen numbers of `affekt.signals.speech_activity` on six of EMO-DB's ten speakers, and prints them.

AFFEKT_DATA=… python recipes/speech_activity/fit.py [--every 5] [--utterances 6]

EMO-DB is CC0, and its label files say where speech begins and ends. Its utterances are joined with pauses and made
worse in many ways, noises in which nobody speaks are added, and a logistic regression says of each frame whether it
is speech. The other four speakers, and all of RAVDESS, are what `bench/speech_activity.py` measures on.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from affekt.corpora.speech_scenes import RATE, emodb_utterances, speech_scene
from affekt.signals.noise import coloured_noise, white_noise
from affekt.signals.speech_activity import _Frames, frame_labels

SPEAKERS = ("03", "08", "09", "10", "11", "12")
NOISES = ("white", "pink", "babble")
WAYS = (
    "",
    "",
    "level:-45",
    "mu-law",
    "telephone",
    "room:0.4",
    "room:0.8",
    *(f"{noise}:{snr}" for noise in NOISES for snr in (20, 10, 5, 0)),
    *(f"room:0.4+{noise}:15" for noise in NOISES),
    *(f"telephone+{noise}:15+mu-law" for noise in NOISES),
)


def logistic(x: NDArray[np.float64], y: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the weights and the constant of a logistic regression, by Newton's method with a little shrinkage."""
    given = np.column_stack([x, np.ones(len(x))])
    weights = np.zeros(given.shape[1])
    for _ in range(30):
        likely = 1 / (1 + np.exp(-given @ weights))
        gradient = given.T @ (y - likely) - 1.0 * weights
        step = np.linalg.solve((given * (likely * (1 - likely))[:, None]).T @ given + np.eye(len(weights)), gradient)
        weights += step
        if np.abs(step).max() < 1e-6:
            break
    return weights


def nobody(generator: np.random.Generator, seconds: int) -> list[NDArray[np.float32]]:
    """Return sounds in which nobody speaks: white, pink and brown noise, a hum, plucked chords."""
    length = seconds * RATE
    time = np.arange(length) / RATE
    noises = [0.05 * coloured_noise(length, RATE, generator, slope_db=slope) for slope in (0, -3, -6)]
    hum = 0.2 * np.sin(2 * np.pi * 50 * time) + 1e-4 * white_noise(length, generator)
    chords = np.zeros(length)
    for beat in np.arange(0, seconds, 0.3):
        begin = int(beat * RATE)
        late = time[: length - begin]
        for step in generator.choice(24, 3, replace=False):
            note = sum(np.sin(2 * np.pi * 130 * 2 ** (step / 12) * k * late) / k for k in range(1, 5))
            chords[begin:] += 0.05 * note * np.exp(-5 * late)
    return [np.asarray(one, np.float32) for one in (*noises, hum, chords)]


def measured(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the features of a recording (frame, feature)."""
    stream = _Frames(RATE)
    return np.concatenate([stream.push(samples), stream.finish()])


def main() -> None:
    """Print the numbers."""
    options = argparse.ArgumentParser()
    options.add_argument("--every", type=int, default=1, help="take every so manieth utterance")
    options.add_argument("--utterances", type=int, default=15, help="utterances of a scene")
    given = options.parse_args()
    generator = np.random.default_rng(0)
    folder = Path(os.environ["AFFEKT_DATA"]) / "speech" / "emodb"
    known = emodb_utterances(folder, speakers=SPEAKERS, every=given.every)
    voices = [u.samples for u in known]
    features, labels = [], []
    for how in WAYS:
        chosen = [known[n] for n in generator.permutation(len(known))[: given.utterances]]
        scene = speech_scene(chosen, generator, how=how, voices=voices)
        features.append(measured(scene.samples))
        labels.append(frame_labels(scene.speech, len(features[-1])))
    for samples in nobody(generator, 4 * given.utterances):
        features.append(measured(samples))
        labels.append(np.zeros(len(features[-1]), np.bool_))
    # The last feature, notes, has no weight to fit: it takes off what is music.
    x, y = np.concatenate(features)[:, :-1], np.concatenate(labels)
    heard = x[:, :3].any(axis=1)
    centre, spread = x[heard].mean(axis=0), x[heard].std(axis=0)
    scaled = np.clip((x[heard] - centre) / spread, -3, 3)
    weights = logistic(scaled, y[heard])
    right = float(np.mean((scaled @ weights[:-1] + weights[-1] > 0) == y[heard]))
    print(f"{len(x):,} frames, {right:.3f} of them right where fitted")
    for name, values in (("_CENTRE", centre), ("_SPREAD", spread), ("_WEIGHT", weights[:-1])):
        print(f"{name} = np.array([{', '.join(f'{value:.3f}' for value in values)}])")
    print(f"_CONSTANT = {weights[-1]:.3f}")


if __name__ == "__main__":
    main()
