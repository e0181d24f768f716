"""``affekt contrasts``: what pitch, energy and duration do between two ways of saying the same sentence."""

from __future__ import annotations

from pathlib import Path

import click

from affekt.cli.listing import Listing, json_option, print_json, print_listing


@click.command("contrasts")
@click.argument("corpus")
@click.option("--by", metavar="NAME", help="The condition compared: attitude, emotion … By default the labels.")
@click.option("--against", metavar="VALUE", help="Compare all others with this one alone.")
@click.option("--sentences", is_flag=True, help="Also tell each sentence by itself.")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="Where the corpus lies.")
@click.option("--resamples", type=click.IntRange(10), default=1000, show_default=True, help="For intervals.")
@json_option
def contrasts_command(
    corpus: str,
    by: str | None,
    against: str | None,
    sentences: bool,
    folder: Path | None,
    resamples: int,
    as_json: bool,
) -> None:
    """Print how the prosody of a sentence differs between the ways it was said in CORPUS.

    CORPUS is one of `affekt corpora` with recordings, or a table of your own whose speakers and texts (or column
    sentence) say who said the same. Measured are the median and range of F0 in semitones, level in dB, seconds from
    the first to the last sound, and syllables per second: the first condition less the second, within speaker and
    sentence, as the mean over speakers with a 95 % interval over speakers.
    """
    from affekt.analysis.prosody_contrasts import prosody_contrasts, takes_of
    from affekt.corpora.clips import read_clips

    takes = takes_of(read_clips(corpus, cache=None, folder=folder), by=by)
    found = [
        each
        for each in prosody_contrasts(takes, against=against, resamples=resamples)
        if sentences or each.sentence is None
    ]
    if as_json:
        rows = [
            {
                "sentence": each.sentence,
                "condition": each.condition,
                "against": each.against,
                "measure": each.measure,
                **each.difference._asdict(),
                "speakers": each.speakers,
            }
            for each in found
        ]
        print_json({"corpus": corpus, "takes": len(takes), "contrasts": rows})
        return
    lines = tuple(
        (
            each.sentence or "(all sentences)",
            f"{each.condition} - {each.against}",
            each.measure,
            f"{each.difference.value:+.2f}",
            f"{each.difference.low:+.2f} to {each.difference.high:+.2f}",
            str(each.speakers),
        )
        for each in found
    )
    print_listing(Listing(("Sentence", "Contrast", "Measure", "Difference", "95 %", "Speakers"), lines))
