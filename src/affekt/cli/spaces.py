"""``affekt spaces``: which sets of labels there are, what is in each, what each can become."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

import click

from affekt.cli.listing import Listing, json_option, print_details, print_json, print_listing
from affekt.cli.terminal import is_screen
from affekt.cli.words import signed
from affekt.errors import ConversionError
from affekt.types import LabelSpace

_FRAMES = ("ekman", "plutchik", "sentiment")
HEADINGS = {
    "theories": "Emotions, from theories and what is built on them",
    "text": "Emotions, from text corpora",
    "dialogue": "Emotions, from dialogue corpora",
    "voice and face": "Emotions, from corpora of voices, faces and images",
    "music and body": "Emotions, from corpora of music and of the body's signals",
    "no emotions": "No emotions: these do not become emotions",
}


@click.command("spaces")
@click.argument("name", required=False)
@json_option
def spaces_command(name: str | None, as_json: bool) -> None:
    """List the label spaces, or show one: what its labels mean, where they lie, what it can become."""
    from affekt.affect.spaces import FAMILIES, SPACES, find_space

    if name is not None:
        space = find_space(name)
        if as_json:
            print_json(_full_record(space))
        else:
            _show(space)
    elif as_json:
        print_json([_record(space) for space in SPACES.values()])
    elif is_screen(sys.stdout):
        for i, (family, spaces) in enumerate(FAMILIES.items()):
            click.echo("\n" * bool(i) + HEADINGS[family])
            print_listing(spaces_listing(spaces))
    else:
        print_listing(spaces_listing(SPACES.values()))


def _show(space: LabelSpace) -> None:
    print_details(space_details(space))
    for listing in (labels_listing(space), placements_listing(space), conversions_listing(space)):
        if listing.rows:
            click.echo()
            print_listing(listing)


def spaces_listing(spaces: Iterable[LabelSpace]) -> Listing:
    """Return the table of label spaces: size, kind, the label for no emotion, and whose they are."""
    from affekt.affect.citations import works_in

    return Listing(
        ("Name", "Labels", "Kind", "After", "Neutral"),
        tuple(
            (space.name, str(len(space)), space.kind, next(iter(works_in(space.source)), "-"), space.neutral or "-")
            for space in spaces
        ),
    )


def space_details(space: LabelSpace) -> dict[str, str | list[str]]:
    """Return what a space is, by name."""
    from affekt.affect.spaces import NO_EMOTION

    details: dict[str, str | list[str]] = {"Name": space.name, "Kind": space.kind}
    if space.kind in NO_EMOTION:
        details["Holds"] = f"no emotions, but {NO_EMOTION[space.kind]}"
    else:
        details["Neutral"] = space.neutral or "none"
    details["Source"] = space.source
    if space.kind not in NO_EMOTION:
        details["Coordinates"] = sorted({place.source for place in _places(space)})
    return details


def labels_listing(space: LabelSpace) -> Listing:
    """Return the table of a space's labels: their place in VAD, where it comes from, and what they mean."""
    from affekt.affect.spaces import holds_emotions
    from affekt.affect.terms import definition_of

    if not holds_emotions(space):
        return Listing(("Label",), tuple((label,) for label in space))
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
        tuple(definition_of(space, label) for label in space),
    )


def placements_listing(space: LabelSpace) -> Listing:
    """Return the table of where each label goes among Ekman's six, on Plutchik's wheel and among the signs.

    What a row is about is why the label has no place there, where it has none.
    """
    from affekt.affect.spaces import holds_emotions

    columns = ("Label", "Ekman", "Plutchik", "Sentiment")
    if not holds_emotions(space):
        return Listing(columns, ())
    rows, reasons = [], []
    for label in space:
        cells = [label]
        missing: dict[str, list[str]] = {}
        for frame in _FRAMES:
            targets, why = _placed(space, label, frame)
            cells.append(", ".join(targets) or "none")
            if not targets:
                missing.setdefault(why, []).append(frame)
        rows.append(tuple(cells))
        reasons.append("; ".join(f"not in {' or '.join(frames)}: {why}" for why, frames in missing.items()))
    return Listing(columns, tuple(rows), tuple(reasons))


def terms_listing() -> Listing:
    """Return the table of all terms: what each means, the words of its norm, and who places it where."""
    from affekt.affect.citations import shorten
    from affekt.affect.terms import TERMS

    def place(found: Any) -> str:
        return (
            f"{', '.join(found.targets)} ({found.kind}: {shorten(found.citation)})"
            if found.targets
            else (f"none: {shorten(found.citation)}")
        )

    return Listing(
        ("Term", "Means", "Taken from", "Words", "Ekman", "Plutchik", "Sentiment"),
        tuple(
            (
                *(term.name, term.definition, term.method, ", ".join(term.words)),
                *(place(getattr(term, frame)) for frame in _FRAMES),
            )
            for term in TERMS.values()
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


def _placed(space: LabelSpace, label: str, frame: str) -> tuple[tuple[str, ...], str]:
    """Return the targets of a label's terms in a frame, in its order, and why there are none."""
    from affekt.affect.citations import shorten
    from affekt.affect.spaces import SPACES
    from affekt.affect.terms import terms_of

    placements = [getattr(term, frame) for term in terms_of(space, label)]
    held = {target for placement in placements for target in placement.targets}
    return tuple(target for target in SPACES[frame] if target in held), shorten(placements[0].citation)


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
    """Return a space as JSON values: what it is and what its labels are called."""
    return {
        "name": space.name,
        "kind": space.kind,
        "neutral": space.neutral,
        "source": space.source,
        "labels": list(space.labels),
    }


def _full_record(space: LabelSpace) -> dict[str, Any]:
    """Return a space as JSON values: labels with meaning, coordinates and placements, conversions with losses."""
    from affekt.affect.spaces import holds_emotions

    return _record(space) | {
        "labels": _label_records(space) if holds_emotions(space) else [{"label": label} for label in space],
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


def _label_records(space: LabelSpace) -> list[dict[str, Any]]:
    from dataclasses import asdict

    from affekt.affect.terms import definition_of, terms_of

    return [
        {
            "label": place.label,
            "definition": definition_of(space, place.label),
            "vad": asdict(place.vad),
            "method": place.method,
            "words": list(place.words),
            "source": place.source,
            "formula": place.formula,
            "terms": [asdict(term) for term in terms_of(space, place.label)],
        }
        for place in _places(space)
    ]
