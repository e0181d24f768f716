"""How long `affekt annotate FOLDER` takes for many files, with one worker and with two, in one run.

    AFFEKT_DATA=… python bench/speech_folders.py [--files 1000] [--seconds 3]

Writes `bench/speech_folders.json`. Files are cut from utterances of RAVDESS, one after the other; without AFFEKT_DATA
from made-up voices. Each round annotates the whole folder anew, workers in turn; told are the medians of wall time,
files per second and the share of real time, and how many times as fast two workers are. Until weights ship the network
is of the shipped shape with drawn weights: no time depends on what they are.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from datetime import date
from pathlib import Path

from speech import RATE, card_of, draw_weights, machine, utterances

OUTPUT = Path(__file__).with_suffix(".json")
WORKERS = (1, 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each file")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    options = parser.parse_args()
    from affekt.analysis.folders import FolderOptions, annotate_folder
    from affekt.analysis.listening import Listening

    taken: dict[int, list[float]] = {workers: [] for workers in WORKERS}
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        drawn = draw_weights(root / "weights")
        card = card_of("speech", root / "weights")
        folder = write_files(root / "files", options.files, options.seconds)
        for _ in range(options.rounds):
            for workers in WORKERS:
                how = FolderOptions(model=card, listening=Listening("one"), workers=workers, overwrite=True)
                began = time.perf_counter()
                summary = annotate_folder(folder, root / "out.parquet", options=how)
                taken[workers].append(time.perf_counter() - began)
                if summary.files != options.files or summary.rejected:
                    raise SystemExit(f"{summary.files} files, {summary.rejected} rejected: something is wrong.")
    whole = options.files * options.seconds
    rows = {
        f"workers-{workers}": {
            "seconds": round(statistics.median(seconds), 3),
            "files_per_second": round(options.files / statistics.median(seconds), 2),
            "real_time_factor": round(statistics.median(seconds) / whole, 5),
            "rounds": [round(each, 3) for each in seconds],
        }
        for workers, seconds in taken.items()
    }
    ratio = statistics.median(taken[1]) / statistics.median(taken[2])
    report = {
        "files": options.files,
        "seconds_each": options.seconds,
        "weights": "drawn" if drawn else "shipped",
        "date": date.today().isoformat(),
        "machine": machine(),
        "rows": rows,
        "two_workers_against_one": round(ratio, 3),
    }
    options.output.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(report, indent=2))


def write_files(folder: Path, count: int, seconds: float) -> Path:
    """Return a folder of `count` files, each the next stretch of the utterances, round and round."""
    import numpy as np
    import soundfile

    some, length = utterances(), round(seconds * RATE)
    folder.mkdir()
    for number in range(count):
        start = number * length % max(1, len(some) - length)
        soundfile.write(folder / f"{number:05}.wav", np.asarray(some[start : start + length]), RATE)
    return folder


if __name__ == "__main__":
    main()
