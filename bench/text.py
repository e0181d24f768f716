"""Speed and memory of reading text, side by side with the alternatives, in one run.

    python bench/text.py [--only nano,text,cold,import,install,annotate]

Writes `bench/text.json`. Everything runs on one thread and, where the system allows, on one core.
Each rate is the median of several rounds, alternatives taken in turn, so that a machine that slows
down slows all of them. Rates differ between machines; ratios travel better.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from datetime import date
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "TOKENIZERS_PARALLELISM"):
    os.environ[variable] = "1" if variable != "TOKENIZERS_PARALLELISM" else "false"

OUTPUT = Path(__file__).with_suffix(".json")
ROUNDS = 5
SECTIONS = ("nano", "text", "cold", "import", "install", "annotate")
PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
SENTENCE = "I can't believe how kind everyone was today."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(SECTIONS))
    parser.add_argument("--texts", type=int, default=4096)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the annotate section")
    options = parser.parse_args()
    one_core()
    report = json.loads(OUTPUT.read_text()) if OUTPUT.exists() else {}
    for section in options.only.split(","):
        print(f"== {section}", flush=True)
        report[section] = globals()[f"bench_{section.replace('-', '_')}"](options) | {"date": date.today().isoformat()}
        print(json.dumps(report[section], indent=1), flush=True)
        report["machine"] = machine()
        OUTPUT.write_text(json.dumps(report, indent=1) + "\n")


def bench_nano(options: argparse.Namespace) -> dict:
    """`text-nano`, all of `annotate` included, against VADER's polarity scores."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    from affekt import annotate
    from affekt.analysis.annotate import AnnotateOptions

    one = AnnotateOptions(threads=1)
    texts = real_texts(options.texts * 4)
    vader = SentimentIntensityAnalyzer()
    rates = in_turn(
        texts,
        {
            "text-nano annotate": lambda: annotate(texts, model="text-nano", options=one),
            "vader": lambda: [vader.polarity_scores(text) for text in texts],
        },
    )
    return {"texts": len(texts), "texts_per_s": rates, "nano_over_vader": ratio(rates, "text-nano annotate", "vader")}


def bench_text(options: argparse.Namespace) -> dict:
    """`text` against a RoBERTa-base-sized network: in the transformers pipeline, and as int8 ONNX."""
    import torch
    from transformers import PreTrainedTokenizerFast, RobertaConfig, RobertaForSequenceClassification, pipeline

    from affekt import annotate
    from affekt.analysis.annotate import AnnotateOptions
    from affekt.inference.encoder import EncoderNetwork
    from affekt.inference.tokens import WordPieces
    from affekt.models.index import find_model
    from affekt.models.text.net import TextNet, TextNetConfig
    from affekt.training.batches import pad
    from affekt.training.export import activation_ranges, export_encoder

    torch.set_num_threads(1)
    torch.manual_seed(0)
    one = AnnotateOptions(threads=1)
    texts = real_texts(options.texts)
    card = find_model("text")
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(card.tokenizer),
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=512,
    )
    roberta = RobertaForSequenceClassification(
        RobertaConfig(vocab_size=50265, num_labels=28, type_vocab_size=1, pad_token_id=0)
    )
    batch = 32
    classify = pipeline(
        "text-classification", model=roberta.eval(), tokenizer=tokenizer, top_k=None, batch_size=batch, device="cpu"
    )

    pieces = WordPieces.load(card.tokenizer)
    large = TextNet(TextNetConfig(vocabulary=50265, width=768, layers=12, heads=12, feedforward=3072))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roberta-sized.onnx"
        some = [pieces.encode(text)[:128] for text in texts[:64]]
        export_encoder(large, path, ranges=activation_ranges(large, [pad(some)]))
        network = EncoderNetwork(path, threads=1, device="cpu")
        few = texts[: max(64, len(texts) // 8)]

        def int8() -> None:
            network.run([pieces.pieces(text) for text in few], batch_size=64)

        rates = in_turn(
            {"text annotate": texts, "roberta-sized pipeline": few, "roberta-sized int8": few},
            {
                "text annotate": lambda: annotate(texts, model="text", options=one),
                "roberta-sized pipeline": lambda: classify(few),
                "roberta-sized int8": int8,
            },
        )
    return {
        "texts": len(texts),
        "pipeline_batch_size": batch,
        "texts_per_s": rates,
        "text_over_pipeline": ratio(rates, "text annotate", "roberta-sized pipeline"),
        "text_over_int8": ratio(rates, "text annotate", "roberta-sized int8"),
    }


def bench_cold(options: argparse.Namespace) -> dict:
    """A fresh process that reads one sentence, start to end, on a warm disk."""
    command = [str(Path(sys.executable).with_name("affekt")), "analyze", SENTENCE]
    seconds = {"analyze": wall([*command]), "analyze text-nano": wall([*command, "--model", "text-nano"])}
    return {"seconds": seconds | {"help": wall([command[0], "--help"])}}


def bench_import(options: argparse.Namespace) -> dict:
    """`import affekt` after NumPy, inside fresh interpreters."""
    code = "import time, numpy; t = time.perf_counter(); import affekt; print(time.perf_counter() - t)"
    values = [float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(15)]
    return {"milliseconds_beyond_numpy": round(1000 * statistics.median(values), 2)}


def bench_install(options: argparse.Namespace) -> dict:
    """A fresh environment with the base install: bytes on disk beside the weights."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        pip = [str(Path(folder) / "bin" / "python"), "-m", "pip"]
        before = size(Path(folder))
        subprocess.run([*pip, "install", "--quiet", str(Path(__file__).parents[1])], check=True)
        site = next(Path(folder).glob("lib/python*/site-packages"))
        parts = {entry.name: size(entry) for entry in site.iterdir() if not entry.name.endswith(".dist-info")}
        weights = sum(size(path) for path in site.glob("affekt/models/*/weights"))
        total = size(Path(folder)) - before - weights
    largest = dict(sorted(parts.items(), key=lambda item: -item[1])[:8])
    return {
        "megabytes_without_weights": round(total / 1e6, 1),
        "megabytes_weights": round(weights / 1e6, 1),
        "largest": {name: round(value / 1e6, 1) for name, value in largest.items()},
    }


def bench_annotate(options: argparse.Namespace) -> dict:
    """`affekt annotate` on a table of real comments, repeated to `--rows`; peak memory of the process."""
    texts, found = real_texts(options.texts), {}
    with tempfile.TemporaryDirectory() as folder:
        for rows in (options.rows // 10, options.rows):
            source = Path(folder) / f"{rows}.csv"
            with source.open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file)
                writer.writerow(["id", "text"])
                writer.writerows([i, texts[i % len(texts)]] for i in range(rows))
            command = [str(Path(sys.executable).with_name("affekt")), "annotate", str(source), "--column", "text"]
            command += ["--model", "text-nano", "--threads", "1", "-o", str(source.with_suffix(".parquet")), "--quiet"]
            # A child's peak counts that of the process it was forked from, so a small one starts it.
            started = time.perf_counter()
            peak = int(subprocess.check_output([sys.executable, "-c", PEAK, *command]))
            seconds = time.perf_counter() - started
            found[str(rows)] = {
                "seconds": round(seconds, 1),
                "rows_per_s": round(rows / seconds),
                "peak_memory_mb": round(peak / 1024),
            }
    return {"model": "text-nano", "rows": found}


def real_texts(count: int) -> list[str]:
    """Comments of the GoEmotions dev split where it is at hand, the bundled samples repeated otherwise."""
    from affekt import AffektError, read_corpus

    try:
        texts = [record.signal.text for record in read_corpus("goemotions", split="dev")]
    except AffektError:
        with (Path(__file__).parents[1] / "samples" / "comments.csv").open(encoding="utf-8") as file:
            texts = [row["text"] for row in csv.DictReader(file)]
    return [texts[i % len(texts)] for i in range(count)]


def in_turn(texts: list[str] | dict[str, list[str]], systems: dict[str, Callable[[], object]]) -> dict[str, dict]:
    """Texts per second of each system: a warm-up, then `ROUNDS` rounds in which each takes its turn."""
    seconds: dict[str, list[float]] = {name: [] for name in systems}
    for turn in range(ROUNDS + 1):
        for name, system in systems.items():
            started = time.perf_counter()
            system()
            if turn:
                seconds[name].append(time.perf_counter() - started)
    counts = {name: len(texts[name] if isinstance(texts, dict) else texts) for name in systems}
    return {
        name: {
            "median": round(counts[name] / statistics.median(values)),
            "min": round(counts[name] / max(values)),
            "max": round(counts[name] / min(values)),
        }
        for name, values in seconds.items()
    }


def ratio(rates: dict[str, dict], ours: str, theirs: str) -> float:
    return round(rates[ours]["median"] / rates[theirs]["median"], 2)


def wall(command: list[str]) -> dict[str, float]:
    """Wall seconds of a command: median, least and most of ten runs after two warm-ups."""
    values = []
    for turn in range(12):
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        if turn > 1:
            values.append(time.perf_counter() - started)
    return {name: round(f(values), 3) for name, f in (("median", statistics.median), ("min", min), ("max", max))}


def size(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(p.stat().st_size for p in path.rglob("*") if p.is_file() and not p.is_symlink())


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
    packages = {name: version(name) for name in ("numpy", "onnxruntime", "tokenizers", "duckdb")}
    return {"processor": processor, "cores": os.cpu_count(), "python": platform.python_version(), **packages}


if __name__ == "__main__":
    main()
