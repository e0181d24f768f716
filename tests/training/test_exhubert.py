"""exhubert: two stages, of which the second trains the extension alone."""

from __future__ import annotations

import pytest
from planted_speech import planted

from affekt.layers.block_extension import ExtendedBlock
from affekt.layers.speech_classifier import trainable
from affekt.training.speech.exhubert import Config, teach
from affekt.training.speech.lesson import Lesson


@pytest.mark.parametrize("extend", [True, False])
def test_both_stages_run_and_the_second_trains_the_extension_alone(extend: bool) -> None:
    clips = planted(24)
    lesson = Lesson(clips.take(clips.folds < 4), clips.take(clips.folds >= 4), smoke=True)
    taught = teach(lesson, Config("fresh:tiny", extend=extend))
    net = taught.net
    assert all(isinstance(block, ExtendedBlock) == extend for block in net.trunk.blocks)  # type: ignore[attr-defined]
    names = [name for name in trainable(net) if name.startswith("trunk.")]  # type: ignore[arg-type]
    assert all((".second." in name or ".zero." in name) == extend for name in names) and names
    assert taught.answer(lesson.valid).shape == (len(lesson.valid), 2)
