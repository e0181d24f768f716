"""How converters of neutral to emotional speech are taught, and a speaker verifier with what they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from affekt.errors import InputError
from affekt.models.sv_cyclegan_emotion.net import Cycle, Verifier, end_to_end_loss

Frames = NDArray[np.float32]
Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Config:
    """How long and how steadily is learned.

    `cycle` and `identity` weigh those losses beside the adversarial one; identity counts for the first half of the
    steps only (CycleGAN-VC does so). `frames` is the length of the stretches that teach.
    `verifier_steps` of `speakers` speakers with `utterances` each. `only_head`: the layers below
    the last stay as they are.
    """

    steps: int = 600
    batch: int = 16
    frames: int = 96
    width: int = 64
    blocks: int = 3
    cycle: float = 3.0
    identity: float = 1.0
    learning_rate: float = 1e-3
    verifier_steps: int = 300
    speakers: int = 8
    utterances: int = 4
    verifier_rate: float = 1e-3
    only_head: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Converting:
    """A taught pair of converters; frames are normed by `mean` and `spread` (band,). `history`: float64 (step, 3), the
    adversarial, cycle and identity loss before weighing."""

    cycle: Cycle
    mean: Frames
    spread: Frames
    history: Doubles

    def convert(self, frames: Frames, *, back: bool = False) -> Frames:
        """Return neutral frames float32 (frame, band) made emotional, or with `back` emotional ones made neutral."""
        net = self.cycle.back if back else self.cycle.there
        with torch.no_grad():
            given = torch.from_numpy((frames - self.mean) / self.spread).unsqueeze(0)
            made = net(given)[0].numpy()
        return np.asarray(made * self.spread + self.mean, np.float32)

    def reconstruction(self, clips: Sequence[Frames]) -> float:
        """Return how far neutral clips end from where they began, there and back: mean absolute, in spreads."""
        found = [np.abs(self.convert(self.convert(each), back=True) - each) / self.spread for each in clips]
        return float(np.mean(np.concatenate([each.ravel() for each in found])))


def teach_cycle(
    neutral: Sequence[Frames], emotional: Sequence[Frames], config: Config = Config(), *, seed: int = 0
) -> Converting:
    """Return converters between two sets of clips, float32 (frame, band) each, logarithms; nothing pairs them.

    Adversarial, cycle and identity loss: `affekt.models.sv_cyclegan_emotion.net`. Raises `InputError` for no clips.
    """
    if not neutral or not emotional:
        raise InputError(f"There are {len(neutral)} neutral and {len(emotional)} emotional clips to learn from.")
    torch.manual_seed(seed)
    generator = np.random.default_rng(seed)
    joined = np.concatenate([*neutral, *emotional])
    mean, spread = joined.mean(0), np.maximum(joined.std(0), 1e-3)
    sides = [[np.asarray((clip - mean) / spread, np.float32) for clip in side] for side in (neutral, emotional)]
    cycle = Cycle(joined.shape[1], width=config.width, blocks=config.blocks)
    converters = [*cycle.there.parameters(), *cycle.back.parameters()]
    critics = [*cycle.emotional.parameters(), *cycle.neutral.parameters()]
    # The rates and the first moment that CycleGAN-VC gives, critics slower than converters.
    learn = torch.optim.Adam(converters, lr=config.learning_rate, betas=(0.5, 0.999))
    judge = torch.optim.Adam(critics, lr=config.learning_rate / 2, betas=(0.5, 0.999))
    history = []
    for step in range(config.steps):
        one, other = (_draw(side, config.batch, config.frames, generator) for side in sides)
        judge.zero_grad()
        cycle.critic_loss(one, other).backward()  # type: ignore[no-untyped-call]
        judge.step()
        learn.zero_grad()
        losses = cycle.converter_losses(one, other)
        identity = config.identity if step < config.steps / 2 else 0.0
        (losses.adversarial + config.cycle * losses.cycle + identity * losses.identity).backward()  # type: ignore[no-untyped-call]
        learn.step()
        history.append([float(loss.detach()) for loss in losses])
    cycle.eval()
    return Converting(cycle, np.asarray(mean, np.float32), np.asarray(spread, np.float32), np.array(history))


def teach_verifier(
    clips: Sequence[Frames],
    speakers: Sequence[str],
    config: Config = Config(),
    *,
    start: Mapping[str, Tensor] | None = None,
    seed: int = 0,
    width: int = 256,
    layers: int = 3,
) -> Verifier:
    """Return a verifier that learned to tell speakers apart, by the generalised end-to-end loss.

    clips: float32 (frame, band) each, logarithms. `start`: weights to begin with. Raises `InputError` where fewer than
    two speakers have two clips.
    """
    torch.manual_seed(seed)
    generator = np.random.default_rng(seed)
    net = Verifier(clips[0].shape[1], width=width, layers=layers, power=start is not None)
    if start is not None:
        net.load_state_dict(dict(start), strict=False)
    names = np.asarray(speakers)
    owned = {name: np.flatnonzero(names == name) for name in dict.fromkeys(speakers)}
    owned = {name: places for name, places in owned.items() if len(places) > 1}
    if len(owned) < 2:
        raise InputError(f"Telling speakers apart is learned from two with two clips each; got {len(owned)} such.")
    kept = [*net.linear.parameters(), net.scale, net.shift]
    learn = torch.optim.Adam(kept if config.only_head else net.parameters(), lr=config.verifier_rate)
    # With the layers below left as they are, every clip goes through them once.
    states = states_of(net, clips) if config.only_head else None
    for _ in range(config.verifier_steps):
        chosen = generator.permutation(list(owned))[: config.speakers]
        places = [generator.choice(owned[str(name)], config.utterances) for name in chosen]
        flat = np.concatenate(places)
        if states is not None:
            vectors = net.vectors(states[flat])
        else:
            vectors = net(torch.stack([_stretch(clips[place], config.frames, generator) for place in flat]))
        loss = end_to_end_loss(vectors.reshape(len(chosen), config.utterances, -1), net.scale, net.shift)
        learn.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        learn.step()
    return net.eval()


def embed(net: Verifier, clips: Sequence[Frames]) -> Frames:
    """Return the vectors of clips, float32 (clip, feature), of length 1."""
    with torch.no_grad():
        return np.asarray(net.vectors(states_of(net, clips)).numpy(), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """Claims to be somebody: the speaker and the clip of each, whether it is true, by whom it was spoken (trial,)."""

    speaker: NDArray[np.int64]
    clip: NDArray[np.int64]
    same: NDArray[np.bool_]
    spoken_by: NDArray[np.int64]

    def scores(self, enrolled: Frames, tested: Frames) -> Doubles:
        """Return the cosine of each trial: enrolled (speaker, feature), tested (clip, feature)."""
        return np.asarray((enrolled[self.speaker] * tested[self.clip]).sum(1), np.float64)


def all_trials(enrolled: Sequence[str], tested: Sequence[str]) -> Trials:
    """Return every speaker enrolled against every clip tested, whose speakers are given.

    >>> all_trials(["a", "b"], ["b"]).same.tolist()
    [False, True]
    """
    places = {name: place for place, name in enumerate(enrolled)}
    rows = [
        (speaker, clip, name == tested[clip], places[tested[clip]])
        for (speaker, name), clip in product(enumerate(enrolled), range(len(tested)))
    ]
    speaker, clip, same, by = (np.array(column) for column in zip(*rows, strict=True))
    return Trials(speaker, clip, same.astype(bool), by)


def enrol(vectors: Frames, speakers: Sequence[str], order: Sequence[str]) -> Frames:
    """Return the mean vector of each speaker of `order`, of length 1: float32 (speaker, feature)."""
    names = np.asarray(speakers)
    means = np.stack([vectors[names == name].mean(0) for name in order])
    return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), np.float32)


def states_of(net: Verifier, clips: Sequence[Frames], batch: int = 16) -> Tensor:
    """Return what the layers below the last make of whole clips, (clip, width); those alike in length together."""
    order = np.argsort([len(clip) for clip in clips], kind="stable")
    found: dict[int, Tensor] = {}
    with torch.no_grad():
        for at in range(0, len(order), batch):
            places = order[at : at + batch].tolist()
            size = min(len(clips[place]) for place in places)
            held = net.states(torch.stack([torch.from_numpy(_middle(clips[place], size)) for place in places]))
            found.update(zip(places, held, strict=True))
    return torch.stack([found[place] for place in range(len(clips))])


def _middle(clip: Frames, size: int) -> Frames:
    first = (len(clip) - size) // 2
    return clip[first : first + size]


def _stretch(clip: Frames, size: int, generator: np.random.Generator) -> Tensor:
    if len(clip) < size:
        clip = np.resize(clip, (size, clip.shape[1]))
    first = int(generator.integers(0, len(clip) - size + 1))
    return torch.from_numpy(clip[first : first + size])


def _draw(clips: Sequence[Frames], count: int, size: int, generator: np.random.Generator) -> Tensor:
    return torch.stack([_stretch(clips[place], size, generator) for place in generator.integers(0, len(clips), count)])
