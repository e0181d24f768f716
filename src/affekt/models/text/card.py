"""The card of `text`."""

from __future__ import annotations

from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import ModelCard

_FOLDER = Path(__file__).parent / "weights"

CARD = ModelCard(
    name="text",
    version="1",
    summary="28 GoEmotions labels, valence-arousal-dominance and intensity of English text; MiniLM, int8",
    modality="text",
    space=find_space("goemotions"),
    runtime="onnx",
    folder=_FOLDER,
    files={},
    tokenizer=_FOLDER / "tokenizer.json",
    languages=("en",),
    window=126,
    licence="CC-BY-SA-4.0",
    commercial=True,
    code_licence="Apache-2.0",
    trained_on=("goemotions", "emobank", "glasgow_norms", "brighter"),
    paper="Demszky et al. 2020, GoEmotions, ACL; Wang et al. 2020, MiniLM, NeurIPS; Buechel & Hahn 2017, EmoBank, EACL",
    recipe="recipes/text",
    golden=(),
)
