"""``affekt score``: a submission to a shared task, scored as its organisers do."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from affekt.cli.evaluate import number
from affekt.cli.listing import Listing, json_option, print_json, print_listing

if TYPE_CHECKING:
    from affekt.evaluation.submissions import Scored

TASKS = ("semeval2025-task11",)


@click.command("score")
@click.argument("submissions", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--task", type=click.Choice(TASKS), default=TASKS[0], show_default=True, help="The shared task.")
@click.option("--track", type=click.Choice(["a", "b", "c"]), help="Of a folder, only this track's files.")
@click.option(
    "--gold",
    type=click.Path(path_type=Path),
    help="The task's own file with the true labels; by default the test part of the corpus brighter.",
)
@json_option
def score_command(
    submissions: tuple[Path, ...], task: str, track: str | None, gold: Path | None, as_json: bool
) -> None:
    """Score SUBMISSIONS to a shared task, after saying what is wrong with them if anything is.

    Of SemEval-2025 Task 11 a submission is a file pred_<language>_<track>.csv with the columns id and one per emotion,
    or a folder of such files. Tracks a (labels) and c (labels, cross-lingual) are ranked by macro-F1, track b
    (intensities 0 to 3) by the mean of the emotions' Pearson correlations.
    """
    from affekt.errors import InputError
    from affekt.evaluation.submissions import score_submission

    wanted = f"pred_*_{track or '[abc]'}.csv"
    files = [file for path in submissions for file in (sorted(path.glob(wanted)) if path.is_dir() else [path])]
    if not files:
        raise InputError(f"There is no file {wanted} in {', '.join(map(str, submissions))}.")
    if track is not None:
        other = [file.name for file in files if not file.stem.endswith(f"_{track}")]
        if other:
            raise InputError(f"{other[0]} is of another track than {track}: leave --track out, or choose other files.")
    if gold is not None and len(files) > 1:
        raise InputError(f"--gold is the true labels of one file, and there are {len(files)}. Score them one by one.")
    scored = [score_submission(file, gold) for file in files]
    if as_json:
        print_json([_record(task, each) for each in scored])
        return
    print_listing(_listing(scored))


def _listing(scored: list[Scored]) -> Listing:
    """A row per submission, and per track the mean of what it is ranked by."""
    rows = []
    for each in scored:
        metrics = ", ".join(f"{name} {number(value)}" for name, value in each.metrics.items())
        emotions = ", ".join(f"{name} {number(value)}" for name, value in each.emotions.items())
        rows.append((each.language, each.track, f"{each.items:,}", metrics, emotions))
    for track in sorted({each.track for each in scored}):
        firsts = [next(iter(each.metrics.values())) for each in scored if each.track == track]
        if len(firsts) > 1:
            name = next(iter(next(each.metrics for each in scored if each.track == track)))
            mean = number(sum(firsts) / len(firsts))
            rows.append((f"mean of {len(firsts)}", track, "-", f"{name} {mean}", "-"))
    return Listing(("Language", "Track", "Items", "Scores", "By emotion"), tuple(rows))


def _record(task: str, each: Scored) -> dict[str, object]:
    metrics, emotions = (
        {name: None if math.isnan(value) else value for name, value in some.items()}
        for some in (each.metrics, each.emotions)
    )
    told = {"task": task, "language": each.language, "track": each.track, "items": each.items}
    return {**told, "metrics": metrics, "emotions": emotions}
