"""Put `text-multi`'s scores on BRIGHTER beside the published ones, into the table of README.md.

    python recipes/text_multi/published.py

`published.csv` holds the scores of five language models as the corpus's authors gave them at ACL 2025: slide 15 of
`static/pdfs/ACL2025_BRIGHTER.pdf` of github.com/brighter-dataset/brighter-dataset.github.io at commit
6a72666e2246ad17816ab6b1dcb7e07b9ad8b103, "Multi-label Emotion Classification", 22 varieties, in percent.
"""

from __future__ import annotations

import csv
from pathlib import Path

from affekt.evaluation.records import ResultRow, read_results

FOLDER = Path(__file__).parent
RESULTS = FOLDER.parents[1] / "results" / "brighter.csv"
BEGIN, END = "<!-- published: begin -->\n", "<!-- published: end -->\n"
BEST_ON_AVERAGE = "Qwen"


def published() -> dict[str, dict[str, float]]:
    """The published scores, by variety and system, in [0, 1]."""
    found: dict[str, dict[str, float]] = {}
    with (FOLDER / "published.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["variety"], {})[row["system"]] = float(row["score"]) / 100
    return found


def ours(model: str, protocol: str) -> dict[str, ResultRow]:
    """Our macro-F1 by variety."""
    rows = read_results(RESULTS)
    wanted = [row for row in rows if (row.model, row.protocol, row.metric) == (model, protocol, "macro_f1")]
    return {row.corpus.partition(":")[2]: row for row in wanted}


def table() -> str:
    """The table in Markdown; the last row is the mean over the varieties that have all columns."""
    multi, tfidf = ours("text-multi", "language-told"), ours("tfidf-char", "dev-label-thresholds")
    theirs = published()
    lines = ["| | `text-multi` | 95 % | TF-IDF | Qwen2.5-72B | best of five |", "|---|---|---|---|---|---|"]
    for variety, row in sorted(multi.items()):
        said = theirs.get(variety)
        qwen, best = "–", "–"
        if said is not None:
            name = max(said, key=lambda each: said[each])
            qwen, best = f"{said[BEST_ON_AVERAGE]:.3f}", f"{said[name]:.3f} ({name})"
        bounds = f"{row.low:.3f} to {row.high:.3f}"
        lines.append(f"| {variety} | {row.value:.3f} | {bounds} | {tfidf[variety].value:.3f} | {qwen} | {best} |")
    both = sorted(multi.keys() & theirs.keys())
    means = (
        sum(values) / len(both)
        for values in (
            [multi[each].value for each in both],
            [tfidf[each].value for each in both],
            [theirs[each][BEST_ON_AVERAGE] for each in both],
            [max(theirs[each].values()) for each in both],
        )
    )
    mine, plain, qwen_mean, best_mean = (f"{mean:.3f}" for mean in means)
    lines.append(f"| mean of the {len(both)} with both | {mine} | | {plain} | {qwen_mean} | {best_mean} |")
    return "\n".join(lines) + "\n"


def readme(text: str) -> str:
    """README.md with the table as it is now."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"


def main() -> None:
    path = FOLDER / "README.md"
    path.write_text(readme(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
