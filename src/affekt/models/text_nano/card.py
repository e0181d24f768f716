"""The card of `text-nano`."""

from __future__ import annotations

from pathlib import Path

from affekt.cards import ModelCard
from affekt.models.text.card import CARD as TEXT

_FOLDER = Path(__file__).parent / "weights"

CARD = ModelCard(
    name="text-nano",
    version="1",
    summary="the same answers as `text` from static embeddings and NumPy, for volume",
    modality="text",
    space=TEXT.space,
    runtime="numpy",
    folder=_FOLDER,
    files={
        "fit.json": "cf9c8ac5e80b9c20394853615444517d350bf9357e81466190040718ced0dea8",
        "model.npz": "ee826adc2603b0655ff6cd221ac24b62bf27837f4d2541611c5ecc23cec74e2c",
    },
    tokenizer=TEXT.tokenizer,
    languages=("en",),
    window=512,
    licence=TEXT.licence,
    commercial=TEXT.commercial,
    code_licence=TEXT.code_licence,
    trained_on=(*TEXT.trained_on, "xed", "edos"),
    paper="Gupta & Jaggi 2021, Static Word Embeddings, ACL; Tulkens & van Dongen 2024, Model2Vec; and `text`",
    recipe="recipes/text",
    golden=TEXT.golden,
)
