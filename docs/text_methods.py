"""The published text methods, each beside its own ablations: docs/text-methods.md, from results/text-methods.csv.

python docs/text_methods.py           write it
python docs/text_methods.py --check   fail where it is stale
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from figures import short

from affekt.evaluation.papers import all_papers
from affekt.evaluation.records import ResultRow, read_results

ROOT = Path(__file__).resolve().parents[1]
PAGE, TABLE = ROOT / "docs/text-methods.md", ROOT / "results/text-methods.csv"
# The number a method is told by: the first of these that its rows compare.
TOLD = ("macro_f1_gap", "overall", "macro_f1", "mean_pearson", "pearson", "accuracy", "perplexity")
COSTS = ("seconds", "parameters")
HEAD = """# The published text methods, measured

<!-- Written by `python docs/text_methods.py` from results/text-methods.csv. Do not edit. -->

Each method beside its own ablations, on the same items of the same corpus in the same run: means over seeds, paired
differences with their 95 % interval over items and seeds. Sizes are what two cores teach in minutes, so these say
what a mechanism gives here, not what a paper's full scale does. Seconds are of a run's training and answering.
Every metric and arm is in `results/text-methods.csv`; how a row is made and what differs from the paper is in
`recipes/NAME/README.md`."""
COLUMNS = (
    "Corpus",
    "Protocol",
    "Items",
    "Metric",
    "The method",
    "Against",
    "It has",
    "Difference",
    "Seconds",
    "Trained",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="fail where the page is stale")
    page = text_methods_page(read_results(TABLE))
    if not parser.parse_args().check:
        PAGE.write_text(page, encoding="utf-8")
    elif page != PAGE.read_text(encoding="utf-8"):
        sys.exit("docs/text-methods.md does not hold results/text-methods.csv. Run: python docs/text_methods.py")


def text_methods_page(rows: Iterable[ResultRow]) -> str:
    """The page: a section for each method, by name, a line for each corpus, protocol and ablation."""
    titles = {paper.id: paper.title for paper in all_papers()}
    methods: dict[str, list[ResultRow]] = defaultdict(list)
    for row in rows:
        methods[row.model.partition(":")[0]].append(row)
    parts = [HEAD]
    for name, found in sorted(methods.items()):
        lines = method_lines(name, found)
        table = [f"| {' | '.join(cells)} |" for cells in (COLUMNS, ["---"] * len(COLUMNS), *lines)]
        parts += [f"## {name}", titles.get(name, "") + ".", "\n".join(table)]
    return "\n\n".join(parts) + "\n"


def method_lines(name: str, rows: list[ResultRow]) -> list[tuple[str, ...]]:
    """A line for each comparison of a method; a benchmark, which compares none, has one for each system."""
    tasks: dict[tuple[str, str, str], dict[tuple[str, str], ResultRow]] = defaultdict(dict)
    for row in rows:
        tasks[row.corpus, row.split, row.protocol][row.model, row.metric] = row
    compared = {row.metric.partition(":minus:")[0] for row in rows if ":minus:" in row.metric}
    lines: list[tuple[str, ...]] = []
    for found in tasks.values():
        told = next((metric for metric in TOLD if metric in (compared or {metric for _, metric in found})), "")
        costs = [found.get((name, cost)) for cost in COSTS]
        for (model, metric), row in found.items():
            if not compared and metric == told:
                lines.append((*_place(row), told, "", model.partition(":")[2] or name, _told(row), *[""] * 3))
            elif model == name and metric.startswith(f"{told}:minus:"):
                ours = found[name, told].value
                cells = (told, short(ours), metric.partition(":minus:")[2], short(ours - row.value), _told(row))
                lines.append((*_place(row), *cells, *(f"{cost.value:,.0f}" if cost else "" for cost in costs)))
    return lines


def _place(row: ResultRow) -> tuple[str, str, str]:
    return row.corpus, row.protocol.partition("-learned-")[0], f"{row.n:,}"


def _told(row: ResultRow) -> str:
    return short(row.value) if row.low is None else f"{short(row.value)} [{short(row.low)}, {short(row.high)}]"


if __name__ == "__main__":
    main()
