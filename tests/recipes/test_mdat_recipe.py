"""mdat-cross-language: dual attention hears what the voice does at the keyword; shots teach a new language's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from affekt.corpora.utterances import Utterances
from affekt.errors import InputError
from affekt.metrics.classification import unweighted_average_recall
from affekt.models.mdat_cross_language.net import Mdat, places
from affekt.training.fused import Fused, FusedLesson, FusedPlan
from affekt.training.speech.mdat import Config, adapt, draw_shots, teach

RECIPE = Path(__file__).parents[2] / "recipes" / "mdat_cross_language"


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Networks as small as these only wait for a second thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def recall(taught: Fused, utterances: Utterances) -> float:
    return float(unweighted_average_recall(utterances.labels, taught.answer(utterances).argmax(1)))


@pytest.mark.slow
def test_dual_attention_beats_neither_and_shots_bring_it_to_another_language(
    recipe: Callable[[str], ModuleType],
) -> None:
    planted = recipe("planted").planted
    plan = FusedPlan(epochs=20, batch=32, learning_rate=4e-3, patience=20)
    going_on = FusedPlan(epochs=20, batch=32, learning_rate=1e-3, stop="last", patience=20)
    dual = Config(width=32, dropout=0.0, plan=plan, adapting=going_on)
    neither = Config(width=32, dropout=0.0, plan=plan, adapting=going_on, graph=False, co=False)
    lesson = FusedLesson(planted("a", 500, 0), planted("a", 100, 1))
    here, there, pool = planted("a", 200, 2), planted("b", 300, 3), planted("b", 200, 4)
    taught = teach(lesson, dual)
    assert recall(taught, here) > recall(teach(lesson, neither), here) + 0.08
    by_shots = [recall(adapt(taught, lesson, draw_shots(pool, k), dual), there) for k in (0, 60)]
    assert by_shots[1] > by_shots[0] + 0.08
    assert by_shots[1] > 0.75


def made(**options: bool) -> Mdat:
    torch.manual_seed(0)
    return Mdat({"speech": 4, "text": 6}, 3, width=16, dropout=0.0, **options).eval()


@pytest.mark.parametrize(("graph", "co", "across", "within"), [(1, 1, 1, 1), (1, 0, 0, 1), (0, 1, 1, 0), (0, 0, 0, 0)])
def test_each_attention_reaches_where_it_should(graph: int, co: int, across: int, within: int) -> None:
    """A change of one text token is felt by others of the text through the graph, by speech through co-attention."""
    net = made(graph=bool(graph), co=bool(co))
    tokens = {"speech": torch.randn(1, 5, 4), "text": torch.randn(1, 5, 6)}
    other = {**tokens, "text": tokens["text"].clone()}
    other["text"][:, 2] += 3
    before, after = net.attended(tokens), net.attended(other)
    felt = (before["text"] != after["text"]).any(-1)[0]
    assert felt[2] and bool(felt[[0, 1, 3, 4]].any()) == bool(within)
    assert bool((before["speech"] != after["speech"]).any()) == bool(across)


def test_both_modalities_know_one_time() -> None:
    """The middle of an utterance is told alike, whatever number of tokens it has."""
    assert torch.allclose(places(5, 16)[2], places(9, 16)[4], atol=1e-6)
    assert places(5, 16).unique(dim=0).shape[0] == 5


def test_a_vector_becomes_pieces() -> None:
    net = made()
    assert net.enter_tokens("text", torch.randn(2, 1, 6)).shape == (2, 4, 16)
    assert net({"speech": torch.randn(2, 5, 4), "text": torch.randn(2, 1, 6)}).shape == (2, 3)
    with pytest.raises(InputError, match="two modalities"):
        Mdat({"speech": 4}, 3)


def test_shots_are_even_and_fewer_are_among_more(recipe: Callable[[str], ModuleType]) -> None:
    pool = recipe("planted").planted("b", 40, 0)
    few, more = draw_shots(pool, 3, seed=1), draw_shots(pool, 8, seed=1)
    assert np.bincount(few.labels).tolist() == [3, 3] and set(few.ids) < set(more.ids)
    assert len(draw_shots(pool, 0)) == 0
    with pytest.raises(InputError, match="20 utterances"):
        draw_shots(pool, 21)


def test_no_shots_change_nothing_and_shots_leave_the_old_network_alone(recipe: Callable[[str], ModuleType]) -> None:
    planted = recipe("planted").planted
    lesson = FusedLesson(planted("a", 24, 0), planted("a", 12, 1), smoke=True)
    config = Config(width=16)
    taught = teach(lesson, config)
    kept = {name: value.clone() for name, value in taught.net.state_dict().items()}
    shots = draw_shots(planted("b", 24, 2), 4)
    assert adapt(taught, lesson, shots.take([]), config) is taught
    went_on = adapt(taught, lesson, shots, config)
    assert all(torch.equal(kept[name], value) for name, value in taught.net.state_dict().items())
    assert any(not torch.equal(kept[name], value) for name, value in went_on.net.state_dict().items())
