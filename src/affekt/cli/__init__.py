"""The command `affekt`: thin verbs over the public names, a file per verb.

Nothing here loads NumPy, a model or a drawing library before a verb needs it.
"""

from __future__ import annotations

import sys
from difflib import get_close_matches
from typing import Any

import click

from affekt.cli.analyze import analyze_command
from affekt.cli.annotate import annotate_command
from affekt.cli.calibrate import calibrate_command
from affekt.cli.compare import compare_command
from affekt.cli.conditions import conditions_command
from affekt.cli.contrasts import contrasts_command
from affekt.cli.corpora import corpora_command, download_command
from affekt.cli.distill import distill_command
from affekt.cli.evaluate import evaluate_command
from affekt.cli.failures import told_plainly
from affekt.cli.filter import filter_command
from affekt.cli.grid import grid_command
from affekt.cli.models import models_command
from affekt.cli.papers import papers_command
from affekt.cli.rank import rank_command
from affekt.cli.ratings import ratings_command
from affekt.cli.score import score_command
from affekt.cli.spaces import spaces_command
from affekt.cli.summarize import summarize_command
from affekt.cli.terminal import use_replacements
from affekt.cli.train import train_command
from affekt.version import __version__

__all__ = ["affekt", "main"]


class _Verbs(click.Group):
    """A group whose verbs fail with a message, and that guesses what a mistyped verb meant."""

    def invoke(self, ctx: click.Context) -> Any:
        with told_plainly():
            result = super().invoke(ctx)
            sys.stdout.flush()  # here, where a full disk or a closed pipe can still be told
            return result

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        word = args[0]
        if not word.startswith("-") and self.get_command(ctx, word) is None:
            nearest = get_close_matches(word, self.list_commands(ctx), n=1)
            hint = f"Did you mean {nearest[0]!r}?" if nearest else 'To read words: affekt analyze "your words".'
            shortened = word if len(word) <= 40 else word[:40] + "..."
            raise click.UsageError(f"There is no verb {shortened!r}. {hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Verbs,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 could not, 2 wrong command line, 130 interrupted.",
)
@click.version_option(__version__, prog_name="affekt", message="%(prog)s %(version)s")
def affekt() -> None:
    """Read the emotions in text, offline: labels, valence-arousal-dominance, and the words behind them; and those in
    speech, by a model of your own."""
    use_replacements()


for _command in (
    analyze_command,
    annotate_command,
    filter_command,
    calibrate_command,
    train_command,
    distill_command,
    summarize_command,
    models_command,
    spaces_command,
    ratings_command,
    corpora_command,
    download_command,
    evaluate_command,
    compare_command,
    conditions_command,
    contrasts_command,
    score_command,
    grid_command,
    rank_command,
    papers_command,
):
    affekt.add_command(_command)


def main() -> None:
    """Run the command line and exit: what the installed program `affekt` calls."""
    affekt(prog_name="affekt")
