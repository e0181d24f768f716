"""The grid of upstreams, aggregators and back-ends: any combination runs on kept frames, and learns."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from planted_speech import planted

from affekt.errors import UnknownNameError
from affekt.training.speech.lesson import Lesson
from affekt.training.speech.ssl_ser_upstream import AGGREGATORS, BACK_ENDS, Config, teach, teach_frames
from affekt.training.speech.upstreams import open_upstream


def lesson(*, smoke: bool, by: str = "trembling") -> Lesson:
    clips = planted(48, by=by)
    return Lesson(clips.take(clips.folds < 4), clips.take(clips.folds >= 4), smoke=smoke)


def test_every_aggregator_goes_with_every_back_end_on_frames_read_once(tmp_path: Path) -> None:
    given = lesson(smoke=True)
    upstream = open_upstream("fresh:tiny")
    for aggregator, back_end in product(AGGREGATORS, BACK_ENDS):
        config = Config(aggregator=aggregator, back_end=back_end, cache=str(tmp_path))
        taught = teach_frames(given, upstream, config)
        said = taught.answer(given.valid)
        assert said.shape == (len(given.valid), 2) and np.allclose(said.sum(1), 1)
    assert len(list((tmp_path / "upstreams").iterdir())) == 2  # Those of the two sets of clips, read once.


@pytest.mark.slow
@pytest.mark.parametrize("upstream", ["log-mel", "fresh:tiny"])
def test_a_back_end_learns_what_the_frames_tell_of_other_speakers(upstream: str) -> None:
    given = lesson(smoke=False, by="trembling" if upstream == "log-mel" else "colour")
    taught = teach(given, replace(Config(), upstream=upstream, cache="", epochs=15, batch=16))
    assert (taught.answer(given.valid).argmax(1) == given.valid.labels).mean() > 0.75


def test_an_unknown_back_end_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'linear'"):
        teach(lesson(smoke=True), Config(upstream="log-mel", back_end="linea", cache=""))
