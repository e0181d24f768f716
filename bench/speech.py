"""Speed and memory of reading speech, side by side with alternatives, in one run.

    AFFEKT_DATA=… python bench/speech.py [--only size,cold,live,file,memory] [--minutes 60] [--hours 10]

Writes `bench/speech.json`. Everything runs on one thread and, where the system allows, on one core. Files are
utterances of RAVDESS, one after the other, again and again; without AFFEKT_DATA made-up voices. `file` and `memory` run
in processes of their own: wall and processor time from opening the file to the report, and the most memory that was
held. Processor time is what a core to oneself takes; wall time holds whatever else the machine does. Rates differ
between machines; ratios travel better.

Until weights ship the networks are of the shipped shape with drawn weights, and the report says so: no time depends on
what the weights are. The network of wav2vec 2.0's base shape (Baevski et al. 2020) has drawn weights too.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402 - reads the variables above

if TYPE_CHECKING:
    from affekt.cards import ModelCard
    from affekt.inference.speech import SpeechReader

OUTPUT = Path(__file__).with_suffix(".json")
SECTIONS = ("size", "cold", "live", "file", "memory")
RATE = 16_000
LABELS = ("neutral", "calm", "happiness", "sadness", "anger", "fear", "disgust", "surprise")
MODELS = ("speech", "speech-nano")
FEW = 60.0  # seconds that a network of 95 million numbers reads


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(SECTIONS))
    parser.add_argument("--minutes", type=float, default=60.0, help="of the file in section `file`")
    parser.add_argument("--hours", type=float, default=10.0, help="of the long file in section `memory`")
    parser.add_argument("--live-seconds", type=float, default=60.0, help="of section `live`, which take as long")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    parser.add_argument("--child", nargs=2, metavar=("HOW", "FILE"), help="what the processes of the bench run")
    parser.add_argument("--weights", type=Path, help="where a child finds drawn weights")
    options = parser.parse_args()
    one_core()
    if options.child:
        how, path = options.child
        print(json.dumps(CHILDREN[how](Path(path), options.weights)))
        return
    check_installed()
    report = json.loads(options.output.read_text()) if options.output.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        options.folder = Path(folder)
        options.weights = options.folder / "weights"
        drawn = draw_weights(options.weights)
        for section in options.only.split(","):
            print(f"== {section}", flush=True)
            found = globals()[f"bench_{section}"](options)
            report[section] = found | {"weights": "drawn" if drawn else "shipped", "date": date.today().isoformat()}
            print(json.dumps(report[section], indent=1), flush=True)
            report["machine"] = machine()
            options.output.write_text(json.dumps(report, indent=1) + "\n")


def bench_size(options: argparse.Namespace) -> dict:
    """Bytes of the networks as they ship, and how many numbers are in them."""
    import onnx

    found = {}
    for name in MODELS:
        path = card_of(name, options.weights).folder / "model.onnx"
        sizes = [int(np.prod(each.dims)) for each in onnx.load(path).graph.initializer if each.data_type in (1, 2, 3)]
        found[name] = {"bytes": path.stat().st_size, "parameters": sum(size for size in sizes if size > 1)}
    return {"models": found}


def bench_cold(options: argparse.Namespace) -> dict:
    """A fresh process that reads a clip of three seconds, start to end, on a warm disk."""
    clip = write_sound(options.folder / "clip.wav", 3.0)
    seconds = {name: wall(child(name, clip, options)) for name in MODELS}
    return {"seconds": seconds}


def bench_live(options: argparse.Namespace) -> dict:
    """Speech as fast as it is spoken: from when all that a window needs is there to the answer."""
    from affekt.analysis.live import LiveSpeech, listen_live
    from affekt.signals.arriving import Arrivals

    found: dict[str, dict] = {}
    for name in MODELS:
        live = LiveSpeech(reader_of(name, options.weights), RATE)
        live.warm_up()
        taken = [
            answer.compute_s
            for answer in listen_live(Arrivals(spoken(speech(options.live_seconds)), RATE), live)
            if answer.reading.status == "ok"
        ]
        said = live.summary()
        found[name] = {
            "compute_delay_s": {"median": said.delays.compute_median_s, "worst": said.delays.compute_worst_s}
            | {"95 %": round(float(np.quantile(taken, 0.95)), 6)},
            "readings": said.readings,
            "skipped": said.skipped,
        }
        algorithmic = said.delays.to_dict()["algorithmic"]
    reader = reader_of("speech", options.weights)
    network, window = wav2vec2(), speech(3.0)
    rates = in_turn(
        {"speech": lambda: reader.estimate([window]), "wav2vec2-base-sized": lambda: network(window)}, rounds=9
    )
    return {
        "seconds_of_sound": options.live_seconds,
        "algorithmic_delay_s": algorithmic,
        "models": found,
        "window_of_3_s": rates,
        "wav2vec2_over_speech": round(rates["wav2vec2-base-sized"]["wall"] / rates["speech"]["wall"], 1),
    }


def bench_file(options: argparse.Namespace) -> dict:
    """Seconds for an hour of sound, decoding and speech activity included; the others' share of theirs."""
    seconds = 60 * options.minutes
    flac = write_sound(options.folder / "hour.flac", seconds)
    mp3 = write_sound(options.folder / "hour.mp3", seconds, rate=44_100, channels=2)
    short = write_sound(options.folder / "minutes.flac", min(seconds, 300.0))
    few = write_sound(options.folder / "few.flac", FEW)
    runs = {
        "speech, FLAC 16 kHz": ("speech", flac, seconds),
        "speech-nano, FLAC 16 kHz": ("speech-nano", flac, seconds),
        "speech, MP3 44.1 kHz stereo": ("speech", mp3, seconds),
        "librosa log-mel, same network": ("librosa", short, min(seconds, 300.0)),
        "wav2vec2-base-sized": ("wav2vec2", few, FEW),
    }
    factors: dict[str, dict[str, list[float]]] = {name: {"wall": [], "processor": []} for name in runs}
    memory: dict[str, float] = {}
    for _ in range(options.rounds):
        for name, (how, path, length) in runs.items():
            said = json.loads(subprocess.check_output(child(how, path, options)))
            for kind in ("wall", "processor"):
                factors[name][kind].append(said[kind] / length)
            memory[name] = max(memory.get(name, 0.0), said["megabytes"])
    told = {
        name: {kind: spread(values) for kind, values in each.items()} | {"megabytes": memory[name]}
        for name, each in factors.items()
    }
    ours = told["speech, FLAC 16 kHz"]["processor"]["median"]
    return {
        "minutes": options.minutes,
        "speech_share": speech_share(options),
        "real_time_factor": told,
        "ours_faster_by": {
            name: round(told[name]["processor"]["median"] / ours, 1)
            for name in ("librosa log-mel, same network", "wav2vec2-base-sized")
        },
    }


def bench_memory(options: argparse.Namespace) -> dict:
    """The most memory that a process holds that reads a tenth of the long file, and the whole of it."""
    found = {}
    for hours in (options.hours / 10, options.hours):
        path = write_sound(options.folder / "long.flac", 3600 * hours)
        said = json.loads(subprocess.check_output(child("speech", path, options)))
        found[f"{hours:g} h"] = {name: said[name] for name in ("megabytes", "wall", "processor", "segments")}
        path.unlink()
    few, many = (each["megabytes"] for each in found.values())
    return {"files": found, "megabytes_more_per_hour": round((many - few) / (0.9 * options.hours), 2)}


def child_reads(name: str) -> Callable[[Path, Path], dict]:
    """Return what analyzes a file by a model in this process."""

    def run(path: Path, weights: Path) -> dict:
        from affekt.analysis.listening import listen
        from affekt.inference.speech import open_speech_reader

        reader = open_speech_reader(card_of(name, weights), threads=1)
        return measured(lambda: len(listen(path, reader).readings))

    return run


def child_librosa(path: Path, weights: Path) -> dict:
    """What one writes with librosa: decode, log-mel, the same network over stretches of 30 s, speech or not."""
    import librosa
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = 1
    network = InferenceSession(str(card_of("speech", weights).folder / "model.onnx"), options)

    def read() -> int:
        samples, _ = librosa.load(path, sr=RATE)
        mel = librosa.feature.melspectrogram(
            y=samples, sr=RATE, n_fft=512, win_length=400, hop_length=160, n_mels=64, fmin=50, center=False
        )
        rows = np.log(np.maximum(mel.T, 1e-10)).astype(np.float32)
        for at in range(0, len(rows), 3000):
            part = rows[None, at : at + 3000]
            network.run(None, {"features": part, "length": np.array([part.shape[1]], np.int64)})
        return len(rows)

    return measured(read)


def child_wav2vec2(path: Path, weights: Path) -> dict:
    """A classifier of wav2vec 2.0's base shape over stretches of 10 s."""
    from affekt.signals.audio import sound_blocks

    network = wav2vec2()

    def read() -> int:
        return sum(network(block.mono()) for block in sound_blocks(path, seconds=10.0))

    return measured(read)


CHILDREN: dict[str, Callable[[Path, Path], dict]] = {
    **{name: child_reads(name) for name in MODELS},
    "librosa": child_librosa,
    "wav2vec2": child_wav2vec2,
}


def measured(work: Callable[[], int]) -> dict:
    """What work took: seconds of wall and processor, the most memory of this process in megabytes."""
    began, processor = time.perf_counter(), time.process_time()
    count = work()
    took = {"wall": time.perf_counter() - began, "processor": time.process_time() - processor}
    return took | {"segments": count, "megabytes": round(most_memory(), 1)}


def most_memory() -> float:
    """Return the most megabytes that this process has held."""
    status = Path("/proc/self/status")
    if status.exists():
        # What the system reports of a process at its end counts its parent's memory before it became itself.
        held = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(held.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def child(how: str, path: Path, options: argparse.Namespace) -> list[str]:
    return [sys.executable, __file__, "--child", how, str(path), "--weights", str(options.weights)]


def wav2vec2() -> Callable[[np.ndarray], int]:
    """Return a classifier of the base shape, 95 million numbers, drawn: samples in, how many labels out."""
    import torch
    from transformers import Wav2Vec2Config, Wav2Vec2ForSequenceClassification

    torch.set_num_threads(1)
    torch.manual_seed(0)
    network = Wav2Vec2ForSequenceClassification(Wav2Vec2Config(num_labels=len(LABELS))).eval()

    def read(samples: np.ndarray) -> int:
        given = torch.from_numpy(np.pad(samples, (0, max(0, 8000 - len(samples))))[None])
        with torch.inference_mode():
            return int(network(given).logits.shape[1])

    return read


def in_turn(systems: dict[str, Callable[[], object]], *, rounds: int) -> dict[str, dict[str, float]]:
    """Median seconds of each system, wall and processor, which take turns; a round to warm up first."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in systems}
    for turn in range(rounds + 1):
        for name, system in systems.items():
            began, processor = time.perf_counter(), time.process_time()
            system()
            if turn:
                taken[name].append((time.perf_counter() - began, time.process_time() - processor))
    return {
        name: {
            kind: round(statistics.median(each[place] for each in values), 5)
            for place, kind in enumerate(("wall", "processor"))
        }
        for name, values in taken.items()
    }


def spread(values: list[float]) -> dict[str, float]:
    return {name: round(each(values), 5) for name, each in (("median", statistics.median), ("min", min), ("max", max))}


def wall(command: list[str]) -> dict[str, float]:
    """Wall and processor seconds of a command: medians of five runs after a warm-up."""
    walls, processors = [], []
    for turn in range(6):
        began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if turn:
            walls.append(time.perf_counter() - began)
            processors.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return {"wall": round(statistics.median(walls), 3), "processor": round(statistics.median(processors), 3)}


def speech(seconds: float) -> np.ndarray:
    """Return so much speech, float32 (time,), at 16 kHz."""
    joined = utterances()
    return np.resize(joined, round(seconds * RATE))


def utterances() -> np.ndarray:
    """Return a few minutes of real speech with its pauses, of made-up voices without AFFEKT_DATA."""
    if not _HELD:
        if os.environ.get("AFFEKT_DATA"):
            from affekt.corpora.speech_scenes import ravdess_utterances

            heard = ravdess_utterances(Path(os.environ["AFFEKT_DATA"]) / "speech" / "ravdess", every=12)
            _HELD.append(np.concatenate([each.samples for each in heard]))
        else:
            _HELD.append(np.concatenate([made_up_voice(pitch) for pitch in range(90, 290, 10)]))
    return _HELD[0]


_HELD: list[np.ndarray] = []


def made_up_voice(pitch: float) -> np.ndarray:
    """Return five seconds: four of pulses through two resonances, then a pause."""
    moment = np.arange(4 * RATE) / RATE
    phase = np.cumsum(pitch * (1 + 0.1 * np.sin(2 * np.pi * 0.7 * moment))) / RATE
    sound = np.zeros(len(moment))
    for k in range(1, int(3800 / pitch)):
        hz = k * pitch
        sound += np.sin(2 * np.pi * k * phase) * (
            1 / (1 + ((hz - 500) / 200) ** 2) + 0.5 / (1 + ((hz - 1500) / 300) ** 2)
        )
    sound *= (0.6 + 0.4 * np.sin(8 * np.pi * moment)) * 0.05 / sound.std()
    hiss = 1e-4 * np.random.default_rng(round(pitch)).standard_normal(5 * RATE)
    return (np.concatenate([sound, np.zeros(RATE)]) + hiss).astype(np.float32)


def spoken(samples: np.ndarray, *, block_s: float = 0.05) -> Iterator[np.ndarray]:
    """Yield the sound in blocks (1, time), as fast as it is spoken."""
    began, size = time.perf_counter(), round(block_s * RATE)
    for at in range(0, len(samples), size):
        time.sleep(max(0.0, began + (at + size) / RATE - time.perf_counter()))
        yield samples[None, at : at + size]


def write_sound(path: Path, seconds: float, *, rate: int = RATE, channels: int = 1) -> Path:
    """Write so much speech to a file, a few minutes at a time."""
    import soundfile

    from affekt.signals.audio import resample

    some = utterances()
    if rate != RATE:
        some = resample(some, RATE, rate)
    left = round(seconds * rate)
    with soundfile.SoundFile(path, "w", rate, channels) as file:
        while left > 0:
            part = some[:left]
            file.write(np.repeat(part[:, None], channels, axis=1))
            left -= len(part)
    return path


def speech_share(options: argparse.Namespace) -> float:
    """Return how much of the sound is speech: the rest costs no reading."""
    from affekt.signals.speech_activity import speech_activity

    some = utterances()[: 300 * RATE]
    return round(sum(span.end - span.start for span in speech_activity(some, RATE)) / (len(some) / RATE), 3)


def draw_weights(folder: Path) -> bool:
    """Write networks of the shipped shapes with drawn weights where affekt ships none; return whether it had to."""
    from affekt.models import index

    missing = [name for name in MODELS if name not in index.MODELS]
    if not missing:
        return False
    import torch

    from affekt.models.speech.net import SpeechConfig, SpeechNet
    from affekt.signals.mel import log_mel
    from affekt.training.speech.export import export_speech
    from affekt.training.speech.shipped import NANO

    torch.set_num_threads(1)
    torch.manual_seed(0)
    some = utterances()
    spectra = [log_mel(some[at : at + 3 * RATE]) for at in range(0, min(len(some), 90 * RATE), 3 * RATE)]
    fit = {"scale": [1.0] * 8, "shift": [0.0] * 8, "sd_factor": [1, 1, 1], "thresholds": {}}
    for name in missing:
        net = SpeechNet(len(LABELS), NANO if name == "speech-nano" else SpeechConfig())
        export_speech(net, folder / name / "model.onnx", spectra=spectra)
        (folder / name / "fit.json").write_text(json.dumps(fit))
    return True


def card_of(name: str, weights: Path) -> ModelCard:
    """Return the card of a shipped model, else of drawn weights of its shape."""
    from affekt.models import index
    from affekt.types import LabelSpace

    if name in index.MODELS:
        return index.MODELS[name]
    space = LabelSpace("ravdess", LABELS, "exclusive", "Livingstone & Russo 2018", "neutral")
    return replace(
        index.MODELS["text"],
        name=name,
        version="0",
        summary="drawn weights",
        modality="speech",
        space=space,
        folder=weights / name,
        files={},
        tokenizer=None,
        languages=(),
        window=30,
        dimensions=False,
        intensity=False,
        opinions=(),
        golden=(),
    )


def reader_of(name: str, weights: Path) -> SpeechReader:
    from affekt.inference.speech import open_speech_reader

    return open_speech_reader(card_of(name, weights), threads=1)


def check_installed() -> None:
    """Raise `SystemExit` where what the bench compares with is not installed."""
    missing = [name for name in ("librosa", "transformers", "torch", "onnx") if importlib.util.find_spec(name) is None]
    if missing:
        raise SystemExit(
            f"The bench needs {' and '.join(missing)}, which are not installed. Install them with: "
            "pip install --group bench --editable '.[train]'"
        )


def one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def machine() -> dict[str, str | int | None]:
    from importlib.metadata import version

    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        processor = next(
            (line.split(":")[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line), processor
        )
    packages = {
        name: version(name) for name in ("numpy", "onnxruntime", "soundfile", "soxr", "librosa", "transformers")
    }
    return {"processor": processor, "cores": os.cpu_count(), "python": platform.python_version(), **packages}


if __name__ == "__main__":
    main()
