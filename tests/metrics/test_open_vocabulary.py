"""Set metrics through wheels against hand values and a reference written from the formula."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affekt.affect.words.wheels import WHEELS, group_word
from affekt.errors import InputError, UnknownNameError
from affekt.metrics.open_vocabulary import (
    emotion_words,
    exact_match,
    hit_rate,
    item_wheel_scores,
    set_scores,
    wheel_reward,
    wheel_scores,
)

WORDS = ["joyful", "happy", "delighted", "angry", "furious", "sad", "gloomy", "afraid", "proud", "surprised", "table"]
WORD_SETS = st.lists(st.sets(st.sampled_from(WORDS), max_size=4), min_size=1, max_size=6)
PAIRS = WORD_SETS.flatmap(
    lambda truth: st.tuples(
        st.just(truth),
        st.lists(st.sets(st.sampled_from(WORDS), max_size=4), min_size=len(truth), max_size=len(truth)),
    )
)


def reference(truth, prediction, wheel, level):
    """AffectGPT's rules, written out: group, drop what has no group, skip items without truth, F of the means."""
    precision, recall = [], []
    for true, said in zip(truth, prediction, strict=True):
        wanted = {g for w in true if (g := group_word(w, wheel, level=level)) is not None}
        named = {g for w in said if (g := group_word(w, wheel, level=level)) is not None}
        if not wanted:
            continue
        precision.append(len(wanted & named) / len(named) if named else 0.0)
        recall.append(len(wanted & named) / len(wanted))
    if not precision:
        return None
    p, r = statistics.fmean(precision), statistics.fmean(recall)
    return p, r, (2 * p * r / (p + r) if p + r else 0.0)


def test_hand_values_on_one_wheel():
    # Item 1: {joy, anger} against {joy}: P 1, R 1/2. Item 2: {fear} against {sadness, fear}: P 1/2, R 1.
    truth = [{"joyful", "furious"}, {"terrified"}]
    prediction = [{"delighted", "happy"}, {"gloomy", "afraid"}]
    found = wheel_scores(truth, prediction, wheels=["parrott"])
    assert (found.precision, found.recall, found.f) == (0.75, 0.75, 0.75)
    assert found.wheels["parrott"].items == 2
    assert found.wheels["parrott"].average == 0.75
    # At the second level fury is rage and joy is cheerfulness; delight is there too.
    second = wheel_scores(truth, prediction, wheels=["parrott"], level=2)
    assert second.precision == 0.75
    # The F is that of the means: here not the mean of the items' F, 2/3.
    assert item_wheel_scores(truth, prediction, wheels=["parrott"]).tolist() == pytest.approx([2 / 3, 2 / 3])


def test_the_mean_is_over_wheels_and_a_wheel_without_items_does_not_count():
    # Geneva and the Atlas have no surprise.
    found = wheel_scores([{"surprised"}], [{"astonished"}])
    assert {name for name, scores in found.wheels.items() if not scores.items} == {"geneva", "atlas"}
    assert math.isnan(found.wheels["geneva"].f)
    assert (found.precision, found.recall, found.f) == (1.0, 1.0, 1.0)
    nothing = wheel_scores([{"table"}], [{"happy"}])
    assert math.isnan(nothing.f)


def test_words_without_a_group_and_empty_predictions():
    kept = wheel_scores([{"happy", "table"}], [{"joyful", "chair"}], wheels=["goemotions"])
    assert (kept.precision, kept.recall) == (1.0, 1.0)
    silent = wheel_scores([{"happy"}, {"sad"}], [set(), {"gloomy"}], wheels=["goemotions"])
    assert (silent.precision, silent.recall, silent.f) == (0.5, 0.5, 0.5)
    assert wheel_scores([{"happy"}], [set()]).f == 0.0


@settings(max_examples=40, deadline=None)
@given(PAIRS, st.sampled_from([1, 2]))
def test_every_wheel_agrees_with_the_reference(pair, level):
    truth, prediction = pair
    found = wheel_scores(truth, prediction, level=level)
    counted = []
    for wheel, scores in found.wheels.items():
        expected = reference(truth, prediction, wheel, level)
        if expected is None:
            assert scores.items == 0
        else:
            counted.append(expected)
            assert (scores.precision, scores.recall, scores.f) == pytest.approx(expected)
    if counted:
        means = [statistics.fmean(values) for values in zip(*counted, strict=True)]
        assert [found.precision, found.recall, found.f] == pytest.approx(means)


@settings(max_examples=40, deadline=None)
@given(PAIRS)
def test_ranges_order_and_perfection(pair):
    truth, prediction = pair
    found = wheel_scores(truth, prediction)
    for value in (found.precision, found.recall, found.f):
        assert math.isnan(value) or 0 <= value <= 1
    backwards = wheel_scores(truth[::-1], prediction[::-1])
    assert backwards.f == pytest.approx(found.f, nan_ok=True)
    assert wheel_scores(truth, truth).f in (1.0, pytest.approx(math.nan, nan_ok=True))
    assert exact_match(truth, truth) == 1.0
    items = item_wheel_scores(truth, prediction)
    assert items.shape == (len(truth),)
    swapped = set_scores(prediction, truth)
    plain = set_scores([t or {"x"} for t in truth], prediction)
    assert math.isnan(swapped.f) or 0 <= swapped.f <= 1
    assert 0 <= plain.f <= 1


def test_plain_sets_and_exact_match():
    scores = set_scores([["Happy", "proud"], ["sad"]], [["happy"], ["sad", "angry"]])
    assert (scores.precision, scores.recall, scores.f, scores.items) == (0.75, 0.75, 0.75, 2)
    assert exact_match([["Happy "], []], [["happy"], []]) == 1.0
    assert exact_match([["happy"]], [["joyful"]]) == 0.0


def test_the_hit_rate_and_its_share_of_guesses():
    # Label joy: happy hits. Label anger: sad and furious hit, one of the two named labels. Neutral is left out.
    found = hit_rate(["joy", "anger", "sadness", "neutral"], [["happy"], ["sad", "furious"], ["proud"], ["happy"]])
    assert found.items == 3
    wheels = len(WHEELS)
    assert wheels == 5
    assert found.hit_rate == pytest.approx(2 / 3)
    assert found.precise_hit_rate == pytest.approx((1 + 1 / 2 + 0) / 3)
    everything = hit_rate(["joy"], [["joy", "anger", "sadness", "fear"]], labels=["joy", "anger", "sadness", "fear"])
    assert everything.hit_rate == 1.0
    assert everything.precise_hit_rate <= 1 / 3
    assert hit_rate(["neutral"], [["happy"]]).items == 0


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("happy, joyful", ("happy", "joyful")),
        ("['Happy', 'sad']", ("happy", "sad")),
        ("[happy; very sad]", ("happy", "very sad")),
        ("- angry\n- tired\n", ("angry", "tired")),
        ("<think>sad? no</think>\n<answer>joyful</answer>", ("joyful",)),
        ("She is not sad at all; she seems proud of what she did and a little nervous.", ("proud", "nervous")),
        ("happy, happy", ("happy", "happy")),
        ("", ()),
        ("...", ()),
        ("[]", ()),
    ],
)
def test_words_are_taken_out_of_an_answer(answer: str, words: tuple[str, ...]):
    assert emotion_words(answer) == words


def test_the_reward_is_accuracy_format_and_excess():
    formed = "<think>He smiles.</think><answer>joyful</answer>"
    right = wheel_reward(formed, ["joyful"])
    assert (right.accuracy, right.format, right.excess, right.total) == (1.0, 1.0, 0.0, 2.0)
    assert right.emotions == ("joyful",)
    wrong = wheel_reward("<think>He smiles.</think><answer>terrified</answer>", ["joyful"])
    assert (wrong.accuracy, wrong.total) == (0.0, 1.0)
    bare = wheel_reward("joyful", ["joyful"])
    assert (bare.accuracy, bare.format, bare.total) == (1.0, 0.0, 1.0)
    assert wheel_reward("<answer>joyful</answer>", ["joyful"], thinking=False).format == 1.0
    assert wheel_reward("<answer>joyful</answer>", ["joyful"]).format == 0.0
    assert wheel_reward(formed + formed, ["joyful"]).format == 0.0
    # Eight emotions where four are allowed: one share too many, repetitions included.
    many = wheel_reward(", ".join(["joyful"] * 8), ["joyful"], allowed=4, length_weight=0.25)
    assert (many.accuracy, many.excess, many.total) == (1.0, 1.0, 0.75)
    assert wheel_reward("", ["joyful"]).total == 0.0


def test_without_the_penalty_listing_everything_pays_more_than_with_it():
    listed = ", ".join(["happy", "sad", "angry", "afraid", "proud", "ashamed", "surprised", "disgusted", "bored"])
    truth = ["joyful", "surprised"]
    free = wheel_reward(listed, truth, length_weight=0.0, allowed=3)
    held = wheel_reward(listed, truth, length_weight=0.5, allowed=3)
    assert free.total > held.total
    assert held.total == pytest.approx(free.total - 0.5 * 2.0)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80), st.floats(0, 2), st.floats(0, 2))
def test_the_reward_takes_any_text_and_stays_below_its_best(answer, form, length):
    found = wheel_reward(answer, ["joyful"], format_weight=form, length_weight=length)
    assert found.total <= 1 + form
    assert found == wheel_reward(answer, ["joyful"], format_weight=form, length_weight=length)


def test_bad_input_is_an_error():
    with pytest.raises(InputError, match="differ in length: 1 and 2"):
        wheel_scores([{"sad"}], [{"sad"}, {"happy"}])
    with pytest.raises(InputError, match="empty"):
        set_scores([], [])
    with pytest.raises(InputError, match="collection of words"):
        set_scores(["sad"], [{"sad"}])  # type: ignore[list-item]
    with pytest.raises(UnknownNameError, match="Did you mean 'plutchik'"):
        wheel_scores([{"sad"}], [{"sad"}], wheels=["plutchick"])
    with pytest.raises(InputError, match="the string"):
        wheel_scores([{"sad"}], [{"sad"}], wheels="plutchik")
    with pytest.raises(InputError, match="levels 1 and 2"):
        wheel_scores([{"sad"}], [{"sad"}], level=3)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="allowed"):
        wheel_reward("sad", {"sad"}, allowed=0)
    with pytest.raises(InputError, match="at least 0"):
        wheel_reward("sad", {"sad"}, length_weight=-1)
    with pytest.raises(InputError, match="at least one word"):
        wheel_reward("sad", set())
    with pytest.raises(InputError, match="label per item"):
        hit_rate("sad", [{"sad"}])
