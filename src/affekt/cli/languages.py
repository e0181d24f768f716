"""The option --lang: a language tag as the code that models know."""

from __future__ import annotations

import re

import click


def language_code(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Return a language tag ("en-GB") as its two- or three-letter code ("en"); None stays None.

    Raises `click.BadParameter` for what is no tag.
    """
    if value is None:
        return None
    code = value.replace("_", "-").split("-")[0].lower()
    if not re.fullmatch("[a-z]{2,3}", code):
        raise click.BadParameter(f"{value!r} is no ISO 639 code; English is 'en'.")
    return code
