"""Every model affekt knows, by name. A new model is one import and one entry here."""

from __future__ import annotations

from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import ModelCard
from affekt.errors import InputError, UnknownNameError, unknown_name
from affekt.models.own import is_model_path, model_in
from affekt.models.text.card import CARD as TEXT
from affekt.models.text_multi.card import CARD as TEXT_MULTI
from affekt.models.text_nano.card import CARD as TEXT_NANO
from affekt.types import Modality

# Of each modality the first is the default, and the first that a business may use with `commercial`.
MODELS: dict[str, ModelCard] = {card.name: card for card in (TEXT, TEXT_NANO, TEXT_MULTI)}
# No weights of its own: English goes to `text`, what that does not read to `text-multi`.
AUTO = ModelCard(
    name="auto",
    version=f"{TEXT.version}+{TEXT_MULTI.version}",
    summary="six emotions: `text` reads English, `text-multi` what that does not read",
    modality="text",
    space=find_space("ekman"),
    runtime="several",
    folder=Path(),
    files={},
    tokenizer=None,
    languages=tuple(sorted({*TEXT.languages, *TEXT_MULTI.languages})),
    window=TEXT.window,
    licence=" and ".join(dict.fromkeys((TEXT.licence, TEXT_MULTI.licence))),
    commercial=TEXT.commercial and TEXT_MULTI.commercial,
    code_licence=TEXT.code_licence,
    trained_on=tuple(dict.fromkeys((*TEXT.trained_on, *TEXT_MULTI.trained_on))),
    paper=f"{TEXT.paper}; {TEXT_MULTI.paper}",
    recipe="recipes/text_multi",
    members=(TEXT, TEXT_MULTI),
)


def find_model(
    model: str | Path | ModelCard | None = None, *, modality: Modality = "text", commercial: bool = False
) -> ModelCard:
    """Return the card of a model by name; None is the default of its modality. "auto" reads English by `text` and the
    rest by `text-multi`. Models that other packages add are known too, and folders that `affekt train` wrote: a `Path`,
    or a name with a slash, or of a folder that is there.

    With `commercial` the default is the first whose weights a business may use. Raises `UnknownNameError`, `InputError`
    for a folder without a model, for a modality without one, and with `commercial` for weights no business may use.

    >>> find_model("text-nano").runtime
    'numpy'
    """
    if model is None:
        return _default(modality, commercial=commercial)
    card = _named(model)
    if commercial and not card.commercial:
        other = _default(card.modality, commercial=True).name
        raise InputError(
            f"The weights of {card.name!r} are {card.licence}: not for business use. Take {other}, or leave "
            "--commercial (commercial=True) out."
        )
    return card


def _default(modality: Modality, *, commercial: bool) -> ModelCard:
    fit = [card for card in MODELS.values() if card.modality == modality and (card.commercial or not commercial)]
    if not fit:
        what = "that a business may use" if commercial else "yet"
        raise InputError(f"affekt ships no model of {modality} {what}. `affekt models` lists what there is.")
    return fit[0]


def _named(model: str | Path | ModelCard) -> ModelCard:
    if isinstance(model, ModelCard):
        return model
    if isinstance(model, Path):
        return model_in(model)
    if model == AUTO.name:
        return AUTO
    if model in MODELS:
        return MODELS[model]
    from affekt.models.plugins import plugin_models

    added = plugin_models()
    if model in added.cards:
        return added.cards[model]
    if is_model_path(model):
        return model_in(Path(model))
    error = unknown_name("model", model, [*MODELS, *added.cards], "affekt models")
    raise UnknownNameError("\n".join((str(error), *added.problems)))
