"""Traced speech: the trace goes where the label of what is spoken lies, late as raters are; levels say how pleasant."""

from __future__ import annotations

import numpy as np

from affekt.corpora.clips import Clips, make_clips
from affekt.corpora.traced_speech import label_places, levels_of, trace_speech
from affekt.types import LabelSpace

SPACE = LabelSpace("planted", ("neutral", "happiness", "anger"), "exclusive", "planted", "neutral")


def clips() -> Clips:
    random = np.random.default_rng(0)
    sounds = [(0.1 * random.standard_normal(16_000)).astype(np.float32) for _ in range(18)]
    return make_clips(sounds, [0, 1, 2] * 6, SPACE, speakers=["a"] * 9 + ["b"] * 9, corpus="planted")


def test_the_trace_reaches_what_is_spoken_and_lags_behind() -> None:
    places = label_places(SPACE)
    for each in trace_speech(clips(), recordings=4, parts=3, noise=0.0, seed=1):
        assert each.speaker in ("a", "b") and len(each.times) == len(each.values)
        assert each.times[-1] <= each.seconds and np.diff(each.times).max() < 0.051
        assert np.abs(each.values).max() <= np.abs(places).max() + 1e-9
        # Nothing is spoken at first, so the trace begins at the middle of the plane and never jumps.
        assert np.abs(each.values[0]).max() < 0.2
        assert np.abs(np.diff(each.values, axis=0)).max() < 0.25


def test_late_raters_follow_later() -> None:
    fast, slow = (trace_speech(clips(), recordings=3, parts=3, noise=0.0, reaction=r, seed=2) for r in (0.05, 1.0))
    for one, other in zip(fast, slow, strict=True):
        assert np.array_equal(one.samples, other.samples)
        assert np.abs(np.diff(one.values, axis=0)).max() > 3 * np.abs(np.diff(other.values, axis=0)).max()


def test_the_same_seed_makes_the_same_set_and_levels_are_in_order() -> None:
    made, again = (trace_speech(clips(), recordings=12, parts=3, seed=3) for _ in range(2))
    assert all(np.array_equal(a.values, b.values) for a, b in zip(made, again, strict=True))
    levels = levels_of(made)
    assert set(levels.tolist()) <= {0, 1, 2} and len(set(levels.tolist())) > 1
    pleasant = np.array([each.values[:, 0].mean() for each in made])
    assert pleasant[levels == levels.max()].mean() > pleasant[levels == levels.min()].mean()
