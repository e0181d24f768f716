"""sv-cyclegan-emotion: speakers verified in anger and joy, by what learned from neutral speech made emotional.

    AFFEKT_DATA=… python recipes/sv_cyclegan_emotion/run.py

Arms: neutral speech and what the converters make of it; neutral speech alone; real emotional speech beside it; the
verifier as it came. Koditala et al. 2024. README.md says more.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from affekt.corpora.clips import Clips, read_clips
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.records import write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.speech_arms import print_rows
from affekt.inference.voices import learned_weights, mel_power
from affekt.metrics.verification import equal_error_rate
from affekt.training.speech.sv_cyclegan_emotion import Config as Method
from affekt.training.speech.sv_cyclegan_emotion import (
    Frames,
    Verifier,
    all_trials,
    enrol,
    states_of,
    teach_cycle,
    teach_verifier,
)


@dataclass(frozen=True)
class Config:
    corpus: str = "ravdess"
    steps: int = 400
    verifier_steps: int = 200
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/ser.csv"


NEUTRAL, EMOTIONS = ("neutral", "calm"), ("angry", "happy")
CONVERTED, VERIFIED = 6, 10  # speakers to learn conversion from, and verification; the others claim to be somebody
LONGEST = 200  # frames of a clip: 2 s


@dataclass(frozen=True, eq=False)
class Side:
    """The clips of some speakers: frames of each, who spoke, in which manner, what sentence."""

    frames: list[Frames]
    speakers: list[str]
    manners: list[str]
    sentences: list[str]

    def of(self, manners: Sequence[str]) -> list[int]:
        return [place for place, manner in enumerate(self.manners) if manner in manners]


def frames_of(samples: NDArray[np.float32]) -> Frames:
    """The logarithm of the encoder's mel power from the first to the last loud frame, the middle of it."""
    power = mel_power(np.ascontiguousarray(samples[:, 0]))
    loud = np.flatnonzero(power.sum(1) > 1e-4 * power.sum(1).max())
    cut = power[loud[0] : loud[-1] + 1]
    first = max(0, (len(cut) - LONGEST) // 2)
    return np.log(np.maximum(cut[first : first + LONGEST], 1e-7)).astype(np.float32)


def side_of(clips: Clips, speakers: Sequence[str], *, smoke: bool) -> Side:
    labels = [clips.space.labels[label] for label in clips.labels]
    chosen = [n for n, who in enumerate(clips.speakers) if who in speakers and labels[n] in (*NEUTRAL, *EMOTIONS)]
    chosen = chosen[::2] if smoke else chosen
    waves = clips.view("wave")
    return Side(
        [frames_of(waves[n]) for n in chosen],
        [clips.speakers[n] for n in chosen],
        [labels[n] for n in chosen],
        [clips.sentences[n] for n in chosen],
    )


@dataclass(frozen=True, eq=False)
class Claims:
    """Speakers never heard: what they are known by, and what is to be told as theirs or not."""

    side: Side
    order: list[str]
    known: list[int]
    neutral: list[int]
    emotional: list[int]

    def names(self, places: Sequence[int]) -> list[str]:
        return [self.side.speakers[place] for place in places]


def claims_of(side: Side) -> Claims:
    """Speakers are known by the neutral clips of one sentence; with two sentences the other one's are told."""
    neutral = side.of(NEUTRAL)
    first = side.sentences[neutral[0]]
    known = [place for place in neutral if side.sentences[place] == first]
    order = list(dict.fromkeys(side.speakers[place] for place in known))
    rest = [place for place in neutral if place not in known]
    emotional = [place for place in side.of(EMOTIONS) if side.speakers[place] in order]
    return Claims(side, order, known, rest or known, emotional)


def start() -> Mapping[str, torch.Tensor]:
    held = torch.load(learned_weights(), map_location="cpu", weights_only=True)["model_state"]
    return {name: values for name, values in held.items() if name.startswith(("lstm.", "linear."))}


def arm(name: str, method: Method, converting: Side, verifying: Side, claims: Claims) -> Arm:
    """An arm: what the verifier learns from goes by its name."""

    def run(seed: int) -> Outcome:
        began, weights = time.monotonic(), start()
        neutral = verifying.of(NEUTRAL)
        clips = [verifying.frames[place] for place in neutral]
        speakers = [verifying.speakers[place] for place in neutral]
        measured, parameters = {}, 0
        if name == "augmented":
            for place, emotion in enumerate(EMOTIONS):
                pair = ([converting.frames[n] for n in converting.of(of)] for of in (NEUTRAL, (emotion,)))
                taught = teach_cycle(*pair, method, seed=seed + 100 * place)
                clips += [taught.convert(verifying.frames[n]) for n in neutral]
                speakers += [verifying.speakers[n] for n in neutral]
                measured[f"reconstruction-{emotion}"] = taught.reconstruction([verifying.frames[n] for n in neutral])
                parameters += sum(values.numel() for values in taught.cycle.parameters())
        elif name == "real":
            emotional = verifying.of(EMOTIONS)
            clips += [verifying.frames[n] for n in emotional]
            speakers += [verifying.speakers[n] for n in emotional]
        how = replace(method, verifier_steps=0 if name == "untuned" else method.verifier_steps)
        net = teach_verifier(clips, speakers, how, start=weights, seed=seed)
        parameters += 0 if name == "untuned" else sum(values.numel() for values in net.linear.parameters()) + 2
        vectors = vectors_of(net, claims.side)
        known = enrol(vectors[claims.known], claims.names(claims.known), claims.order)
        scores = {}
        for kind, places in (("emotional", claims.emotional), ("neutral", claims.neutral)):
            trials = all_trials(claims.order, claims.names(places))
            scores[kind] = trials.scores(known, vectors[places])
            measured[f"eer-{kind}"] = equal_error_rate(trials.same, scores[kind])
        return Outcome({"score": scores["emotional"]}, time.monotonic() - began, parameters, measured)

    return Arm(name, run, f"{method} {len(claims.emotional)} {len(converting.frames)}")


def vectors_of(net: Verifier, side: Side) -> Frames:
    with torch.no_grad():
        return np.asarray(net.vectors(states_of(net, side.frames)).numpy(), np.float32)


def main() -> None:
    config = read_settings(Config, __doc__)
    smoke = bool(config.smoke)
    clips = read_clips(config.corpus, cache=Path("runs/views"))
    names = sorted(set(clips.speakers))
    counts = (2, 3, 3) if smoke else (CONVERTED, VERIFIED, len(names) - CONVERTED - VERIFIED)
    ends = np.cumsum(counts)
    parts = [names[end - count : end] for count, end in zip(counts, ends, strict=True)]
    converting, verifying, claiming = (side_of(clips, part, smoke=smoke) for part in parts)
    claims = claims_of(claiming)
    steps = (4, 4) if smoke else (config.steps, config.verifier_steps)
    method = Method(
        steps=steps[0],
        batch=8,
        frames=64,
        width=32,
        blocks=2,
        verifier_steps=steps[1],
        verifier_rate=2e-4,
        speakers=8,
        utterances=6,
    )
    trials = all_trials(claims.order, claims.names(claims.emotional))
    experiment = Experiment(
        "sv-cyclegan-emotion",
        config.corpus,
        "test",
        "speakers-apart",
        {"score": trials.same},
        {"eer": (equal_error_rate, "score")},
        [arm(name, method, converting, verifying, claims) for name in ("augmented", "plain", "real", "untuned")],
        groups=trials.spoken_by,
    )
    rows = run_experiment(experiment, runs=Path("runs/ser"), seeds=range(config.seeds), resamples=config.resamples)
    print_rows(rows)
    write_results(Path(config.results), rows)


if __name__ == "__main__":
    main()
