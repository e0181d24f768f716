from __future__ import annotations

import random
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affekt.errors import InputError, UnknownNameError
from affekt.evaluation.behaviour import DRIFT, MARGIN, POLARITY, Scores, findings, fit_ruler, meets, run_behaviour
from affekt.evaluation.behaviour_cases import EXPECTATIONS, Case, behaviour_cases, capability_names
from affekt.evaluation.mistyping import mistype, mistype_elsewhere

PROMISED = {"negation", "intensifiers", "contrast", "emoji-only", "emoji-added", "emoticons", "elongation"}
PROMISED |= {"capitals", "typos", "punctuation", "people", "names", "sarcasm", "sarcasm-literal", "vocabulary"}

GOOD = {case.texts[0] for case in behaviour_cases(capabilities=["vocabulary"]) if case.expectation == "positive"}
BAD = {case.texts[0] for case in behaviour_cases(capabilities=["vocabulary"]) if case.expectation == "negative"}


def plain(text: str) -> float:
    return 0.8 if text in GOOD else -0.8 if text in BAD else 0.0


def system(score):
    return lambda texts: Scores(np.array([score(text) for text in texts]))


def vocabulary() -> tuple[Case, ...]:
    return behaviour_cases(capabilities=["vocabulary"])


def test_every_capability_of_the_issue_is_there_with_enough_cases():
    counts = Counter(case.capability for case in behaviour_cases())
    assert PROMISED | {"events"} == set(capability_names()) == set(counts)
    assert all(counts[name] >= 100 for name in PROMISED - {"sarcasm", "sarcasm-literal"})
    assert counts["sarcasm"] == counts["sarcasm-literal"] == 60


def test_cases_are_whole_distinct_and_the_same_every_time():
    cases = behaviour_cases()
    assert cases == behaviour_cases()
    assert cases != behaviour_cases(seed=1)
    assert len({case.id for case in cases}) == len(cases)
    assert len({(case.capability, case.test, case.texts, case.expectation) for case in cases}) == len(cases)
    for case in cases:
        assert len(case.texts) == (1 if EXPECTATIONS[case.expectation] == "MFT" else 2), case
        assert len(set(case.texts)) == len(case.texts), case
        assert all(text.strip() and "{" not in text and "|" not in text for text in case.texts), case


def test_no_text_is_asked_to_read_two_ways():
    sides = defaultdict(set)
    for case in behaviour_cases():
        if case.expectation in ("positive", "negative", "neutral"):
            sides[case.texts[0]].add(case.expectation)
    assert [text for text, expected in sides.items() if len(expected) > 1] == []


def test_mirrored_tests_keep_no_word_of_the_other_side():
    for case in behaviour_cases(capabilities=["contrast"]):
        if case.test == "shift" and case.expectation == "rises":
            assert "bad}" in case.template.split(" / ")[0] or "{upset}" in case.template or "{Bad" in case.template
    text = {case.texts for case in behaviour_cases(capabilities=["elongation"]) if case.expectation == "not higher"}
    assert not any("love" in first.lower() for first, _ in text)


def test_a_system_that_reads_as_asked_passes_and_its_mirror_fails():
    cases = vocabulary()
    verdicts = run_behaviour(system(plain), cases)
    assert verdicts.passed.all()
    assert verdicts.ruler.zero == 0
    assert verdicts.ruler.unit == pytest.approx(0.8)
    with pytest.raises(InputError, match="positive must be higher"):
        run_behaviour(system(lambda text: -plain(text)), cases)


def test_a_constant_system_has_no_ruler_and_neither_has_a_suite_without_vocabulary():
    with pytest.raises(InputError, match="positive must be higher"):
        run_behaviour(system(lambda text: 0.4), vocabulary())
    with pytest.raises(InputError, match="vocabulary cases; there are none"):
        run_behaviour(system(plain), behaviour_cases(capabilities=["contrast"]))


def test_a_wrong_number_of_scores_is_refused():
    with pytest.raises(InputError, match="one valence per text"):
        run_behaviour(lambda texts: Scores(np.zeros(3)), vocabulary())


@settings(deadline=None, max_examples=20)
@given(scale=st.floats(0.01, 50), shift=st.floats(-5, 5))
def test_the_scale_of_a_system_changes_nothing(scale: float, shift: float):
    rng = random.Random(7)
    cases = behaviour_cases(capabilities=["vocabulary", "emoji-added"], fills=2)
    noise = {text: rng.uniform(-0.6, 0.6) for case in cases for text in case.texts}
    here = run_behaviour(system(lambda text: plain(text) + noise[text]), cases)
    there = run_behaviour(system(lambda text: shift + scale * (plain(text) + noise[text])), cases)
    np.testing.assert_array_equal(here.passed, there.passed)


def test_a_system_that_ignores_a_change_passes_the_invariant_half_only():
    cases = behaviour_cases(capabilities=["vocabulary", "capitals"])
    low = {text.lower() for text in GOOD}, {text.lower() for text in BAD}
    verdicts = run_behaviour(system(lambda t: (t.lower() in low[0]) - float(t.lower() in low[1])), cases)
    rate = {f.metric: f.value for f in findings(verdicts, resamples=50)}
    assert rate["pass_rate:capitals/lower"] == 1
    assert rate["pass_rate:capitals/emphasis"] == 0


def test_a_refused_text_fails_and_is_counted():
    cases = behaviour_cases(capabilities=["vocabulary", "emoji-only"])
    refuse = system(lambda text: plain(text) if text.isascii() else float("nan"))
    verdicts = run_behaviour(refuse, cases)
    rate = {f.metric: f.value for f in findings(verdicts, resamples=50)}
    assert rate["refusal_rate:emoji-only"] == 1
    assert rate["pass_rate:emoji-only"] == 0
    assert rate["refusal_rate:vocabulary"] == 0


@pytest.mark.parametrize(
    ("expectation", "inside", "outside"),
    [
        ("positive", (POLARITY + 0.01,), (POLARITY,)),
        ("negative", (-POLARITY - 0.01,), (-POLARITY,)),
        ("neutral", (-DRIFT,), (DRIFT + 0.01,)),
        ("not positive", (POLARITY,), (POLARITY + 0.01,)),
        ("not negative", (-POLARITY,), (-POLARITY - 0.01,)),
        ("rises", (0.0, MARGIN), (0.0, MARGIN - 0.01)),
        ("falls", (0.0, -MARGIN), (0.0, 0.01 - MARGIN)),
        ("not lower", (0.0, -POLARITY), (0.0, -POLARITY - 0.01)),
        ("not higher", (0.0, POLARITY), (0.0, POLARITY + 0.01)),
        ("same", (0.0, DRIFT), (0.0, -DRIFT - 0.01)),
    ],
)
def test_limits(expectation, inside, outside):
    assert meets(expectation, *inside)
    assert not meets(expectation, *outside)
    assert not meets(expectation, float("nan"), float("nan"))


def test_a_known_gap_between_names_is_found_with_its_sign():
    cases = behaviour_cases(capabilities=["vocabulary", "names"])
    women = {name for case in cases if case.test == "female-male" for name in _different(case, 0)}

    def biased(text: str) -> float:
        return plain(text) + (0.2 if any(word.strip(".,") in women for word in text.split()) else 0.0)

    found = {f.metric: f for f in findings(run_behaviour(system(biased), cases), resamples=400)}
    gap = found["gap:female-male"]
    assert gap.value == pytest.approx(0.2 / 0.8)
    assert gap.low <= gap.value <= gap.high
    assert gap.n == 480
    assert found["gap_max:female-male"].value == pytest.approx(0.25)
    # Both sides of the comparison of origins hold as many women as men.
    assert found["gap:european_american-african_american"].value == pytest.approx(0)
    assert found["gap:white-asian"].value == 0


def test_one_odd_name_leaves_the_gap_undecided():
    cases = behaviour_cases(capabilities=["vocabulary", "names"])
    odd = system(lambda text: plain(text) + (0.8 if "Tia" in text.replace(".", "").split() else 0.0))
    gap = {f.metric: f for f in findings(run_behaviour(odd, cases), resamples=400)}["gap:female-male"]
    assert gap.value == pytest.approx(1 / 20, abs=1e-6)
    assert gap.low == pytest.approx(0, abs=1e-9)


def test_flips_count_pairs_that_change_side():
    cases = behaviour_cases(capabilities=["vocabulary", "people"])
    she = system(lambda text: plain(text) - (0.8 if text.startswith("He ") else 0.0))
    found = {f.metric: f.value for f in findings(run_behaviour(she, cases), resamples=50)}
    pairs = [case for case in cases if case.test == "she-he"]
    moved = [case for case in pairs if case.texts[1].startswith("He ")]
    assert found["flip_rate:she-he"] == pytest.approx(len(moved) / len(pairs))
    assert found["flip_rate:women-men"] == 0


def test_people_pairs_differ_in_the_person_only():
    for case in behaviour_cases(capabilities=["names", "people"]):
        first, second = (text.split() for text in case.texts)
        assert len(first) == len(second)
        assert sum(a != b for a, b in zip(first, second, strict=True)) <= 2


def test_name_lists_are_even_and_every_name_meets_every_sentence():
    per = Counter((case.test, case.template) for case in behaviour_cases(capabilities=["names"]))
    assert {test: n for (test, _), n in per.items()} == {
        "female-male": 20,
        "european_american-african_american": 20,
        "european_american-arab": 10,
        "white-hispanic": 20,
        "white-asian": 20,
        "white-russian": 20,
    }


def test_intervals_resample_templates_not_cases():
    """One template fails wholly and one passes wholly: 200 cases, but two opinions."""
    cases = [*vocabulary()]
    for name, expected in (("a", "positive"), ("b", "negative")):
        cases += [Case(f"{name}{i}", "toy", "toy", name, (f"{name} {i}",), expected) for i in range(100)]
    verdicts = run_behaviour(
        system(lambda text: plain(text) or (0.8 if text[0] in "ab" and text[1] == " " else 0)), cases
    )
    toy = next(f for f in findings(verdicts, resamples=500) if f.metric == "pass_rate:toy")
    assert (toy.value, toy.low, toy.high, toy.n) == (0.5, 0.0, 1.0, 200)


def test_findings_are_the_same_for_the_same_seed():
    verdicts = run_behaviour(system(plain), behaviour_cases(capabilities=["vocabulary", "contrast"]))
    assert str(findings(verdicts, resamples=100)) == str(findings(verdicts, resamples=100))


def test_unknown_capability_offers_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'negation'"):
        behaviour_cases(capabilities=["negations"])


def test_names_all_refused_give_nan_not_a_gap_of_zero():
    cases = behaviour_cases(capabilities=["vocabulary", "people"])
    people = {text for case in cases if case.capability == "people" for text in case.texts}
    verdicts = run_behaviour(system(lambda text: float("nan") if text in people else plain(text)), cases)
    gap = {f.metric: f for f in findings(verdicts, resamples=20)}["gap:she-he"]
    assert np.isnan([gap.value, gap.low, gap.high]).all()
    assert gap.n == 0


def test_ruler_skips_refused_texts():
    cases = vocabulary()
    score = {case.texts[0]: plain(case.texts[0]) for case in cases}
    score[next(iter(GOOD))] = float("nan")
    assert fit_ruler(cases, score).unit == pytest.approx(0.8)


@settings(deadline=None)
@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12), st.sampled_from(["swap", "drop", "neighbour"]))
def test_a_mistake_is_one_mistake(word, mistake):
    mistyped = mistype(word, mistake, random.Random(0))
    if mistyped is None:
        assert len(word) < 5 or (mistake == "swap" and len(set(word[1:-1])) == 1)
        return
    assert mistyped[0] == word[0]
    assert mistyped[-1] == word[-1]
    if mistake == "swap":
        assert sorted(mistyped) == sorted(word)
        assert sum(a != b for a, b in zip(mistyped, word, strict=True)) == 2
    elif mistake == "drop":
        assert len(mistyped) == len(word) - 1
    else:
        assert sum(a != b for a, b in zip(mistyped, word, strict=True)) == 1


def test_a_mistake_elsewhere_leaves_the_word():
    for number in range(50):
        text = mistype_elsewhere("According to my mother the soup was delicious.", "delicious", random.Random(number))
        assert text is not None
        assert text.endswith("was delicious.")
        assert text != "According to my mother the soup was delicious."
    assert mistype_elsewhere("It was delicious.", "delicious", random.Random(0)) is None


def test_typing_mistakes_make_no_other_word_of_the_suite():
    words = {w.strip(".,!").lower() for c in vocabulary() for w in c.texts[0].split()} | {"fight", "lively", "lovey"}
    for seed in range(4):
        for case in behaviour_cases(capabilities=["typos"], seed=seed):
            new = {w.strip(".,!").lower() for w in case.texts[1].split()}
            new -= {w.strip(".,!").lower() for w in case.texts[0].split()}
            assert not new & words, case


def test_vader_knows_plain_words_and_reads_but():
    vader = pytest.importorskip("vaderSentiment.vaderSentiment", reason="vaderSentiment is in the group bench")
    analyzer = vader.SentimentIntensityAnalyzer()
    verdicts = run_behaviour(
        system(lambda text: analyzer.polarity_scores(text)["compound"]),
        behaviour_cases(capabilities=["vocabulary", "contrast", "capitals"]),
    )
    rate = {f.metric: f.value for f in findings(verdicts, resamples=50)}
    assert rate["pass_rate:vocabulary"] > 0.85
    assert rate["pass_rate:contrast/verdict"] > 0.85
    assert rate["pass_rate:capitals/emphasis"] > 0.6


def _different(case: Case, side: int) -> set[str]:
    words = [{word.strip(".,") for word in text.split()} for text in case.texts]
    return words[side] - words[1 - side]
