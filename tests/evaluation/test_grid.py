"""Grids: what is learned from one domain and scored on another, and what is said of the difference."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from affekt.affect.spaces import find_space
from affekt.corpora.targets import make_target
from affekt.errors import ConversionError, InputError, UnknownNameError
from affekt.evaluation.answers import Answers, Question, decide
from affekt.evaluation.contamination import merged, overlap_with
from affekt.evaluation.domains import common_space, domain_of
from affekt.evaluation.grid import OTHERS, GridOptions, grid_rows, make_grid
from affekt.evaluation.learnable import LEARNERS, find_learner
from affekt.evaluation.learners import Learner, Lesson, lesson_of
from affekt.evaluation.records import read_results, write_results
from affekt.evaluation.simple import SIMPLE
from affekt.evaluation.tfidf import TFIDF
from affekt.metrics.classification import macro_f1
from affekt.types import VAD, Record, Signal

SENTIMENT, EKMAN = find_space("sentiment"), find_space("ekman")
WORDS = {
    "plain": {"positive": "good nice", "negative": "bad awful", "neutral": "box table"},
    "slang": {"positive": "dope lit", "negative": "wack trash", "neutral": "box table"},
    "mixed": {"positive": "good dope", "negative": "bad wack", "neutral": "box table"},
}
FAST = GridOptions(resamples=40)


def said(kind, *, splits=("train", "dev", "test"), each=30, seed=0):
    """Texts whose label is told by two words of a dialect, four to a group."""
    random.seed(seed)
    records = []
    for split in splits:
        for i in range(each):
            label = list(WORDS[kind])[i % 3]
            words = [*WORDS[kind][label].split(), f"{kind}{split}{i}", random.choice("abc") * 3]
            random.shuffle(words)
            place = f"{kind}-{split}-{i}"
            records.append(Record(place, Signal(" ".join(words), language="en"), split, (label,), group=place[:-1]))
    return records


@pytest.fixture(scope="module")
def domains():
    return [domain_of(kind, said(kind), SENTIMENT) for kind in WORDS]


@pytest.fixture(scope="module")
def grid(domains):
    return make_grid(TFIDF["tfidf"], domains, domains, replace(FAST, leave_one_out=True))


def test_home_is_on_the_diagonal_and_scores_highest(grid):
    assert {key for key, cell in grid.cells.items() if cell.home} == {(kind, kind) for kind in WORDS}
    for target in WORDS:
        assert grid.cells[target, target].score.value == max(grid.cells[s, target].score.value for s in WORDS)
    assert grid.cells["plain", "slang"].score.value < 0.8 < grid.cells["plain", "plain"].score.value
    assert grid.metric == "macro_f1"


def test_a_cell_is_what_teaching_and_scoring_by_hand_gives(domains, grid):
    plain, slang = domains[0], domains[1]
    learned = make_target("plain", plain.learning, SENTIMENT, split="test")
    answer = TFIDF["tfidf"].teach(lesson_of(learned, languages=frozenset({"en"})))
    target = make_target("slang", slang.scored, SENTIMENT, split="test")
    decided = decide(answer(target.records), SENTIMENT)
    cell = grid.cells["plain", "slang"]
    assert cell.score.value == pytest.approx(macro_f1(target.truth, decided.decision))
    assert cell.score.low <= cell.score.value <= cell.score.high
    assert cell.score.n == len(slang.scored) == 30
    assert {record.split for record in plain.learning} == {"train", "dev"}


def test_the_metric_may_be_of_one_label(domains, grid):
    def cells(metric):
        return make_grid(TFIDF["tfidf"], domains[:1], domains[1:2], replace(FAST, metric=metric)).cells[
            "plain", "slang"
        ]

    each = [cells(f"f1:{label}").score.value for label in SENTIMENT]
    assert np.mean(each) == pytest.approx(grid.cells["plain", "slang"].score.value)
    assert cells("accuracy").metric == "accuracy"
    with pytest.raises(UnknownNameError, match="joy"):
        cells("f1:joy")


def test_drop_and_gap_are_differences_of_means(grid):
    value = {key: cell.score.value for key, cell in grid.cells.items()}
    drop, gap = grid.drops["plain"], grid.gaps["plain"]
    assert drop.lost.value == pytest.approx(
        value["plain", "plain"] - (value["plain", "slang"] + value["plain", "mixed"]) / 2
    )
    assert gap.lost.value == pytest.approx(
        value["plain", "plain"] - (value["slang", "plain"] + value["mixed", "plain"]) / 2
    )
    assert drop.lost.low <= drop.lost.value <= drop.lost.high
    assert (drop.n, gap.n) == (90, 30)


def test_all_others_learn_from_every_domain_but_the_columns(grid):
    assert set(grid.others) == set(WORDS)
    assert list(grid.rows) == [*WORDS, OTHERS]
    # What plain and slang teach together is all that mixed is made of.
    assert grid.others["mixed"].score.value >= max(grid.cells[s, "mixed"].score.value for s in ("plain", "slang"))
    assert not any(cell.home for cell in grid.others.values())


def test_the_same_seed_gives_the_same_grid(domains, grid):
    again = make_grid(TFIDF["tfidf"], domains, domains, replace(FAST, leave_one_out=True))
    assert {key: cell.score for key, cell in again.cells.items()} == {k: c.score for k, c in grid.cells.items()}


def test_nothing_of_the_target_is_looked_at(domains):
    """Thresholds come from the source: other labels in the target change no answer."""
    seen = []

    def teach(lesson: Lesson):
        seen.append({record.id for part in (lesson.train, lesson.held) for record in part.records})
        return TFIDF["tfidf"].teach(lesson)

    make_grid(Learner("spy", "1", teach), domains[:1], domains[1:2], FAST)
    assert seen == [{record.id for record in domains[0].learning}]


def test_items_that_were_learned_from_are_counted_and_left_out(domains):
    plain = domains[0]
    copied = [replace(record, id=f"copy-{i}") for i, record in enumerate(plain.learning[:6])]
    slang = replace(domains[1], scored=(*domains[1].scored, *copied))
    cell = make_grid(TFIDF["tfidf"], [plain], [slang], FAST).cells["plain", "slang"]
    assert int(cell.overlap.exact.sum()) == 6
    assert cell.without_overlap.n == 30
    alone = make_grid(TFIDF["tfidf"], [plain], [domains[1]], FAST).cells["plain", "slang"]
    assert cell.without_overlap.value == pytest.approx(alone.score.value)
    unlooked = make_grid(TFIDF["tfidf"], [plain], [slang], replace(FAST, contamination=False))
    assert unlooked.cells["plain", "slang"].overlap is None


def test_near_copies_and_languages():
    text = "the long letter from the university came at last on a rainy monday morning"
    asked = [Record("1", Signal(text, language="en"), "test"), Record("2", Signal(text + "s", language="en"), "test")]
    found = overlap_with(asked, {"one": [Record("x", Signal(text.upper(), language="en"), "train")]})
    assert (found.exact.tolist(), found.near.tolist(), found.sources) == ([True, False], [False, True], {"one": 2})
    other = overlap_with(asked, {"two": [Record("x", Signal(text, language="de"), "train")]})
    assert not other.any.any()
    both = merged([found, other])
    assert (both.exact.tolist(), both.sources, both.looked) == ([True, False], {"one": 2, "two": 0}, ("one", "two"))


def test_labels_a_source_never_teaches_are_told(domains):
    lacking = replace(domains[0], learning=tuple(r for r in domains[0].learning if r.labels != ("neutral",)))
    grid = make_grid(TFIDF["tfidf"], [lacking], domains[1:2], FAST)
    assert grid.cells["plain", "slang"].untaught == ("neutral",)
    assert any("plain never teaches neutral, which slang ask" in note for note in grid.notes)


def test_corpora_in_different_spaces_need_one_that_all_become(domains):
    felt = [
        replace(record, labels=("joy",) if "good" in record.signal.text else ("anger",)) for record in said("plain")
    ]
    other = domain_of("felt", felt, EKMAN)
    with pytest.raises(InputError, match=r"plain sentiment, felt ekman.*--space sentiment"):
        make_grid(TFIDF["tfidf"], [domains[0]], [other], FAST)
    grid = make_grid(TFIDF["tfidf"], [domains[0]], [other], replace(FAST, space="sentiment"))
    assert grid.space == SENTIMENT
    assert {row.corpus for row in grid_rows(grid)} == {"felt:sentiment"}
    with pytest.raises(ConversionError, match="sentiment"):
        make_grid(TFIDF["tfidf"], [domains[0]], [other], replace(FAST, space="ekman"))


def test_what_a_corpus_cannot_say_teaches_nothing():
    """Isear has no surprise: its texts are no examples of none."""
    isear = find_space("isear")
    known = domain_of("isear", [Record(f"{i}", Signal(f"so glad {i}"), "all", ("joy",)) for i in range(20)], isear)
    lessons = []

    def teach(lesson: Lesson):
        lessons.append(lesson)
        return LEARNERS["all-positive"].teach(lesson)

    ekman = domain_of("e", [Record(f"{i}", Signal(f"oh {i}"), "all", ("surprise",)) for i in range(20)], EKMAN)
    make_grid(Learner("spy", "1", teach), [known, ekman], [ekman], replace(FAST, space="ekman"))
    assert not lessons[0].train.rated[:, EKMAN.index("surprise")].any()
    assert lessons[0].train.rated[:, EKMAN.index("anger")].all()
    assert lessons[1].train.rated.all()


def test_dimensions_make_a_grid_too():
    def rated(kind, sign):
        texts = {"glad": 0.8, "fine": 0.3, "sad": -0.7}
        return [
            Record(f"{kind}{i}", Signal(f"so {word} {kind}"), split, vad=VAD(sign * v, 0.0, 0.0), group=f"{kind}{i}")
            for split in ("train", "test")
            for i, (word, v) in enumerate([*texts.items()] * 8)
        ]

    mine, theirs = (domain_of(name, rated(name, sign), None) for name, sign in (("mine", 1), ("theirs", -1)))
    grid = make_grid(TFIDF["tfidf"], [mine], [mine, theirs], FAST)
    assert (grid.space, grid.metric) == (None, "pearson:valence")
    assert grid.cells["mine", "mine"].score.value > 0.9
    assert grid.cells["mine", "theirs"].score.value < -0.9
    assert common_space([mine, theirs]) is None


@pytest.mark.parametrize("name", LEARNERS)
def test_every_learner_learns(name, domains):
    grid = make_grid(find_learner(name), domains[:1], domains[:1], FAST)
    score = grid.cells["plain", "plain"].score.value
    assert (score > 0.9) == name.startswith("tfidf")


@pytest.mark.parametrize("space", [SENTIMENT, EKMAN])
def test_a_scikit_learn_estimator_is_taught(space, tmp_path, monkeypatch):
    (tmp_path / "my_pipeline.py").write_text(
        "from sklearn.feature_extraction.text import CountVectorizer\n"
        "from sklearn.linear_model import LogisticRegression\n"
        "from sklearn.svm import LinearSVC\n"
        "from sklearn.pipeline import make_pipeline\n"
        "ready = make_pipeline(CountVectorizer(), LogisticRegression())\n"
        "def make():\n    return make_pipeline(CountVectorizer(), LinearSVC())\n"
        "def loud(texts):\n    return [1 for _ in texts]\n",
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    names = {"positive": "joy", "negative": "anger"}
    records = [
        r if space is SENTIMENT else replace(r, labels=tuple(names[n] for n in r.labels if n in names))
        for r in said("plain")
    ]
    mine = domain_of("mine", records, space)
    for name in ("my_pipeline:ready", "my_pipeline:make"):
        learner = find_learner(name)
        cell = make_grid(learner, [mine], [mine], FAST).cells["mine", "mine"]
        assert cell.score.value > 0.9, name
        assert learner.name == name.replace(":", ".")
    with pytest.raises(InputError, match="no estimator"):
        make_grid(find_learner("my_pipeline:loud"), [mine], [mine], FAST)


def test_domains_are_divided_where_no_test_split_is():
    records = [Record(str(i), Signal(f"text {i}"), "all", ("joy",), group=f"g{i // 4}") for i in range(40)]
    whole = domain_of("mine", records, EKMAN)
    assert len(whole.scored) == 8  # whole groups of four, a quarter at most
    assert not {r.group for r in whole.learning} & {r.group for r in whole.scored}
    parts = [replace(r, split="fi" if i < 20 else "en") for i, r in enumerate(records)]
    finnish = domain_of("mine:fi", parts, EKMAN, split="fi")
    assert finnish.learning == finnish.scored == tuple(parts[:20])
    half = domain_of("mine:fi", parts, EKMAN, split="fi", divided=True)
    assert (len(half.learning), len(half.scored)) == (16, 4)
    english = domain_of("mine:en", parts, EKMAN, split="en")
    assert not finnish.is_home_of(english)
    assert domain_of("mine", parts, EKMAN).is_home_of(english)
    with pytest.raises(UnknownNameError, match="'sv'"):
        domain_of("mine:sv", parts, EKMAN, split="sv")
    only_test = domain_of("mine", [replace(r, split="test") for r in records], EKMAN)
    assert (only_test.learning, len(only_test.scored)) == ((), 40)


def test_a_domain_without_training_items(domains):
    bare = replace(domains[1], learning=())
    with pytest.raises(InputError, match="slang"):
        make_grid(TFIDF["tfidf"], [domains[0], bare], domains, FAST)
    grid = make_grid(TFIDF["tfidf"], [domains[0], replace(bare, expected=False)], domains, FAST)
    assert grid.sources == ("plain",)
    assert any(note.startswith("Left out: slang") for note in grid.notes)


def test_rows_are_kept_and_read_again(grid, tmp_path):
    path = tmp_path / "grid.csv"
    write_results(path, grid_rows(grid))
    rows = {(row.corpus, row.protocol, row.metric): row for row in read_results(path)}
    one = rows["slang", "most-probable-trained-on-plain-learned-10000-seed-0", "macro_f1"]
    assert one.value == pytest.approx(grid.cells["plain", "slang"].score.value, rel=1e-6)
    assert rows["plain", "home-minus-away-3-by-3-learned-10000-seed-0", "macro_f1_drop"].n == 90
    assert rows["plain", "home-minus-away-3-by-3-learned-10000-seed-0", "macro_f1_gap"].n == 30
    assert ("mixed", "most-probable-trained-on-all-others-learned-10000-seed-0", "macro_f1") in rows
    assert len(rows) == 9 + 3 + 6 + sum(c.without_overlap is not None for r in grid.rows.values() for c in r.values())


def test_the_answers_of_some_items_are_those_rows():
    answers = Answers(
        np.array([True, False, True]),
        SENTIMENT,
        np.eye(3),
        np.eye(3, dtype=bool),
        np.zeros((3, 3)),
        {"sentiment": np.arange(9.0).reshape(3, 3), "ekman": (0.5,) * 6},
    )
    some = answers.take(np.array([True, False, True]))
    assert some.answered.tolist() == [True, True]
    assert some.probabilities.tolist() == [[1, 0, 0], [0, 0, 1]]
    assert some.thresholds["sentiment"].tolist() == [[0, 1, 2], [6, 7, 8]]
    assert some.thresholds["ekman"] == (0.5,) * 6


@pytest.mark.parametrize(
    ("options", "error", "told"),
    [
        (GridOptions(metric="macro_f2", resamples=20), UnknownNameError, "macro_f1"),
        (GridOptions(space="nothing", resamples=20), UnknownNameError, "nothing"),
    ],
)
def test_what_cannot_be_is_refused(domains, options, error, told):
    with pytest.raises(error, match=told):
        make_grid(TFIDF["tfidf"], domains[:1], domains[:1], options)


@pytest.mark.parametrize("name", TFIDF)
def test_what_is_taught_in_a_grid_can_be_evaluated_too(name, domains):
    question = Question(domains[0].scored, SENTIMENT, SENTIMENT, domains[0].learning)
    learned = make_target("plain", domains[0].learning, SENTIMENT, split="train")
    asked = frozenset(record.signal.language for record in question.records)
    taught = TFIDF[name].teach(lesson_of(learned, languages=asked))(question.records)
    assert SIMPLE[name].answer(question).probabilities == pytest.approx(taught.probabilities)


def test_words_and_characters_differ_and_tfidf_takes_what_the_languages_ask_for(domains):
    learned = make_target("plain", domains[0].learning, SENTIMENT, split="train")
    asked = domains[0].scored[:4]

    def said(name, language):
        lesson = lesson_of(learned, languages=frozenset({language}))
        return TFIDF[name].teach(lesson)(asked).probabilities

    assert not np.allclose(said("tfidf-words", "en"), said("tfidf-characters", "en"))
    assert said("tfidf", "en") == pytest.approx(said("tfidf-words", "de"))
    assert said("tfidf", "de") == pytest.approx(said("tfidf-characters", "en"))


def test_a_model_that_has_learned_is_no_learner():
    with pytest.raises(InputError, match="has learned already"):
        find_learner("text-nano")
    with pytest.raises(UnknownNameError, match="tfidf"):
        find_learner("tfidff")
