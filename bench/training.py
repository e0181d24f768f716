"""`affekt train` on 1,000 labelled rows, frozen features, from a cold start: seconds, and scores beside TF-IDF.

python bench/training.py                       # every corpus, results/train.csv and bench/training.json
python bench/training.py --method fine-tune --rows 4000 --corpora isear dair_emotion
python bench/training.py --corpora isear --rows 200 --results /tmp/train.csv --json /tmp/train.json

Each training is the command itself, in a process of its own, so seconds are what a user waits: importing, opening the
model, reading 1,000 texts, choosing the ridge, calibrating, scoring both systems with intervals and writing the
report. Test parts are scored once by the command; nothing here chooses anything. TF-IDF with logistic regression
learns from the same parts in the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from affekt.evaluation.records import Scored, run_info, write_results
from affekt.metrics.resampling import Estimate

CORPORA = ("isear", "dair_emotion", "stackoverflow_emotion", "crowd_envent", "emorynlp")
SHOWN = ("macro_f1", "accuracy", "micro_f1", "ece", "map")


def measure(corpus: str, rows: int, method: str, seed: int) -> dict[str, object]:
    """Return the card of a model trained on some rows of a corpus, with the seconds the command took."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "affekt", "train", corpus, "--most", str(rows), "--method", method]
        command += ["--seed", str(seed), "--json", "-o", str(Path(folder) / "model")]
        started = time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        seconds = time.monotonic() - started
    if done.returncode:
        raise SystemExit(f"{corpus}: {done.stderr.strip()}")
    return {**json.loads(done.stdout), "seconds": seconds}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpora", nargs="+", default=list(CORPORA))
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--method", choices=("frozen", "fine-tune"), default="frozen")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--results", type=Path, default=Path("results/train.csv"))
    parser.add_argument("--json", type=Path, default=Path("bench/training.json"))
    given = parser.parse_args()
    rows, told = [], {}
    for corpus in given.corpora:
        card = measure(corpus, given.rows, given.method, given.seed)
        scores = card["scores"]
        protocol = f"{given.rows}-rows-{given.method}"
        counts = card["training"]["counts"]
        for model, part in (("affekt-train", "test"), ("tfidf", "test_tfidf")):
            place = Scored(corpus, "test", protocol, counts["test"], run_info(model, "1", seed=given.seed))
            for name in SHOWN:
                found = scores[part].get(name)
                if found is not None and found["value"] is not None:
                    low, high = found["low"], found["high"]
                    value = found["value"] if low is None else Estimate(found["value"], low, high)
                    rows.append(place.row(name, value))
            if part == "test":
                gain = scores["gain_over_tfidf"]
                estimate = Estimate(gain["difference"], gain["low"], gain["high"])
                rows.append(place.row(f"{gain['metric']}:minus:tfidf", estimate))
                rows.append(place.row("seconds", card["seconds"]))
        ours, theirs = (scores[part]["macro_f1"]["value"] for part in ("test", "test_tfidf"))
        told[corpus] = {"seconds": round(card["seconds"], 1), "macro_f1": round(ours, 4), "tfidf": round(theirs, 4)}
        print(f"{corpus}: {card['seconds']:.1f} s, macro-F1 {ours:.3f}, TF-IDF {theirs:.3f}", flush=True)
    write_results(given.results, rows)
    kept = json.loads(given.json.read_text(encoding="utf-8")) if given.json.exists() else {}
    machine = {"cores": os.cpu_count(), "machine": platform.machine()}
    record = {**kept, f"{given.rows}-rows-{given.method}": {**machine, "corpora": told}}
    given.json.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
