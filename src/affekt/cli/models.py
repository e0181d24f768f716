"""``affekt models``: which models there are, and what each was made from."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from affekt.cli.listing import Listing, json_option, print_details, print_json, print_listing

if TYPE_CHECKING:
    from affekt.cards import ModelCard


@click.command("models")
@click.argument("name", required=False)
@json_option
def models_command(name: str | None, as_json: bool) -> None:
    """List the models, or everything on the card of one."""
    from affekt.models.index import MODELS, find_model
    from affekt.models.plugins import plugin_models

    if name is None:
        added = plugin_models()
        for problem in added.problems:
            click.echo(f"Warning: {problem}", err=True)
        cards = [*MODELS.values(), *added.cards.values()]
        if as_json:
            print_json([_record(card) for card in cards])
        else:
            print_listing(models_listing(cards))
            for plugin, package in added.packages.items():
                click.echo(f"- {plugin} is of the package {package}.")
        return
    card = find_model(name)
    if as_json:
        print_json(_record(card))
    else:
        print_details({**model_details(card), **_thresholds(card), "Weights": _weights(card)})


def models_listing(cards: Iterable[ModelCard]) -> Listing:
    """Return the table of model cards: what each reads, answers and may be used for."""
    cards = list(cards)
    return Listing(
        ("Name", "Version", "Reads", "Answers", "Licence", "Business use"),
        tuple(
            (
                card.name,
                card.version,
                f"{card.modality} ({', '.join(card.languages)})",
                _answers(card, "VAD"),
                card.licence,
                "yes" if card.commercial else "no",
            )
            for card in cards
        ),
        tuple(card.summary for card in cards),
    )


def model_details(card: ModelCard) -> dict[str, str | list[str]]:
    """Return what a model's card says, by name, without anything that depends on the machine."""
    unit = "seconds" if card.modality == "speech" else "words" if card.runtime == "ngrams" else "tokens"
    details: dict[str, str | list[str]] = {
        "Name": card.name,
        "Version": card.version,
        "About": card.summary,
        "Reads": f"{card.modality} in {', '.join(card.languages) or 'any language'}, {card.window} {unit} at a time",
        "Answers": _answers(card),
        "Labels": ", ".join(card.space.labels),
        "Runs on": {
            "onnx": "ONNX Runtime",
            "numpy": "NumPy",
            "ngrams": "NumPy",
            "several": "those of its members",
            "head": f"a head, NumPy, on {card.members[0].name if card.members else '-'}",
            "encoder": "ONNX Runtime",
        }[card.runtime],
        "Licence of weights": f"{card.licence} (business use: {'yes' if card.commercial else 'no'})",
        "Licence of code": card.code_licence,
        "Trained on": list(card.trained_on) or "-",
        "Paper": card.paper,
        "Recipe": card.recipe,
    }
    if card.opinions:
        details["People's votes"] = [f"{space.name} ({len(space)}), with raters" for space in card.opinions]
    if card.scores_published:
        details["Scores as published"] = [f"{metric} {value:g}" for metric, value in card.scores_published.items()]
    if card.golden:
        details["Golden answers"] = [f"{label}: {text}" for text, label in card.golden]
    return details


def _answers(card: ModelCard, dimensions: str = "valence-arousal-dominance") -> str:
    parts = [f"{card.space.name} ({len(card.space)})"]
    parts += [dimensions] if card.dimensions else []
    parts += ["intensity"] if card.intensity else []
    return ", ".join(parts)


def _thresholds(card: ModelCard) -> dict[str, str]:
    """Return from which probability on each label counts, where the weights are there."""
    if not (card.folder / "fit.json").is_file() or card.space.name not in card.fit.thresholds:
        return {}
    limits = zip(card.space.labels, card.fit.thresholds[card.space.name], strict=True)
    return {"Thresholds": ", ".join(f"{label} {limit:.2f}" for label, limit in limits)}


def _weights(card: ModelCard) -> list[str]:
    """Return where the weights lie, each file with its size, or that it is missing."""
    if card.runtime == "several":
        return [f"those of {' and '.join(member.name for member in card.members)}"]
    lines = [str(card.folder)]
    for name, checksum in card.files.items():
        path = card.folder / name
        size = f"{path.stat().st_size / 1e6:.1f} MB" if path.is_file() else "missing"
        lines.append(f"  {name}  {size}  sha256 {checksum[:12]}")
    return lines


def _record(card: ModelCard) -> dict[str, Any]:
    """Return a model's card as JSON values."""
    from dataclasses import asdict

    record = asdict(card)
    paths = {name: str(value) for name, value in record.items() if isinstance(value, Path)}
    if (card.folder / "fit.json").is_file():
        record["thresholds"] = {space: list(limits) for space, limits in card.fit.thresholds.items()}
    record["members"] = [member.name for member in card.members]
    record["opinions"] = [space.name for space in card.opinions]
    return {**record, **paths, "space": card.space.name, "labels": list(card.space.labels)}
