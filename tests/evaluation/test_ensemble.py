"""Votes over several systems: the rule against one written from its words; weights; languages; endpoints."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affekt.affect.spaces import find_space
from affekt.corpora.targets import make_target
from affekt.errors import InputError
from affekt.evaluation.answers import Question
from affekt.evaluation.endpoint import EndpointOptions
from affekt.evaluation.ensemble import (
    Ballot,
    ensemble_subject,
    error_lines,
    language_errors,
    member_weights,
    vote,
    weights_of,
)
from affekt.evaluation.subjects import find_subject
from affekt.language.client import ClientOptions
from affekt.metrics.classification import macro_f1
from affekt.types import Record, Signal
from chat_server import last

EKMAN, SIGNS = find_space("ekman"), find_space("sentiment")


def ballots_of(draw_flags, answered=None):
    """Ballots of a list (member) of lists (item) of lists (label)."""
    chosen = [np.array(each, bool) for each in draw_flags]
    said = [np.ones(len(c), bool) for c in chosen] if answered is None else [np.array(a, bool) for a in answered]
    return [Ballot(str(i), c, a) for i, (c, a) in enumerate(zip(chosen, said, strict=True))]


@st.composite
def polls(draw):
    members, items, labels = draw(st.integers(1, 5)), draw(st.integers(1, 4)), draw(st.integers(2, 4))
    flag = st.booleans()
    chosen = draw(
        st.lists(
            st.lists(st.lists(flag, min_size=labels, max_size=labels), min_size=items, max_size=items),
            min_size=members,
            max_size=members,
        )
    )
    answered = draw(st.lists(st.lists(flag, min_size=items, max_size=items), min_size=members, max_size=members))
    weights = draw(st.lists(st.integers(0, 4), min_size=members, max_size=members))
    return chosen, answered, weights


@given(polls())
def test_several_labels_by_the_words_of_the_rule(poll):
    chosen, answered, weights = poll
    found = vote(ballots_of(chosen, answered), exclusive=False, weights=np.array(weights, float))
    for item in range(len(chosen[0])):
        voters = [m for m in range(len(chosen)) if answered[m][item]]
        for label in range(len(chosen[0][0])):
            yes = sum(weights[m] for m in voters if chosen[m][item][label])
            no = sum(weights[m] for m in voters if not chosen[m][item][label])
            first = bool(voters) and chosen[voters[0]][item][label]
            assert found.chosen[item, label] == (yes > no or (yes == no and first))
        assert found.answered[item] == bool(voters)


@given(polls())
def test_one_label_by_the_words_of_the_rule(poll):
    chosen, answered, weights = poll
    single = [[[k == row.index(True) if True in row else k == 0 for k in range(len(row))] for row in m] for m in chosen]
    found = vote(ballots_of(single, answered), exclusive=True, weights=np.array(weights, float))
    for item in range(len(single[0])):
        voters = [m for m in range(len(single)) if answered[m][item]]
        if not voters:
            assert not found.chosen[item].any()
            continue
        behind = [sum(weights[m] for m in voters if single[m][item][k]) for k in range(len(single[0][0]))]
        named = [single[m][item].index(True) for m in voters]
        winner = next(label for label in named if behind[label] == max(behind[k] for k in named))
        assert found.chosen[item].tolist() == [k == winner for k in range(len(behind))]


def test_votes_that_cannot_be_taken():
    with pytest.raises(InputError, match="same items"):
        vote([], exclusive=True)
    with pytest.raises(InputError, match="at least 0"):
        vote(ballots_of([[[True, False]]]), exclusive=True, weights=np.array([-1.0]))
    with pytest.raises(InputError, match="two members"):
        find_subject("vote:text")
    with pytest.raises(InputError, match="no other splits"):
        weighted = ensemble_subject([find_subject("prior"), find_subject("all-positive")], weighted=True)
        weighted.answer(Question((record(0, "positive", "en"),), SIGNS, SIGNS))


def record(number, label, language, split="test", text=None):
    signal = Signal(text or f"{language} {label} {number}", language=language)
    return Record(f"{split}-{language}-{number}", signal, split, labels=(label,) if label else ())


def test_weights_know_who_is_good_at_which_language():
    records = [record(n, SIGNS.labels[n % 3], language, "dev") for language in ("en", "de") for n in range(60)]
    target = make_target("toy", records, SIGNS, split="dev")
    wrong = np.roll(target.truth, 1, axis=1)
    english = np.array([each.signal.language == "en" for each in records])
    good_en = Ballot("good-en", np.where(english[:, None], target.truth, wrong), np.ones(120, bool))
    good_de = Ballot("good-de", np.where(english[:, None], wrong, target.truth), np.ones(120, bool))
    found = member_weights([good_en, good_de], target, exclusive=True)
    assert found["en"][0, 0] > found["en"][1, 0] == 0.0 and found["de"][1, 0] > found["de"][0, 0] == 0.0
    share = (60 + 10 * 60.5 / 121) / 70  # ten items of the mean over languages
    assert found["en"][0, 0] == pytest.approx(np.log(share / (1 - share)) + np.log(2), rel=1e-6)
    assert weights_of(found, ["de", "fr"])[1] == pytest.approx(found[None])
    both = vote([good_en, good_de], exclusive=True, weights=weights_of(found, [r.signal.language for r in records]))
    assert (both.chosen == target.truth).all()


def test_errors_are_told_language_by_language():
    records = [
        record(n, label, language)
        for n, (label, language) in enumerate(
            [("positive", "en"), ("positive", "en"), ("negative", "en"), ("neutral", "de")]
        )
    ]
    target = make_target("toy", records, SIGNS, split="test")
    said = np.array([[0, 0, 1], [1, 0, 0], [1, 0, 0], [0, 0, 0]], bool)
    english, german = language_errors(Ballot("x", said, said.any(1)), target)
    assert english.language == "en" and english.scores["accuracy"] == pytest.approx(2 / 3)
    assert english.confusion.tolist() == [[1, 0, 0, 0], [0, 0, 0, 0], [1, 0, 1, 0]]
    assert english.worst() == [("positive", "negative", 1)] and german.worst() == [("neutral", "none", 1)]
    text = "\n".join(error_lines([english, german]))
    assert "en: 3 items, macro f1" in text and "positive taken for negative: 1" in text


WORDS = {label: f"w{place}" for place, label in enumerate(EKMAN)}
GOOD_AT = {"a": ("en", "de"), "b": ("de", "fr"), "c": ("fr", "en"), "d": ("en", "de", "fr")}


def fixture(split, count, seed):
    """Texts that say their language, their emotions, and by how much luck a weak reader needs."""
    rng = random.Random(seed)
    found = []
    for n in range(count):
        language = ("en", "de", "fr")[n % 3]
        labels = tuple(sorted(rng.sample(EKMAN.labels, rng.choice([1, 1, 2])), key=EKMAN.index))
        text = f"{language} {n} {split} {' '.join(WORDS[label] for label in labels)}"
        found.append(Record(f"{split}-{n}", Signal(text, language=language), split, labels=labels))
    return found


def member(body, count):
    """Each model knows two languages well; the last one knows all of them a little."""
    text, name = last(body), body["model"]
    language, rng = text[:2], random.Random(f"{name} {text}")
    labels = [label for label, word in WORDS.items() if word in text.split()]
    sure = 0.62 if name == "d" else 0.8 if language in GOOD_AT[name] else 0.35
    return json.dumps(
        {"labels": [x for x in EKMAN if (x in labels) == (rng.random() < sure + (x not in labels) * 0.12)]}
    )


def test_several_scripted_endpoints_beat_the_best_of_them(chat_server, tmp_path):
    chat_server.script = member
    test, learning = fixture("test", 240, 0), fixture("dev", 180, 1)
    question = Question(tuple(test), EKMAN, EKMAN, tuple(learning))
    how = EndpointOptions(client=ClientOptions(timeout=20, retries=2, wait=0.01, cache=tmp_path))
    names = [f"endpoint:{chat_server.url}#{name}" for name in GOOD_AT]
    target = make_target("fixture", test, EKMAN, split="test")
    alone = [macro_f1(target.truth, find_subject(name, endpoint=how).answer(question).chosen) for name in names]
    votes = {
        kind: find_subject(f"{kind}:{','.join(names)}", endpoint=how).answer(question)
        for kind in ("vote", "weighted-vote")
    }
    scores = {kind: macro_f1(target.truth, said.chosen) for kind, said in votes.items()}
    assert scores["vote"] > max(alone) and scores["weighted-vote"] > max(alone)
    assert scores["weighted-vote"] > scores["vote"], "who knows which language was learned on the development part"
    assert set(votes["vote"].rates) == {f"{rate}:{name}" for rate in ("unparseable", "failed") for name in GOOD_AT}
    ballot = Ballot("vote", votes["weighted-vote"].chosen, votes["weighted-vote"].answered)
    assert [each.n for each in language_errors(ballot, target)] == [80, 80, 80]
