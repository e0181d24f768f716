"""GoEmotions' rater files, 211,225 rows of the official shape: seconds to read them all, beside csv.DictReader.

python bench/goemotions_raters.py

The rows are made here: as many comments, raters and labels per answer as the published files have, texts of
their length, quoted where they hold a comma. Processor time is given too, which a busy machine changes less.
"""

from __future__ import annotations

import csv
import json
import platform
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from affekt.corpora import goemotions_raters

ROWS, COMMENTS, RATERS, TIMES = 211_225, 58_009, 82, 9
SENTENCE = "so that was the best thing I have ever seen, thank you and good luck with all of it please tell [NAME]"
WORDS = SENTENCE.split()


def write_files(folder: Path) -> None:
    """Write the three rater files, rows shuffled over them as the official ones are."""
    dice = random.Random(0)
    labels = goemotions_raters.SPACE.labels
    comments = []
    for number in range(COMMENTS):
        words = " ".join(dice.choices(WORDS, k=dice.randint(3, 22)))
        text = f'"{words}"' if "," in words else words
        meta = f"user{dice.randrange(50_000)},r{dice.randrange(480)},t3_{number:06x},t1_{number:06x},1548381039.0"
        comments.append(f"{text},e{number:06x},{meta}")
    order = [number % COMMENTS for number in range(ROWS)]
    dice.shuffle(order)
    (folder / "full_dataset").mkdir(parents=True)
    header = "text,id,author,subreddit,link_id,parent_id,created_utc,rater_id,example_very_unclear," + ",".join(labels)
    for part, name in enumerate(goemotions_raters.FILES):
        rows = [header]
        for number in order[part * 70_000 : ROWS if part == 2 else (part + 1) * 70_000]:
            unclear = dice.random() < 0.016
            chosen = set() if unclear else set(dice.sample(range(len(labels)), dice.choice((1, 1, 1, 1, 1, 2))))
            answers = ",".join("1" if place in chosen else "0" for place in range(len(labels)))
            rows.append(f"{comments[number]},{dice.randrange(RATERS)},{unclear},{answers}")
        (folder / name).write_text("\n".join(rows) + "\n", encoding="utf-8")


def read_with_affekt(folder: Path) -> int:
    """Return the number of answers in all records."""
    return sum(len(record.ratings) for record in goemotions_raters.read(folder))


def read_with_csv(folder: Path) -> int:
    """Return the number of rows that csv.DictReader yields, nothing made of them."""
    count = 0
    for name in goemotions_raters.FILES:
        with (folder / name).open(encoding="utf-8", newline="") as stream:
            count += sum(1 for _ in csv.DictReader(stream))
    return count


def measure(read: Callable[[Path], int], folder: Path) -> dict[str, float]:
    """Return the best and the middle of the seconds of some runs, on the wall and of the processor."""
    seconds, cpu = [], []
    for _ in range(TIMES):
        started, worked = time.perf_counter(), time.process_time()
        rows = read(folder)
        seconds.append(time.perf_counter() - started)
        cpu.append(time.process_time() - worked)
        assert rows == ROWS
    return {
        "seconds": round(min(seconds), 3),
        "median_seconds": round(statistics.median(seconds), 3),
        "cpu_seconds": round(min(cpu), 3),
    }


def main() -> None:
    """Measure both and write the figures beside this script."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_files(folder)
        figures = {
            "rows": ROWS,
            "megabytes": round(sum((folder / file).stat().st_size for file in goemotions_raters.FILES) / 1e6, 1),
            "affekt, records with all votes": measure(read_with_affekt, folder),
            "csv.DictReader, rows only": measure(read_with_csv, folder),
            "machine": f"{platform.machine()}, Python {platform.python_version()}",
        }
    Path(__file__).with_suffix(".json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
