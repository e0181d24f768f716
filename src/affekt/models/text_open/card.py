"""The card of `text` with labels of one's own: one for every list of labels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from affekt.affect.words.own_labels import OwnLabel, fingerprint, own_labels, own_space
from affekt.cards import ModelCard
from affekt.errors import InputError
from affekt.models.text.card import CARD as TEXT

NAME = "text-open"
VERSION = "1"
FOLDER = Path(__file__).parent / "weights"
FILES = {"labels.npz": "b285ee6c98080554fade0932a038adcb09f319137df511bda116d5c48790d477"}
TRAINED_ON = ("edos", "xed", "brighter", "cheer_ekman", "emorynlp", "goemotions")
"""What the map of labels learned from, on the frozen encoder of `text`."""


def open_card(labels: str | Iterable[str], model: str | Path | ModelCard | None = None) -> ModelCard:
    """Return the card of `text` that answers in `labels`: ``name`` or ``name: definition`` each, or a str that lists
    them. Raises `InputError` for bad labels, and for another model: the map was learned in the space of `text`.

    >>> card = open_card("proud, let down")
    >>> card.space.labels, card.members[0].name
    (('proud', 'let down'), 'text')
    """
    asked = model.name if isinstance(model, ModelCard) else None if model is None else str(model)
    if asked not in (None, TEXT.name, NAME):
        raise InputError(f"Labels of your own are read by text, not by {asked!r}. Leave the model out.")
    return card_of(own_labels(labels))


def card_of(labels: tuple[OwnLabel, ...]) -> ModelCard:
    """Return the card of `text` that answers in these labels."""
    space = own_space(labels)
    return replace(
        TEXT,
        name=NAME,
        version=f"{VERSION}+{TEXT.name}-{TEXT.version}+{fingerprint(labels)}",
        summary=f"{len(labels)} labels of your own, scored by name and definition in the space of text; English",
        space=space,
        runtime="open",
        folder=FOLDER,
        files=FILES,
        trained_on=tuple(dict.fromkeys((*TEXT.trained_on, *TRAINED_ON))),
        paper="Norouzi et al. 2014, ConSE, ICLR; Hatch et al. 2006, WCCN, Interspeech; and those of text",
        recipe="recipes/open_vocabulary",
        opinions=(),
        golden=(),
        members=(TEXT,),
        labels=tuple(f"{label.name}: {label.definition}" for label in labels),
    )
