"""How often frames are called speech that are not, and the other way round: our detector beside Silero's network.

AFFEKT_DATA=… python bench/speech_activity.py [--utterances 40]

Clips of EMO-DB (the four speakers its numbers were not set by; speech by the hand-made labels) and
of RAVDESS (speech by the level of the studio's recording) are joined with silences of .3 to 3 seconds and made worse.
Shares are of all frames of 10 ms, no collar; `seconds` are of processor time on one core for an hour of sound.
Silero's network is the package data of silero-vad, run by our own session; without that package the bench fails.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from affekt.corpora.speech_scenes import RATE, Scene, Utterance, emodb_utterances, ravdess_utterances, speech_scene
from affekt.inference.speech_detector import SpeechDetector
from affekt.signals.noise import pink_noise
from affekt.signals.speech_activity import Detection, frame_labels, speech_activity
from affekt.types import Span

# Whom the detector's numbers were set by, and those of recipes/speech_activity are fitted on: not measured on.
FITTED = ("03", "08", "09", "10", "11", "12")
WAYS = (
    *("", "level:-45", "room:0.6", "telephone+mu-law", "opus:1"),
    *(f"{noise}:{snr}" for noise in ("white", "pink", "babble") for snr in (20, 10, 5, 0)),
    "room:0.6+babble:10",
)
Detector = Callable[[np.ndarray], tuple[Span, ...]]


def detectors() -> dict[str, Detector]:
    """Return what is compared."""
    found = importlib.util.find_spec("silero_vad")
    if found is None or found.origin is None:
        raise SystemExit("Silero's network is missing. Install it with: pip install --no-deps silero-vad")
    network = SpeechDetector(Path(found.origin).parent / "data" / "silero_vad_16k_sequence.onnx")
    return {
        "affekt": lambda samples: speech_activity(samples, RATE),
        # The same rules for both: what is within an utterance is speech, and so is a short pause.
        "silero": lambda samples: network.activity(samples, RATE, detection=Detection()),
    }


def measure(scene: Scene, compared: dict[str, Detector]) -> dict[str, dict[str, float]]:
    """Return the shares of frames that each detector takes wrongly, and its processor time for an hour."""
    frames = len(scene.samples) // (RATE // 100) - 3
    truth = frame_labels(scene.speech, frames)
    found = {}
    for name, detect in compared.items():
        began = time.process_time()
        said = detect(scene.samples)
        seconds = (time.process_time() - began) / (len(scene.samples) / RATE) * 3600
        heard = frame_labels(said, frames)
        found[name] = {
            "error": round(float(np.mean(heard != truth)), 4),
            "missed": round(float(np.mean(truth & ~heard)), 4),
            "false_alarm": round(float(np.mean(heard & ~truth)), 4),
            "seconds_per_hour": round(seconds, 2),
        }
    return found


def music(generator: np.random.Generator, seconds: int) -> np.ndarray:
    """Return made-up music: three notes of a scale at a time, plucked, four times a second."""
    out = np.zeros(seconds * RATE + RATE)
    for beat in range(4 * seconds):
        time_s = np.arange(RATE) / RATE
        for step in generator.choice([0, 2, 4, 5, 7, 9, 11, 12, 14, 16], 3, replace=False):
            hz = 196 * 2 ** (step / 12)
            note = sum(np.sin(2 * np.pi * hz * k * time_s) / k for k in range(1, 6)) * np.exp(-5 * time_s)
            out[beat * RATE // 4 : beat * RATE // 4 + RATE] += 0.05 * note
    return out[: seconds * RATE].astype(np.float32)


def main() -> None:
    """Measure, print, and write the JSON beside this file."""
    options = argparse.ArgumentParser()
    options.add_argument("--utterances", type=int, default=40)
    count = options.parse_args().utterances
    speech = Path(os.environ["AFFEKT_DATA"]) / "speech"
    german = emodb_utterances(speech / "emodb")
    english = ravdess_utterances(speech / "ravdess", every=max(1, 1440 // count))
    unseen = [u for u in german if u.speaker not in FITTED]
    generator = np.random.default_rng(7)
    corpora: dict[str, list[Utterance]] = {
        "emodb": [unseen[n] for n in generator.permutation(len(unseen))[:count]],
        "ravdess": [english[n] for n in generator.permutation(len(english))[:count]],
    }
    voices = {"emodb": [u.samples for u in english[:12]], "ravdess": [u.samples for u in german[::30]]}
    compared = detectors()
    results: dict[str, dict[str, dict[str, dict[str, float]]]] = {}
    for name, utterances in corpora.items():
        results[name] = {}
        for how in WAYS:
            scene = speech_scene(utterances, np.random.default_rng(11), how=how, voices=voices[name])
            results[name][how or "as recorded"] = found = measure(scene, compared)
            print(f"{name:8} {how or 'as recorded':20} " + "  ".join(f"{n} {v['error']:.3f}" for n, v in found.items()))
    none = {
        "silence": np.zeros(60 * RATE, np.float32),
        "pink noise": 0.05 * pink_noise(60 * RATE, RATE, generator),
        "made-up music": music(generator, 60),
    }
    results["no speech"] = {name: measure(Scene(samples, ()), compared) for name, samples in none.items()}
    mean = {
        name: {d: round(float(np.mean([way[d]["error"] for way in ways.values()])), 4) for d in compared}
        for name, ways in results.items()
    }
    report = {
        "utterances": count,
        "mean_error": mean,
        "results": results,
        "versions": {p: importlib.metadata.version(p) for p in ("numpy", "onnxruntime", "silero-vad")},
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.python_implementation()} "
        f"{platform.python_version()}",
    }
    Path(__file__).with_suffix(".json").write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(mean))


if __name__ == "__main__":
    main()
