"""The card of `text-multi`."""

from __future__ import annotations

from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import ModelCard

_FOLDER = Path(__file__).parent / "weights"

CARD = ModelCard(
    name="text-multi",
    version="1",
    summary="six emotions in 27 languages from character n-grams and NumPy; no valence-arousal-dominance",
    modality="text",
    space=find_space("brighter"),
    runtime="ngrams",
    folder=_FOLDER,
    files={
        "fit.json": "794063cf2cd2ab41d03b06cb8ed037edac148a877c016e2f22e44fb1e800dc20",
        "model.npz": "11d173c8329f693841a05b1353b1788907ee58589184d98f82ca4aa2d049be24",
    },
    tokenizer=None,
    # Those of BRIGHTER's Track A; English has no disgust there, Afrikaans no surprise, and neither is ever answered.
    languages=(
        *("af", "am", "arq", "ary", "de", "en", "es", "ha", "hi", "ig", "mr", "om", "pcm", "pt", "ro", "ru", "rw"),
        *("so", "su", "sv", "sw", "ti", "tt", "uk", "vmw", "yo", "zh"),
    ),
    window=128,
    licence="CC-BY-4.0",
    commercial=True,
    code_licence="Apache-2.0",
    # XED taught the language check alone.
    trained_on=("brighter", "xed"),
    paper="Muhammad et al. 2025, BRIGHTER, ACL; Belay et al. 2025, EthioEmo, COLING; Weinberger et al. 2009, ICML",
    recipe="recipes/text_multi",
    dimensions=False,
    intensity=False,
    golden=(
        ("I love this so much, what a wonderful day!", "joy"),
        ("Ich habe solche Angst vor der Operation", "fear"),
        ("Estoy muy feliz, gracias por todo", "joy"),
        ("Мне очень страшно", "fear"),
        ("Я так сумую за тобою", "sadness"),
    ),
)
