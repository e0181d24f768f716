"""``affekt evaluate MODEL --manifest FILE``: one model of speech on every corpus and language of a collection."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from affekt.cli.listing import Listing, print_json, print_listing

if TYPE_CHECKING:
    from affekt.evaluation.collection import CollectionScore


def evaluate_collection(
    model: str,
    manifest: Path,
    *,
    root: Path | None,
    how: tuple[int, int, bool],
    results: Path | None,
    as_json: bool,
) -> None:
    """Print macro-F1 of each corpus and each language of a manifest, with the licences of the clips.

    how: the seed, resamples, and whether it is a smoke run.
    """
    from affekt.corpora.collection import read_collection
    from affekt.evaluation.collection import ask, collection_rows, collection_scores, mean_of
    from affekt.evaluation.records import write_results
    from affekt.evaluation.speech import SpeechBench

    seed, resamples, smoke = how
    clips = read_collection(manifest, root=root, cache=Path("runs/views"))
    bench = SpeechBench(smoke=smoke, tell=lambda line: click.echo(line, err=True))
    said = ask(model, clips, bench=bench, seed=seed)
    scores = collection_scores(clips, said.labels, resamples=resamples, seed=seed)
    if results is not None:
        write_results(results, collection_rows(clips, said, scores))
    if as_json:
        told = [{**each._asdict(), "macro_f1": each.macro_f1._asdict()} for each in scores]
        means = {"corpora": mean_of(scores, "corpus"), "languages": mean_of(scores, "language")}
        print_json({"manifest": str(manifest), "model": said.model, "protocol": said.protocol, "scores": told} | means)
        return
    for part in ("corpus", "language", "all"):
        some = [each for each in scores if each.part == part]
        lines = [_line(each) for each in some]
        if part != "all" and len(some) > 1:
            lines.append((f"mean of {len(some)}", f"{100 * mean_of(scores, part):.1f}", *("-",) * 6))
        columns = ("Macro-F1", "95 %", "UA", "Clips", "Labels", "Answered", "Licence")
        print_listing(Listing((part.capitalize(), *columns), tuple(lines)))
        click.echo()
    ways = {"folds": "each clip by a model that learned from other speakers", "as-it-is": "asked as it is"}
    click.echo(f"- {said.model} {said.version}: {ways[said.protocol]}; macro-F1 over the labels that a part has")


def _line(each: CollectionScore) -> tuple[str, ...]:
    value, low, high = (f"{100 * number:.1f}" for number in each.macro_f1)
    share = (f"{100 * each.uar:.1f}", f"{each.clips:,}", str(each.labels), f"{100 * each.answered:.0f} %")
    return (each.name, value, f"{low} to {high}", *share, each.licence)
