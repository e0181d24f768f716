"""Models and evaluations that other packages add."""

from __future__ import annotations

from dataclasses import replace

import pytest

from affekt import plugins
from affekt.cards import EvaluationCard
from affekt.errors import UnknownNameError
from affekt.evaluation.plugins import plugin_evaluations
from affekt.evaluation.subjects import find_subject
from affekt.evaluation.suites import Part, find_suite
from affekt.models.index import MODELS, find_model
from affekt.models.plugins import plugin_models


@pytest.fixture
def added(monkeypatch):
    """Return what puts values where entry points would have."""

    def put(**values):
        def load(group):
            return plugins.Loaded(
                tuple(
                    plugins.Plugin(name, f"{name}-package", value)
                    for name, (of, value) in values.items()
                    if of == group
                ),
                ("sunk of wreck (affekt.models) cannot be loaded",),
            )

        for module in ("affekt.models.plugins", "affekt.evaluation.plugins"):
            monkeypatch.setattr(f"{module}.load_plugins", load)
        plugin_models.cache_clear()
        plugin_evaluations.cache_clear()

    yield put
    plugin_models.cache_clear()
    plugin_evaluations.cache_clear()


def test_a_packages_model_reads_as_ours_do(added):
    mine = replace(MODELS["text-nano"], name="mine", version="7")
    added(mine=("affekt.models", mine), thief=("affekt.models", replace(mine, name="text")), odd=("affekt.models", 3))
    assert find_model("mine") is mine and find_model("text").version != "7"
    assert (find_subject("mine").name, find_subject("mine").version) == ("mine", "7")
    told = "\n".join(plugin_models().problems)
    assert "text of thief-package (affekt.models) is left out: affekt has that name" in told
    assert "odd of odd-package (affekt.models) is left out: it is no ModelCard" in told
    with pytest.raises(UnknownNameError, match=r"Did you mean 'mine'(.|\n)*sunk of wreck"):
        find_model("miney")


def test_a_packages_evaluation_is_a_suite(added):
    card = EvaluationCard("mine", "isear", "all", "most-probable", ("macro_f1",), "macro_f1")
    added(mine=("affekt.evaluations", card), odd=("affekt.evaluations", "card"))
    assert find_suite("mine") == (Part("isear:all"),)
    assert "odd of odd-package (affekt.evaluations) is left out" in "\n".join(plugin_evaluations().problems)
    with pytest.raises(UnknownNameError):
        find_suite("yours")
