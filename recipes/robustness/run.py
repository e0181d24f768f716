"""Score `text`, `text-nano` and TF-IDF on texts written differently, into results/robustness.csv.

    AFFEKT_DATA=… python recipes/robustness/run.py            # about three minutes on two cores
    AFFEKT_DATA=… python recipes/robustness/run.py text-nano  # one of them

GoEmotions test, 2,000 items drawn by seed 0, every perturbation of `affekt evaluate --perturb all` at its usual
strength.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from affekt.evaluation.records import write_results
from affekt.evaluation.runner import EvaluationOptions, evaluate, result_rows
from affekt.evaluation.subjects import find_subject

MODELS = ("text", "text-nano", "tfidf")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", default=MODELS)
    parser.add_argument("--limit", type=int, default=2000)
    parser.add_argument("--results", type=Path, default=Path("results/robustness.csv"))
    arguments = parser.parse_args()
    options = EvaluationOptions(limit=arguments.limit, contamination=False, perturb="all")
    for name in arguments.models:
        found = evaluate(find_subject(name), "goemotions:test", options)
        wanted = ("macro_f1", "perturbed:")
        write_results(arguments.results, [row for row in result_rows(found) if row.metric.startswith(wanted)])
        drops = {each.name: each.drop.value for each in found.perturbed.values()}
        worst = max(drops, key=lambda each: drops[each])
        print(f"{name}: {found.scores['macro_f1'].value:.3f}, most lost by {worst}: {drops[worst]:.3f}")


if __name__ == "__main__":
    main()
