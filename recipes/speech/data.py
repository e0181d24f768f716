"""Clips of other corpora beside those of a lesson, in its labels."""

from __future__ import annotations

from dataclasses import replace

from affekt.corpora.clips import read_clips
from affekt.corpora.joint_clips import joint_clips
from affekt.training.speech.lesson import Lesson


def with_others(lesson: Lesson, corpora: tuple[str, ...]) -> Lesson:
    """The lesson with the clips of other corpora to learn from, as far as their labels map to its own.

    What stops and what is scored stay as they are. Labels that no published map brings over are left out.
    """
    others = {name: read_clips(name) for name in corpora}
    train = joint_clips({lesson.train.corpus: lesson.train, **others}, lesson.train.space.name)
    return replace(lesson, train=replace(train, space=lesson.train.space))
