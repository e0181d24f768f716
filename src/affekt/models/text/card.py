"""The card of `text`."""

from __future__ import annotations

from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import ModelCard

_FOLDER = Path(__file__).parent / "weights"

CARD = ModelCard(
    name="text",
    version="1",
    summary="28 GoEmotions labels, valence-arousal-dominance, intensity and people's votes of English; MiniLM, int8",
    modality="text",
    space=find_space("goemotions"),
    opinions=(find_space("edos"),),
    runtime="onnx",
    folder=_FOLDER,
    files={
        "fit.json": "9b102857880b69fc29e2e0ac69e655a9916f7cdfe328ab595a4543b69612b06a",
        "model.onnx": "064da9acf44e10408915d17703325d3bba630d043a84484ecffabc4b7fdc939c",
        "raters.npz": "c8a06855560f3418063e010833b9d73b55ea2110b73c0bf5f1865af69a83ee90",
        "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    },
    tokenizer=_FOLDER / "tokenizer.json",
    languages=("en",),
    window=126,
    licence="CC-BY-SA-4.0",
    commercial=True,
    code_licence="Apache-2.0",
    # EDOS trained the votes of `raters.npz` alone, on the frozen encoder.
    trained_on=("goemotions", "emobank", "glasgow_norms", "brighter", "edos"),
    paper="Demszky et al. 2020, GoEmotions, ACL; Wang et al. 2020, MiniLM, NeurIPS; Buechel & Hahn 2017, EmoBank, EACL",
    recipe="recipes/text",
    golden=(
        ("Thank you so much, this made my day!", "gratitude"),
        ("I love you with all my heart", "love"),
        ("This is disgusting and vile", "disgust"),
        ("Haha that is hilarious", "amusement"),
        ("I am so scared of what happens next", "fear"),
        ("I'm curious what you think", "curiosity"),
        ("My sister died last night", "sadness"),
        ("The train leaves at noon", "neutral"),
    ),
)
