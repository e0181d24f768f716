"""Weak labels from what is said, with how sure they are, and the two stages that learn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from planted_speech import planted

from affekt.corpora.clips import Clips
from affekt.errors import InputError
from affekt.training.speech.lanser import Config, teach, weak_clips, weak_labels
from affekt.training.speech.lesson import Lesson

WORDS = {"steady": ("lake", "stone"), "trembling": ("leaf", "shiver")}


def entails(premises: Sequence[str], hypotheses: Sequence[str]) -> np.ndarray:
    """A stand-in for a model of entailment: sure where a word of the label is said."""
    return np.array(
        [
            0.9 if any(word in premise for label, own in WORDS.items() if label in asked for word in own) else 0.1
            for premise, asked in zip(premises, hypotheses, strict=True)
        ]
    )


def spoken(clips: Clips, *, wrong: float, seed: int = 0) -> Clips:
    """Clips in which a word of the label is said, or, so often, one of another."""
    random = np.random.default_rng(seed)
    names = clips.space.labels
    said = []
    for label in clips.labels:
        which = label if random.random() > wrong else 1 - label
        said.append(f"look at the {random.choice(WORDS[names[which]])}")
    return replace(clips, sentences=tuple(said))


def test_a_transcript_gets_the_label_it_entails_most_with_how_sure_that_is() -> None:
    texts = ["a leaf in the wind", "the lake", "", "nothing of it"]
    found = weak_labels(texts, ("steady", "trembling"), entails)
    assert found.places.tolist()[:3] == [1, 0, -1] and found.known.tolist() == [0, 1, 3]
    assert found.confidence[:3].tolist() == pytest.approx([0.9, 0.9, 0.0]) and found.confidence[3] == pytest.approx(0.5)
    sure = weak_labels(texts, ("steady", "trembling"), entails, least=0.6)
    assert sure.places.tolist() == [1, 0, -1, -1]
    with pytest.raises(InputError, match="two labels at least"):
        weak_labels(texts, ("one",), entails)


def test_the_same_words_are_asked_about_once() -> None:
    asked: list[int] = []

    def counting(premises: Sequence[str], hypotheses: Sequence[str]) -> np.ndarray:
        asked.append(len(premises))
        return entails(premises, hypotheses)

    weak_labels(["the lake"] * 50, ("steady", "trembling"), counting, templates=("This is {}.",))
    assert asked == [2]


def test_both_stages_run_and_without_weak_labels_one() -> None:
    clips = spoken(planted(24), wrong=0.2)
    lesson = Lesson(clips.take(clips.folds < 4), clips.take(clips.folds >= 4), smoke=True)
    weak = weak_clips(lesson.train, entails, ("steady", "trembling"))
    config = Config("fresh:tiny", labelled=0.1)
    taught = teach(lesson, weak, config)
    assert taught.measured["weak-clips"] == len(lesson.train) and taught.answer(lesson.valid).shape == (8, 2)
    assert "weak-clips" not in teach(lesson, None, config).measured
