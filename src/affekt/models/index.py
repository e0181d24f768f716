"""Every model affekt knows, by name. A new model is one import and one entry here."""

from __future__ import annotations

from affekt.cards import ModelCard
from affekt.errors import unknown_name
from affekt.models.text.card import CARD as TEXT
from affekt.models.text_nano.card import CARD as TEXT_NANO

MODELS: dict[str, ModelCard] = {card.name: card for card in (TEXT, TEXT_NANO)}
DEFAULT = TEXT


def find_model(model: str | ModelCard | None = None) -> ModelCard:
    """Return the card of a model by name; None is the default. Raises `UnknownNameError`.

    >>> find_model("text-nano").runtime
    'numpy'
    """
    if model is None:
        return DEFAULT
    if isinstance(model, ModelCard):
        return model
    if model not in MODELS:
        raise unknown_name("model", model, MODELS, "affekt models")
    return MODELS[model]
