"""Which model reads when none is named: the default of the modality, and with `commercial` the first a business may
use."""

from __future__ import annotations

from dataclasses import replace

import pytest

from affekt.cards import ModelCard
from affekt.errors import InputError
from affekt.models.index import MODELS, find_model


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> dict[str, ModelCard]:
    text = find_model("text")
    free = replace(text, name="ears-free", modality="speech", commercial=True, licence="CC0-1.0")
    bound = replace(free, name="ears", commercial=False, licence="CC-BY-NC-SA-4.0")
    for card in (bound, free):
        monkeypatch.setitem(MODELS, card.name, card)
    # What ships of speech stands before these in the list, and is left out.
    for card in [each for each in MODELS.values() if each.modality == "speech" and each not in (bound, free)]:
        monkeypatch.delitem(MODELS, card.name)
    return {"text": text, "ears": bound, "ears-free": free}


def test_each_modality_has_its_default(three: dict[str, ModelCard]) -> None:
    assert find_model() is three["text"]
    assert find_model(modality="speech") is three["ears"]
    assert find_model(modality="speech", commercial=True) is three["ears-free"]
    assert find_model(commercial=True) is three["text"]


def test_weights_no_business_may_use_are_refused_by_name(three: dict[str, ModelCard]) -> None:
    assert find_model("ears") is three["ears"]
    with pytest.raises(InputError, match=r"'ears' are CC-BY-NC-SA-4\.0: not for business use\. Take ears-free"):
        find_model("ears", commercial=True)
    assert find_model("ears-free", commercial=True) is three["ears-free"]


def test_a_modality_without_a_model_says_so() -> None:
    with pytest.raises(InputError, match="ships no model of music"):
        find_model(modality="music")
