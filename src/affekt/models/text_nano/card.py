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
    files={
        "fit.json": "cf9c8ac5e80b9c20394853615444517d350bf9357e81466190040718ced0dea8",
        "model.npz": "ee826adc2603b0655ff6cd221ac24b62bf27837f4d2541611c5ecc23cec74e2c",
    },
    tokenizer=TEXT.tokenizer,
    languages=("en",),
    window=512,
    licence="CC-BY-SA-4.0",
    commercial=True,
    code_licence="Apache-2.0",
    trained_on=("goemotions", "emobank", "glasgow_norms", "brighter", "xed", "edos"),
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
