"""Do the marked words matter? The deletion test of `explain`, for both models.

    python recipes/text/evidence.py

On texts of the GoEmotions test split (labels unused): the words with the most evidence for the
predicted label are deleted from the text, and as many random words from another copy. Evidence is
worth something if the first moves the label's probability more. Deleting words is not how evidence
is computed (words are masked, one at a time), so the test is not its own answer. Writes
`results/evidence.csv`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from affekt.analysis.analyze import analyze
from affekt.corpora.read import read_corpus
from affekt.evaluation.records import ResultRow, Scored, run_info, write_results
from affekt.inference.text import open_reader
from affekt.metrics.resampling import bootstrap_interval
from affekt.models.index import find_model

SHARE = 0.2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default="text,text-nano")
    parser.add_argument("--texts", type=int, default=1000)
    options = parser.parse_args()
    texts = [r.signal.text for r in read_corpus("goemotions", split="test")]
    random = np.random.default_rng(0)
    texts = [texts[i] for i in random.permutation(len(texts)) if len(texts[i].split()) >= 6][: options.texts]
    rows: list[ResultRow] = []
    for name in options.models.split(","):
        rows += deletion_test(name, texts, random)
    write_results(Path("results/evidence.csv"), rows)


def deletion_test(name: str, texts: list[str], random: np.random.Generator) -> list[ResultRow]:
    """Mean drop of the top label's probability after deleting marked and after deleting random words."""
    card = find_model(name)
    reports = [r for r in analyze(texts, model=name, explain=True, language="en") if r.top(1)[0].label != "neutral"]
    labels = np.array([card.space.index(r.top(1)[0].label) for r in reports])
    marked, chance = [], []
    for report in reports:
        label = report.top(1)[0].label
        units = words(report.text)
        count = max(1, round(SHARE * len(units)))
        spans = [
            (int(e.span.start), int(e.span.end)) for e in report.overall.evidence if e.label == label and e.weight > 0
        ]
        marked.append(without(report.text, spans[:count]))
        drawn = random.permutation(len(units))[: len(spans[:count])]
        chance.append(without(report.text, [units[i] for i in drawn]))
    reader = open_reader(card)
    at = np.arange(len(reports))
    before = reader.estimate([r.text for r in reports], language="en").probabilities[at, labels]
    drops = {
        "marked": before - reader.estimate(marked, language="en").probabilities[at, labels],
        "random": before - reader.estimate(chance, language="en").probabilities[at, labels],
    }
    drops["marked_minus_random"] = drops["marked"] - drops["random"]
    place = Scored("goemotions", "test", f"delete-{SHARE:.0%}", len(reports), run_info(name, card.version, seed=0))
    rows = []
    for kind, drop in drops.items():
        score = bootstrap_interval(np.mean, drop)
        rows.append(place.row(f"probability_drop:{kind}", score))
        print(f"{name}: {kind} {score.value:.3f} [{score.low:.3f}, {score.high:.3f}]")
    return rows


def words(text: str) -> list[tuple[int, int]]:
    """Where the units are that evidence can mark."""
    from affekt.analysis.explain import UNIT

    return [match.span() for match in UNIT.finditer(text)]


def without(text: str, spans: list[tuple[int, int]]) -> str:
    """`text` with the spans cut out; a full stop if nothing is left."""
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + text[end:]
    return text if text.strip() else "."


if __name__ == "__main__":
    main()
