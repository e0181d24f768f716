"""Words to terms over WordNet, free phrases, wheels: the extract against the database, the links against WordNet's."""

from __future__ import annotations

import filecmp
import runpy
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affekt.affect.spaces import SPACES
from affekt.affect.terms import TERMS
from affekt.affect.words.lexicon import read_lexicon
from affekt.affect.words.morphology import base_forms
from affekt.affect.words.phrases import read_phrase
from affekt.affect.words.vocabulary import COSTS, LIMIT, place_word, plain_word, read_usages, similarity
from affekt.affect.words.wheels import WHEELS, find_wheel, group_word
from affekt.errors import ConversionError, InputError, UnknownNameError

ROOT = Path(__file__).parents[2]
DATA = ROOT / "src" / "affekt" / "affect" / "data"
WORDNET = Path("/usr/share/wordnet")
NO_EMOTIONS = ("appraisals", "instrument", "wellness", "traits", "tags")
EMOTIONS = [space for space in SPACES.values() if space.kind not in NO_EMOTIONS]
WORDS = sorted(read_lexicon().senses)
COMMON = """
happy sad angry afraid scared worried anxious lonely jealous envious ashamed guilty hopeful bored tired
content thankful grateful calm serene mad irritated annoyed nostalgic homesick astonished shocked disgusted
bitter hurt heartbroken depressed miserable cheerful delighted thrilled amazed curious interested confused
perplexed embarrassed humiliated relieved optimistic eager tender affectionate resentful hopeless desperate
insecure nervous tense terrified panicked horrified frustrated doubtful suspicious helpless overwhelmed
confident satisfied gloomy melancholy ecstatic furious enraged livid elated joyful sorrowful proud
disappointed
"""


def offline(name: str) -> list[list[str]]:
    lines = [line for line in (DATA / name).read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return [line.split("\t") for line in lines[1:]]


# --- the extract


def test_the_extract_is_small_licensed_and_closed():
    size = sum((DATA / name).stat().st_size for name in ("wordnet.tsv", "wordnet_exceptions.tsv"))
    assert size <= 400_000
    licence = (DATA / "wordnet_licence.txt").read_text(encoding="utf-8")
    assert "WordNet 3.0 Copyright 2006 by Princeton University" in licence
    assert "THIS SOFTWARE AND DATABASE IS PROVIDED" in licence
    lexicon = read_lexicon()
    for synset in lexicon.synsets.values():
        for pointer in synset.pointers:
            assert pointer.target in lexicon.synsets
            assert pointer.target_index < len(lexicon.synsets[pointer.target].words)
            assert pointer.source < len(synset.words)


@pytest.mark.skipif(not WORDNET.is_dir(), reason="WordNet's database (Debian's wordnet-base) is not installed")
def test_every_word_and_pointer_of_the_extract_stands_in_wordnet():
    names = {"n": "noun", "v": "verb", "a": "adj", "s": "adj", "r": "adv"}
    lines = {
        (letter, line[:8]): line
        for letter, name in names.items()
        for line in (WORDNET / f"data.{name}").read_text(encoding="latin-1").splitlines()
    }
    for synset in list(read_lexicon().synsets.values())[::20]:
        cells = lines[synset.name[0], synset.name[1:]].partition(" | ")[0].lower().split()
        assert cells[2] == synset.name[0]
        for word in synset.words:
            assert any(cell.partition("(")[0] == word.replace(" ", "_") for cell in cells)
        for pointer in synset.pointers:
            assert pointer.target[1:] in cells


@pytest.mark.slow
@pytest.mark.skipif(not WORDNET.is_dir(), reason="WordNet's database (Debian's wordnet-base) is not installed")
def test_the_recipe_writes_the_bundled_bytes(tmp_path: Path):
    for name in ("build.py", "ontology.py"):
        command = [sys.executable, str(ROOT / "recipes" / "vocabulary" / name), "--out", str(tmp_path)]
        subprocess.run(command, check=True, capture_output=True)
    made = sorted(path.name for path in tmp_path.iterdir())
    assert made == ["ontology_links.tsv", "ontology_words.tsv", "wordnet.tsv", "wordnet_exceptions.tsv"]
    for name in made:
        assert filecmp.cmp(tmp_path / name, DATA / name, shallow=False), f"{name}: run recipes/vocabulary again"


def test_the_lexicon_loads_without_nltk_and_fast():
    code = (
        "import sys, time; import affekt.affect.words.lexicon as l; t = time.process_time(); l.read_lexicon(); "
        "s = time.process_time() - t; assert 'nltk' not in sys.modules; print(s)"
    )
    runs = [subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True) for _ in range(2)]
    assert min(float(run.stdout) for run in runs) < 0.25


# --- morphology


@pytest.mark.parametrize(
    ("form", "base"),
    [
        ("joys", "joy"),
        ("worries", "worry"),
        ("saddest", "sad"),
        ("angrier", "angry"),
        ("hating", "hate"),
        ("loved", "love"),
        ("fell", "fall"),
        ("feelings", "feeling"),
        ("gladly", "gladly"),
    ],
)
def test_forms_have_the_base_that_morphy_gives(form: str, base: str):
    assert base in {found.word for found in base_forms(form)} or base not in read_lexicon()


def test_every_base_form_is_in_the_lexicon_in_its_part_of_speech():
    lexicon = read_lexicon()
    for word in (*WORDS[::7], "worries", "angriest", "disgusting", "lovingly"):
        for found in base_forms(word):
            assert lexicon.knows(found.word, found.pos)
    assert base_forms("qwertyly") == ()


# --- placing


@pytest.mark.parametrize(
    ("word", "targets", "target", "kind"),
    [
        ("joy", {"joy", "sadness"}, "joy", "same word"),
        ("wistfully", {"joy", "sadness"}, "sadness", "similar"),
        ("proud", {"pride", "shame"}, "pride", "attribute"),
        ("afraid", {"fear", "anger"}, "fear", "attribute"),
        ("joyful", {"joy", "anger"}, "joy", "synonym"),
        ("furious", {"anger", "joy"}, "anger", "derivation"),
        ("jubilantly", {"jubilation", "fear"}, "jubilation", "pertainym"),
        ("over the moon", {"elation", "anger"}, "elation", "derivation"),
        ("disappointed", {"disappointment", "joy"}, "disappointment", "derivation"),
        ("homesickness", {"longing", "anger"}, "longing", "hypernym"),
        ("grumpiness", {"anger", "joy"}, "anger", "tier"),
        ("frightened", {"fear", "joy"}, "fear", "cause"),
    ],
)
def test_words_reach_their_emotion(word: str, targets: set[str], target: str, kind: str):
    placed = place_word(word, targets)
    assert placed is not None
    assert placed.target == target
    assert kind in {placed.kind, *(link.kind for link in placed.links)}
    assert (placed.distance == 0) == (not placed.links)
    steps = [word, *(link.target for link in placed.links)]
    assert [link.source for link in placed.links] == steps[:-1]
    assert steps[-1] == target


@pytest.mark.parametrize("word", ["unafraid", "humble", "unashamed", "fearless", "joyless", "unproud", "carefree"])
def test_the_other_end_of_a_scale_does_not_reach_its_name(word: str):
    opposite = {"unafraid": "fear", "humble": "pride", "unashamed": "shame", "fearless": "fear", "joyless": "joy"}
    name = {**opposite, "unproud": "pride", "carefree": "worry"}[word]
    assert place_word(word, {name}) is None


@pytest.mark.parametrize("word", ["table", "qwerty", "", "of", "12", "the quick fox"])
def test_what_says_no_emotion_is_unplaced(word: str):
    assert place_word(word) is None


def test_spelling_makes_no_difference():
    targets = {"grief"}
    for word in ("heartbroken", " Heart-Broken ", "HEART_BROKEN", "heart  broken"):
        placed = place_word(word, targets)
        assert placed is not None, word
    assert plain_word("Don\u2019t") == "don't"


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(WORDS), st.sets(st.sampled_from(sorted(TERMS)), min_size=1, max_size=8))
def test_the_nearest_target_is_found_and_its_cost_is_that_of_its_links(word: str, targets: set[str]):
    placed = place_word(word, targets)
    if placed is None:
        assert all(place_word(word, {target}) is None for target in targets)
        return
    assert placed.target in targets
    assert 0 <= placed.distance <= LIMIT
    assert placed.distance >= sum(min(COSTS[link.kind], 0.25) for link in placed.links) - 1e-9
    alone = [found.distance for target in targets if (found := place_word(word, {target})) is not None]
    assert placed.distance == min(alone)
    # More to choose from brings it no further away.
    assert place_word(word, targets | {word}).distance == 0  # type: ignore[union-attr]


def test_most_emotion_words_people_use_are_placed():
    common = COMMON.split()
    missing = [word for word in common if place_word(word) is None]
    assert missing == []


def test_every_usage_reaches_a_term():
    unplaced = [phrase for phrase in read_usages() if place_word(phrase) is None]
    assert len(unplaced) <= 0.05 * len(read_usages()), unplaced


# --- similarity


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(sorted(TERMS)), st.sampled_from(sorted(TERMS)))
def test_similarity_is_symmetric_in_range_and_one_for_itself(first: str, second: str):
    value = similarity(first, second)
    assert 0 <= value <= 1
    assert value == similarity(second, first)
    assert similarity(first, first) == 1
    assert (value == 1) == (first == second)


def test_near_words_are_more_similar_than_opposites():
    assert similarity("anger", "rage") > similarity("anger", "fury") > similarity("anger", "joy")
    assert similarity("joy", "sadness") == similarity("love", "hate") == similarity("pride", "shame") == 0
    assert similarity("anger", "table") == 0


# --- phrases


def test_a_phrase_has_its_terms_where_they_stand():
    text = "a bit wistful but very proud, and flibbertigibbety"
    phrase = read_phrase(text)
    assert [text[int(t.span.start) : int(t.span.end)] for t in phrase.terms] == ["wistful", "proud"]
    assert [(t.degree, t.modifiers) for t in phrase.terms] == [(0.5, ("a bit",)), (1.5, ("very",))]
    assert all(t.term in TERMS and t.placement.target == t.term for t in phrase.terms)
    assert [(w.text, w.span.start) for w in phrase.unplaced] == [("flibbertigibbety", text.index("flib"))]


@pytest.mark.parametrize(
    ("text", "denied", "affirmed"),
    [
        ("not happy", ["happy"], []),
        ("not only happy but proud", [], ["happy", "proud"]),
        ("neither sad nor angry, just happy", ["sad", "angry"], ["happy"]),
        ("not sad or angry but hopeful", ["sad", "angry"], ["hopeful"]),
        ("I don't feel afraid", ["afraid"], []),
        ("no longer angry and quite relieved", ["angry"], ["relieved"]),
        ("never sad", ["sad"], []),
        ("without fear", ["fear"], []),
        ("not very happy", ["happy"], []),
        ("not at all jealous, proud", ["jealous"], ["proud"]),
        ("anything but happy", ["happy"], []),
        ("proud, not ashamed", ["ashamed"], ["proud"]),
        ("nothing but joy", [], ["joy"]),
        ("not without fear", [], ["fear"]),
        ("jealous? no, furious!", [], ["jealous", "furious"]),
    ],
)
def test_negated_terms_are_reported_and_left_out(text: str, denied: list[str], affirmed: list[str]):
    phrase = read_phrase(text)
    assert [t.text for t in phrase.terms if t.negated] == denied
    assert [t.text for t in phrase.affirmed] == affirmed


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("on edge and let down", ["on edge", "let down"]),
        ("totally fed up", ["fed up"]),
        ("broken-hearted", ["broken-hearted"]),
        ("over the moon", ["over the moon"]),
        ("down in the dumps", ["down in the dumps"]),
    ],
)
def test_the_longest_expression_is_taken(text: str, found: list[str]):
    phrase = read_phrase(text)
    assert [t.text for t in phrase.terms] == found
    assert phrase.unplaced == ()


def test_a_word_that_comes_from_far_off_is_left_unplaced_in_a_phrase():
    assert place_word("home") is not None
    phrase = read_phrase("nostalgia for home")
    assert [t.text for t in phrase.terms] == ["nostalgia"]
    assert [w.text for w in phrase.unplaced] == ["home"]


def test_degree_words_weigh_and_stay_in_bounds():
    degrees = {
        text: read_phrase(f"{text} sad").terms[0].degree for text in ("", "very", "a bit", "extremely", "barely")
    }
    assert degrees["barely"] < degrees["a bit"] < degrees[""] < degrees["very"] < degrees["extremely"]
    assert read_phrase("very very very very extremely sad").terms[0].degree == 2.0
    assert read_phrase("a bit slightly somewhat barely sad").terms[0].degree == 0.25
    assert read_phrase("pretty sad").terms[0].degree == 0.75
    # With nothing behind it, it is no degree word, and no emotion either.
    assert read_phrase("pretty").terms == ()


@pytest.mark.parametrize("space", EMOTIONS, ids=lambda space: space.name)
def test_a_phrase_becomes_a_distribution_over_any_emotion_space(space):
    said = read_phrase("a bit wistful but proud, angry and afraid").to(space)
    assert len(said.probabilities) == len(space)
    assert min(said.probabilities) >= 0
    total = sum(said.probabilities)
    assert total == pytest.approx(1) or (total == 0 and said.lost)
    assert all(lost.reason for lost in said.lost)
    assert read_phrase("qwerty").to(space).probabilities == (0.0,) * len(space)


def test_degrees_are_the_weights_of_the_distribution():
    said = read_phrase("a bit angry but very proud").to("ekman")
    assert said["anger"] == pytest.approx(0.5 / 2.0)
    assert said["joy"] == pytest.approx(1.5 / 2.0)
    assert read_phrase("not happy").to("ekman").probabilities == (0.0,) * 6
    surprised = read_phrase("surprised").to("sentiment")
    assert surprised.probabilities == (0.0, 0.0, 0.0)
    assert surprised.lost[0].reason


def test_a_term_that_several_labels_share_is_lost_and_they_are_named():
    lost = read_phrase("proud").to("mikels").lost
    assert len(lost) == 1
    assert "contentment" in lost[0].reason
    assert "amusement" in lost[0].reason


def test_spaces_without_emotions_are_refused_with_the_reason():
    for space in SPACES.values():
        if space.kind in NO_EMOTIONS:
            with pytest.raises(ConversionError, match=space.kind):
                read_phrase("happy").to(space)
    with pytest.raises(UnknownNameError, match="Did you mean 'ekman'"):
        read_phrase("happy").to("ekmann")


@pytest.mark.parametrize("text", ["", "   ", "!?", "\u2014"])
def test_a_phrase_without_words_is_an_error(text: str):
    with pytest.raises(InputError, match="at least one word"):
        read_phrase(text)


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(st.sampled_from(["not", "very", "sad", "or", "but", ",", "happy", "a bit", "on edge", "xyz"])).map(
            " ".join
        ),
    )
)
def test_spans_lie_in_the_text_in_order_and_do_not_overlap(text: str):
    try:
        phrase = read_phrase(text)
    except InputError:
        return
    found = sorted((*phrase.terms, *phrase.unplaced), key=lambda part: part.span.start)
    end = 0.0
    for part in found:
        assert end <= part.span.start < part.span.end <= len(text)
        assert text[int(part.span.start) : int(part.span.end)] == part.text
        end = part.span.end


# --- wheels


def test_the_wheels_are_as_published():
    assert {name: len(wheel.groups(1)) for name, wheel in WHEELS.items()} == {
        "plutchik": 8,
        "parrott": 6,
        "geneva": 4,
        "atlas": 5,
        "goemotions": 6,
    }
    assert {name: len(wheel.groups(2)) for name, wheel in WHEELS.items()} == {
        "plutchik": 24,
        "parrott": 25,
        "geneva": 20,
        "atlas": 51,
        "goemotions": 27,
    }
    tertiary = {word for groups in find_wheel("parrott").second.values() for words in groups.values() for word in words}
    assert tertiary == set(SPACES["parrott-tertiary"].labels)
    assert set(find_wheel("parrott").groups(2)) == set(SPACES["parrott-secondary"].labels)
    assert set(find_wheel("plutchik").groups(2)) == set(SPACES["plutchik-intensities"].labels)
    assert set(find_wheel("geneva").groups(2)) == set(SPACES["geneva-emotion-wheel"].labels)
    labels = {label for label in SPACES["goemotions"] if label != "neutral"}
    assert set(find_wheel("goemotions").groups(2)) == labels
    assert set(find_wheel("plutchik").groups(1)) == set(SPACES["plutchik"].labels)


def test_every_word_of_a_wheel_has_one_group_at_each_level_and_the_second_lies_in_the_first():
    for name, wheel in WHEELS.items():
        assert len(offline("wheels.tsv")) == sum(len(w.groups(2)) for w in WHEELS.values())
        for word in wheel.words:
            first, second = wheel.group(word, 1), wheel.group(word, 2)
            assert first in wheel.groups(1)
            assert second in wheel.second[str(first)]
            assert group_word(word, name, level=1) == first


@pytest.mark.parametrize(
    ("word", "wheel", "level", "group"),
    [
        ("furious", "parrott", 1, "anger"),
        ("furious", "parrott", 2, "rage"),
        ("furious", "plutchik", 2, "rage"),
        ("Delighted", "goemotions", 1, "joy"),
        ("terrified", "plutchik", 1, "fear"),
        ("remorseful", "geneva", 1, "unpleasant and not in control"),
        ("happy", "atlas", 1, "enjoyment"),
        ("table", "parrott", 1, None),
        ("surprised", "geneva", 1, None),
    ],
)
def test_any_word_has_its_group(word: str, wheel: str, level: int, group: str | None):
    assert group_word(word, wheel, level=level) == group  # type: ignore[arg-type]


def test_unknown_wheels_and_levels_are_errors():
    with pytest.raises(UnknownNameError, match="Did you mean 'parrott'"):
        group_word("sad", "parrot")
    with pytest.raises(InputError, match="levels 1 and 2"):
        find_wheel("parrott").groups(3)  # type: ignore[arg-type]


def test_a_word_takes_milliseconds():
    place_word("sad")
    start = time.perf_counter()
    for word in WORDS[::20]:
        place_word(word)
    assert (time.perf_counter() - start) / len(WORDS[::20]) < 0.02


def test_the_recipes_are_importable():
    for name in ("build", "ontology"):
        assert callable(runpy.run_path(str(ROOT / "recipes" / "vocabulary" / f"{name}.py"), run_name="recipe")["main"])
