"""Learners of published speech methods: each learns planted sounds, and two stages of a probe are one distribution."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch

from affekt.corpora.clips import Clips, make_clips
from affekt.errors import InputError
from affekt.metrics.classification import unweighted_average_recall
from affekt.training.speech import ctc_rnn_ser, meralion_ser, ravdess_feature_study, speaker_normalization, tim_net
from affekt.training.speech.gst_speaker_emotion import Config as StyleConfig
from affekt.training.speech.gst_speaker_emotion import GroupedProbe, SvmProbe, find_groups, verification_error
from affekt.training.speech.gst_speaker_emotion import teach as teach_style
from affekt.training.speech.lesson import Lesson, Taught
from affekt.training.speech.loop import SpeechPlan
from affekt.training.speech.wav2small import Config as StudentConfig
from affekt.training.speech.wav2small import Listening
from affekt.training.speech.wav2small import teach as teach_student
from affekt.types import LabelSpace

RATE = 16_000
SPACE = LabelSpace("planted", ("anger", "joy", "sadness"), "exclusive", "made for a test")
PLAN = SpeechPlan(epochs=8, batch=12, learning_rate=0.02, seconds=0.4, norm="train", patience=8, trim=False)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Networks as small as these only wait for a second thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def planted() -> Clips:
    """Tones in noise (synthetic): the label is the tone's height; the speaker shifts it a little."""
    random, sounds, labels, who = np.random.default_rng(0), [], [], []
    for speaker in range(6):
        for i in range(6):
            time = np.arange(int(RATE * 0.4)) / RATE
            tone = np.sin(2 * np.pi * (300, 900, 2700)[i % 3] * (1 + 0.03 * speaker) * time)
            sounds.append((0.2 * tone + 0.02 * random.standard_normal(len(time))).astype(np.float32))
            labels.append(i % 3)
            who.append(f"s{speaker}")
    return make_clips(sounds, labels, SPACE, speakers=who, conditions={"sex": ["female", "male"] * 18})


def lesson_of(clips: Clips) -> Lesson:
    return Lesson(clips.take(clips.folds < 4), clips.take(clips.folds == 4))


METHODS: dict[str, Callable[[Lesson], Taught]] = {
    "tim-net": lambda lesson: tim_net.teach(lesson, tim_net.Config(width=12, blocks=3, plan=PLAN)),
    "ctc-rnn-ser": lambda lesson: ctc_rnn_ser.teach(lesson, ctc_rnn_ser.Config(width=16, plan=PLAN)),
    "mean-pooled": lambda lesson: ctc_rnn_ser.teach(lesson, ctc_rnn_ser.Config(head="mean", width=16, plan=PLAN)),
    "speaker-normalization": lambda lesson: speaker_normalization.teach(
        lesson, speaker_normalization.Config(width=16, plan=PLAN)
    ),
    "meralion-ser": lambda lesson: meralion_ser.teach(lesson, meralion_ser.Config(width=16, plan=PLAN)),
    "meralion-ratings": lambda lesson: meralion_ser.teach(
        lesson, meralion_ser.Config(objective="ratings", width=16, plan=PLAN)
    ),
    "hierarchical": lambda lesson: teach_style(lesson, StyleConfig(steps=4, groups=2, width=32)),
    "flat": lambda lesson: teach_style(lesson, StyleConfig(probe="flat", steps=4, width=32)),
    "hmm": lambda lesson: ravdess_feature_study.teach(
        lesson, ravdess_feature_study.Config(model="hmm", feature="mfcc", states=2, rounds=3, plan=PLAN)
    ),
    "dnn": lambda lesson: ravdess_feature_study.teach(
        lesson, ravdess_feature_study.Config(model="dnn", feature="mfcc", plan=PLAN)
    ),
}
# These learn who speaks, and a few steps of it: what is asked is that both probes read their embeddings.
OF_SPEAKERS = ("hierarchical", "flat")


@pytest.mark.slow
@pytest.mark.parametrize("name", METHODS)
def test_a_method_learns_what_was_planted_for_unseen_speakers(name: str, planted: Clips) -> None:
    taught = METHODS[name](lesson_of(planted))
    test = planted.take(planted.folds == 5)
    said = taught.answer(test)
    assert said.shape == (6, 3) and np.allclose(said.sum(1), 1) and taught.parameters > 0
    if name in OF_SPEAKERS:
        # One speaker to stop by: nobody to tell apart from anybody.
        assert "speaker-eer" not in taught.measured
    else:
        assert unweighted_average_recall(test.labels, said.argmax(1)) > 0.6, said.round(2)


@pytest.mark.slow
def test_a_student_sees_no_label(planted: Clips) -> None:
    """Its teacher answers by what is heard; the labels it is given are all the same, and wrong."""
    lesson = lesson_of(planted)
    blind = Lesson(replace(lesson.train, labels=np.zeros_like(lesson.train.labels)), lesson.valid)
    right = {name: label for name, label in zip(planted.ids, planted.labels.tolist(), strict=True)}  # noqa: C416

    def told(_: Lesson) -> Taught:
        return Taught(lambda clips: np.eye(3)[[right[name] for name in clips.ids]], 0)

    taught = teach_student(blind, StudentConfig(Listening(epochs=12, batch=8, seconds=0.3), told))
    test = planted.take(planted.folds == 5)
    assert unweighted_average_recall(test.labels, taught.answer(test).argmax(1)) > 0.6
    assert taught.parameters <= 72_000


def test_sex_and_emotion_are_one_label(planted: Clips) -> None:
    space = LabelSpace("four", ("neutral", "calm", "happy", "sad"), "exclusive", "made for a test")
    four = replace(planted.take([0, 1, 2, 3]), labels=np.array([0, 1, 2, 3]), space=space)
    both = ravdess_feature_study.gender_and_emotion(four)
    assert both.space.labels == tuple(
        f"{sex} {word}" for sex in ("female", "male") for word in ("neutral", "happy", "sad")
    )
    assert [both.space.labels[k] for k in both.labels] == ["female neutral", "male neutral", "female happy", "male sad"]


def spread(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Points of four classes, of which 0 and 1, and 2 and 3, lie close together."""
    random = np.random.default_rng(seed)
    labels = np.arange(120) % 4
    middles = np.array([[0, 0], [1.5, 0], [9, 9], [9, 10.5]])
    return middles[labels] + random.normal(0, 0.5, (120, 2)), labels


def test_two_stages_are_one_distribution() -> None:
    x, labels = spread(0)
    probe = GroupedProbe(x, labels, ((0, 1), (2, 3)))
    unseen, truth = spread(1)
    shares = np.exp(probe.scores(unseen))
    assert np.allclose(shares.sum(1), 1, atol=1e-6)
    assert unweighted_average_recall(truth, shares.argmax(1)) > 0.9
    flat = SvmProbe(x, labels, 4).scores(unseen).argmax(1)
    assert unweighted_average_recall(truth, flat) > 0.9


def test_a_group_of_one_is_told_by_the_first_stage() -> None:
    x, labels = spread(0)
    shares = np.exp(GroupedProbe(x, labels, ((0,), (1,), (2, 3))).scores(x))
    assert np.allclose(shares.sum(1), 1, atol=1e-6)


def test_groups_have_to_share_out_the_labels() -> None:
    x, labels = spread(0)
    with pytest.raises(InputError, match="each once"):
        GroupedProbe(x, labels, ((0, 1), (1, 2)))


def test_labels_taken_for_each_other_come_together() -> None:
    confusion = np.array([[9, 1, 0, 8], [0, 9, 5, 0], [0, 6, 9, 0], [7, 0, 0, 9]])
    assert find_groups(confusion, 2) == ((0, 3), (1, 2))
    assert find_groups(confusion, 4) == ((0,), (1,), (2,), (3,))
    with pytest.raises(InputError, match="5 groups"):
        find_groups(confusion, 5)


def test_voices_alike_are_verified() -> None:
    one = np.eye(3)[[0, 0, 1, 1, 2, 2]]
    assert verification_error(one, np.array([0, 0, 1, 1, 2, 2])) == 0
    assert np.isnan(verification_error(one, np.zeros(6, np.int64)))


@pytest.mark.parametrize("missing", [0.0, 0.6, 1.0])
def test_each_clip_keeps_one_kind_of_label_at_least(missing: float, planted: Clips) -> None:
    told = meralion_ser.partly(planted, missing=missing, seed=1)
    rated = ~np.isnan(told.ratings).any(1)
    assert (told.category_known | rated).all()
    assert (told.category_known & rated).all() == (missing == 0)
    assert (told.category_known & rated).any() == (missing < 1)
