"""One evaluation of labels and intensities: of arrays, and of a chat model that answers with levels."""

from __future__ import annotations

import json

import numpy as np
import pytest

from affekt.affect.spaces import find_space
from affekt.errors import InputError
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.level_scores import ask_for_levels, level_metrics, levels_of, mean_pearson
from affekt.language.asking import AskOptions
from affekt.language.echo import Scripted
from affekt.language.intensities import ShownLevels, ask_levels, level_schema, parse_levels
from affekt.training.gram_levels import cut_grams, know_levels, teach_levels

EKMAN = find_space("ekman")
LEVELS = np.random.default_rng(0).choice(4, size=(260, 6), p=[0.5, 0.2, 0.2, 0.1])
# What is felt and how strongly stands in the text: "anger2 joy1".
TEXTS = [" ".join(f"{e}{n}" for e, n in zip(EKMAN, row, strict=True) if n) or "nothing" for row in LEVELS.tolist()]
TRAIN, DEV, TEST = slice(0, 150), slice(150, 200), slice(200, 260)


def judge(wrong: float) -> Scripted:
    """A chat model that reads the text and errs at random."""

    def script(prompt) -> str:
        text = json.loads(prompt[0].content.rsplit("Text: ", 1)[1].removesuffix("\nAnswer:"))
        rng = np.random.default_rng(len(text))
        read = {word[:-1]: int(word[-1]) for word in text.split() if word != "nothing"}
        said = {label: int(rng.integers(4)) if rng.random() < wrong else read.get(label, 0) for label in EKMAN}
        return json.dumps(said)

    return Scripted(script)


def test_a_cpu_model_and_a_chat_model_in_one_evaluation(tmp_path):
    def by_grams(seed: int) -> Outcome:
        known = [know_levels(TEXTS[part], LEVELS[part], LEVELS[part]) for part in (TRAIN, DEV)]
        model = teach_levels(*known)
        said = model.answer(cut_grams(TEXTS[TEST]))
        return Outcome({"decided": said.decided, "level": said.level}, 1.0, model.parameters, {"unparseable": 0.0})

    def by_endpoint(seed: int) -> Outcome:
        asked = ask_for_levels(judge(0.2), TEXTS[TEST], EKMAN)
        levels = levels_of(asked, EKMAN)
        return Outcome({"decided": levels > 0, "level": levels}, 1.0, 0, {"unparseable": asked.tally.unparseable_rate})

    def flat(seed: int) -> Outcome:
        return Outcome({"decided": np.ones((60, 6), bool), "level": np.ones((60, 6))}, 1.0, 0)

    truth = {"decided": LEVELS[TEST] > 0, "level": LEVELS[TEST]}
    arms = [Arm("grams", by_grams), Arm("endpoint", by_endpoint), Arm("flat", flat)]
    experiment = Experiment("levels", "toy", "test", "toy", truth, level_metrics(EKMAN.labels), arms)
    rows = {(r.model, r.metric): r for r in run_experiment(experiment, runs=tmp_path, seeds=[0], resamples=50)}
    for name in ("levels", "levels:endpoint"):
        each = [rows[name, f"pearson:{label}"].value for label in EKMAN]
        assert rows[name, "mean_pearson"].value == pytest.approx(np.mean(each)) and min(each) > 0.5
        assert rows[name, "macro_f1"].value > rows["levels:flat", "macro_f1"].value
        assert rows[name, "unparseable"].value == 0
    assert rows["levels:flat", "mean_pearson"].value == 0 and rows["levels", "mean_pearson:minus:flat"].low > 0


def test_answers_without_levels_are_counted_and_say_nothing():
    model = Scripted(
        lambda prompt: "I feel great" if '"b"' in prompt[0].content else json.dumps(dict.fromkeys(EKMAN, 1))
    )
    asked = ask_for_levels(model, ["a", "b"], EKMAN, options=AskOptions(again=1))
    assert levels_of(asked, EKMAN).tolist() == [[1] * 6, [0] * 6]
    assert asked.tally.unparseable == 1 and asked.tally.reasons == {"prose": 1}


def test_the_prompt_and_what_is_read():
    prompt = ask_levels("Oh", EKMAN, examples=[ShownLevels("Ha", (0, 0, 0, 3, 0, 1))])[0].content
    assert '"anger": <0-3>' in prompt and 'Answer: {"anger": 0, "disgust": 0, "fear": 0, "joy": 3' in prompt
    whole = dict.fromkeys(EKMAN, 0)
    assert parse_levels(json.dumps(whole), EKMAN).value == (0,) * 6
    for other, reason in (({"joy": 4}, "out of range"), ({"joy": -1}, "out of range"), ({"joy": "3"}, "wrong form")):
        assert parse_levels(json.dumps(whole | other), EKMAN).reason == reason
    assert parse_levels('{"joy": 1}', EKMAN).reason == "wrong form"
    assert level_schema(EKMAN)["properties"]["joy"] == {"type": "integer", "minimum": 0, "maximum": 3}
    with pytest.raises(InputError, match="1 levels; ekman has 6"):
        ask_levels("Oh", EKMAN, examples=[ShownLevels("Ha", (1,))])


def test_a_rare_emotion_that_a_resample_lacks():
    truth = np.array([[0, 1], [0, 2], [0, 0]])
    assert mean_pearson(truth, truth) == pytest.approx(1) and np.isnan(mean_pearson(truth[:, :1], truth[:, :1]))
