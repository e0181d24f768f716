"""The label spaces against the lists in the papers, typed here a second time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from affekt.affect.spaces import SPACES, find_space
from affekt.errors import UnknownNameError
from affekt.types import LabelSpace

PUBLISHED = {
    "goemotions": "admiration amusement anger annoyance approval caring confusion curiosity desire disappointment "
    "disapproval disgust embarrassment excitement fear gratitude grief joy love nervousness optimism pride "
    "realization relief remorse sadness surprise neutral",
    "ekman": "anger disgust fear joy sadness surprise",
    "ekman-neutral": "anger disgust fear joy sadness surprise neutral",
    "sentiment": "negative neutral positive",
    "goemotions-sentiment": "positive negative ambiguous neutral",
    "plutchik": "joy trust fear surprise sadness disgust anger anticipation",
    "parrott": "love joy surprise anger sadness fear",
}
KINDS = {
    "goemotions": "multi-label",
    "ekman": "multi-label",
    "ekman-neutral": "exclusive",
    "sentiment": "exclusive",
    "goemotions-sentiment": "multi-label",
    "plutchik": "multi-label",
    "parrott": "multi-label",
}


def test_the_spaces_are_the_published_lists() -> None:
    assert {name: " ".join(space.labels) for name, space in SPACES.items()} == PUBLISHED
    assert {name: space.kind for name, space in SPACES.items()} == KINDS


@pytest.mark.parametrize("space", SPACES.values(), ids=SPACES)
def test_a_space_is_complete(space: LabelSpace) -> None:
    assert len(set(space.labels)) == len(space)
    assert ("neutral" in space) == (space.neutral == "neutral")
    assert "(19" in space.source or "(20" in space.source
    # An exclusive space always answers, so it needs a label for a text that holds none of the others.
    assert space.kind == "multi-label" or space.neutral is not None


def test_plutchik_has_opposites_four_apart() -> None:
    wheel = SPACES["plutchik"].labels
    pairs = {frozenset((wheel[i], wheel[i + 4])) for i in range(4)}
    opposite = {("joy", "sadness"), ("trust", "disgust"), ("fear", "anger"), ("surprise", "anticipation")}
    assert pairs == {frozenset(pair) for pair in opposite}


def test_goemotions_has_the_order_of_the_corpus() -> None:
    if "AFFEKT_DATA" not in os.environ:
        pytest.skip("AFFEKT_DATA is not set, so the corpus's emotions.txt cannot be read")
    listed = Path(os.environ["AFFEKT_DATA"]) / "text" / "goemotions" / "emotions.txt"
    assert tuple(listed.read_text(encoding="utf-8").split()) == SPACES["goemotions"].labels


def test_find_space() -> None:
    assert find_space("ekman") is SPACES["ekman"]
    own = LabelSpace("own", ("a", "b"), "exclusive", "us")
    assert find_space(own) is own
    with pytest.raises(UnknownNameError, match=r"Did you mean 'ekman'\? List them with `affekt spaces`"):
        find_space("ekmann")


def test_importing_the_spaces_loads_nothing_heavy_and_reads_no_file() -> None:
    program = (
        "import sys, affekt.types\n"
        "opened = []\n"
        "sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == 'open' else None)\n"
        "import affekt.affect.spaces\n"
        "assert 'numpy' not in sys.modules, 'numpy'\n"
        "assert not [name for name in opened if name.endswith('.tsv')], opened\n"
        "import affekt.affect.vad, affekt.affect.convert\n"
        "assert not [name for name in opened if name.endswith('.tsv')], opened\n"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
