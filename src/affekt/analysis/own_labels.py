"""Which model answers where labels of the user's own are asked for, and the warning about those not understood."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path

from affekt.affect.words.own_labels import own_labels, unknown_sentence
from affekt.cards import ModelCard
from affekt.errors import InputError
from affekt.models.index import find_model
from affekt.types import LabelSpace


class UnknownLabelWarning(UserWarning):
    """A label of the user's own is not understood: its score means nothing."""


def chosen_card(
    model: str | Path | ModelCard | None,
    labels: str | Iterable[str] | None,
    space: str | LabelSpace | None = None,
    *,
    commercial: bool = False,
) -> ModelCard:
    """Return the card of `model`; with `labels`, that of `text` answering in them; `commercial` is `find_model`'s.

    Warns (`UnknownLabelWarning`) of labels that are not understood. Raises `InputError` for bad labels, for labels
    together with a space, and for labels and a model that cannot read them, and what `find_model` raises.
    """
    if labels is None:
        return find_model(model, commercial=commercial)
    if space is not None:
        raise InputError("Labels of your own are the space already. Leave the space out, or the labels.")
    from affekt.models.text_open.card import card_of, open_card

    found = own_labels(labels)
    open_card(["any"], model)  # refuses a model that cannot
    told = unknown_sentence(found)
    if told is not None:
        warnings.warn(told, UnknownLabelWarning, stacklevel=3)
    return card_of(found)
