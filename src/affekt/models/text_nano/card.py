"""The card of `text-nano`."""

from __future__ import annotations

from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import ModelCard
from affekt.models.text.card import CARD as TEXT

_FOLDER = Path(__file__).parent / "weights"

CARD = ModelCard(
    name="text-nano",
    version="1",
    summary="the same answers as `text` from static embeddings and NumPy, for volume",
    modality="text",
    space=find_space("goemotions"),
    runtime="numpy",
    folder=_FOLDER,
    files={},
    tokenizer=TEXT.tokenizer,
    languages=("en",),
    window=512,
    licence="CC-BY-SA-4.0",
    commercial=True,
    code_licence="Apache-2.0",
    trained_on=("goemotions", "emobank", "glasgow_norms", "brighter"),
    paper="Demszky et al. 2020, GoEmotions, ACL; Wang et al. 2020, MiniLM, NeurIPS; Buechel & Hahn 2017, EmoBank, EACL",
    recipe="recipes/text",
    golden=(),
)
