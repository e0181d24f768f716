"""Our speech features beside openSMILE's and librosa's: the same audio, the same features, the time and what they say.

    AFFEKT_DATA=... python bench/speech_features.py [--clips 0] [--minutes 5] [--timed 60] [--rounds 3]

Writes `bench/speech_features.json`, in about seven minutes. Reads real clips of RAVDESS and EMO-DB from `$AFFEKT_DATA`,
at 16 kHz and cut off to 16 bits, the same for all, and a joined file of `--minutes` made of them. One thread; the
processor's seconds of this process, the best of several rounds, the libraries taken in turn, decoding left out, set-up
per library (openSMILE's extractor, compiled code) too.

Features: log-mel (64 bands, 25 ms every 10 ms), MFCC with deltas (39), F0, and the 88 functionals of eGeMAPS.
openSMILE makes the first three by configurations written here with the same settings. Frame features are compared
column by column (Spearman over frames above -60 dB of two minutes of the joined file; F0: the share within 5 % where
both hear a voice), the functionals feature by feature (Spearman over clips, all of both corpora unless `--clips` is
given).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402

OUTPUT = Path(__file__).with_suffix(".json")
RATE = 16_000
AGREED_S = 120  # seconds over which frame features are compared
CORPORA = ("ravdess", "emodb")
SLOW_S = 20  # what takes longer is timed once
LOUD_DB = -60  # frames softer than this are the rounding to 16 bits
Extract = Callable[[np.ndarray], np.ndarray]

MEL = {"bands": 64, "low": 50, "high": 8000}
CEPSTRA = {"bands": 40, "low": 20, "high": 8000}
PITCH = {"low": 55, "high": 600}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=0, help="clips to compare functionals over, 0 for all")
    parser.add_argument("--minutes", type=float, default=5, help="length of the joined file")
    parser.add_argument("--timed", type=int, default=60, help="clips to time")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    options = parser.parse_args()
    check_installed()
    warnings.simplefilter("ignore")
    sounds = read_sounds()
    spread = [clip for clips in sounds.values() for clip in every(clips, options.timed // 2)]
    joined = join([clip for clips in sounds.values() for clip in every(clips, 300)], options.minutes)
    report = {
        "date": date.today().isoformat(),
        "machine": {
            "cores": os.cpu_count(),
            "threads": 1,
            "python": platform.python_version(),
            **{name: version(name) for name in ("numpy", "opensmile", "librosa")},
        },
        "audio": {
            "clips": {"count": len(spread), "seconds": round(sum(map(len, spread)) / RATE, 1)},
            "joined": {"seconds": round(len(joined) / RATE, 1)},
        },
        "features": {},
    }
    with tempfile.TemporaryDirectory() as folder:
        for feature, extractors in libraries(Path(folder)).items():
            timed = {"clips": spread, "joined": [joined]}
            row = {kind: compare_speed(extractors, sounds, options.rounds) for kind, sounds in timed.items()}
            row["agreement"] = (
                AGREEMENT[feature](extractors, joined[: AGREED_S * RATE]) if feature in AGREEMENT else None
            )
            report["features"][feature] = row
            print(f"{feature}: {json.dumps(row)}", flush=True)
        report["functionals"] = compare_functionals(extractors, sounds, options.clips)
    report["slower_than"] = slower(report["features"])
    options.output.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    print(json.dumps({**report["functionals"], "spearman": "in the file"}, indent=1))
    print(f"slower than: {', '.join(report['slower_than']) or 'none'}")


def slower(features: Mapping[str, Mapping]) -> list[str]:
    """Return where another library is faster, in words."""
    return [
        f"{name} at {feature}, {kind} ({times:g})"
        for feature, row in features.items()
        for kind in ("clips", "joined")
        for name, times in row[kind]["times_affekt"].items()
        if times < 1
    ]


def check_installed() -> None:
    missing = []
    for name in ("opensmile", "librosa"):
        try:
            version(name)
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        sys.exit(
            f"This bench compares with {' and '.join(missing)}, which this environment lacks. "
            "Install them with `pip install --group bench`, then run it again."
        )


def read_sounds() -> dict[str, list[np.ndarray]]:
    """Return the clips of each corpus, float32 (time,), 16 kHz, cut off to 16 bits as openSMILE cuts what it is given:
    so all libraries hear the same."""
    from affekt.corpora.clips import read_clips

    return {name: [cut_off(wave[:, 0]) for wave in read_clips(name).view("wave")] for name in CORPORA}


def cut_off(samples: np.ndarray) -> np.ndarray:
    return (np.clip(np.trunc(samples * 32768), -32768, 32767) / 32768).astype(np.float32)


def every(clips: list[np.ndarray], count: int) -> list[np.ndarray]:
    """Return `count` of the clips, evenly spread."""
    return [clips[place] for place in np.linspace(0, len(clips) - 1, min(count, len(clips))).round().astype(int)]


def join(clips: list[np.ndarray], minutes: float) -> np.ndarray:
    length = round(minutes * 60 * RATE)
    return np.resize(np.concatenate(clips), length)


def libraries(folder: Path) -> dict[str, dict[str, Extract]]:
    """Return how each library extracts each feature from samples, to (frame, feature)."""
    import librosa
    import opensmile

    from affekt.signals.deltas import with_deltas
    from affekt.signals.functionals import functionals
    from affekt.signals.mel import Mel, log_mel, mfcc
    from affekt.signals.pitch import pitch

    def smile(name: str, parts: str, level: str) -> Extract:
        path = folder / f"{name}.conf"
        path.write_text(parts)
        extractor = opensmile.Smile(feature_set=str(path), feature_level=level, num_workers=1)
        return lambda samples: np.asarray(extractor(samples, RATE))[0].T

    geneva = opensmile.Smile(opensmile.FeatureSet.eGeMAPSv02, opensmile.FeatureLevel.Functionals, num_workers=1)
    stft = {"sr": RATE, "n_fft": 512, "win_length": 400, "hop_length": 160, "center": False, "htk": True, "norm": None}

    def theirs_mel(samples: np.ndarray, shape: Mapping[str, int]) -> np.ndarray:
        bands = {"n_mels": shape["bands"], "fmin": shape["low"], "fmax": shape["high"]}
        # librosa puts the window of 400 into the middle of the 512 samples that it transforms.
        centred = np.pad(samples, (512 - 400) // 2)
        return np.log(np.maximum(librosa.feature.melspectrogram(y=centred, **stft, **bands), 1e-10))

    def theirs_mfcc(samples: np.ndarray) -> np.ndarray:
        cepstra = librosa.feature.mfcc(S=theirs_mel(samples, CEPSTRA), n_mfcc=13, lifter=22)
        slopes = librosa.feature.delta(cepstra, width=5, mode="nearest")
        return np.concatenate([cepstra, slopes, librosa.feature.delta(slopes, width=5, mode="nearest")]).T

    voice = {"fmin": PITCH["low"], "fmax": PITCH["high"], "sr": RATE, "frame_length": 1024, "hop_length": 160}
    return {
        "log-mel": {
            "affekt": lambda samples: log_mel(samples, RATE),
            "opensmile": smile("mel", spectrum(0.025) + mel(MEL) + logarithm(), "log"),
            "librosa": lambda samples: theirs_mel(samples, MEL).T,
        },
        "mfcc with deltas": {
            "affekt": lambda samples: with_deltas(mfcc(samples, RATE, settings=Mel(bands=40, low=20.0))),
            "opensmile": smile("mfcc", spectrum(0.025) + mel(CEPSTRA) + cepstra(), "all"),
            "librosa": theirs_mfcc,
        },
        "f0": {
            "affekt": lambda samples: pitch(samples, RATE, low=PITCH["low"], high=PITCH["high"]).f0[:, None],
            "opensmile": smile("pitch", spectrum(0.060, winFunc="gauss", sigma=0.4) + subharmonics(), "pitch"),
            "librosa": lambda samples: librosa.pyin(samples, center=False, **voice)[0][:, None],
        },
        "functionals": {
            "affekt": lambda samples: functionals(samples, RATE)[None],
            "opensmile": lambda samples: np.asarray(geneva(samples, RATE))[0].T,
        },
    }  # fmt: skip


def part(name: str, kind: str, reads: str, **options: object) -> str:
    """Return one component of an openSMILE configuration, which writes the level of its own name."""
    settings = "".join(f"{option}={value}\n" for option, value in options.items())
    return (
        f"[componentInstances:cComponentManager]\ninstance[{name}].type={kind}\n"
        f"[{name}:{kind}]\nreader.dmLevel={reads}\nwriter.dmLevel={name}\n{settings}"
    )


def spectrum(seconds: float, **shape: object) -> str:
    return (
        "[componentInstances:cComponentManager]\ninstance[dataMemory].type=cDataMemory\n"
        "\\{\\cm[source{?}:source]}\n\\{\\cm[sink{?}:sink]}\n"
        + part("frames", "cFramer", "wave", frameSize=seconds, frameStep=0.010, frameCenterSpecial="left")
        + part("shaped", "cWindower", "frames", **(shape or {"winFunc": "han"}))
        + part("fft", "cTransformFFT", "shaped")
        + part("mag", "cFFTmagphase", "fft")
    )


def mel(shape: Mapping[str, int]) -> str:
    bands = {"nBands": shape["bands"], "lofreq": shape["low"], "hifreq": shape["high"]}
    return part("mel", "cMelspec", "mag", **bands, usePower=1, htkcompatible=0)


def logarithm() -> str:
    return part("log", "cVectorOperation", "mel", operation="log")


def cepstra() -> str:
    return (
        part("mfcc", "cMfcc", "mel", firstMfcc=0, lastMfcc=12, cepLifter=22, htkcompatible=0)
        + part("delta", "cDeltaRegression", "mfcc", deltawin=2)
        + part("accel", "cDeltaRegression", "delta", deltawin=2)
        + part("all", "cVectorConcat", "mfcc;delta;accel")
    )


def subharmonics() -> str:
    octaves = {"scale": "octave", "sourceScale": "lin", "interpMethod": "spline", "minF": 25, "maxF": -1}
    search = {"maxPitch": PITCH["high"], "minPitch": PITCH["low"], "nCandidates": 6, "inputFieldSearch": "Mag_octScale"}
    voicing = {"scores": 1, "voicing": 1, "F0raw": 1, "voicingClip": 1, "voicingCutoff": 0.7, "greedyPeakAlgo": 1}
    harmonics = {"nHarmonics": 15, "compressionFactor": 0.85}
    return (
        part("octaves", "cSpecScale", "mag", **octaves, specSmooth=1, specEnhance=1, auditoryWeighting=1)
        + part("shs", "cPitchShs", "octaves", **{"writer.levelconf.growDyn": 1, "writer.levelconf.isRb": 0}, **search,
               **voicing, **harmonics)
        + part("pitch", "cPitchSmootherViterbi", "shs", **{"reader2.dmLevel": "shs"}, bufferLength=40, F0final=1,
               F0finalLog=0, voicingFinalUnclipped=0)
    )  # fmt: skip


def compare_speed(extractors: Mapping[str, Extract], sounds: list[np.ndarray], rounds: int) -> dict:
    """Return each library's seconds per hour of audio and how many times ours that is."""
    for extract in extractors.values():
        extract(sounds[0][: 3 * RATE])
    spent: dict[str, list[float]] = {name: [] for name in extractors}
    for _ in range(rounds):
        for name, extract in extractors.items():
            if spent[name] and spent[name][0] > SLOW_S:
                continue
            start = time.process_time()
            for samples in sounds:
                extract(samples)
            spent[name].append(time.process_time() - start)
    hours = sum(map(len, sounds)) / RATE / 3600
    seconds = {name: round(min(times) / hours, 3) for name, times in spent.items()}
    ratios = {name: round(value / seconds["affekt"], 2) for name, value in seconds.items() if name != "affekt"}
    return {"seconds_per_hour": seconds, "times_affekt": ratios}


def columns_agree(extractors: Mapping[str, Extract], joined: np.ndarray) -> dict:
    """Return the median and the lowest Spearman correlation over columns, with each other library."""
    from affekt.metrics.regression import spearman
    from affekt.signals.spectrum import energy

    ours = extractors["affekt"](joined)
    loud = energy(joined, RATE)[:, 0] > LOUD_DB
    found = {}
    for name in extractors.keys() - {"affekt"}:
        theirs = extractors[name](joined)
        count = min(len(ours), len(theirs))
        if abs(len(ours) - len(theirs)) > 2 or ours.shape[1] != theirs.shape[1]:
            raise SystemExit(f"affekt gives {ours.shape}, {name} {theirs.shape}: these are not the same features.")
        heard = np.flatnonzero(loud[:count])
        each = [spearman(ours[heard, k], theirs[heard, k]) for k in range(ours.shape[1])]
        found[name] = {"median": round(statistics.median(each), 4), "lowest": round(min(each), 4)}
    return found


def pitches_agree(extractors: Mapping[str, Extract], joined: np.ndarray) -> dict:
    """Return how often two trackers agree on voicing, and within 5 % on F0 where both hear a voice."""
    ours = extractors["affekt"](joined)[:, 0]
    found = {}
    for name in extractors.keys() - {"affekt"}:
        theirs = extractors[name](joined)[:, 0]
        count = min(len(ours), len(theirs))
        a, b = np.nan_to_num(ours[:count]), np.nan_to_num(theirs[:count])
        both = (a > 0) & (b > 0)
        near = np.abs(a[both] / b[both] - 1) < 0.05
        found[name] = {
            "same_voicing": round(float(np.mean((a > 0) == (b > 0))), 3),
            "within_5_percent": round(float(near.mean()), 3),
        }
    return found


AGREEMENT = {"log-mel": columns_agree, "mfcc with deltas": columns_agree, "f0": pitches_agree}


def compare_functionals(extractors: Mapping[str, Extract], sounds: dict[str, list[np.ndarray]], count: int) -> dict:
    """Return the Spearman correlation of each functional with openSMILE's over clips, and the worst of them."""
    import opensmile

    from affekt.metrics.regression import spearman
    from affekt.signals.functionals import FUNCTIONALS

    theirs = opensmile.Smile(opensmile.FeatureSet.eGeMAPSv02, opensmile.FeatureLevel.Functionals).feature_names
    if tuple(theirs) != FUNCTIONALS:
        odd = [(a, b) for a, b in zip(FUNCTIONALS, theirs, strict=False) if a != b]
        raise SystemExit(f"The functionals are not named alike: {odd[:5]}.")
    share = count / sum(map(len, sounds.values())) if count else 1
    chosen = {name: every(clips, max(10, round(share * len(clips)))) for name, clips in sounds.items()}
    tables = {
        name: [np.concatenate([extract(clip) for clip in clips]) for extract in extractors.values()]
        for name, clips in chosen.items()
    }
    pooled = [np.concatenate([pair[side] for pair in tables.values()]) for side in (0, 1)]
    rows = {
        name: {feature: correlation(spearman, ours[:, k], others[:, k]) for k, feature in enumerate(FUNCTIONALS)}
        for name, (ours, others) in {**tables, "both": pooled}.items()
    }
    ranked = sorted(rows["both"].items(), key=lambda item: item[1])
    return {
        "clips": {name: len(clips) for name, clips in chosen.items()},
        "median_spearman": {name: round(statistics.median(row.values()), 4) for name, row in rows.items()},
        "at_least_0.95": sum(value >= 0.95 for value in rows["both"].values()),
        "below_0.80": {feature: value for feature, value in ranked if value < 0.8},
        "worst": dict(ranked[:12]),
        "spearman": rows["both"],
    }


def correlation(spearman: Callable[..., float], ours: np.ndarray, theirs: np.ndarray) -> float:
    """Return Spearman's rho, 0 where either never changes."""
    if np.ptp(ours) == 0 or np.ptp(theirs) == 0:
        return 0.0
    return round(float(spearman(ours, theirs)), 4)


if __name__ == "__main__":
    main()
