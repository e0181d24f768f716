"""``affekt spaces``: which sets of labels there are, what is in each, what each can become."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click

from affekt.cli.listing import Listing, json_option, print_details, print_json, print_listing
from affekt.cli.words import signed
from affekt.errors import ConversionError
from affekt.types import LabelSpace


@click.command("spaces")
@click.argument("name", required=False)
@json_option
def spaces_command(name: str | None, as_json: bool) -> None:
    """List the label spaces, or the labels of one, their coordinates and what it can become."""
    from affekt.affect.spaces import SPACES, find_space

    if name is None:
        if as_json:
            print_json([_record(space) for space in SPACES.values()])
        else:
            print_listing(spaces_listing(SPACES.values()))
        return
    space = find_space(name)
    if as_json:
        print_json(_record(space))
        return
    print_details(space_details(space))
    for listing in (labels_listing(space), conversions_listing(space)):
        if listing.rows:
            click.echo()
            print_listing(listing)


def spaces_listing(spaces: Iterable[LabelSpace]) -> Listing:
    """Return the table of label spaces: size, kind, and what each can become."""
    return Listing(
        ("Name", "Labels", "Kind", "Neutral", "Becomes"),
        tuple(
            (
                space.name,
                str(len(space)),
                space.kind,
                space.neutral or "-",
                ", ".join(found.target.name for found in _conversions(space)) or "-",
            )
            for space in spaces
        ),
    )


def space_details(space: LabelSpace) -> dict[str, str | list[str]]:
    """Return what a space is, by name."""
    return {
        "Name": space.name,
        "Kind": space.kind,
        "Neutral": space.neutral or "none",
        "Source": space.source,
        "Coordinates": sorted({place.source for place in _places(space)}) or "none",
    }


def labels_listing(space: LabelSpace) -> Listing:
    """Return the table of a space's labels with their valence, arousal and dominance, and where these come from."""
    return Listing(
        ("Label", "Valence", "Arousal", "Dominance", "Taken from", "Words"),
        tuple(
            (
                place.label,
                signed(place.vad.valence),
                signed(place.vad.arousal),
                signed(place.vad.dominance),
                place.method,
                ", ".join(place.words),
            )
            for place in _places(space)
        ),
    )


def conversions_listing(space: LabelSpace) -> Listing:
    """Return the table of what a space can become, by which map, with what it loses."""
    return Listing(
        ("Becomes", "Kind of map", "Rule", "Labels without a place there"),
        tuple(
            (found.target.name, found.kind, found.rule, ", ".join(loss.label for loss in found.loses) or "none")
            for found in _conversions(space)
        ),
    )


def _places(space: LabelSpace) -> Any:
    from affekt.affect.vad import vad_of

    return vad_of(space)


def _conversions(space: LabelSpace) -> list[Any]:
    """Return every conversion from `space` to another."""
    from affekt.affect.convert import conversion
    from affekt.affect.spaces import SPACES

    found = []
    for target in SPACES.values():
        if target == space:
            continue
        try:
            found.append(conversion(space, target))
        except ConversionError:  # finer than this one, or of another kind: not offered
            continue
    return found


def _record(space: LabelSpace) -> dict[str, Any]:
    """Return a space as JSON values: labels with coordinates, conversions with what they lose."""
    from dataclasses import asdict

    return {
        "name": space.name,
        "kind": space.kind,
        "neutral": space.neutral,
        "source": space.source,
        "labels": [
            {
                "label": place.label,
                "vad": asdict(place.vad),
                "method": place.method,
                "words": list(place.words),
                "source": place.source,
                "formula": place.formula,
            }
            for place in _places(space)
        ],
        "becomes": [
            {
                "space": found.target.name,
                "kind": found.kind,
                "rule": found.rule,
                "citation": found.citation,
                "path": list(found.path),
                "members": {label: list(members) for label, members in found.members.items()},
                "loses": {loss.label: loss.reason for loss in found.loses},
            }
            for found in _conversions(space)
        ],
    }
