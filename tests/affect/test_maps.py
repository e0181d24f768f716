"""Every map against an independent listing, and totality over all pairs of spaces."""

from __future__ import annotations

import itertools
import json
import os
from pathlib import Path

import pytest

from affekt.affect.convert import conversion
from affekt.affect.maps import MAPS, PATHS
from affekt.affect.spaces import SPACES
from affekt.errors import ConversionError, UnknownNameError
from affekt.types import LabelSpace

PAIRS = list(itertools.product(SPACES, SPACES))
REFUSED = {(name, "goemotions") for name in SPACES if name != "goemotions"} | {
    (coarse, fine)
    for coarse in ("sentiment", "goemotions-sentiment")
    for fine in ("ekman", "ekman-neutral", "plutchik", "parrott")
}

# Label by label, from figure 2 and appendix of the paper (signs; Ekman groups).
GOEMOTIONS = {
    "admiration": ("joy", "positive"),
    "amusement": ("joy", "positive"),
    "anger": ("anger", "negative"),
    "annoyance": ("anger", "negative"),
    "approval": ("joy", "positive"),
    "caring": ("joy", "positive"),
    "confusion": ("surprise", "ambiguous"),
    "curiosity": ("surprise", "ambiguous"),
    "desire": ("joy", "positive"),
    "disappointment": ("sadness", "negative"),
    "disapproval": ("anger", "negative"),
    "disgust": ("disgust", "negative"),
    "embarrassment": ("sadness", "negative"),
    "excitement": ("joy", "positive"),
    "fear": ("fear", "negative"),
    "gratitude": ("joy", "positive"),
    "grief": ("sadness", "negative"),
    "joy": ("joy", "positive"),
    "love": ("joy", "positive"),
    "nervousness": ("fear", "negative"),
    "optimism": ("joy", "positive"),
    "pride": ("joy", "positive"),
    "realization": ("surprise", "ambiguous"),
    "relief": ("joy", "positive"),
    "remorse": ("sadness", "negative"),
    "sadness": ("sadness", "negative"),
    "surprise": ("surprise", "ambiguous"),
}
# Plutchik's wheel, whole: petals from mild to strong, and the three rings of dyads.
PETALS = {
    "joy": "serenity joy ecstasy",
    "trust": "acceptance trust admiration",
    "fear": "apprehension fear terror",
    "surprise": "distraction surprise amazement",
    "sadness": "pensiveness sadness grief",
    "disgust": "boredom disgust loathing",
    "anger": "annoyance anger rage",
    "anticipation": "interest anticipation vigilance",
}
DYADS = [
    "love submission awe disapproval remorse contempt aggressiveness optimism",
    "guilt curiosity despair unbelief envy cynicism pride hope",
    "delight sentimentality shame outrage pessimism morbidness dominance anxiety",
]
# Parrott's tree: the words under each primary emotion.
PARROTT = {
    "love": "adoration affection love fondness liking attraction caring tenderness compassion sentimentality arousal "
    "desire lust passion infatuation longing",
    "joy": "amusement bliss cheerfulness gaiety glee jolliness joviality joy delight enjoyment gladness happiness "
    "jubilation elation satisfaction ecstasy euphoria enthusiasm zeal zest excitement thrill exhilaration contentment "
    "pleasure pride triumph eagerness hope optimism enthrallment rapture relief",
    "surprise": "amazement surprise astonishment",
    "anger": "aggravation irritation agitation annoyance grouchiness grumpiness exasperation frustration anger rage "
    "outrage fury wrath hostility ferocity bitterness hate loathing scorn spite vengefulness dislike resentment "
    "disgust revulsion contempt envy jealousy torment",
    "sadness": "agony suffering hurt anguish depression despair hopelessness gloom glumness sadness unhappiness grief "
    "sorrow woe misery melancholy dismay disappointment displeasure guilt shame regret remorse alienation isolation "
    "neglect loneliness rejection homesickness defeat dejection insecurity embarrassment humiliation insult pity "
    "sympathy",
    "fear": "alarm shock fear fright horror terror panic hysteria mortification anxiety nervousness tenseness "
    "uneasiness apprehension worry distress dread",
}


def placed(source: str, target: str) -> dict[str, tuple[str, ...]]:
    return {placement.label: placement.targets for placement in conversion(source, target).placements}


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_every_pair_places_or_lists_every_label_or_says_why_not(source: str, target: str) -> None:
    if (source, target) in REFUSED:
        with pytest.raises(ConversionError, match=r"which is finer: \w+ would have to be split into .+ Read the "):
            conversion(source, target)
        return
    found = conversion(source, target)
    where = [placement.label for placement in found.placements]
    lost = [loss.label for loss in found.loses]
    assert sorted(where + lost) == sorted(SPACES[source].labels)
    for placement in found.placements:
        assert placement.targets
        assert set(placement.targets) <= set(SPACES[target].labels)
        assert placement.citation
    assert all(len(loss.reason) > 20 for loss in found.loses)
    assert found.citation
    assert (found.path[0], found.path[-1]) == (source, target)
    assert found.rule == ("sum" if SPACES[source].kind == "exclusive" else "noisy-or")
    assert (found.kind == "identity") == (source == target)


def test_no_pair_has_both_a_map_and_a_path_and_paths_run_over_maps() -> None:
    assert not set(MAPS) & set(PATHS)
    assert all(step in MAPS for path in PATHS.values() for step in itertools.pairwise(path))
    assert set(MAPS) | set(PATHS) | REFUSED | {(name, name) for name in SPACES} == set(PAIRS)


def test_goemotions_roll_ups_are_the_published_ones() -> None:
    assert placed("goemotions", "ekman") == {label: (ekman,) for label, (ekman, _) in GOEMOTIONS.items()}
    signs = {label: (sign,) for label, (_, sign) in GOEMOTIONS.items()}
    assert placed("goemotions", "goemotions-sentiment") == signs | {"neutral": ("neutral",)}
    assert placed("goemotions", "ekman-neutral")["neutral"] == ("neutral",)
    signed = {label: sign for label, sign in signs.items() if sign != ("ambiguous",)}
    assert placed("goemotions", "sentiment") == signed | {"neutral": ("neutral",)}


def test_the_ekman_roll_up_is_the_one_in_the_corpus() -> None:
    if "AFFEKT_DATA" not in os.environ:
        pytest.skip("AFFEKT_DATA is not set, so the corpus's ekman_mapping.json cannot be read")
    path = Path(os.environ["AFFEKT_DATA"]) / "text" / "goemotions" / "ekman_mapping.json"
    groups = json.loads(path.read_text(encoding="utf-8"))
    assert placed("goemotions", "ekman") == {label: (ekman,) for ekman, labels in groups.items() for label in labels}


def on_the_wheel(label: str) -> tuple[str, ...] | None:
    wheel = SPACES["plutchik"].labels
    for petal, words in PETALS.items():
        if label in words.split():
            return (petal,)
    for apart, ring in enumerate(DYADS, start=1):
        if label in ring.split():
            start = ring.split().index(label)
            return (wheel[start], wheel[(start + apart) % 8])
    return None


def test_goemotions_to_plutchik_follows_the_wheel_and_else_the_ekman_roll_up() -> None:
    found = placed("goemotions", "plutchik")
    for label, (ekman, _) in GOEMOTIONS.items():
        assert set(found[label]) == set(on_the_wheel(label) or (ekman,)), label
    assert on_the_wheel("love") == ("joy", "trust")
    assert on_the_wheel("pride") == ("anger", "joy") or on_the_wheel("pride") == ("joy", "anger")


def test_goemotions_to_parrott_follows_the_tree_and_else_the_ekman_roll_up() -> None:
    found = placed("goemotions", "parrott")
    tree = {word: primary for primary, words in PARROTT.items() for word in words.split()}
    for label, (ekman, _) in GOEMOTIONS.items():
        assert found[label] == (tree.get(label, ekman),), label
    off = {p.label for p in conversion("goemotions", "parrott").placements if p.kind == "composed"}
    assert off == set(GOEMOTIONS) - set(tree)


def test_each_ekman_group_lies_in_one_sentiment_group() -> None:
    for label, (ekman, sign) in GOEMOTIONS.items():
        assert placed("ekman", "goemotions-sentiment")[ekman] == (sign,), label


def test_shared_names_keep_their_names() -> None:
    for source, target in set(MAPS) | set(PATHS):
        if source == "goemotions":
            continue
        for label, targets in placed(source, target).items():
            if label in SPACES[target]:
                assert targets == (label,), (source, target, label)


def test_what_is_lost_is_what_the_target_cannot_say() -> None:
    def lost(source: str, target: str) -> set[str]:
        return {loss.label for loss in conversion(source, target).loses}

    assert lost("goemotions", "ekman") == {"neutral"}
    assert lost("goemotions", "goemotions-sentiment") == set()
    assert lost("goemotions", "sentiment") == {"surprise", "realization", "confusion", "curiosity"}
    assert lost("plutchik", "parrott") == {"trust", "anticipation"}
    assert lost("plutchik", "sentiment") == {"surprise", "anticipation"}
    assert conversion("ekman", "plutchik").unreached == ("trust", "anticipation")
    assert conversion("parrott", "ekman").unreached == ("disgust",)
    assert conversion("ekman", "ekman-neutral").unreached == ()
    assert conversion("ekman", "ekman-neutral").neutral_by_absence


def test_merges_name_what_is_no_longer_told_apart() -> None:
    merges = conversion("ekman", "goemotions-sentiment").merges
    assert merges == {"negative": ("anger", "disgust", "fear", "sadness")}


def test_unknown_and_foreign_spaces() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'plutchik'"):
        conversion("goemotions", "plutchick")
    own = LabelSpace("own", ("a", "b"), "exclusive", "us")
    with pytest.raises(ConversionError, match="no cited map for 'own'"):
        conversion(own, "ekman")
    assert conversion(own, own).kind == "identity"
    traits = LabelSpace("big-five", ("openness",), "traits", "us")
    with pytest.raises(ConversionError, match="holds traits, which are no emotions"):
        conversion("goemotions", traits)
    false = LabelSpace("ekman", ("anger", "joy"), "exclusive", "us")
    with pytest.raises(ConversionError, match="has other labels or another kind"):
        conversion(false, "parrott")
