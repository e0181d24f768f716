"""How a student of 72 thousand numbers is taught: by what a teacher says of sounds, and by nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.corpora.clips import Clips
from affekt.errors import InputError
from affekt.models.wav2small.net import RATE, Wav2Small, numbers
from affekt.training.concordance import concordance_loss
from affekt.training.speech.lesson import Answer, Floats, Lesson, Taught
from affekt.training.speech.tim_net import teach as teach_tim_net
from affekt.types import LabelSpace

Samples = NDArray[np.float32]
StudentLoss = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True, slots=True)
class Listening:
    """How a student listens: to windows of `seconds`, cut anywhere from each sound, anew in each epoch."""

    epochs: int = 20
    batch: int = 32
    learning_rate: float = 3e-3
    seconds: float = 1.5


@dataclass(frozen=True, slots=True)
class Config:
    """teacher: what is learned first and asked then; another method's `teach`. further: clips nobody has labelled,
    which the teacher tells of as well."""

    listening: Listening = Listening()
    teacher: Callable[[Lesson], Taught] = teach_tim_net
    further: Sequence[Clips] = ()


def teach(lesson: Lesson, config: Config = Config()) -> Taught:
    """Return a student of a teacher that learned from the lesson; the student sees no label.

    The teacher's probabilities for the training clips are all that the student learns from. Measured besides:
    ``teacher-valid-uar``. Kounadis-Bastian et al. 2024, there with arousal, dominance and valence.
    """
    taught = config.teacher(lesson)
    listening = replace(config.listening, epochs=1) if lesson.smoke else config.listening
    parts = [unlabelled(part, lesson.train.space) for part in (lesson.train, *config.further)]
    heard = [wave[:, 0] for part in parts for wave in part.view("wave")]
    told = np.concatenate([taught.answer(part) for part in parts])
    net = distil(heard, told, seed=lesson.seed, listening=listening, loss=opinion_loss)
    measured = {f"teacher-{name}": value for name, value in taught.measured.items() if name == "valid-uar"}
    return Taught(reader(net), numbers(net), measured, net=net)


def unlabelled(clips: Clips, space: LabelSpace) -> Clips:
    """Return the clips as a teacher who answers in `space` is asked about them: what they were labelled is gone."""
    return replace(clips, labels=np.zeros(len(clips), np.int64), space=space)


def reader(net: Wav2Small) -> Answer:
    """Return the student's probabilities of clips, as a function of them: float64 (clip, label)."""

    def answer(clips: Clips) -> Floats:
        waves = [wave[:, 0] for wave in clips.view("wave")]
        raised = np.exp(listen(net, waves))
        shares: Floats = raised / raised.sum(1, keepdims=True)
        return shares

    return answer


def listen(net: Wav2Small, sounds: Sequence[Samples]) -> Floats:
    """Return what a student says of whole sounds, float64 (sound, output)."""
    net.eval()
    with torch.no_grad():
        # A copy: what is kept in a file cannot be written to, which torch warns of.
        said = [net(torch.from_numpy(np.array(_padded(sound, 64)))[None])[0].numpy() for sound in sounds]
    return np.asarray(said, np.float64)


def opinion_loss(said: Tensor, told: Tensor) -> Tensor:
    """Return the cross entropy of the student's soft-max against the teacher's probabilities."""
    return -(told * F.log_softmax(said, 1)).sum(1).mean()


def rating_loss(said: Tensor, told: Tensor) -> Tensor:
    """Return one minus the concordance with the teacher's ratings, and a little of the squared error.

    The latter keeps small batches from ratings that agree in order and lie far off.
    """
    return concordance_loss(said, told) + 0.1 * F.mse_loss(said, told)


def distil(
    sounds: Sequence[Samples],
    told: NDArray[np.floating],
    *,
    seed: int = 0,
    listening: Listening = Listening(),
    loss: StudentLoss = rating_loss,
) -> Wav2Small:
    """Return a student of a teacher: nothing but sounds and what the teacher said of them is looked at.

    sounds: float32 (time,) each, 16 kHz; told: (sound, output), arousal, dominance and valence with `rating_loss`, or
    probabilities with `opinion_loss`. Two sounds of a batch are mixed for every second batch, as is what is told of
    them (Zhang et al. 2018, mixup). Raises `InputError` where there are not as many answers as sounds.
    """
    if len(sounds) != len(told) or not len(sounds):
        raise InputError(f"A student learns what its teacher says of each sound: got {len(told)} of {len(sounds)}.")
    torch.manual_seed(seed)
    random, net = np.random.default_rng(seed), Wav2Small(np.asarray(told).shape[1])
    target = torch.as_tensor(np.asarray(told), dtype=torch.float32)
    size, each = round(listening.seconds * RATE), -(-len(sounds) // listening.batch)
    optimizer = torch.optim.AdamW(net.parameters(), listening.learning_rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, listening.learning_rate, total_steps=max(2, listening.epochs * each)
    )
    for _ in range(listening.epochs):
        net.train()
        for step, rows in enumerate(np.array_split(random.permutation(len(sounds)), each)):
            x = torch.from_numpy(np.stack([_window(sounds[row], size, random) for row in rows]))
            truth = target[rows]
            if step % 2 and len(rows) > 1:
                share, other = float(random.uniform(0.5, 1)), torch.from_numpy(random.permutation(len(rows)))
                x = share * x + (1 - share) * x[other]
                truth = share * truth + (1 - share) * truth[other]
            optimizer.zero_grad()
            lost = loss(net(x), truth)
            lost.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return net.eval()


def _window(sound: Samples, size: int, random: np.random.Generator) -> Samples:
    """Return a cut of the sound at unit power, from anywhere; a shorter one with silence after it."""
    start = int(random.integers(0, max(1, len(sound) - size + 1)))
    cut = np.asarray(sound[start : start + size], np.float32)
    return _padded(cut / np.float32(np.sqrt(np.mean(np.square(cut, dtype=np.float64)) + 1e-7)), size)


def _padded(sound: Samples, size: int) -> Samples:
    return np.asarray(sound, np.float32) if len(sound) >= size else np.pad(sound, (0, size - len(sound))).astype("f4")
