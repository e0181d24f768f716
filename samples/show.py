"""Print the first rows of an annotated CSV: what `make demo` ends with."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

with Path(sys.argv[1]).open(encoding="utf-8", newline="") as file:
    rows = list(csv.DictReader(file))
table = Table("text", "labels", "valence", "arousal", title=f"{sys.argv[1]}: {len(rows)} rows, {len(rows[0])} columns")
for row in rows[:8]:
    numbers = [f"{float(row[name]):+.2f}" if row[name] else "" for name in ("valence", "arousal")]
    table.add_row(row["text"][:60], row["labels"].replace("|", ", "), *numbers)
Console().print(table)
