"""Krippendorff's alpha on a million votes: seconds and memory, beside the package `krippendorff`, in one run.

python bench/agreement.py

Each measurement runs in a process of its own. Memory is the largest resident set of that process
(VmHWM) less what it held once everything was imported and the votes were made; the whole is given, too.
Ratios are of processor time, which a busy machine does not change as it does seconds.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

VOTES, PER_ITEM, LABELS = 1_000_000, 4, 28
LEVELS = ("nominal", "ordinal", "interval")


def votes() -> tuple[np.ndarray, np.ndarray]:
    """Return a million votes, item and value, four per item; six in ten say the item's own value."""
    random = np.random.default_rng(0)
    item = np.repeat(np.arange(VOTES // PER_ITEM), PER_ITEM)
    truth = random.integers(1, LABELS + 1, VOTES // PER_ITEM)
    value = np.where(random.random(VOTES) < 0.6, truth[item], random.integers(1, LABELS + 1, VOTES))
    order = random.permutation(VOTES)
    return item[order], value[order]


def peak_mb() -> float:
    """Return the largest resident set of this process so far, in MB."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def measure(what: str, level: str) -> dict[str, float]:
    """Return alpha, its seconds (best of three where it is short) and the memory it took on top, in this process."""
    item, value = votes()
    if what == "krippendorff":
        import krippendorff

        # The matrix (rater, item) that the package takes is made before the clock starts.
        order = np.argsort(item, kind="stable")
        table = value[order].reshape(-1, PER_ITEM).T.astype(np.float64)

        def run() -> float:
            return float(krippendorff.alpha(reliability_data=table, level_of_measurement=level))

    elif what == "affekt, interval of 1,000 resamples":
        from affekt.metrics.agreement import krippendorff_interval

        def run() -> float:
            return krippendorff_interval(item, value, level=level, resamples=1000).value

    else:
        from affekt.metrics.agreement import krippendorff_alpha

        def run() -> float:
            return krippendorff_alpha(item, value, level=level)

    before = peak_mb()
    seconds, cpu = [], []
    for _ in range(3 if what == "affekt" else 1):  # the others take long enough to be measured once
        started, worked = time.perf_counter(), time.process_time()
        alpha = run()
        seconds.append(time.perf_counter() - started)
        cpu.append(time.process_time() - worked)
    return {
        "alpha": alpha,
        "seconds": min(seconds),
        "cpu_seconds": min(cpu),
        "added_mb": peak_mb() - before,
        "process_mb": peak_mb(),
    }


def main() -> None:
    """Measure each level and each way, print a line for each, and write the JSON beside this script."""
    rows = []
    for level in LEVELS:
        for what in ("affekt", "krippendorff", "affekt, interval of 1,000 resamples"):
            answer = subprocess.run([sys.executable, __file__, what, level], check=True, capture_output=True, text=True)
            row = {"level": level, "what": what, **json.loads(answer.stdout)}
            rows.append(row)
            print(
                f"{level:9} {what:36} {row['seconds']:7.3f} s  {row['cpu_seconds']:7.3f} s of cpu  "
                f"+{row['added_mb']:6.0f} MB  {row['process_mb']:6.0f} MB  alpha {row['alpha']:.6f}"
            )
    first = {(row["level"], row["what"]): row for row in rows}
    record = {
        "what": f"Krippendorff's alpha of {VOTES:,} votes, {PER_ITEM} per item, {LABELS} values, in random order",
        "machine": platform.processor() or platform.machine(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "faster_than_krippendorff": {
            level: round(first[level, "krippendorff"]["cpu_seconds"] / first[level, "affekt"]["cpu_seconds"], 1)
            for level in LEVELS
        },
        "rows": rows,
    }
    Path(__file__).with_suffix(".json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(measure(*sys.argv[1:])))
    else:
        main()
