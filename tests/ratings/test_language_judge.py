"""A chat model as best-worst judge: its choices give the true order back, and no answer chooses nothing."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from affekt.errors import InputError
from affekt.language.best_worst import best_worst_schema, parse_best_worst
from affekt.language.client import ClientOptions, open_endpoint
from affekt.language.echo import Scripted
from affekt.ratings.best_worst import balanced_tuples, counting_scores
from affekt.ratings.language_judge import judge_by_model

STRENGTH = {f"item-{i:02}": i for i in range(16)}
TEXTS = {name: f"strength {value}" for name, value in STRENGTH.items()}
TUPLES = balanced_tuples(list(STRENGTH), appearances=8)


def judged(content):
    """Name the strongest and the weakest of the texts shown."""
    shown = [int(number) for number in re.findall(r"strength (\d+)", content)]
    return json.dumps({"most": int(np.argmax(shown)) + 1, "least": int(np.argmin(shown)) + 1})


def test_the_true_order_comes_back_from_an_endpoint(chat_server, tmp_path):
    chat_server.script = lambda body, count: judged(body["messages"][0]["content"])
    model = open_endpoint(f"{chat_server.url}#judge", options=ClientOptions(cache=tmp_path))
    found = judge_by_model(model, TUPLES, TEXTS, "strength")
    scores = dict(zip(found.choices.items, counting_scores(found.choices), strict=True))
    truth = np.argsort([STRENGTH[name] for name in scores])
    ranks = np.argsort(np.argsort(list(scores.values())))
    assert np.corrcoef(ranks, np.argsort(truth))[0, 1] > 0.95
    assert (found.lost, found.bill.tally.requests) == ((), len(TUPLES))
    assert "most strength" in chat_server.bodies[0]["messages"][0]["content"]


def test_a_tuple_without_an_answer_is_lost_and_nothing_is_chosen_for_it():
    lost = next(one for one in TUPLES if "item-03" in one)

    def script(prompt):
        content = prompt[0].content
        if all(re.search(rf"{TEXTS[name]}\b", content) for name in lost):
            return '{"most": 1, "least": 1}'
        return judged(content)

    found = judge_by_model(Scripted(script), TUPLES, TEXTS, "strength")
    assert found.lost == (lost,)
    assert len(found.choices.best) == len(TUPLES) - 1
    assert found.bill.tally.reasons == {"repeated": 1}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"most": 0, "least": 1}', "out of range"),
        ('{"most": 5, "least": 1}', "out of range"),
        ('{"most": true, "least": 2}', "wrong form"),
        ('{"most": "1", "least": 2}', "wrong form"),
        ('{"most": 1.0, "least": 2}', "wrong form"),
        ('{"most": 1}', "wrong form"),
        ("The first.", "prose"),
    ],
)
def test_only_two_of_the_texts_shown_are_an_answer(content, reason):
    assert parse_best_worst(content, 4).reason == reason
    assert best_worst_schema(4)["properties"]["most"]["enum"] == [1, 2, 3, 4]


def test_what_cannot_be_judged_is_told():
    with pytest.raises(InputError, match="judged none of 1"):
        judge_by_model(Scripted(["no"]), [("a", "b")], {"a": "x", "b": "y"}, "joy")
    with pytest.raises(InputError, match="no text of 1 items, such as 'b'"):
        judge_by_model(Scripted(["no"]), [("a", "b")], {"a": "x"}, "joy")
    with pytest.raises(InputError, match="different sizes"):
        judge_by_model(Scripted(["no"]), [("a", "b"), ("a", "b", "c")], {}, "joy")
