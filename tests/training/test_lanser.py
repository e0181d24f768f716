"""Weak labels from what is said, with how sure they are, and the two stages that learn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from planted_speech import RATE, TWO, planted

from affekt.corpora.clips import Clips, make_clips
from affekt.errors import InputError
from affekt.metrics.classification import unweighted_average_recall
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
    config = Config("resnet-nano", labelled=0.1)
    taught = teach(lesson, weak, config)
    assert taught.measured["weak-clips"] == len(lesson.train) and taught.answer(lesson.valid).shape == (8, 2)
    assert "weak-clips" not in teach(lesson, None, config).measured


def voices(clips: int, *, seed: int, speakers: range) -> Clips:
    """Clips whose loudness goes up and down five times a second, or eight: all else of a voice varies as well."""
    random, time = np.random.default_rng(seed), np.arange(round(0.6 * RATE)) / RATE
    labels = np.arange(clips) % 2
    who = [speakers[place // 2 % len(speakers)] for place in range(clips)]
    sounds = []
    for label, speaker in zip(labels, who, strict=True):
        pitch = 110 + 23 * (speaker * 7 % 9) + random.normal(0, 6)
        rate = (8 if label else 5) * np.exp(random.normal(0, 0.1))
        loud = 1 + random.uniform(0.2, 0.6) * np.sin(2 * np.pi * rate * time + random.uniform(0, 6.3))
        phase = 2 * np.pi * np.cumsum(pitch * (1 + random.uniform(-0.25, 0.25) * time)) / RATE
        fall = random.uniform(0.3, 1.5)
        tone = sum(np.sin(k * phase + random.uniform(0, 6)) / k**fall for k in range(1, 9))
        hiss = np.convolve(random.standard_normal(len(time)), np.ones(8) / 8, "same") * random.uniform(0.02, 0.4)
        sounds.append((0.05 * random.uniform(0.3, 2) * (tone * loud + hiss)).astype(np.float32))
    return make_clips(sounds, labels, TWO, speakers=[f"speaker-{each}" for each in who], corpus="planted")


@pytest.mark.slow
@pytest.mark.parametrize(("share", "clips"), [(0.02, 4), (0.1, 24)])
def test_weak_labels_first_beat_a_few_true_ones_alone(share: float, clips: int) -> None:
    """A fifth of the transcripts say another emotion than the voice; two or ten clips in a hundred have true labels."""
    train = spoken(voices(240, seed=1, speakers=range(12)), wrong=0.2)
    valid, test = voices(32, seed=2, speakers=range(20, 24)), voices(120, seed=3, speakers=range(30, 36))
    weak = weak_clips(train, entails, TWO.labels)
    assert 0.7 < float((weak.places == train.labels).mean()) < 0.9
    config = Config("resnet-nano", labelled=share, weak_epochs=6, epochs=15)
    found: dict[str, list[float]] = {"weak first": [], "alone": []}
    for seed in range(2):
        lesson = Lesson(train, valid, seed=seed)
        for name, given in (("weak first", weak), ("alone", None)):
            taught = teach(lesson, given, config)
            assert taught.measured["labelled-clips"] == clips
            found[name].append(unweighted_average_recall(test.labels, taught.answer(test).argmax(1)))
    assert np.mean(found["weak first"]) > np.mean(found["alone"]) + 0.1, found
    assert all(first > alone for first, alone in zip(*found.values(), strict=True)), found
